"""What a text states that can be compared, and whether two texts state the same.

That is what `rag.claims` can check, and besides what those may write who restate: fractions, the first months
of a year, times of one and a half. A restatement may round: 近六十 is 58, 八成 is 79.6%, 前5个月 is 1—5月.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

import rjieba

from rag.aliases import aliases
from rag.claims import Item, items
from rag.datatypes import Span
from rag.numerals import chinese_value
from rag.text import fold

_SHARES = frozenset(("%", "‰", "百分点"))
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
PLAN = re.compile("(?:十[一二三四五六七]|[一二三四五六七八九])五")
"""The name of a five-year plan."""
_SECONDS: Mapping[str, Decimal] = {"秒": Decimal(1), "分钟": Decimal(60), "小时": Decimal(3600)}


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
    (value, unit), (other, their_unit) = amount(ours), amount(theirs)
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


def amount(item: Item) -> tuple[Decimal, str]:
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
    own = [*_fractions(folded), *_months(folded), *_singles(folded), *persons(folded)]
    taken = {at for item in own for at in range(item.span.start, item.span.end)}
    plain = (item for item in items(text) if taken.isdisjoint(range(item.span.start, item.span.end)))
    return (*own, *(item for item in plain if not _begins_range(item, folded) and not _loose(item)))


def _loose(item: Item) -> bool:
    """Whether an item is a numeral that nothing is counted by: 四十样, 三五成群; the name of a plan is none."""
    words = str(item.key[0])
    return item.kind == "numeral" and words[0] != "第" and not PLAN.fullmatch(words)


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


def persons(folded: str) -> Iterator[Item]:
    """Yield the people in a folded text whose surname the dictionary parts from the rest: 王 and 志远."""
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
