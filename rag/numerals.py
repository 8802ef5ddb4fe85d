"""Numbers and dates as they stand in Chinese text: 8000亿元, 六类, 26.3%, 1.5万家, 2025年12月29日."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from rag.datatypes import Span
from rag.text import fold

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "壹": 1, "贰": 2, "叁": 3}
_SMALL = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
_CHINESE = "零〇一二三四五六七八九十百千两"
_NUMBER = re.compile(
    rf"(?P<percent>百分之)?(?P<body>(?:\d{{1,3}}(?:,\d{{3}})+(?!\d)|\d+)(?:\.\d+)?|[{_CHINESE}]+(?:[万亿]+[{_CHINESE}]+)*(?:[万亿]*点[{_CHINESE}]+)?)"
    r"\s*(?:[多余](?=[万亿千百]))?(?P<scale>(?:[万亿千百](?![一-鿿]?(?:花|众|科|象|物|元级)))*)(?P<sign>%|‰)?"
)
# Two digits that no 十 or 百 parts, in a numeral that has these: 十四五 is the name of a plan, 三四十 is about so many.
_RUN_TOGETHER = re.compile(r"[十百千万亿].*[一二三四五六七八九两]{2}|[一二三四五六七八九两]{2}[十百千]")
# Classifiers and units that make a Chinese numeral a number (一 alone is mostly part of a word).
_UNIT = re.compile(
    r"[余多来几]?(个百分点|个|项|条|家|类|种|年|月|日|号|天|周|小时|分钟|次|届|期|版|章|节|款|级|名|位|人|户|件|份|批|大|方面|元|美元|"
    r"欧元|英镑|日元|港元|卢布|平方公里|平方米|立方米|公里|千米|米|吨|亩|公顷|辆|台|座|所|倍|成|度|点|步|部门|国|省|市|县|区|强|岁)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number in a text: its exact value, the unit that follows it (or %), and where the two stand."""

    value: Decimal
    unit: str
    span: Span


def chinese_value(numeral: str) -> Decimal:
    """Return the value of a Chinese numeral such as 三十五, 两千, 二〇二六 or 三点五.

    Raises:
        ValueError: `numeral` is not one.
    """
    whole, _, fraction = numeral.partition("点")
    if not whole or any(c not in _DIGITS and c not in _SMALL and c not in _LARGE for c in whole + fraction):
        raise ValueError(f"not a Chinese numeral: {numeral}")
    if all(c in _DIGITS for c in whole):
        value = Decimal("".join(str(_DIGITS[c]) for c in whole))
    else:
        value = Decimal(_read_units(whole))
    if fraction:
        value += Decimal("0." + "".join(str(_DIGITS[c]) for c in fraction))
    return value


def _read_units(numeral: str) -> int:
    """Return the value of a whole Chinese numeral written with 十, 百, 千, 万, 亿."""
    billions = total = section = digit = 0
    for character in numeral:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _SMALL:
            section += (digit or 1) * _SMALL[character]
            digit = 0
        elif character == "亿":
            billions = (billions + total + section + digit) * _LARGE[character]
            total = section = digit = 0
        else:
            total = (total + section + digit) * _LARGE[character]
            section = digit = 0
    return billions + total + section + digit


def numbers(text: str) -> list[Number]:
    """Return the numbers of `text` in order, Chinese numerals included where a unit follows them."""
    folded = fold(text)
    found = []
    for match in _NUMBER.finditer(folded):
        body, scale = match["body"], match["scale"]
        unit = _UNIT.match(folded, match.end())
        chinese = not body[0].isdigit()
        if chinese and not (match["percent"] or scale or unit or _LARGE.keys() & set(body)):
            continue
        if chinese and (
            folded[match.start() - 1 : match.start()] in ("第", '"')
            or _RUN_TOGETHER.search(body.partition("点")[0])
        ):
            continue
        if chinese and "点" not in body:
            value = chinese_value(body + scale)
        else:
            value = chinese_value(body) if chinese else Decimal(body.replace(",", ""))
            for character in scale:
                value *= _SMALL.get(character) or _LARGE[character]
        sign = "%" if match["percent"] else match["sign"] or ""
        end = match.end()
        if not sign and unit:
            sign, end = unit.group(1), unit.end()
        found.append(Number(value=value.normalize(), unit=sign, span=Span(start=match.start(), end=end)))
    return found


_DATE = re.compile(
    r"(?P<year>(?:19|20)\d\d)\s*[年\-/.]\s*(?P<month>1[0-2]|0?[1-9])\s*[月\-/.]\s*(?P<day>3[01]|[12]\d|0?[1-9])(?!\d)日?"
    r"|(?P<han_year>[一二][一二三四五六七八九〇零○]{3})年(?P<han_month>[一二三四五六七八九十]{1,2})月(?P<han_day>[一二三四五六七八九十]{1,3})日"
)


