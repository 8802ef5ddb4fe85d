"""Figures, dates and units of a sentence made others (false), or written otherwise (true)."""

from __future__ import annotations

import random
import re
from decimal import Decimal

from eval.altering.sentence import Given, outside_quotes, replaced, swapped
from rag.numerals import chinese_numeral

_FIGURE = re.compile(
    r"(?<![A-Za-z\d.,第〔\[－—~～至到-])(?<!CPI)\d+(?:\.\d+)?(?=(?:[百千万亿]*(?:多|余)?(?:[个家人名位项条类种倍例亩吨元公米平件户座辆台所村次只处艘场架对支]|%|％|美元|千瓦|立方)))"
)
_HAN = re.compile(
    r"(?<![一-龥]第)(?<![第十百千万亿几数之])[三四五六七八九](?=[项条类]|个(?![字人月])|家(?![之])|倍|名|部门)"
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?=年(?!级))")
_MONTH = re.compile(r"(?<![\d个])(?:1[0-2]|[1-9])(?=月(?!\d*饼))")
_DAY = re.compile(r"(?<=月)(?:[12]\d|3[01]|[1-9])(?=日)")
_WHEN = {"今年": "去年", "去年": "前年", "上半年": "下半年", "下半年": "上半年", "一季度": "二季度", "前三季度": "上半年", "上午": "下午", "本月": "上月"}  # fmt: skip
_DOCUMENT = re.compile(r"(?<=[〔\[（(])20\d\d(?=[〕\]）)]\d+号)|(?<=[〕\]）)])\d+(?=号)")
_UNITS = {
    "万亿元": ("亿元",),
    "亿元": ("万元", "亿美元", "万亿元"),
    "亿美元": ("亿元", "万美元"),
    "万元": ("亿元", "元"),
    "亿吨": ("万吨",),
    "万吨": ("亿吨", "万公斤"),
    "万亩": ("亿亩", "万公顷", "亩"),
    "亿亩": ("万亩",),
    "个百分点": ("%",),
    "%": ("个百分点", "‰"),
    "万公里": ("公里",),
    "公里": ("米",),
    "平方公里": ("平方米",),
    "万平方米": ("万平方公里",),
    "万千瓦": ("亿千瓦",),
    "亿千瓦": ("万千瓦",),
    "亿人": ("万人",),
    "万人": ("亿人", "万户"),
    "万户": ("万人",),
    "小时": ("天",),
    "分钟": ("小时",),
    "公斤": ("吨",),
}
_UNIT = re.compile(rf"(?<=\d)(?:{'|'.join(sorted(_UNITS, key=len, reverse=True))})(?![年级以人]|的?比)")


