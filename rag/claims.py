"""What a sentence claims that code can check: figures, dates, names, terms, directions, negations.

`items` reads them from any text, so that those of a sentence can be held against those of its evidence.
A thing can stand there and still be in the wrong place (two figures swapped, say): `displaced` tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import rjieba

from rag.datatypes import Span
from rag.numerals import Number, numbers
from rag.text import fold

RIVAL_OVERLAP = 0.4
"""Share of an item's surroundings that must stand around another value for that value to be its rival."""
RIVAL_MARGIN = 0.25
"""How much better a rival must fit the surroundings than the item itself does."""
_WINDOW = 10
"""Characters on either side that count as the surroundings of an item."""
_LEAST_WANTED = 4
"""With fewer surroundings than this nothing can be said about an item's place."""
_SENTENCE_END = re.compile("[。！？!?;；]")
_NOT_WORD = re.compile(r"[^\w%]")

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """Something checkable in a text: what kind it is, its value, how it is qualified, and where it stands.

    `bound` says whether a number is a limit or an estimate, `change` whether something rose or fell
    to it or by it (`up to`, `down by`); both are empty for anything else.
    """

    kind: str
    key: Key
    span: Span
    bound: str = ""
    change: str = ""


_HAN = "\u4e00-\u9fff"
_MEASURE = re.compile(
    r"个?百分点|[美欧日港韩]元|英镑|卢布|人民币|元|[平立]方(?:公里|千米|米)|公里|千米|海里|[厘毫纳微]米|米|吨|公斤|千克|克|升|亩|公顷"
    r"|[千兆]?瓦时?|小时|分钟|秒|年|月|日|号|天|周|岁|倍|成|度|版|期|人次|人|户"
)
_SAME_UNIT = {"个百分点": "百分点", "号": "日", "人民币": "元", "千克": "公斤"}
_CONVERTED: Mapping[str, tuple[str, Decimal]] = {
    "公里": ("米", Decimal(1000)),
    "千米": ("米", Decimal(1000)),
    "吨": ("公斤", Decimal(1000)),
    "克": ("公斤", Decimal("0.001")),
    "公顷": ("亩", Decimal(15)),
    "平方公里": ("亩", Decimal(1500)),
    "平方千米": ("亩", Decimal(1500)),
    "小时": ("分钟", Decimal(60)),
}
"""Units that are held against smaller ones of their kind: 4.35公里 is 4350米."""
_RANGE = re.compile(r"\s*(?:[-~至到]|年-)\s*")
_LIMITS_BEFORE = {
    "max": "不超过|不多于|不高于|不大于|不得超过|至多|最多|最高",
    "min": "不少于|不低于|不小于|不得少于|不得低于|至少|最少",
    "under": "低于|少于|小于|不足|不到|不及|未达|未超过",
    "near": "将近|接近|近|约|大约|大概|左右",
    "over": "超过|超|逾|突破|多于|高于|大于|超出",
}
_LIMITS_AFTER = {"max": "以内|之内", "under": "以下", "min": "及以上|以上", "near": "左右|上下"}
LIMITS = frozenset(
    word
    for limits in (_LIMITS_BEFORE, _LIMITS_AFTER)
    for words in limits.values()
    for word in words.split("|")
)
"""Words before or behind a number that make it a limit or an estimate."""
_BOUNDS_BEFORE = [
    (name, re.compile(f"(?:{words})了?(?:要有?|应[当该]?有?|[需须]要?有?|要?达到?)?$"))
    for name, words in _LIMITS_BEFORE.items()
]
_BOUNDS_AFTER = [(name, re.compile(words)) for name, words in _LIMITS_AFTER.items()]
_BOUNDS_AFTER.append(("over", re.compile("多|余")))
# What a sentence may say (first) of a number that its evidence qualifies so (second), besides the same.
LOOSER = {("", "over"), ("", "near"), ("", "min"), ("near", ""), ("over", "min"), ("min", "over")}
_CHANGE = re.compile(
    "(?:(?P<up>增加|增长|提高|提升|上升|扩大|上涨|升高|增幅|涨幅|增|升|涨)|减少|下降|降低|下跌|下滑|缩小|缩减|回落|降幅|跌幅|降|减|跌)"
    "(?:幅度)?(?P<to>至|到|为)?(?:了|达到?|是)?(?:约|近|超过?|逾)?$"
)


def _unit(number: Number, folded: str) -> tuple[str, int]:
    """Return the unit that decides whether two numbers are comparable ("" for a mere count), and its end."""
    if number.unit in ("%", "‰"):
        return number.unit, number.span.end
    end = number.span.end - len(number.unit)
    while folded[end : end + 1] in ("多", "余"):
        end += 1
    measure = _MEASURE.match(folded, end)
    if measure and not (measure.group() == "年" and folded[measure.end() : measure.end() + 1] == "级"):
        return _SAME_UNIT.get(measure.group(), measure.group()), measure.end()
    return "", max(end, number.span.end)