def find_dates(text: str) -> list[tuple[str, Span]]:
    """Return the full dates in `text`, in digits or Chinese numerals, as ISO 8601 days, with their spans."""
    return [
        (_iso_day(match), Span(start=match.start(), end=match.end())) for match in _DATE.finditer(fold(text))
    ]


def _iso_day(match: re.Match[str]) -> str:
    if match["year"]:
        year, month, day = int(match["year"]), int(match["month"]), int(match["day"])
    else:
        year, month, day = (
            int(chinese_value(match[name].replace("○", "〇")))
            for name in ("han_year", "han_month", "han_day")
        )
    return f"{year}-{month:02}-{day:02}"


_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?=年|-(?:19|20)\d\d年)")


def years(text: str) -> set[int]:
    """Return the years that `text` names (2026年, 2020-2024年)."""
    return {int(year) for year in _YEAR.findall(fold(text))}


_SIZES = ((10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十"))
_LARGEST = 10**16
_LONGEST = 10**7
"""Numbers of more digits than these are written with 万 or 亿."""
_ORDINAL = re.compile(rf"第([{_CHINESE}]+)(?={_UNIT.pattern}|[条编讲课页])")
_PLAIN_TWO = frozenset("年月日号点度")
"""Units before which 2 is 二; before any other it is 两."""


def chinese_numeral(value: int) -> str:
    """Return a whole number in Chinese, as `chinese_value` reads it: 35 三十五, 105 一百零五, 20000 二万.

    Raises:
        ValueError: `value` is negative or not below 10^16.
    """
    if not 0 <= value < _LARGEST:
        raise ValueError(f"not written in Chinese numerals: {value}")
    if value < 10:
        return "零一二三四五六七八九"[value]
    size, name = next((size, name) for size, name in _SIZES if value >= size)
    head, rest = divmod(value, size)
    written = "" if size == 10 and head == 1 else chinese_numeral(head)
    gap = "零" if rest and rest < size // 10 else ""
    # Behind a larger unit a ten is 一十: 一百一十.
    tail = ("一" if 10 <= rest < 20 else "") + chinese_numeral(rest) if rest else ""
    return written + name + gap + tail


def other_forms(text: str) -> list[tuple[Span, tuple[str, ...]]]:
    """Return the numbers of `text` with the other ways to write them, digits and Chinese numerals.

    五百个 is 500个, 1.5万家 is 15000家 or 一万五千家, 百分之三十 is 30% or 三成, 2026年 is 二〇二六年, 第三条 is
    第3条. A bare number in digits has no other form, nor has one (一个 is seldom a count).
    """
    folded = fold(text)
    found = [
        (number.span, forms)
        for number in numbers(text)
        if (forms := _forms(number, folded[number.span.start : number.span.end]))
    ]
    for match in _ORDINAL.finditer(folded):
        if not _RUN_TOGETHER.search(match.group(1)):
            form = f"第{_digits(chinese_value(match.group(1)))}"
            found.append((Span(start=match.start(), end=match.end()), (form,)))
    return found


def _digits(value: Decimal) -> str:
    """Return a value in digits, without an exponent or zeros behind the point."""
    return f"{value.normalize():f}"


def _in_chinese(value: Decimal, unit: str) -> list[str]:
    """Return a value in Chinese numerals, with 二 and 两 where both are usual; none where it is too large."""
    whole = int(value)
    if whole >= _LARGEST:
        return []
    written = chinese_numeral(whole)
    if fraction := _digits(value).partition(".")[2]:
        return [f"{written}点{''.join(chinese_numeral(int(digit)) for digit in fraction)}"]
    if written == "二" and unit not in _PLAIN_TWO:
        return ["两"]
    if re.match("二[百千万亿]", written):
        return [written, f"两{written[1:]}"]
    return [written]


def _forms(number: Number, written: str) -> tuple[str, ...]:
    """Return the other forms of a number that the folded text has as `written`."""
    value, unit = number.value, number.unit
    if value == 1 or (not unit and written.isascii()):
        return ()
    if unit in ("%", "成"):
        tenths = value if unit == "成" else value / 10
        forms = [f"{_digits(tenths * 10)}%", *(f"百分之{w}" for w in _in_chinese(tenths * 10, "%"))]
        if tenths == int(tenths) and 0 < tenths < 10:
            forms += [f"{w}成" for w in (*_in_chinese(tenths, "成"), _digits(tenths))]
    elif unit == "年" and 1000 <= value < 3000 and value == int(value):
        digits = _digits(value)
        by_digit = "".join("〇一二三四五六七八九"[int(digit)] for digit in digits)
        forms = [f"{digits}年", f"{by_digit}年"]
    else:
        scales = [(size, name) for size, name in ((1, ""), *_SIZES[:2]) if size <= value < size * _LONGEST]
        bodies = [f"{_digits(value / size)}{name}" for size, name in scales if value * 100 % size == 0]
        bodies += _in_chinese(value, unit)
        forms = [f"{body}{unit}" for body in bodies]
    return tuple(form for form in dict.fromkeys(forms) if form != written)