def number(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with one figure made another."""
    places = [*_FIGURE.finditer(given.sentence), *_HAN.finditer(given.sentence)]
    if not places:
        return None
    place = draw.choice(places)
    figure = place.group()
    if not figure[0].isdigit():
        return replaced(given.sentence, place, draw.choice([n for n in "三四五六七八九" if n != figure]))
    at = draw.choice([i for i, c in enumerate(figure) if c.isdigit()])
    digits = "123456789".replace(figure[at], "")
    return replaced(given.sentence, place, figure[:at] + draw.choice(digits) + figure[at + 1 :])


_MEASURED = re.compile(
    r"(?<![A-Za-z\d.第〔\[])(?P<figure>\d+(?:\.\d+)?)(?P<unit>(?:万亿|[百千万亿])?(?:%|个百分点|美元|元|人次|人|吨|亩|公里|家|个|项|户|例))"
)


def borrowed_number(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with a figure of another sentence around it, of the same unit."""
    others = [(m["figure"], m["unit"]) for text in given.around for m in _MEASURED.finditer(text)]
    here = {m.group() for m in _MEASURED.finditer(given.sentence)}
    for place in _MEASURED.finditer(given.sentence):
        fit = sorted({f for f, unit in others if unit == place["unit"] and f + unit not in here})
        if fit:
            return replaced(given.sentence, place, draw.choice(fit) + place["unit"])
    return None


def swapped_numbers(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with two figures of one unit in each other's place."""
    del draw
    places = list(_MEASURED.finditer(given.sentence))
    for i, one in enumerate(places):
        for other in places[i + 1 :]:
            if one["unit"] == other["unit"] and one["figure"] != other["figure"]:
                return swapped(given.sentence, one, other)
    return None


def date(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with a year, a month or a day made another."""
    places = [(m, range(1990, 2036), 3) for m in _YEAR.finditer(given.sentence)]
    places += [(m, range(1, 13), 4) for m in _MONTH.finditer(given.sentence)]
    places += [(m, range(1, 29), 9) for m in _DAY.finditer(given.sentence)]
    named = [m for word in _WHEN for m in re.finditer(word, given.sentence)]
    if named and (not places or draw.random() < 0.3):
        place = draw.choice(named)
        return replaced(given.sentence, place, _WHEN[place.group()])
    if not places:
        return None
    place, known, reach = draw.choice(places)
    value = int(place.group())
    near = [v for v in known if v != value and abs(v - value) <= reach]
    return replaced(given.sentence, place, str(draw.choice(near))) if near else None


def _near(given: Given, draw: random.Random, places: list[tuple[re.Match[str], range]]) -> str | None:
    """Return the sentence with one of the figures made the one before or after it, or two away, of those known."""
    if not places:
        return None
    place, known = draw.choice(places)
    near = [v for v in known if 0 < abs(v - int(place.group())) <= 2]
    return replaced(given.sentence, place, str(draw.choice(near)))


def year(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with a year made another."""
    return _near(given, draw, [(m, range(1900, 2100)) for m in _YEAR.finditer(given.sentence)])


def day(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with a month or a day of the month made another."""
    places = [(m, range(1, 13)) for m in _MONTH.finditer(given.sentence)]
    return _near(given, draw, places + [(m, range(1, 32)) for m in _DAY.finditer(given.sentence)])


_ANY_FIGURE = re.compile(
    r"(?<![\dA-Za-z.:：])(?!(?:19|20)\d\d(?:\D|$))\d+(?:\.\d+)?(?![\dA-Za-z.:：、．]|[年月日号时]|[-—~～至到、]\d+(?:[年月日号]))"
)


def digit(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with one digit of a figure, no date, made another."""
    places = list(_ANY_FIGURE.finditer(given.sentence))
    if not places:
        return None
    place = draw.choice(places)
    at = draw.choice([i for i, c in enumerate(place.group(), place.start()) if c.isdigit()])
    other = draw.choice("123456789".replace(given.sentence[at], ""))
    return given.sentence[:at] + other + given.sentence[at + 1 :]


_SCALE = re.compile(
    r"(?<=\d)(?:万亿|[万亿])(?=[多余]?(?:元|美元|吨|亩|人|户|公里|平方|千瓦|立方|个|家|件|辆))"
)


def magnitude(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with a figure ten times as large or small, or with 万 for 亿 and the like."""
    found = [
        (m, other)
        for m in _SCALE.finditer(given.sentence)
        for other in ("万", "亿", "万亿")
        if other != m.group()
    ]
    for m in _ANY_FIGURE.finditer(given.sentence):
        whole, _, part = m.group().partition(".")
        if not int(whole):
            continue
        found.append((m, f"{whole}{part[0]}.{part[1:]}".rstrip(".") if part else f"{whole}0"))
        if len(whole) > 1:
            found.append((m, f"{whole[:-1]}.{whole[-1]}{part}"))
    return replaced(given.sentence, *draw.choice(found)) if found else None


def document_number(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with the number or the year of a document made another."""
    places = list(_DOCUMENT.finditer(given.sentence))
    if not places:
        return None
    place = draw.choice(places)
    return replaced(given.sentence, place, str(int(place.group()) + draw.choice((1, 2, 3))))


def unit(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with the unit of a figure made another."""
    places = list(_UNIT.finditer(given.sentence))
    if not places:
        return None
    place = draw.choice(places)
    return replaced(given.sentence, place, draw.choice(_UNITS[place.group()]))


# What follows leaves the sentence true.


def _one(given: Given, found: list[tuple[re.Match[str], str]], draw: random.Random) -> str | None:
    """Return the sentence with one of the places outside quotation marks replaced by what stands beside it."""
    free = outside_quotes(given.sentence, [place for place, _ in found])
    fit = [(place, by) for place, by in found if place in free]
    return replaced(given.sentence, *draw.choice(fit)) if fit else None


def numeral_script(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with a figure in Chinese numerals, or a Chinese one in digits."""
    found: list[tuple[re.Match[str], str]] = []
    for m in re.finditer(r"(?<![\d.．])(\d{1,2})(?=[个家项名位种类条](?!百|月))", given.sentence):
        if int(m.group()) > 2:
            found.append((m, chinese_numeral(int(m.group()))))
    for m in re.finditer(r"(?<![\d.．])(\d{1,2}(?:\.\d{1,2})?)[%％](?!以)", given.sentence):
        whole, _, part = m[1].partition(".")
        digits = "".join("零一二三四五六七八九"[int(d)] for d in part)
        found.append((m, f"百分之{chinese_numeral(int(whole))}" + (f"点{digits}" if part else "")))
    for m in re.finditer(r"(?<![第十百千万亿几数之])[三四五六七八九](?=[项家]|个(?![字人]))", given.sentence):
        found.append((m, str("零一二三四五六七八九".index(m.group()))))
    return _one(given, found, draw)


_SCALED = re.compile(
    r"(?<![\d.,．])(?P<figure>\d+(?:\.\d+)?)(?P<scale>万亿|[万亿])(?=(?:多|余)?(?:元|美元|吨|亩|人|户|公里|平方|千瓦|立方|个|家|件|辆))"
)
_SIZES = {"万": Decimal(10) ** 4, "亿": Decimal(10) ** 8, "万亿": Decimal(10) ** 12}
_MEASURES = (
    ("公里", "米", 1000),
    ("吨", "公斤", 1000),
    ("公斤", "克", 1000),
    ("公顷", "亩", 15),
    ("小时", "分钟", 60),
)


def unit_converted(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with a figure at another scale (8000亿 is 0.8万亿), or in another unit of its kind."""
    found = []
    for m in _SCALED.finditer(given.sentence):
        value = Decimal(m["figure"]) * _SIZES[m["scale"]]
        for scale, size in (("", Decimal(1)), *_SIZES.items()):
            other = value / size
            written = f"{other.normalize():f}"
            if (
                scale != m["scale"]
                and written >= "0.001"
                and Decimal("0.01") <= other < 10**7
                and len(written) < 9
            ):
                found.append((m, written + scale))
    for large, small, times in _MEASURES:
        for m in re.finditer(rf"(?<![\d.,．])(?!24小)(\d+(?:\.\d+)?){large}(?![/每])", given.sentence):
            found.append((m, f"{(Decimal(m[1]) * times).normalize():f}{small}"))
    return _one(given, found, draw)


_DAY_OF_MONTH = re.compile(r"(?<![年\d的至])(?P<month>1[0-2]|[1-9])月(?P<day>[12]\d|3[01]|[1-9])日")
_FULL_DATE = re.compile(r"(?P<year>20\d\d)年(?P<month>1[0-2]|[1-9])月(?P<day>[12]\d|3[01]|[1-9])日(?![\d至])")


def date_script(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with a date written otherwise, or with the year that its piece is dated."""
    found = [
        (m, f"{m['year']}-{int(m['month']):02}-{int(m['day']):02}")
        for m in _FULL_DATE.finditer(given.sentence)
    ]
    if given.date:
        year, month, day = map(int, given.date.split("-"))
        for m in _DAY_OF_MONTH.finditer(given.sentence):
            if (int(m["month"]), int(m["day"])) == (month, day):
                found.append((m, f"{year}年{m.group()}"))
    return _one(given, found, draw)


_BOUND = re.compile(
    r"(?<!不)(?P<word>超过|超)(?P<figure>\d+(?:\.\d+)?)(?P<unit>%|[万亿]?(?:元|人|吨|亩|个|家|公里|户))(?![以月人百次])"
)


def bound(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with 超过500个 written 500多个, 500个以上 or 逾500个."""
    places = list(_BOUND.finditer(given.sentence))
    if not places:
        return None
    place = draw.choice(places)
    forms = [f"逾{place['figure']}{place['unit']}", f"{place['figure']}{place['unit']}以上"]
    if place["figure"].endswith("0") and place["unit"] != "%":
        scale = place["unit"][0] if place["unit"][0] in "万亿" else ""
        forms.append(f"{place['figure']}多{scale}{place['unit'].removeprefix(scale)}")
    return replaced(given.sentence, place, draw.choice(forms))
