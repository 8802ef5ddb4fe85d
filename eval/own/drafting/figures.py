"""Questions for a figure or a date: its place in the statement is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from eval.own.drafting.candidate import Candidate, Piece, Statement, plain_words
from eval.own.drafting.wording import BREAKS_OFF, TIME, body, has_subject, named, points_back
from rag.datatypes import Span
from rag.numerals import Number, numbers
from rag.text import clauses, fold

_LONGEST = 62
_SHORTEST = 9
_LEAST = 8
"""Characters in front of the figure: 租期最长不超过 says too little by itself."""
_LONGEST_SENTENCE = 170
_NO_COUNT = frozenset([*"月号期版章节款届级名强度点步国大位次条", "部门"])
_HAN_UNITS = ("年", "日", "天", "小时", "元", "倍", "岁", "周", "分钟", "%", "个百分点", "个月", "个工作日")
_BEFORE = re.compile(
    r"(?P<keep>不超过|不少于|不低于|不高于|超过|突破|达到|达|超出|超|逾|近|约|大约|将近|接近|至少|最多)$"
)
_SAID = {"达": "达到", "超": "超过", "逾": "超过", "超出": "超过"}
_DROPPED = ("近", "约", "大约", "将近", "接近")
_AFTER = re.compile(r"^(?:左右|以上|以下|上下|多|余)")
_BASE = re.compile(r"(?:从|由|较|比(?!重|例|率)|与|按|每|第|全天)[^，,到至增升降减缩涨长提]{0,14}$")
_NAMES = re.compile(r"^(?:行动|计划|规划|以来|来|前|后|目标|愿景|峰会|年会|博览会|工程|新|版|强)")
_YEAR = re.compile(r"(?:19|20)\d\d年(?![底末初]?的|至|到)")
_LONG_UNIT = re.compile(r"月|工作日|小时|百分点|学期|季度")
_RANGE = re.compile(r"(?<![从由])[\d一二三四五六七八九十百千万亿%.]{1,8}(?:到|至)$")
_POINTS = re.compile(r"^(?:方面|亮点|原则|举措|任务|问题|要求|特点|阶段|步骤|重点|关键|目标)")
_DEADLINE = re.compile(r"^(?:内|之内|以内|前|后|以上|以下)")
_INSIDE = re.compile(r"“[^”]*”|《[^》]*》|[（(][^）)]*[）)]|‘[^’]*’")


def figures(piece: Piece) -> Iterator[Candidate]:
    """Propose `……达到多少？` for the figures of statements that can stand alone."""
    for statement in piece.statements:
        if not 10 <= plain_words(statement.text) <= _LONGEST_SENTENCE or statement.text.endswith(("？", "?")):
            continue
        text, said = body(statement.text)
        for number in (_with_unit(text, number) for number in numbers(text)):
            if _asks(text, number):
                found = _figure(piece, statement, (text, said), number)
                if found:
                    yield found


def _with_unit(text: str, number: Number) -> Number:
    """Return a number with the whole of its unit: 个月, 个工作日."""
    more = _LONG_UNIT.match(text, number.span.end) if number.unit == "个" else None
    if not more:
        return number
    span = Span(start=number.span.start, end=more.end())
    return Number(value=number.value, unit=number.unit + more.group(), span=span)


def _asks(text: str, number: Number) -> bool:
    """Whether a number is a figure that is worth a question: with a unit, and no year, name or ordinal."""
    start, end = number.span.start, number.span.end
    han = not fold(text)[start].isdigit() and not text[start:].startswith("百分之")
    return bool(
        number.unit
        and number.unit not in _NO_COUNT
        and not _is_year(number)
        and not ((han or number.unit in ("年", "日")) and not _limits(text[:start], text[end:]))
        and not _RANGE.search(text[:start])
        and not _POINTS.match(text[end:])
        and text[start - 1 : start] != "等"
        and not (han and (number.unit not in _HAN_UNITS or number.value < 2))
        and not _BASE.search(text[:start])
        and not _NAMES.match(text[end:])
        and not any(match.start() < start < match.end() for match in _INSIDE.finditer(text))
        and text[start - 1 : start] not in ("-", "—", "~", "第", ".")
        and text[end : end + 1] not in ("-", "—", "~", "至")
    )


def _limits(before: str, after: str) -> bool:
    """Whether what stands around a number makes it a limit or a length, and no name or date."""
    return bool(
        _DEADLINE.match(after) or re.search(r"(?:超过|少于|低于|高于|达到?|连续|期限为|为期)$", before)
    )


def _figure(piece: Piece, statement: Statement, body: tuple[str, str], number: Number) -> Candidate | None:
    text, said = body
    clause = next(span for span in clauses(text) if span.start <= number.span.start < span.end)
    if not _alone(text, clause, number):
        return None
    start = max(text.rfind(mark, 0, number.span.start) for mark in "；;") + 1
    near, far = text[clause.start : number.span.start], text[start : number.span.start]
    variants = [near, far]
    years = _YEAR.findall(far)
    time = TIME.match(far) or (_YEAR.search(far) if len(years) == 1 else None)
    if time and not _YEAR.search(near):
        variants.insert(0, time.group().rstrip("，,") + "，" + near)
    after = _after(text, number.span.end, clause.end)
    prefix = named(piece, statement, said)
    if prefix and prefix.startswith("按照") and not re.match("约|占|达|比|较|同比", near):
        variants.append(f"{prefix}{near}")
    for before in variants:
        question = _question(before, after, text, number)
        if _good(question, before, after):
            forms = _forms(text[number.span.start : number.span.end], number)
            return piece.candidate(question, "数字", "数字", facts=[forms], quotes=[statement.text])
    return None


def _after(text: str, start: int, end: int) -> str:
    """Return the rest of the clause, and the next one where the rest is only 内."""
    rest = text[start:end]
    if re.fullmatch(r"之?以?内[,，]", rest):
        following = next((span.end for span in clauses(text) if span.start == end), end)
        rest += text[end:following]
    return _AFTER.sub("", rest).rstrip("，,；;：:。 ")


def _alone(text: str, clause: Span, number: Number) -> bool:
    """Whether no other figure stands in the clause, the one that it rose or fell from aside."""
    inside = [
        one
        for one in numbers(text[clause.start : clause.end])
        if one.unit and one.unit not in _NO_COUNT and not _is_year(one)
    ]
    at = number.span.start - clause.start
    return all(
        one.span.start == at or _BASE.search(text[clause.start : clause.start + one.span.start])
        for one in inside
    )


def _is_year(number: Number) -> bool:
    return number.unit == "年" and number.value > 1000


def _good(question: str, before: str, after: str) -> bool:
    return (
        _SHORTEST <= len(question) <= _LONGEST
        and len(before) >= _LEAST
        and has_subject(before)
        and not BREAKS_OFF.search(question)
        and not points_back(before + after)
        and not _BEFORE.fullmatch(TIME.sub("", before))
        and sum(one.unit not in ("", *_NO_COUNT) and not _is_year(one) for one in numbers(before)) <= 1
        and question.count("“") == question.count("”")
        and question.count("（") + question.count("(") == question.count("）") + question.count(")")
    )


def _question(before: str, after: str, text: str, number: Number) -> str:
    bound = _BEFORE.search(before)
    if bound:
        word = bound["keep"]
        before = before[: bound.start()] + ("" if word in _DROPPED else _SAID.get(word, word))
    written = text[number.span.start : number.span.end]
    scale = re.search(r"[万亿]*(?=(?:美|欧|日)?元$)", written) if number.unit.endswith("元") else None
    unit = "" if number.unit in ("%", "‰") else (scale.group() if scale else "") + number.unit
    if after.startswith("的") and not unit:
        return f"{before}多大比例{after}"
    return f"{before}多少{unit}{after}"


def _forms(written: str, number: Number) -> list[str]:
    """Return how a figure may be written: as it is, 多 for 余, digits for Chinese numerals, % for 百分之."""
    forms = [written]
    for one, other in (("余", "多"), ("多", "余")):
        if one in written:
            forms.append(written.replace(one, other))
    if not fold(written)[0].isdigit():
        forms.append(f"{number.value:f}{number.unit}")
    return forms


_DAY = r"(?:(?:19|20)\d\d年)?\d{1,2}月\d{1,2}(?:\s*[-—~至到]\s*(?:\d{1,2}月)?\d{1,2})?日"
_EVENTS = r"(?:召开|举行|举办|开幕|闭幕|成立|揭牌|发布|印发|公布|出台|启动|开通|投运|投产|施行|实施|生效|通过|签署|签订|揭晓|竣工|开工|提请|上市|发射|离开|抵达|会见)"
_DAY_FIRST = re.compile(
    rf"^(?P<day>{_DAY})(?:上午|下午|晚上?)?[,，]?(?P<who>[^，,。；;“”]{{4,40}}?)(?P<did>(?:在[^，,。；;]{{2,16}}?)?(?:正式)?{_EVENTS}[^，,。；;]{{0,30}})[，,。；;]"
)
_WHO_FIRST = re.compile(
    rf"^(?P<who>[^，,。；;“”]{{2,30}}?)(?:于|在)?(?P<day>{_DAY})(?:上午|下午|晚上?)?(?P<did>(?:在[^，,。；;]{{2,16}}?)?(?:正式)?{_EVENTS}[^，,。；;]{{0,30}})[，,。；;]"
)
_EVENT_OF = re.compile(rf"{_EVENTS}的")
_FROM = re.compile(
    rf"(?P<who>本?[^，,。；;]{{0,40}}?)(?P<did>(?:将|拟)?(?:自|从|于)(?P<day>{_DAY})(?:起|开始)?(?:正式)?(?:施行|实施|执行|生效))"
)


def dates(piece: Piece) -> Iterator[Candidate]:
    """Propose `……是什么时候……的？` for what happened on a day, and `……从什么时候起施行？`."""
    for statement in piece.statements:
        text, _ = body(statement.text)
        match = _DAY_FIRST.match(text) or _WHO_FIRST.match(text)
        if match and _EVENT_OF.search(match["did"]):
            match = None
        if match and has_subject(match["who"]) and not points_back(match["who"] + match["did"]):
            question = f"{match['who']}是什么时候{match['did']}的"
            found = _dated(piece, statement, question, match["day"])
            if found:
                yield found
        match = _FROM.search(text)
        who = match and _work(piece, statement, match["who"])
        if match and who:
            question = f"{who}{match['did'].replace(match['day'], '什么时候', 1)}"
            found = _dated(piece, statement, question, match["day"])
            if found:
                yield found


def _dated(piece: Piece, statement: Statement, question: str, day: str) -> Candidate | None:
    if len(question) > _LONGEST or not piece.once(statement.text):
        return None
    forms = [day, re.sub(r"^\d{4}年", "", day)]
    return piece.candidate(question, "日期", "日期", facts=[forms], quotes=[statement.text])


def _work(piece: Piece, statement: Statement, who: str) -> str | None:
    """Return the work that 本办法 or 办法 means: the article itself, or the last one named in 《》."""
    if re.search(r"《[^》]+》$", who):
        return who[who.rindex("《") :]
    match = re.search(r"(本)?(办法|条例|规定|法|通知|意见|细则|方案|决定|规则|公告|标准)$", who)
    if not match:
        return None
    if match[1]:
        return f"《{piece.title}》" if piece.title else None
    titles = re.findall(r"《([^》]+)》", statement.paragraph.text.split(statement.text)[0])
    return f"《{titles[-1]}》" if titles and titles[-1].endswith(match[2]) else None
