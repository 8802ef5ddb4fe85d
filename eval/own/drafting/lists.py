"""Questions for a list: ……有哪些？ from what is enumerated in a sentence, in 一是……二是……, or under a colon."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import rjieba

from eval.own.drafting.candidate import Candidate, Piece, Statement, plain_words
from eval.own.drafting.wording import (
    BREAKS_OFF,
    TIME,
    begins_with_verb,
    body,
    has_subject,
    named,
    points_back,
    to_do,
)
from rag.numerals import chinese_value
from rag.text import clauses

_LONGEST = 70
_COMFORTABLE = 45
_COUNT = r"(?:\d{1,2}|[两三四五六七八九十]{1,2})"
_CLASS = r"(?:个方面|大方面|方面|个|大|项|类|种|条|点|家|位|部门)"
_KIND = (
    r"(?:领域|行业|产业|环节|地区|部门|功能|指标|机制|措施|举措|技术|内容|要素|手段|方式|方法|形式|主体|问题|任务|能力|平台|服务|工具|模式|场景|特征|特点|工程|行动|"
    r"产品|材料|人员|机构|单位|活动|标准|系统|渠道|原则|情形|信息|因素|困难|条件|途径|政策|城市|国家|业态|学科|事项|工作|资源)"
)
# A、B、C等N类…… and A、B、C等……领域
_SUCH = re.compile(
    rf"(?P<items>[^，,。；;：:“”]{{2,120}}、[^，,。；;：:]{{2,60}}?)等(?:(?P<count>{_COUNT})(?P<class>{_CLASS}))?(?P<kind>[^、，,。；;：:的“”]{{0,5}}?{_KIND})(?!化|性|力)"
)
# N个……：A、B、C。
_COLON = re.compile(
    rf"(?P<count>{_COUNT})(?P<class>{_CLASS})(?P<kind>[^，,。；;：:“”]{{0,10}})[:：](?P<items>[^。；;]{{6,300}})"
)
_CONTAINS = re.compile(
    r"^(?P<what>[^。；;：:]{4,40}?)[,，]?(?:主要|应当|具体|一般)?(?P<verb>包括|包含|涵盖|分为)[:：]?(?P<items>[^。；;：:]{6,300})[。；;]"
)
_EDGE = frozenset(
    """
    在 对 向 从 以 为 将 把 由 按 按照 围绕 聚焦 覆盖 包括 涵盖 涉及 针对 如 有 设立 建立 实施 推动 推进 推出 加强 开展 提供 形成 支持 培育
    深化 完善 提升 强化 构建 打造 建设 增强 优化 制定 运用 遵循 抓好 用好 催生 落实 基于 根据 依托 通过 结合 引入 利用 统筹 健全 发挥
    促进 攻克 做强
    """.split()  # noqa: SIM905  a list of sixty strings does not read
)
_UNFINISHED = re.compile(r"(?:在|从|对|向|围绕|聚焦|以)$")
_AFTER_VERB = re.compile(r"(?:[了好到]|[用抓做]好)?")
_PHRASE = 5
"""A verb with its object has so many characters; a shorter item that could be a verb (调查) is a noun here."""
_CORE = 10
"""Characters that a question has at least, the name of its context aside: 强化哪些功能 asks nothing in particular."""


def lists(piece: Piece) -> Iterator[Candidate]:
    """Propose a question for every enumeration whose items and whose subject are clear."""
    for statement in piece.statements:
        if plain_words(statement.text) > 260 or statement.text.endswith(("？", "?")):
            continue
        text, said = body(statement.text)
        for rule in (_colon, _contains, _such):
            found = rule(piece, statement, text, said)
            if found:
                yield found
                break


def items(text: str) -> list[str]:
    """Return the items of an enumeration by 、, with 和 or 以及 before the last."""
    parts = re.split(r"、(?![^（(]*[）)])", text.strip("，,。；; "))
    last = re.split(r"以及|(?<=[^，,]{2})和(?=[^，,]{2})", parts[-1])
    if len(parts) > 1 and len(last) == 2 and all(len(part) > 1 for part in last):
        parts[-1:] = last
    return [re.sub(r"等$", "", part.strip()) for part in parts]


def value(count: str) -> int:
    """Return the number that a count says."""
    return int(count) if count.isdigit() else int(chinese_value(count))


def _colon(piece: Piece, statement: Statement, text: str, said: str) -> Candidate | None:
    match = _COLON.search(text)
    if not match:
        return None
    found = items(match["items"])
    if len(found) != value(match["count"]) or not _clean(found):
        return None
    start = next(span.start for span in clauses(text) if span.end > match.start())
    before = text[start : match.start()]
    whole = f"{before}哪{match['count']}{match['class']}{match['kind']}"
    full = text[: match.start()] + whole[len(before) :]
    wordings = [full, whole] if len(full) <= _COMFORTABLE else [whole, full]
    return _asked(piece, statement, said, wordings, found)


def _contains(piece: Piece, statement: Statement, text: str, said: str) -> Candidate | None:
    match = _CONTAINS.match(text)
    if not match:
        return None
    found = items(match["items"])
    what = match["what"]
    if len(found) < 3 or not _clean(found) or begins_with_verb(what) or "“" in what:
        return None
    noun = "分为哪几类" if match["verb"] == "分为" else f"{match['verb']}哪些"
    return _asked(piece, statement, said, [f"{what}{noun}"], found)


def _such(piece: Piece, statement: Statement, text: str, said: str) -> Candidate | None:
    for match in _SUCH.finditer(text):
        clause = next(span for span in clauses(text) if span.start <= match.start("items") < span.end)
        start = _first_item(text[clause.start : match.end("items")])
        if start is None or match.end() > clause.end:
            continue
        found = items(text[clause.start + start : match.end("items")])
        count = match["count"]
        if len(found) < 3 or not _clean(found) or (count and value(count) != len(found)):
            continue
        which = f"哪{count}{match['class']}" if count else "哪些"
        rest = text[match.end() : clause.end]
        if _UNFINISHED.search(text[: clause.start + start]) and re.fullmatch(r"方?面?[,，]", rest):
            rest = next(
                (text[span.start : span.end] for span in clauses(text) if span.start == clause.end), ""
            )
        tail = f"{which}{match['kind']}{rest}"
        near = text[clause.start : clause.start + start] + tail
        opening = max(text.rfind(mark, 0, clause.start) for mark in "；;") + 1
        time = TIME.match(text)
        timed = [time.group() + near] if time and clause.start >= time.end() else []
        candidate = _asked(
            piece, statement, said, [*timed, near, text[opening : clause.start + start] + tail], found
        )
        if candidate:
            return candidate
    return None


def _first_item(text: str) -> int | None:
    """Return where the first item of an enumeration begins: behind a word that leads up to one.

    Where the other items begin with a verb the first does as well, and where they do not, it does not.
    """
    end = text.index("、")
    position = 0
    edges = [0]
    for word, _ in rjieba.tag(text[:end]):
        position += len(word)
        if word in _EDGE and position < end:
            edges.append(position + len(_AFTER_VERB.match(text[position:]).group()))  # type: ignore[union-attr]
    verbal = _is_phrase(text[end + 1 :].partition("、")[0])
    fitting = [edge for edge in edges if _is_phrase(text[edge:end]) == verbal]
    return fitting[-1] if fitting else None


def _is_phrase(item: str) -> bool:
    """Whether an item is a verb with its object."""
    return len(item) >= _PHRASE and begins_with_verb(item)


def _clean(found: Sequence[str]) -> bool:
    """Whether the items look like items: none empty, of alike length, without a mark that opens or ends elsewhere."""
    lengths = [len(item) for item in found]
    return (
        all(2 <= length <= 40 for length in lengths)
        and max(lengths) <= 3 * min(lengths) + 4
        and lengths[0] <= max(lengths[1:]) + 4
        and all(item.count("“") == item.count("”") and item.count("(") == item.count(")") for item in found)
        and not any(re.search(r"[，,]", item) for item in found)
        and not any(points_back(item) for item in found)
    )


def _whole(question: str) -> bool:
    """Whether a question asks something in particular and does not break off."""
    question = question.rstrip("，,；;：:。 ")
    subject = re.match(rf"哪[^，,]{{0,8}}?{_KIND}(?P<rest>.*)", question)
    return (
        len(question) >= _CORE
        and not BREAKS_OFF.search(question)
        and not (subject and len(subject["rest"]) < _PHRASE)
    )


def _asked(
    piece: Piece, statement: Statement, said: str, questions: Sequence[str], found: Sequence[str]
) -> Candidate | None:
    """Return a candidate with the first wording that can stand alone."""
    prefix = named(piece, statement, said)
    wordings = [question for question in questions if has_subject(question) and _whole(question)]
    verbal = next((one for one in questions if begins_with_verb(one) and _whole(one)), None)
    if prefix and verbal:
        wordings.append(prefix + to_do(verbal))
    for wording in wordings:
        if (
            8 <= len(wording) <= _LONGEST
            and not points_back(wording)
            and wording.count("“") == wording.count("”")
        ):
            facts = [[item] for item in found]
            return piece.candidate(wording, "列举", "列举", facts=facts, quotes=[statement.text])
    return None