def _bound(folded: str, start: int, bare: int, end: int) -> str:
    """Return how the number at [start, end) is limited; its digits end at `bare`."""
    before = folded[max(start - 7, 0) : start]
    for name, pattern in _BOUNDS_BEFORE:
        if pattern.search(before):
            return name
    for name, pattern in _BOUNDS_AFTER:
        if pattern.match(folded, end) or (name == "over" and pattern.match(folded, bare)):
            return name
    return ""


def _change(before: str) -> str:
    """Return whether what follows `before` is what something rose or fell to or by, "" where it did not."""
    change = _CHANGE.search(before)
    if not change:
        return ""
    return ("up" if change["up"] else "down") + (" to" if change["to"] else " by")


# A minus, and no dash between two figures or in a name (歼-20).
_MINUS = re.compile(r"(?:^|[长降为是达到至温值率差额约,:;(=\s])-$")

_ISO_DAY = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)[-/.](?P<month>1[0-2]|0?[1-9])[-/.](?P<day>3[01]|[12]\d|0?[1-9])(?!\d)"
)


def _figures(folded: str) -> list[Item]:
    """Return the numbers, with the parts of a date joined into one."""
    found = [
        Item("date", (int(m["year"]), int(m["month"]), int(m["day"])), Span(start=m.start(), end=m.end()))
        for m in _ISO_DAY.finditer(folded)
    ]
    dated = {at for day in found for at in range(day.span.start, day.span.end)}
    raw = [
        n
        for n in numbers(folded)
        if not (n.value == 1 and folded.startswith("一", n.span.start))
        and n.span.start not in dated
        and folded[n.span.start - 1 : n.span.start] != "第"
    ]
    units = [_unit(number, folded) for number in raw]
    for i in range(len(raw) - 2, -1, -1):
        if not units[i][0] and _RANGE.fullmatch(folded, raw[i].span.end, raw[i + 1].span.start):
            units[i] = (units[i + 1][0], units[i][1])
    date: dict[str, int] = {}
    for number, (unit, end) in zip(raw, units, strict=True):
        start = number.span.start
        whole = int(number.value)
        part = {"月": "月", "日": "日"}.get(unit) or ("年" if unit == "年" and 1000 <= whole < 3000 else "")
        if part:
            gap = folded[found[-1].span.end : start] if found and date else "."
            if gap and not _RANGE.fullmatch(gap):
                date = {}
            elif not gap:
                start = found.pop().span.start
            date = {k: v for k, v in date.items() if "年月日".index(k) < "年月日".index(part)} | {part: whole}
            key: Key = tuple(date.get(k) for k in "年月日")
            found.append(Item("date", key, Span(start=start, end=end)))
            continue
        date = {}
        unit, times = _CONVERTED.get(unit, (unit, Decimal(1)))
        sign = -1 if _MINUS.search(folded[max(start - 2, 0) : start]) else 1
        found.append(
            Item(
                "number",
                ((sign * number.value * times).normalize(), unit),
                Span(start=start, end=end),
                _bound(folded, start, number.span.end - len(number.unit), end),
                _change(folded[max(start - 9, 0) : start]),
            )
        )
    return found


_LITERALS = (
    ("document", re.compile(rf"[{_HAN}]{{1,8}}[\[〔(【]\d{{4}}[\]〕)】]第?\d+号")),
    ("latin", re.compile(r"(?<![a-z0-9])\d*[a-z][a-z0-9]*(?:[.+#&-][a-z0-9]+)*")),
    (
        "numeral",
        re.compile(
            r"第[零一二三四五六七八九十百\d]+(?!方)|[一二三四五六七八九十]{2,}(?=[^年月日个项条家类种点%万亿千百])"
        ),
    ),
)
_QUOTED = re.compile(r"“([^“”]+)”|「([^「」]+)」|『([^『』]+)』|《([^《》]+)》|‘([^‘’]+)’")
_ORGANISATION = re.compile(rf"[{_HAN}]{{2,}}(?:部|委|局|院|署|省|市|县|州|集团|公司|大学|银行)$")
_SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳鲍史唐"
    "费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄穆萧尹姚邵湛汪祁毛禹狄米贝明臧计成戴宋庞熊纪舒屈项祝董梁杜阮"
    "蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫房裘缪干解应宗丁宣邓单洪包诸左石崔吉龚程嵇邢裴陆荣翁"
    "荀羊甄曲封储靳段富巫焦谷侯全班仰秋仲伊宫宁仇栾甘祖武符刘景詹束龙叶幸司黎薄印白蒲从鄂索咸籍赖卓蔺屠蒙池乔阴郁胥苍双闻党翟谭贡劳姬"
    "申扶冉宰雍桑桂牛寿通边扈燕冀浦尚农温别庄晏柴瞿阎连习艾鱼容向古易慎戈廖庾终居衡步都耿满弘匡国文寇广禄东欧沃利蔚越夔隆师巩聂晁勾敖"
    "融冷辛阚那简饶空曾沙养鞠须丰巢关相查后荆红游权逯盖益桓公岳帅缑亢况有琴商佘佟肖代付闫涂覃"
)

