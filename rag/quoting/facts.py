"""The facts of a restatement, one by one: those that its source states as well, and those that it disputes.

What is compared is what `rag.claims` can check: numbers by value, dates as far as both say them, names by any of
their forms. A restatement may round and count: 近六十 is 58, 八成 is 79.6%, 前5个月 is 1—5月.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

import rjieba

from rag.aliases import aliases
from rag.causes import unfounded
from rag.claims import Item, displaced, items, surroundings
from rag.contradiction import is_named
from rag.datatypes import Counterpart, Difference, FactKind, Span
from rag.numerals import chinese_value
from rag.quoting.tokens import NEGATORS, negations
from rag.substitution import substituted
from rag.text import clauses, fold
from rag.words import content_words

_KINDS: Mapping[str, FactKind] = {
    "number": "number",
    "numeral": "number",
    "document": "number",
    "date": "date",
    "name person": "name",
    "name place": "name",
    "name organisation": "organisation",
    "latin": "name",
    "quoted": "word",
}
_SHARES = frozenset(("%", "‰", "百分点"))
_FEW = 10
"""A count of so many at most may be the restatement's own: 两个行业 of two that are named."""
_COUNTED = ("", "年", "天", "周", "倍", "小时", "分钟")
# How far a rounded number may lie from what it stands for: from, to, as shares of it.
_ROUNDED: Mapping[str, tuple[Decimal, Decimal]] = {
    "near": (Decimal("0.93"), Decimal("1.03")),
    "over": (Decimal(1), Decimal("1.15")),
    "min": (Decimal(1), Decimal("1.15")),
    "under": (Decimal("0.9"), Decimal(1)),
}
_TENTH = Decimal(5)
"""成 says so many points more or less."""
_NUMERAL = "[一二三四五六七八九十百]+"
_FRACTION = re.compile(
    rf"(?P<of>{_NUMERAL}|\d+)分之(?P<part>{_NUMERAL}|\d+)|(?P<over>\d+)/(?P<under>\d+)(?![\d/])"
    rf"|(?P<tenths>[一二三四五六七八九])成(?P<more>[一二三四五六七八九半])|(?P<half>[一过]半|半数)"
)
_SINGLE = re.compile(r"(?<![上下大多头])(?P<value>[一半])(?:个)?(?P<unit>年|天|周|小时|分钟|倍)(?!\w?来)")
_MONTHS = re.compile(rf"[前头](?P<count>\d+|(?!一个){_NUMERAL})个月")
_PLAN = re.compile("(?:十[一二三四五六七]|[一二三四五六七八九])五")
_SECONDS: Mapping[str, Decimal] = {"秒": Decimal(1), "分钟": Decimal(60), "小时": Decimal(3600)}
_SHORT = [
    "京北京",
    "津天津",
    "沪上海",
    "渝重庆",
    "冀河北",
    "晋山西",
    "辽辽宁",
    "吉吉林",
    "黑黑龙江",
    "苏江苏",
    "浙浙江",
    "皖安徽",
    "闽福建",
    "赣江西",
    "鲁山东",
    "豫河南",
    "鄂湖北",
    "湘湖南",
    "粤广东",
    "桂广西",
    "琼海南",
    "川四川",
    "蜀四川",
    "黔贵州",
    "滇云南",
    "云云南",
    "藏西藏",
    "陕陕西",
    "秦陕西",
    "甘甘肃",
    "陇甘肃",
    "青青海",
    "宁宁夏",
    "新新疆",
    "疆新疆",
    "蒙内蒙古",
    "港香港",
    "澳澳门",
    "台台湾",
]
_PLACES = {entry[1:]: entry[0] for entry in _SHORT}
"""The character that stands for a province or a city of its rank: 在京, 疆电."""
_HOME = ("中国", "我国", "全国", "国内", "中方")
_DENYING = re.compile("禁止|严禁|杜绝|不足|不够|缺乏|缺少|欠缺")
_DOUBLE = re.compile("不[得能可会]不|无不|没有不")
_FIRST = re.compile("第一|首|头一")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a restatement is held against: the sentences themselves, and what else is known to be meant there.

    `near` is the text around the sentences with them, `known` are the names of the article: who speaks, writes or
    publishes, what it is called; `date` is its ISO 8601 day.
    """

    text: str
    near: str
    known: tuple[str, ...] = ()
    date: str | None = None


def compared(quote: str, ground: Ground) -> tuple[list[Counterpart], list[Difference]]:
    """Return the facts of a quote that its ground states, and those that it does not or states otherwise.

    `given_at` counts in the quote, `source_at` in `ground.text`; a fact that stands around the sentences alone is
    in neither list. Both are in the quote's order, but for what the ground denies and the quote does not, which
    is last.
    """
    theirs, around = facts(ground.text), facts(ground.near)
    agreed: list[Counterpart] = []
    lost: list[Item] = []
    exchanged: list[tuple[Item, Item]] = []
    for item in sorted(facts(quote), key=lambda item: item.span):
        own = [other for other in theirs if agrees(item, other)]
        rival = _rival(quote, ground.text, item, own, theirs) if own else None
        if rival:
            exchanged.append((item, rival))
        elif own:
            agreed.append(_beside(quote, ground.text, item, own[0]))
        elif not any(agrees(item, other) for other in around) and not _known(item, ground):
            lost.append(item)
    taken = {fact.source_at for fact in agreed}
    spare = [other for other in theirs if (other.span.start, other.span.end) not in taken]
    disputed = [found for item in lost if (found := _dispute(quote, ground, item, spare))]
    disputed += [_told(_beside(quote, ground.text, *pair)) for pair in exchanged]
    told = [(found.given_at, found.given) for found in disputed]
    claim, source = fold(quote), fold(ground.text)
    for word in (*substituted(claim, source), *unfounded(claim, source)):
        at = claim.find(word)
        if at >= 0 and not any(start <= at < end for (start, end), _ in told):
            given = quote[at : at + len(word)]
            disputed.append(Difference(given=given, source="", kind="word", given_at=(at, at + len(word))))
    return agreed, [*disputed, *_denials(quote, ground.text)]


def _rival(quote: str, source: str, item: Item, own: Sequence[Item], theirs: Sequence[Item]) -> Item | None:
    """Return the number of the source that stands where the quote has this one, which stands elsewhere there; or None."""
    if item.kind != "number":
        return None
    others = [other.span for other in facts(quote) if other.kind == "number"]
    rivals = [other for other in theirs if other.kind == "number"]
    folded = fold(source)
    places = [other.span for other in rivals]
    if not displaced((fold(quote), item.span, others), (folded, places), [other.span for other in own]):
        return None
    wanted = surroundings(fold(quote), item.span, others)
    apart = [other for other in rivals if other not in own]
    return max(apart, key=lambda other: len(wanted & surroundings(folded, other.span, places)))


def agrees(ours: Item, theirs: Item) -> bool:
    """Whether a fact of a quote is the fact of its source: one value, one day as far as both say it, one name."""
    if {ours.kind, theirs.kind} == {"number", "date"}:
        number, day = (ours, theirs) if ours.kind == "number" else (theirs, ours)
        month = day.key[1] if day.key[0] is None and day.key[2] is None else None
        return number.key[1] == "" and month is not None and number.key[0] == month
    if ours.kind != theirs.kind:
        named = ours.kind.startswith("name") and theirs.kind.startswith("name")
        return named and ours.key == theirs.key
    if ours.kind == "number":
        return _same_number(ours, theirs)
    if ours.kind == "date":
        pairs = [(mine, other) for mine, other in zip(ours.key, theirs.key, strict=True) if mine and other]
        return bool(pairs) and all(mine == other for mine, other in pairs)
    mine, other = str(ours.key[0]), str(theirs.key[0])
    return (
        mine == other
        or other in aliases().get(mine, ())
        or (mine[:1] == "第" and _rank(mine) == _rank(other))
    )


def _same_number(ours: Item, theirs: Item) -> bool:
    """Whether two numbers have the same value, or one rounds the other, in one unit or one without any."""
    (value, unit), (other, their_unit) = _amount(ours), _amount(theirs)
    if unit != their_unit and ("" not in (unit, their_unit) or {unit, their_unit} & _SHARES):
        return False
    if value == other:
        return True
    if "成" in (ours.key[1], theirs.key[1]):
        return abs(value - other) < _TENTH
    if ours.bound in _ROUNDED and value > 0:
        low, high = _ROUNDED[ours.bound]
        return value * low <= other <= value * high
    return False


def _amount(item: Item) -> tuple[Decimal, str]:
    """Return the value and unit of a number, tenths as a percentage, times in seconds."""
    value, unit = Decimal(str(item.key[0])), str(item.key[1])
    if unit in _SECONDS:
        return value * _SECONDS[unit], "秒"
    return (value * 10, "%") if unit == "成" else (value, unit)


def _rank(ordinal: str) -> Decimal | str:
    """Return the value of an ordinal, itself where it has none."""
    numeral = ordinal[1:]
    try:
        return Decimal(numeral) if numeral.isdigit() else chinese_value(numeral)
    except ValueError:
        return ordinal


@lru_cache(maxsize=4096)
def facts(text: str) -> tuple[Item, ...]:
    """Return what can be compared in a text; fractions are percentages, a range of months its last."""
    folded = fold(text)
    own = [*_fractions(folded), *_months(folded), *_singles(folded), *_persons(folded)]
    taken = {at for item in own for at in range(item.span.start, item.span.end)}
    plain = (item for item in items(text) if taken.isdisjoint(range(item.span.start, item.span.end)))
    return (*own, *(item for item in plain if not _begins_range(item, folded) and not _loose(item)))


def _loose(item: Item) -> bool:
    """Whether an item is a numeral that nothing is counted by: 四十样, 三五成群; the name of a plan is none."""
    words = str(item.key[0])
    return item.kind == "numeral" and words[0] != "第" and not _PLAN.fullmatch(words)


def _months(folded: str) -> Iterator[Item]:
    """Yield the first months of a year (前5个月) as the last of them, as 1—5月 has it."""
    for match in _MONTHS.finditer(folded):
        count = match["count"]
        month = int(count) if count.isdigit() else int(chinese_value(count))
        yield Item("date", (None, month, None), Span(start=match.start() + 1, end=match.end()))


def _singles(folded: str) -> Iterator[Item]:
    """Yield the times and multiples of one and a half: 一年, 半小时."""
    for match in _SINGLE.finditer(folded):
        value = Decimal(1) if match["value"] == "一" else Decimal("0.5")
        yield Item("number", (value, match["unit"]), Span(start=match.start(), end=match.end()))


def _begins_range(item: Item, folded: str) -> bool:
    """Whether an item is the 1 of 1—11月."""
    ranged = re.match(r"\s*月?(?:份)?[-~至到]", folded[item.span.end :])
    return item.kind == "date" and item.key == (None, 1, None) and ranged is not None


def _persons(folded: str) -> Iterator[Item]:
    """Yield the people whose surname the dictionary parts from the rest: 王 and 志远."""
    position = 0
    tagged = rjieba.tag(folded)
    for (word, tag), (rest, other) in pairwise(tagged):
        if tag == "nr" and other == "nrfg" and len(word) == 1:
            end = position + len(word) + len(rest)
            yield Item("name person", (word + rest,), Span(start=position, end=end))
        position += len(word)


def _fractions(folded: str) -> Iterator[Item]:
    """Yield the fractions (三分之一, 一半, 一成六) as percentages."""
    for match in _FRACTION.finditer(folded):
        item = _fraction(match)
        if item:
            yield item


def _fraction(match: re.Match[str]) -> Item | None:
    """Return a fraction as a percentage, None where it is none: 百分之十, 0/0."""
    if match["half"]:
        value = Decimal(50)
    elif match["tenths"]:
        more = Decimal(5) if match["more"] == "半" else chinese_value(match["more"])
        value = chinese_value(match["tenths"]) * 10 + more
    else:
        part, of = (match["part"], match["of"]) if match["of"] else (match["over"], match["under"])
        top, bottom = (Decimal(n) if n.isdigit() else chinese_value(n) for n in (part, of))
        if not bottom or of in ("百", "100"):
            return None
        value = top * 100 / bottom
    return Item("number", (value.normalize(), "%"), Span(start=match.start(), end=match.end()), "near")


def _known(item: Item, ground: Ground) -> bool:
    """Whether a fact is known without standing in the sentences: the day of the article, who speaks, our country."""
    words = str(item.key[0])
    if item.kind == "date":
        day = [int(part) for part in ground.date.split("-")] if ground.date else [None] * 3
        return all(mine in (None, theirs) for mine, theirs in zip(item.key, day, strict=False))
    if item.kind == "numeral":
        return words == "第一" and _FIRST.search(ground.text) is not None
    if item.kind in ("quoted", "latin", "document"):
        return words in fold(ground.near) or words in fold("\n".join(ground.known))
    if not item.kind.startswith("name"):
        return False
    if words in _HOME and any(home in ground.near for home in _HOME):
        return True
    wide = fold("\n".join([ground.near, *ground.known]))
    short = _PLACES.get(words)
    return any(is_named(form, wide) for form in aliases().get(words, (words,))) or (
        short is not None and short in ground.text
    )


def _beside(quote: str, source: str, item: Item, other: Item) -> Counterpart:
    return Counterpart(
        given=quote[item.span.start : item.span.end],
        source=source[other.span.start : other.span.end],
        kind=_kind(item),
        given_at=(item.span.start, item.span.end),
        source_at=(other.span.start, other.span.end),
    )


def _kind(item: Item) -> FactKind:
    plan = item.kind == "numeral" and _PLAN.fullmatch(str(item.key[0]))
    return "date" if plan else _KINDS[item.kind]


def _told(fact: Counterpart) -> Difference:
    return Difference(
        given=fact.given, source=fact.source, kind=fact.kind, given_at=fact.given_at, source_at=fact.source_at
    )


def _dispute(quote: str, ground: Ground, item: Item, spare: Sequence[Item]) -> Difference | None:
    """Return how a fact departs from the source, beside what seems to stand in its place there; None for a mere count."""
    alike = [other for other in spare if other.kind == item.kind]
    if item.kind == "quoted" or (item.kind in ("name place", "name organisation") and not alike):
        return None
    if item.kind == "number":
        alike.sort(key=lambda other: _amount(other)[1] != _amount(item)[1])
        same = bool(alike) and _amount(alike[0])[1] == _amount(item)[1]
        if not same and item.key[1] in _COUNTED and Decimal(str(item.key[0])) <= _FEW:
            return None
        alike = alike if same else []
    other = alike[0].span if alike else None
    return Difference(
        given=quote[item.span.start : item.span.end],
        source=ground.text[other.start : other.end] if other else "",
        kind=_kind(item),
        given_at=(item.span.start, item.span.end),
        source_at=(other.start, other.end) if other else (0, 0),
    )


def _denials(quote: str, source: str) -> Iterator[Difference]:
    """Yield the clauses of the quote that deny what a clause of the source states, then those that state what it denies."""
    for said, other, flip in ((quote, source, False), (source, quote, True)):
        there = [(_words(text), _denies(text)) for _, text in _clauses(other)]
        for span, clause in _clauses(said):
            wanted = _words(clause)
            if not _denies(clause) or not wanted:
                continue
            shared, denied = max(
                ((len(wanted & words), denies) for words, denies in there), default=(0, False)
            )
            if shared * 2 > len(wanted) and not denied:
                at = (span.start, span.end)
                pair = ("", clause) if flip else (clause, "")
                places = ((0, 0), at) if flip else (at, (0, 0))
                yield Difference(
                    given=pair[0], source=pair[1], kind="negation", given_at=places[0], source_at=places[1]
                )


def _denies(clause: str) -> bool:
    """Whether a clause denies something; two negations (不得不) affirm."""
    plain, count = _DENYING.subn("", _DOUBLE.sub("", clause))
    if not NEGATORS.isdisjoint(plain):
        count += negations(plain)
    return count % 2 == 1


def _clauses(text: str) -> list[tuple[Span, str]]:
    return [(span, text[span.start : span.end]) for span in clauses(text)]


def _words(clause: str) -> set[str]:
    """Return the content words of a clause that a negation in it may deny."""
    return {word for word, _ in content_words(clause) if NEGATORS.isdisjoint(word)}
