"""Automatic list numbers of Word: text that the page shows and the file does not hold."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from rag.reading.docx_package import attribute, child, name, number

_DIGITS = "〇一二三四五六七八九"
_FORMAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_ENCLOSED = {
    "decimalEnclosedCircle": 0x2460,
    "decimalEnclosedParen": 0x2474,
    "decimalEnclosedFullstop": 0x2488,
}


def chinese(value: int, digits: str = _DIGITS, units: str = "十百千", ten: str = "十") -> str:
    """Return a number from 0 to 9999 in Chinese: 十二, 一百零五; `ten` is how 10 to 19 begin."""
    if value == 0:
        return digits[0]
    text = ""
    figures = str(value)
    for position, figure in enumerate(figures):
        unit = len(figures) - 1 - position
        if figure != "0":
            text += digits[int(figure)] + (units[unit - 1] if unit else "")
        elif text and figures[position + 1 :].strip("0") and not text.endswith("零"):
            text += "零"
    return ten + text[2:] if 10 <= value < 20 else text


def _letters(value: int) -> str:
    """Return a, b, …, z, aa, bb, …, as Word counts."""
    return chr(ord("a") + (value - 1) % 26) * ((value - 1) // 26 + 1)


def _roman(value: int) -> str:
    text = ""
    for worth, letters in _ROMAN:
        text += letters * (value // worth)
        value %= worth
    return text


def written(value: int, style: str) -> str:
    """Return the number `value` as the format `style` of Word writes it, in plain figures for a format not known."""
    if not 0 < value < 10000 or style in ("decimal", ""):
        return str(value)
    if style in (
        "chineseCounting",
        "chineseCountingThousand",
        "japaneseCounting",
        "taiwaneseCountingThousand",
    ):
        return chinese(value)
    if style in ("ideographDigital", "taiwaneseDigital", "japaneseDigitalTenThousand", "koreanDigital2"):
        return "".join(_DIGITS[int(figure)] for figure in str(value))
    if style == "taiwaneseCounting":
        return chinese(value) if value < 100 else "".join(_DIGITS[int(figure)] for figure in str(value))
    if style in ("chineseLegalSimplified", "ideographLegalTraditional", "japaneseLegal"):
        return chinese(value, _FORMAL, "拾佰仟", "壹拾")
    if style == "ideographTraditional":
        return _STEMS[(value - 1) % 10]
    if style == "ideographZodiac":
        return _BRANCHES[(value - 1) % 12]
    if style in _ENCLOSED and value <= 20:
        return chr(_ENCLOSED[style] + value - 1)
    return _western(value, style)


def _western(value: int, style: str) -> str:
    if style == "decimalZero":
        return f"{value:02}"
    if style == "decimalFullWidth":
        return "".join(chr(ord("０") + int(figure)) for figure in str(value))
    if style in ("lowerLetter", "upperLetter"):
        return _letters(value) if style == "lowerLetter" else _letters(value).upper()
    if style in ("lowerRoman", "upperRoman"):
        return _roman(value) if style == "lowerRoman" else _roman(value).upper()
    return str(value)


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list is numbered."""

    start: int = 1
    style: str = "decimal"
    text: str = ""
    plain: bool = False
    restart: int | None = None


class Numbering:
    """The lists of a document, and how far each has counted."""

    def __init__(self, root: etree._Element | None) -> None:
        self._levels: dict[str, dict[int, Level]] = {}
        self._lists: dict[str, str] = {}
        self._starts: dict[str, dict[int, int]] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[str] = set()
        links: dict[str, str] = {}
        styled: dict[str, str] = {}
        for element in root if root is not None else ():
            identifier = attribute(element, "abstractNumId") or ""
            if name(element) == "abstractNum":
                self._levels[identifier] = _levels(element)
                if link := attribute(child(element, "numStyleLink"), "val"):
                    links[identifier] = link
                if own := attribute(child(element, "styleLink"), "val"):
                    styled[own] = identifier
            elif name(element) == "num":
                self._add_list(element)
        for identifier, link in links.items():
            self._levels[identifier] = self._levels.get(styled.get(link, ""), {})

    def _add_list(self, element: etree._Element) -> None:
        identifier = attribute(element, "numId") or ""
        abstract = attribute(child(element, "abstractNumId"), "val") or ""
        self._lists[identifier] = abstract
        for override in element:
            if name(override) != "lvlOverride":
                continue
            level = number(attribute(override, "ilvl")) or 0
            start = number(attribute(child(override, "startOverride"), "val"))
            if start is not None:
                self._starts.setdefault(identifier, {})[level] = start
            own = child(override, "lvl")
            if own is not None:
                self._levels[identifier + "*"] = {**self._levels.get(abstract, {}), level: _level(own)}
                self._lists[identifier] = identifier + "*"

    def next(self, identifier: str, level: int) -> str:
        """Return what stands before the next paragraph of a list, empty for a bullet or a list not known."""
        abstract = self._lists.get(identifier, "")
        levels = self._levels.get(abstract, {})
        if level not in levels:
            return ""
        counts = self._counts.setdefault(abstract, {})
        if identifier not in self._begun:
            self._begun.add(identifier)
            for overridden in self._starts.get(identifier, {}):
                counts.pop(overridden, None)
        start = self._starts.get(identifier, {}).get(level, levels[level].start)
        counts[level] = counts[level] + 1 if level in counts else start
        for deeper in [lower for lower in counts if lower > level]:
            restart = levels[deeper].restart if deeper in levels else None
            if restart is None or (restart and level < restart):
                del counts[deeper]
        return self._text(levels, counts, level)

    def _text(self, levels: dict[int, Level], counts: dict[int, int], level: int) -> str:
        own = levels[level]
        if own.style in ("bullet", "none"):
            return ""

        def shown(match: re.Match[str]) -> str:
            at = int(match.group(1)) - 1
            upper = levels.get(at, Level())
            value = counts.get(at, upper.start)
            return written(value, "decimal" if own.plain and at != level else upper.style)

        text = re.sub(r"%([1-9])", shown, own.text)
        return text + (" " if re.search(r"[0-9A-Za-z.)]$", text) else "")


def _levels(elements: etree._Element) -> dict[int, Level]:
    found: dict[int, Level] = {}
    for element in elements:
        if name(element) == "lvl":
            found[number(attribute(element, "ilvl")) or 0] = _level(element)
    return found


def _level(element: etree._Element) -> Level:
    start = number(attribute(child(element, "start"), "val"))
    style = next((attribute(inner, "val") for inner in element.iter() if name(inner) == "numFmt"), None)
    return Level(
        start=1 if start is None else start,
        style=style or "decimal",
        text=attribute(child(element, "lvlText"), "val") or "",
        plain=child(element, "isLgl") is not None,
        restart=number(attribute(child(element, "lvlRestart"), "val")),
    )