# A person named behind a post: the tagger knows few of them.
_POSTS = "[部局司处院校所省市县区镇村厅署行会社班组队馆]长|董事长|秘书长|总理|主席|书记|主任|委员|代表|教授|研究员|记者|经理|总裁|专家|院士"
TITLED = re.compile(
    rf"(?:{_POSTS})(?P<name>[{''.join(sorted(_SURNAMES))}][{_HAN}]{{1,2}}?)"
    r"(?=介绍|表示|说|指出|强调|认为|称|在|向|对|就|主持|出席|作|会见|宣布|透露|[,。、;:!?\s]|$)"
)


# What the dictionary tags as a place and is a measure (深度) or any place of its kind (城市, 大省).
_NO_PLACE = re.compile(r".*(?<!印)度|[城都]市|大[省国县市]")


def _name_kind(word: str, tag: str) -> str:
    """Return what a word names (person, place, organisation), or "" where it is no name.

    The dictionary tags some phrases as persons (高度赞扬): a person needs a surname and three characters, or
    the tag of a transcribed foreign name.
    """
    if tag[0] == "n" and _ORGANISATION.match(word):
        return "organisation"
    if tag == "nr":
        return "person" if len(word) == 3 and word[0] in _SURNAMES else ""
    if len(word) < 2 or (tag == "ns" and _NO_PLACE.fullmatch(word)):
        return ""
    return {"nrt": "person", "ns": "place", "nt": "organisation"}.get(tag, "")


def _names(folded: str) -> Iterator[Item]:
    """Yield the people, places and organisations."""
    for match in TITLED.finditer(folded):
        yield Item("name person", (match["name"],), Span(start=match.start("name"), end=match.end("name")))
    position = 0
    titled = {match.start("name") for match in TITLED.finditer(folded)}
    for word, tag in rjieba.tag(folded):
        kind = _name_kind(word, tag)
        if kind and position not in titled:
            yield Item(f"name {kind}", (word,), Span(start=position, end=position + len(word)))
        position += len(word)


@lru_cache(maxsize=4096)
def items(text: str) -> tuple[Item, ...]:
    """Return what can be checked in `text`: numbers, dates, names, terms in quotes, abbreviations."""
    folded = fold(text)
    found = _figures(folded)
    taken = {position for item in found for position in range(item.span.start, item.span.end)}
    for kind, pattern in _LITERALS:
        for match in pattern.finditer(folded):
            if kind != "numeral" or match.start() not in taken:
                found.append(Item(kind, (match.group(),), Span(start=match.start(), end=match.end())))
    for match in _QUOTED.finditer(text):
        content = fold(next(group for group in match.groups() if group))
        found.append(Item("quoted", (content,), Span(start=match.start(), end=match.end())))
    found.extend(_names(folded))
    return tuple(found)


def surroundings(folded: str, span: Span, stops: Sequence[Span] = ()) -> frozenset[str]:
    """Return the character pairs left and right of `span`, up to `stops` and the sentence's ends."""
    low = max([stop.end for stop in stops if stop.end <= span.start], default=0)
    high = min([stop.start for stop in stops if stop.start >= span.end], default=len(folded))
    left = _SENTENCE_END.split(folded[max(low, span.start - _WINDOW) : span.start])[-1]
    right = _SENTENCE_END.split(folded[span.end : min(high, span.end + _WINDOW)])[0]
    found = set()
    for side, piece in (("<", left), (">", right)):
        plain = _NOT_WORD.sub("", piece)
        if plain:
            found.add(side + (plain[-1] if side == "<" else plain[0]))
        found |= {side + plain[i : i + 2] for i in range(len(plain) - 1)}
    return frozenset(found)


def displaced(
    claim: tuple[str, Span, Sequence[Span]], ground: tuple[str, Sequence[Span]], own: Sequence[Span]
) -> bool:
    """Whether the surroundings of a thing in a claim stand around something else in its ground.

    Args:
        claim: the folded text, where the thing stands in it, and where others of its kind do.
        ground: the folded text, and where all of that kind stand in it.
        own: those places in the ground where the same thing stands.
    """
    text, span, others = claim
    folded, places = ground
    wanted = surroundings(text, span, others)
    if len(wanted) < _LEAST_WANTED:
        return False
    best = {True: 0.0, False: 0.0}
    for place in places:
        share = len(wanted & surroundings(folded, place, places)) / len(wanted)
        best[place in own] = max(best[place in own], share)
    return best[False] >= RIVAL_OVERLAP and best[False] - best[True] >= RIVAL_MARGIN


def same_name(one: str, other: str) -> bool:
    """Whether two names may name the same: one is the other's short form, or they have characters in a row in common.

    An ending that both have (国防部, 省) says nothing.
    """
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    if not one or not other or one in other or other in one:
        return True
    abridged = one[0] == other[0] and len(one) != len(other)
    return abridged or any(one[i : i + 2] in other for i in range(len(one) - 1))
