"""What the words of a quote are: dates, numbers with their units, names, negations, other words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import rjieba

from rag.datatypes import Span
from rag.numerals import chinese_value, find_dates, numbers
from rag.text import fold, squeeze

TokenKind = Literal["date", "number", "name", "negation", "word"]

_HAN_NUMERAL = "〇零一二三四五六七八九十"
_DAY = r"\d{1,2}(?:\s*[-~、]\s*\d{1,2})*\s*[日号](?![线楼院])"
_DATE = re.compile(
    r"(?<!\d)(?:19|20)\d\d\s*[-/.]\s*\d{1,2}\s*[-/.]\s*\d{1,2}(?!\d)"
    rf"|(?<!\d)(?:(?:19|20)\d\d\s*[-~至]\s*)?(?:19|20)\d\d\s*年(?:\s*\d{{1,2}}\s*月份?(?:\s*{_DAY})?)?"
    rf"|(?<!\d)\d{{1,2}}(?:\s*[-~至]\s*\d{{1,2}})?\s*月份?(?:\s*{_DAY})?|(?<!\d)(?=[\d\s~、-]+日){_DAY}"
    rf"|[〇零一二三四五六七八九]{{4}}年(?:[{_HAN_NUMERAL}]{{1,3}}月(?:[{_HAN_NUMERAL}]{{1,3}}[日号])?)?"
    rf"|[{_HAN_NUMERAL}]{{1,3}}月(?:[{_HAN_NUMERAL}]{{1,3}}[日号])?"
    r"|(?<!\d)\d{1,2}:\d\d(?::\d\d)?(?!\d)|(?<!\d)\d{1,2}时(?:\d{1,2}分)?"
    rf"|(?<![{_HAN_NUMERAL}])十[一二三四五六七]五(?![{_HAN_NUMERAL}个项条家])"
    r"|第?[一二三四1-4]季度|[上下]半年|[今去前明后]年|(?:星期|周)[一二三四五六日](?!体)"
)
_MORE = re.compile(
    r"[多余几]?(?:亿?元|个百分点|个|家|项|人|名|户|件|次|年|天|倍|强|岁|种|类|条|吨|公里|平方米|亩)"
)
_ORDINAL = re.compile(rf"第\s*(?:\d+|[{_HAN_NUMERAL}百千]+)(?:大|次|届|期|版|章|条|款|项|个|位|名|批|轮)?")
_MIXED = re.compile(r"[a-z]+-?\d+(?:\.\d+)*[a-z]*|\d+(?:\.\d+)*[a-z]+")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_LATIN = re.compile(r"[a-z]+(?:[-&.][a-z]+)*")
_NUMERAL = re.compile(r"\d+(?:\.\d+)?|[〇零一二两三四五六七八九十百千]+")
_PLAN = re.compile("十[一二三四五六七]五")
_NAME_TAGS = frozenset({"nr", "nrt", "nrfg", "ns", "nt"})

NEGATORS = frozenset("不没未非无勿莫否")
NEGATIVE_WORDS = frozenset(
    """
    没有 并非 绝不 决不 不能 不得 不要 不会 不是 不应 不可 不准 不许 不宜 不必 不再
    无需 无须 未能 未曾 尚未 从未 并未 并不 毫无 禁止 严禁
    """.split()  # noqa: SIM905 - reads better than thirty quoted words
)
_NOT_NEGATIVE = frozenset(
    """
    未来 非常 不断 不仅 不但 不管 不论 无论 不过 不久 不少 不仅仅 非洲 非遗 无线 无锡
    无人机 不妨 不愧 不禁 不时 不惜 莫大 莫斯科 没收 淹没 沉没 否则 是否 能否 可否 无缝
    不懈 除非 无非 差不多 南非 无穷 无比 无偿 不同
    """.split()  # noqa: SIM905 - likewise
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A piece of text that a difference shows whole: offsets into the text, half-open, and what it is."""

    start: int
    end: int
    kind: TokenKind


def tokens(text: str) -> list[Token]:
    """Return the tokens that tile `text`: dates, numbers with units, names, negations, other words."""
    folded = fold(text)
    found: list[Token] = []
    for start, end, kind in sorted(_facts(folded), key=lambda fact: fact[0]):
        found.extend(_words(folded, found[-1].end if found else 0, start))
        found.append(Token(start=start, end=end, kind=kind))
    found.extend(_words(folded, found[-1].end if found else 0, len(folded)))
    return found


