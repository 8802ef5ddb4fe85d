"""What the words of a quote are: dates, numbers with their units, names, bodies, negations, modals, other words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

import rjieba

from rag.claims import LIMITS, TITLED
from rag.numerals import Number, chinese_value, find_dates, numbers
from rag.quoting.alignment import MINUS
from rag.quoting.organisations import known, organisations
from rag.structure.people import SURNAMES
from rag.substitution import MODAL
from rag.text import fold, squeeze

TokenKind = Literal["date", "number", "name", "organisation", "negation", "modality", "word"]

HAN_NUMERAL = "〇零一二三四五六七八九十"
NUMERALS = frozenset(f"0123456789{HAN_NUMERAL}两百千万亿")
"""The characters that whole numbers are written with."""
_DAY = r"\d{1,2}(?:\s*[-~、]\s*\d{1,2})*\s*[日号](?![线楼院])"
_DATE = re.compile(
    r"(?<!\d)(?:19|20)\d\d\s*[-/.]\s*\d{1,2}\s*[-/.]\s*\d{1,2}(?!\d)"
    rf"|(?<!\d)(?:(?:19|20)\d\d\s*[-~至]\s*)?(?:19|20)\d\d\s*年(?:\s*\d{{1,2}}\s*月份?(?:\s*{_DAY})?)?"
    rf"|(?<!\d)\d{{1,2}}(?:\s*[-~至]\s*\d{{1,2}})?\s*月份?(?:\s*{_DAY})?|(?<!\d)(?=[\d\s~、-]+日){_DAY}"
    rf"|[〇零一二三四五六七八九]{{4}}年(?:[{HAN_NUMERAL}]{{1,3}}月(?:[{HAN_NUMERAL}]{{1,3}}[日号])?)?"
    rf"|[{HAN_NUMERAL}]{{1,3}}月(?:[{HAN_NUMERAL}]{{1,3}}[日号])?"
    r"|(?<!\d)\d{1,2}:\d\d(?::\d\d)?(?!\d)|(?<!\d)\d{1,2}时(?:\d{1,2}分)?"
    rf"|(?<![{HAN_NUMERAL}])十[一二三四五六七]五(?![{HAN_NUMERAL}个项条家])"
    r"|第?[一二三四1-4]季度|[上下]半年|[今去前明后]年|(?:星期|周)[一二三四五六日](?!体)"
)
_MORE = re.compile(
    r"[多余几]?(?:亿?元|个百分点|个|家|项|人|名|户|件|次|年|天|倍|强|岁|种|类|条|吨|公里|平方米|亩)"
)
_ORDINAL = re.compile(rf"第\s*(?:\d+|[{HAN_NUMERAL}百千]+)(?:大|次|届|期|版|章|条|款|项|个|位|名|批|轮)?")
_RANGE_SIGN = re.compile(rf"(?<=[\d{HAN_NUMERAL}两百千万亿%])[-~至到](?=[\d{HAN_NUMERAL}两百千])")
_RANGE = re.compile(
    rf"(?:\d+(?:\.\d+)?|[{HAN_NUMERAL}两百千]+)[万亿%]*\s*[-~至到]\s*(?:\d+(?:\.\d+)?|[{HAN_NUMERAL}两百千]+)"
    rf"(?:[万亿]*{_MORE.pattern}|[万亿%]+)"
)
_FRACTION = re.compile(rf"(?:\d+|(?!百分之)[{HAN_NUMERAL}百千]+)分之(?:\d+|[{HAN_NUMERAL}两百千]+)")
_SIGNED = re.compile(rf"{MINUS}\d+(?:\.\d+)?(?:%|℃|度|个百分点)?")
_MIXED = re.compile(r"[a-z]+-?\d+(?:\.\d+)*[a-z]*|\d+(?:\.\d+)*[a-z]+")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_LATIN = re.compile(r"[a-z]+(?:[-&.][a-z]+)*")
_NUMERAL = re.compile(r"\d+(?:\.\d+)?|[〇零一二两三四五六七八九十百千]+")
_PLAN = re.compile("十[一二三四五六七]五")

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
    不懈 除非 无非 差不多 南非 无穷 无比 无偿 不同 不足 不及 不等 不一 不得不 不能不
    """.split()  # noqa: SIM905 - likewise
)
PLAIN_STARTS = tuple(_NOT_NEGATIVE)
"""Words that begin with a negator and deny nothing."""

