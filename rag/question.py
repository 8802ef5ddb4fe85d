"""What a question asks for: its kind, the words that carry its topic, and its constraints."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile

import rjieba

from rag.cues import COUNT, COUNTED, FIELDS, KINDS, OCCASIONS, Kind, Occasion
from rag.informativeness import idf, known
from rag.numerals import chinese_value, numbers, years
from rag.structure.people import people
from rag.text import fold
from rag.words import content_words, is_function_word, words

_WHICH_COUNT = re.compile(rf"哪\s*({COUNT})")
_LIST_COUNT = re.compile(
    rf"({COUNT})\s*{COUNTED}?\s*(?:方面|举措|措施|原则|任务|重点|要求|路径|特征|工作|亮点|事|问题|类|种|项|点|大|条|个|行业|领域)"
)
_UNIT = re.compile(
    r"(?:多少|几)(?:[十百千]?[万亿]{0,2}|[十百千])(个百分点|平方米|平方公里|立方米|美元|欧元|英镑|日元|港元|卢布|方面|部门|公里|公顷|小时|分钟|吨|亩|家|个|项|条|类|种|年|天|次|届|期|版|名|位|人|户|件|批"
    r"|倍|成|辆|台|座|所|岁|元|级|强|米|周|度|步|章|节|款)"
)
_RATIO = re.compile(r"比重|占比|比例|百分之|增速|增幅|增长率|增长(?:幅度|多少|了多少)|幅度|超过百分")
_ORDINAL = re.compile(rf"第({COUNT})(?:条|点|项|方面|件事|个(?:方面|举措|问题|原则|路径|要求|建议))")
_FIRST = re.compile(rf"前({COUNT})(?:个(?!月)|条|点|项|类|种|方面)")
_EXCLUDED = re.compile(r"除(?:了|去)?([^,，?？]{2,40}?)(?:之外|以外|外)?[,，]?(?:还|另|其他|其它|别的)")
# What a list's items are called stands behind these words (有哪些措施), else before them (措施有哪些).
_WHICH = re.compile(rf"哪些|哪(?:几|{COUNT}){COUNTED}?(?:方面)?的?")
_SO_MANY = re.compile(rf"{COUNT}{COUNTED}")
_VERB_BEFORE = re.compile(r"(?:都|分别|主要|一共|共)*(?:有|是|包括|包含)(?:了)?$")
# Parts of speech of which a noun phrase is made: nouns, verbal nouns, adjectives, idioms, abbreviations.
_NOMINAL = ("n", "vn", "a", "b", "l", "j")
# Words that the dictionary takes for places and that name none, and the one place that all texts speak of.
_NO_PLACES = frozenset(
    """
    中国 我国 全国 东西 城市 外国 深度 城区 老城区 地区 内地 本地 农村 乡村 城镇 乡镇 市区 县城 郊区 境内 境外 国内 国外 海外
    沿海 内陆 山区 牧区 林区 社区 街道
    """.split()  # noqa: SIM905
)
PERSON_INFORMATION = 9.0
"""A word that tells less than this, in the units of `idf`, is no person's name, whatever the dictionary says."""
_DAY = re.compile(r"\d{1,2}月\d{1,2}(?=[日号\-到至])")
DAY_INFORMATION = 8.0
"""What a day of the year (12月25) tells: about as much as the name of a place, in the units of `idf`."""
YEAR_INFORMATION = 5.0
"""What a year tells: less than a day, as many passages name one."""
_ATTRIBUTION = re.compile(
    r"(?:谁|哪位[^,，]{0,6}|哪个人|什么人|何人)[^,，]{0,4}(?:说|讲|提|指出|表示|强调|认为|主张|观点|话)|(?:话|观点|说法)[^,，]{0,3}(?:出自|来自)|出自(?:谁|哪位|何人)"
)
_DEFINING = re.compile(
    r"什么是|何谓|何为|所谓|(?:指的|是指|指|意思|概念|本质|含义|定义|内涵)*是?(?:个)?(?:什么|啥)(?:意思|概念|东西)?|怎么理解|如何理解|怎样理解"
    r"|请?解释(?:一下)?|(?:的)?(?:含义|定义|本质|内涵|核心要义|意思)|(?:是)?怎么解释的?"
)
_HAN = re.compile("[\u4e00-\u9fff]")
_TITLE = re.compile(r"《([^》]{2,60})》")
_QUOTED = re.compile(r"[\"“「]([^\"”」]{2,40})[\"”」]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question and what was understood of it.

    `words` are the folded words that carry the topic, once each, with how much each tells (`idf`); `count`
    is how many items a list is said to have; `unit` is what is counted (家, 年, %); `years` and `titles`
    (works named in 《》) are constraints; `topics` are the folded names of what is to be defined;
    `attribution` says that the question is who said something; `names` are the
    persons and places that it names; `ordinal`
    is the item of a list that it asks about (第三条具体怎么做: 3), `first` how many of its first items
    (前两条), None for all, `excluded` what it leaves out (除了甲还有哪些: 甲), `items` what it calls them
    (有哪些措施: 措施), both empty where it does not say; `fields` are what it may ask of a piece
    itself (its authors, outlet, edition), which it does for certain where its kind is `metadata`; `occasion`
    says that it asks in which piece, where (on what occasion) or when something was said.
    """

    text: str
    kind: Kind
    words: dict[str, float]
    count: int | None
    unit: str | None
    years: frozenset[int]
    numbers: frozenset[str]
    titles: tuple[str, ...]
    topics: tuple[str, ...]
    attribution: bool
    names: tuple[str, ...]
    ordinal: int | None
    first: int | None
    excluded: str
    items: str
    quoted: tuple[str, ...]
    fields: tuple[str, ...]
    occasion: Occasion | None


def analyse(text: str) -> Question:
    """Return what the question `text` asks for."""
    folded = fold(text)
    fields = [(name, certain) for name, certain, cue in FIELDS if cue.search(folded)]
    kind: Kind = next((kind for kind, cue in KINDS if cue.search(folded)), "open")
    if any(certain for _, certain in fields):
        kind = "metadata"
    names = _names(folded)
    informative = {
        next((name for name in names if word.startswith(name)), word): idf(word)
        for word, _ in content_words(text)
        if not word[0].isdigit() and not word.startswith("第") and not _filler(word, text)
    }
    informative |= dict.fromkeys(_DAY.findall(folded), DAY_INFORMATION)
    informative |= dict.fromkeys((str(year) for year in sorted(years(text))), YEAR_INFORMATION)
    first = _FIRST.search(folded)
    if first and kind in ("open", "definition", "number", "who"):
        kind = "list"
    counted = (_WHICH_COUNT.search(folded) or _LIST_COUNT.search(folded)) if kind == "list" else None
    unit = _UNIT.search(folded)
    return Question(
        text=text,
        kind=kind,
        words=informative,
        count=_count(counted.group(1)) if counted and counted.group(1) != "一" and not first else None,
        unit="%" if _RATIO.search(folded) and kind == "number" else unit.group(1) if unit else None,
        years=frozenset(years(text)),
        numbers=frozenset(folded[n.span.start : n.span.end] for n in numbers(text)),
        titles=tuple(_TITLE.findall(text)),
        topics=_topics(folded) if kind == "definition" else (),
        attribution=bool(_ATTRIBUTION.search(folded)),
        names=names,
        ordinal=_count(ordinal.group(1)) if (ordinal := _ORDINAL.search(folded)) else None,
        first=_count(first.group(1)) if first else None,
        excluded=excluded.group(1) if (excluded := _EXCLUDED.search(folded)) else "",
        items=_items(folded) if kind == "list" else "",
        quoted=tuple(_QUOTED.findall(text)),
        fields=tuple(name for name, _ in fields),
        occasion=next((asked for asked, cue in OCCASIONS if cue.search(folded)), None),
    )


def _filler(word: str, text: str) -> bool:
    """Whether a word is Latin filler in a Chinese question: pinyin, or English in small letters that no text counted has."""
    return word.isascii() and word.isalpha() and word in text and not known(word) and bool(_HAN.search(text))


def _names(folded: str) -> tuple[str, ...]:
    """Return the persons and places that a folded question names, in order, once each."""
    places = [
        word for word, tag in rjieba.tag(folded) if tag == "ns" and known(word) and word not in _NO_PLACES
    ]
    persons = [name for name, _ in people(folded) if idf(name) > PERSON_INFORMATION]
    return tuple(dict.fromkeys([*persons, *places]))


def _items(folded: str) -> str:
    """Return what a folded question for a list calls its items, empty where it does not say."""
    cue = _WHICH.search(folded) or _SO_MANY.search(folded)
    if not cue:
        return ""
    behind = rjieba.tag(folded[cue.end() :].strip("?。的"))
    if not behind:
        before = [word for word, _ in words(_VERB_BEFORE.sub("", folded[: cue.start()]))]
        return before[-1] if before and not is_function_word(before[-1]) else ""
    phrase = [behind[0], *takewhile(lambda tagged: tagged[1].startswith(_NOMINAL), behind[1:])]
    return phrase[-1][0] if not is_function_word(phrase[-1][0]) else ""


def _topics(folded: str) -> tuple[str, ...]:
    """Return what a question asks the definition of: all that is left of it, and its last noun phrase."""
    bare = _DEFINING.sub("", folded).strip("?,。! \"'的")
    tail = re.split(r"[的里中]", bare)[-1].strip("\"'")
    quoted = _QUOTED.findall(folded)
    return tuple(dict.fromkeys(topic for topic in (bare, *quoted, tail) if len(topic) > 1))


def _count(numeral: str) -> int:
    return int(numeral) if numeral.isdigit() else int(chinese_value(numeral))