def _facts(folded: str) -> list[tuple[int, int, TokenKind]]:
    """Return dates, numbers and Latin names that do not overlap, dates before numbers before names."""
    taken = [False] * len(folded)
    found: list[tuple[int, int, TokenKind]] = []

    def take(start: int, end: int, kind: TokenKind) -> None:
        if start < end and not any(taken[start:end]):
            taken[start:end] = [True] * (end - start)
            found.append((start, end, kind))

    for match in _DATE.finditer(folded):
        take(match.start(), match.end(), "date")
    for pattern in (_ORDINAL, _MIXED):
        for match in pattern.finditer(folded):
            take(match.start(), match.end(), "number")
    for number in numbers(folded):
        stem = number.span.end - (1 if number.unit in ("多", "余") else 0)
        more = _MORE.match(folded, stem)
        take(number.span.start, max(number.span.end, more.end() if more else 0), "number")
    for match in _DIGITS.finditer(folded):
        take(match.start(), match.end(), "number")
    for match in _LATIN.finditer(folded):
        take(match.start(), match.end(), "name")
    return found


def _words(folded: str, start: int, end: int) -> list[Token]:
    """Return the words of `folded[start:end]`, cut and tagged by dictionary."""
    found = []
    for word, tag in rjieba.tag(folded[start:end]) if start < end else ():
        kind: TokenKind = "word"
        if tag in _NAME_TAGS and len(word) > 1:
            kind = "name"
        elif word in NEGATIVE_WORDS or set(word) <= NEGATORS:
            kind = "negation"
        found.append(Token(start=start, end=start + len(word), kind=kind))
        start += len(word)
    return found


def negations(text: str) -> int:
    """Return how many negating characters `text` has, those inside words such as 未来 or 不断 not counted."""
    words = (text[token.start : token.end] for token in tokens(text))
    return sum(len(NEGATORS.intersection(word)) for word in words if fold(word) not in _NOT_NEGATIVE)


def same_value(given: str, source: str) -> bool:
    """Whether two numbers or two dates mean the same: 六类 and 6类, 8000亿元 and 0.8万亿元."""
    left = [(number.value, number.unit) for number in numbers(given)]
    right = [(number.value, number.unit) for number in numbers(source)]
    if left and left == right:
        return True
    days = [day for day, _ in find_dates(given)]
    if days and days == [day for day, _ in find_dates(source)]:
        return True
    return _spelled(given) == _spelled(source)


def _spelled(text: str) -> tuple[str, tuple[Decimal, ...]]:
    """Return a text without its numerals, and their values; a plan (十五五) is a name, not a numeral."""
    plain = squeeze(fold(text)).replace("号", "日").replace(",", "")
    if _PLAN.search(plain):
        return plain, ()
    values = tuple(
        Decimal(numeral) if numeral[0].isdigit() else chinese_value(numeral)
        for numeral in _NUMERAL.findall(plain)
    )
    return _NUMERAL.sub("#", plain).removeprefix("第"), values


_RUN = re.compile(
    rf"(?:百分之)?(?:\d+(?:[.,:]\d+)*|[{_HAN_NUMERAL}两百千]+(?:点[{_HAN_NUMERAL}]+)?)[多余]?[万亿千百]*[%‰]?"
)
# How far around the end of a quotation its tokens are looked at, in characters.
_AROUND = 16


def cut_short(
    text: str, edge: int, *, begins: bool
) -> tuple[Span, Span, Literal["number", "date", "negation"]] | None:
    """Return what a quotation falsifies by where it begins or ends, or None.

    A number that is cut (500个 out of 1500个) and a negation left standing outside (得更改 out of
    不得更改) change what is said; a clause, a unit or a year left out does not.

    Args:
        text: the paragraph quoted from.
        edge: the offset in it where the quotation begins or ends.
        begins: whether it begins there.

    Returns:
        Where in `text` the words stand that are quoted, where the source's words do, and what they are.
    """
    low = max(0, edge - _AROUND)
    around = text[low : edge + _AROUND]
    at = edge - low
    found = tokens(around)
    for number, token in enumerate(found):
        whole = around[token.start : token.end]
        source = Span(start=low + token.start, end=low + token.end)
        if token.start < at < token.end and (token.kind == "number" or token.kind == "date"):
            runs = (
                (token.start + run.start(), token.start + run.end()) for run in _RUN.finditer(fold(whole))
            )
            if any(start < at < end for start, end in runs):
                given = Span(start=edge, end=source.end) if begins else Span(start=source.start, end=edge)
                return given, source, token.kind
        if begins and token.kind == "negation" and token.start < at <= token.end:
            following = found[number + 1 : number + 2] if at == token.end else []
            end = following[0].end if following else token.end
            return Span(start=edge, end=low + end), Span(start=source.start, end=low + end), "negation"
    return None