MODALS = (
    MODAL
    | LIMITS
    | frozenset(
        """
        要 应 应该 须 必需 需 需要 要求 可 可能 宜 能 会 得以 不得不 不能不 大多 大多数 绝大多数
        """.split()  # noqa: SIM905 - likewise
    )
) - NEGATIVE_WORDS
# What merely describes (重大举措) binds nobody to more or less.
MODALS -= {"重大", "重点", "主要", "符合条件", "有条件"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A piece of text that a difference shows whole: offsets into the text, half-open, and what it is."""

    start: int
    end: int
    kind: TokenKind


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[Token, ...]:
    """Return the tokens that tile `text`: dates, numbers with units, names, bodies, negations, other words."""
    folded = fold(text)
    found: list[Token] = []
    for start, end, kind in sorted(_facts(folded), key=lambda fact: fact[0]):
        found.extend(_words(folded, found[-1].end if found else 0, start))
        found.append(Token(start=start, end=end, kind=kind))
    found.extend(_words(folded, found[-1].end if found else 0, len(folded)))
    return tuple(found)


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
    for pattern in (_ORDINAL, _RANGE, _FRACTION, _SIGNED, _MIXED):
        for match in pattern.finditer(folded):
            take(match.start(), match.end(), "number")
    for number in numbers(folded):
        if folded.startswith("进一步", number.span.start - 1):
            continue
        stem = number.span.end - (1 if number.unit in ("多", "余") else 0)
        more = _MORE.match(folded, stem)
        take(number.span.start, max(number.span.end, more.end() if more else 0), "number")
    for match in _DIGITS.finditer(folded):
        take(match.start(), match.end(), "number")
    for match in known().finditer(folded):
        take(match.start(), match.end(), "organisation")
    for match in TITLED.finditer(folded):
        take(match.start("name"), match.end("name"), "name")
    for match in _LATIN.finditer(folded):
        take(match.start(), match.end(), "name")
    return found


def _words(folded: str, start: int, end: int) -> list[Token]:
    """Return the words of `folded[start:end]`, cut and tagged by dictionary; a body's name is one word."""
    tagged = rjieba.tag(folded[start:end]) if start < end else []
    bodies = dict(organisations(tagged))
    found = []
    number = 0
    while number < len(tagged):
        last = bodies.get(number, number + 1)
        length = sum(len(word) for word, _ in tagged[number:last])
        kind = "organisation" if number in bodies else _kind(*tagged[number])
        found.append(Token(start=start, end=start + length, kind=kind))
        start += length
        number = last
    return found


def _kind(word: str, tag: str) -> TokenKind:
    """Return what a word that no body is named by is. The dictionary tags some phrases as persons: 大力支持."""
    if len(word) > 1 and (tag in ("ns", "nrfg") or (tag.startswith("nr") and word[0] in SURNAMES)):
        return "name"
    if len(word) > 2 and tag == "nrt":
        return "name"
    if word in NEGATIVE_WORDS or set(word) <= NEGATORS:
        return "negation"
    return "modality" if word in MODALS else "word"


def negations(text: str) -> int:
    """Return how many negating characters `text` has, those inside words such as 未来 or 不断 not counted."""
    words = (text[token.start : token.end] for token in tokens(text))
    return sum(len(NEGATORS.intersection(word)) for word in words if fold(word) not in _NOT_NEGATIVE)


def rounded(text: str) -> bool:
    """Whether a number in `text` is rounded off: 570多万, 6000余家."""
    return re.search(r"(?<=[\d十百千万亿])[多余](?!元)", fold(text)) is not None


def amount(number: Number) -> tuple[Decimal, str]:
    """Return a number's value and its unit; tenths (四成) are percent."""
    return (number.value * 10, "%") if number.unit == "成" else (number.value, number.unit)


def same_value(given: str, source: str) -> bool:
    """Whether two numbers or two dates mean the same: 六类 and 6类, 8000亿元 and 0.8万亿元."""
    if fold(given).startswith("-") != fold(source).startswith("-"):
        return False
    left = [amount(number) for number in numbers(given)]
    right = [amount(number) for number in numbers(source)]
    if left and left == right:
        return True
    days = [day for day, _ in find_dates(given)]
    if days and days == [day for day, _ in find_dates(source)]:
        return True
    return _spelled(given) == _spelled(source)


def _spelled(text: str) -> tuple[str, tuple[Decimal, ...]]:
    """Return a text without its numerals, and their values; a plan (十五五) is a name, not a numeral."""
    plain = squeeze(fold(text)).replace("号", "日").replace(",", "")
    plain = _RANGE_SIGN.sub("-", plain)
    if _PLAN.search(plain):
        return plain, ()
    values = tuple(
        Decimal(numeral) if numeral[0].isdigit() else chinese_value(numeral)
        for numeral in _NUMERAL.findall(plain)
    )
    return _NUMERAL.sub("#", plain).removeprefix("第"), values
