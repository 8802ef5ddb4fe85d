"""The facts of a restatement, one by one: those that its source states as well, and those that it disputes.

Numbers are compared by value, dates as far as both say them, names by any of their forms.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rag.aliases import aliases
from rag.attribution import misattributed
from rag.causes import unfounded
from rag.claims import Item, displaced, surroundings
from rag.contradiction import is_named
from rag.datatypes import Counterpart, Difference, FactKind
from rag.quoting.denials import denials
from rag.quoting.stated import PLAN, agrees, amount, facts
from rag.substitution import substituted
from rag.text import fold

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
_FEW = 10
"""A count of so many at most may be the restatement's own: 两个行业 of two that are named."""
_COUNTED = ("", "年", "天", "周", "倍", "小时", "分钟")
_SHORT = """
    京北京 津天津 沪上海 渝重庆 冀河北 晋山西 辽辽宁 吉吉林 黑黑龙江 苏江苏 浙浙江 皖安徽 闽福建
    赣江西 鲁山东 豫河南 鄂湖北 湘湖南 粤广东 桂广西 琼海南 川四川 蜀四川 黔贵州 滇云南 云云南
    藏西藏 陕陕西 秦陕西 甘甘肃 陇甘肃 青青海 宁宁夏 新新疆 疆新疆 蒙内蒙古 港香港 澳澳门 台台湾
    """.split()  # noqa: SIM905 - reads better than forty quoted words
_PLACES = {entry[1:]: entry[0] for entry in _SHORT}
"""The character that stands for a province or a city of its rank: 在京, 疆电."""
_HOME = ("中国", "我国", "全国", "国内", "中方")
_FIRST = re.compile("第一|首|头一")
_OPPOSED = tuple({low, high} for low in ("min", "over") for high in ("max", "under"))
"""The limits of which one forbids what the other allows: 不超过500个 and 至少500个."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a restatement is held against: the sentences themselves, and what else is known to be meant there.

    `near` is the text around the sentences with them, `known` are the names of the article: who speaks,
    writes or publishes, what it is called; `date` is its ISO 8601 day.
    """

    text: str
    near: str
    known: tuple[str, ...] = ()
    date: str | None = None


def compared(quote: str, ground: Ground) -> tuple[list[Counterpart], list[Difference]]:
    """Return the facts of a quote that its ground states, and those that it does not or states otherwise.

    `given_at` counts in the quote, `source_at` in `ground.text`; a fact that stands around the sentences alone
    is in neither list. Both are in the quote's order, but for what the ground denies and the quote does not,
    which is last.
    """
    theirs, around = facts(ground.text), facts(ground.near)
    agreed: list[Counterpart] = []
    lost: list[Item] = []
    exchanged: list[tuple[Item, Item]] = []
    for item in sorted(facts(quote), key=lambda item: item.span):
        own = [other for other in theirs if agrees(item, other)]
        rival = _rival(quote, ground.text, item, own, theirs)
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
    named = fold("\n".join(ground.known))
    for word in (
        *substituted(claim, source),
        *unfounded(claim, source),
        *misattributed(claim, source, named),
    ):
        at = claim.find(word)
        if at >= 0 and not any(start <= at < end for (start, end), _ in told):
            given = quote[at : at + len(word)]
            disputed.append(Difference(given=given, source="", kind="word", given_at=(at, at + len(word))))
    return agreed, [*disputed, *denials(quote, ground.text)]


def _rival(quote: str, source: str, item: Item, own: Sequence[Item], theirs: Sequence[Item]) -> Item | None:
    """Return the number or place of the source that stands where the quote has this one, or None.

    That is another one where this one stands elsewhere, if at all, or this number with the opposite limit.
    """
    if item.kind not in ("number", "name place"):
        return None
    if own and all({item.bound, other.bound} in _OPPOSED for other in own):
        return own[0]
    others = [other.span for other in facts(quote) if other.kind == item.kind]
    rivals = [other for other in theirs if other.kind == item.kind]
    apart = [other for other in rivals if other not in own]
    if not apart or (item.kind == "number" and not own):
        return None
    folded, places = fold(source), [other.span for other in rivals]
    if not displaced((fold(quote), item.span, others), (folded, places), [other.span for other in own]):
        return None
    wanted = surroundings(fold(quote), item.span, others)
    return max(apart, key=lambda other: len(wanted & surroundings(folded, other.span, places)))


def _known(item: Item, ground: Ground) -> bool:
    """Whether a fact is known without standing in the sentences: the article's day, who speaks, our country."""
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
    plan = item.kind == "numeral" and PLAN.fullmatch(str(item.key[0]))
    return "date" if plan else _KINDS[item.kind]


def _told(fact: Counterpart) -> Difference:
    return Difference(
        given=fact.given, source=fact.source, kind=fact.kind, given_at=fact.given_at, source_at=fact.source_at
    )


def _dispute(quote: str, ground: Ground, item: Item, spare: Sequence[Item]) -> Difference | None:
    """Return how a fact departs from the source, beside what seems to stand in its place; None for a count."""
    alike = [other for other in spare if other.kind == item.kind]
    if item.kind == "quoted" or (item.kind in ("name place", "name organisation") and not alike):
        return None
    if item.kind == "number":
        alike.sort(key=lambda other: amount(other)[1] != amount(item)[1])
        same = bool(alike) and amount(alike[0])[1] == amount(item)[1]
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
