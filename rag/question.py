"""What a question asks for: its kind, the words that carry its topic, and its constraints."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal

import rjieba

from rag.informativeness import idf, known
from rag.numerals import chinese_value, numbers, years
from rag.structure.people import people
from rag.text import fold
from rag.words import content_words, is_function_word, words

Kind = Literal[
    "metadata",
    "list",
    "number",
    "date",
    "who",
    "organisation",
    "where",
    "definition",
    "why",
    "how",
    "yes_no",
    "open",
]

_COUNT = r"(?:\d{1,3}|[一二两三四五六七八九十]{1,3})"
_COUNTED = r"(?:个|项|条|点|类|种|大|方面|步|件|位|家|部分|部门)"

# The kinds of question and their cues, in order of precedence: one row a kind. A cue is searched for in the
# folded question.
_CUES: list[tuple[Kind, str]] = [
    (
        "organisation",
        rf"(?:哪|什么)(?:些|几|{_COUNT})?(?:个|家)?(?:部门|机构|单位|部委|会议)",
    ),
    (
        "list",
        rf"哪些|哪(?!一)(?!{_COUNT}年){_COUNT}|哪几(?!年|月|天)|有什么(?:举措|措施|特点|要求|内容|任务|原则|困难|问题|优势)|几个方面.*[是有]|{_COUNT}{_COUNTED}?(?:方面|举措|措施|原则|任务|重点|要求"
        rf"|路径|特征|工作|亮点|问题|类型|行业|领域|事|条件|机制|目标)[^,，]{{0,12}}(?:是什么|有什么|分别|包括|为何物|[?？]$)|(?:[2-9]|\d\d|[二两三四五六七八九十]){_COUNTED}[^,，?？不差区]{{0,12}}是什么[?？]?$|分别是(?:什么|谁|哪)|列出|列举|都有(?:什么|谁)|包括什么",
    ),
    (
        "number",
        r"多少|几(?:个|家|项|类|种|万|亿|倍|成|年|届|次|部门|人|名|所|座|条)|百分之几|多大|多高|多长|占比是|比重是|第几|排名如何",
    ),
    (
        "date",
        r"何时|什么时候|啥时候|哪(?:一)?[年月天日]|几月|几号|什么时间|(?:时间|日期)(?:[?]?$|是|表|为)|截止(?:到)?什么|到哪年|从何时",
    ),
    (
        "organisation",
        r"(?:哪|什么)(?:个|些|几个|家)?(?:部门|机构|单位|公司|企业|组织|会议|国家|省|高校|大学|部委)",
    ),
    (
        "who",
        r"谁|哪(?:位|个人|一位|名)|什么人|何人|(?:导演|主演|主编|创始人|发明者|得主|冠军|主席|总裁|部长|局长|市长|省长|校长|院长)(?:是|叫)?[?]?$",
    ),
    ("where", r"哪里|哪儿|何地|何处|在哪|什么地方|哪(?:个|座)?(?:城市|地区|地方|省份)"),
    (
        "definition",
        r"什么是|何谓|何为|(?:是|指的?是|是指|叫做?|意味着)(?:个)?(?:什么|啥)(?:意思|概念|东西)?[?？。]?$|含义|定义|意思是|(?:怎么|如何|怎样)理解|怎么解释",
    ),
    ("why", r"为什么|为何|为啥|原因|缘何|凭什么"),
    ("how", r"如何|怎么|怎样|咋|何以"),
    ("yes_no", r"是否|是不是|有没有|能否|可否|会不会|能不能|(?:[吗嘛]|(?<![什怎])么)[?？]?$"),
]
_PIECE = r"(?:文章|报道|稿件|稿子|这篇|那篇|本文|访谈|专访|采访|新闻|消息|短讯|简讯|评论|社论|一文)"
_WHEN = r"(?:哪[一]?[天日年月]|什么时候|何时|几月几[日号]|几号|日期|什么时间)"
_PRINTED = r"(?:发表|刊登|刊发|刊载|见报|登出|登载|刊出|出版)"
_SPEECH = r"了?的?[^?？,，]{0,10}(?:声明|讲话|演讲|言论|公报|致辞|贺词|谈话|看法)"
_SIGNED = r"(?:印发|下发|成文|发文|制发)"
_RELEASED = r"(?:发布|公布|公开|出台)"
_BODY = r"(?:谁|(?:哪|什么)[个些几家两三四五六]{0,2}(?:机关|部门|单位|机构|部委))"
# What may be asked of a piece itself, with its cues. A certain one is asked of nothing else; the others may as
# well be asked of what the text tells (何时印发), and are looked for there where the lines around it are silent.
_FIELDS: list[tuple[str, bool, str]] = [
    (
        "photographer",
        True,
        r"(?:照片|图片|配图|插图|图中|图)[^,，]{0,14}(?:谁|哪位|哪个|何人|什么人|记者|摄影)|(?:谁|哪位|哪个|哪名)[^,，]{0,6}(?:拍|摄)|摄影(?:师|记者|者)?[^,，]{0,4}(?:谁|哪|叫)",
    ),
    (
        "interviewee",
        True,
        r"(?:采访|专访|访谈|对话|访问)(?:的)?(?:对象|嘉宾|人物)?(?:是|为)?(?:谁|哪位|何人|什么人)|(?:采访|专访)了(?:谁|哪位)|受访(?:者|人|嘉宾)",
    ),
    (
        "authors",
        True,
        r"作者|谁写|谁撰写|撰稿|撰写人|执笔|署名|采写|(?:哪|谁)[^,，]{0,10}(?:写|撰写|撰文)的?(?:[?？]|$|,)|哪[^,，]{0,8}(?:作者|学者|专家|记者)(?:写|撰写|采写|报道)|(?<!摄影)记者(?:的)?(?:是谁|是哪位|叫|名字|姓名|姓甚)|哪[位名个](?:新华社|本报)?记者(?!.{0,6}[拍摄])",
    ),
    ("editor", True, r"责任编辑|责编|编辑(?:是谁|叫|的名字)"),
    (
        "outlet",
        True,
        rf"哪[一]?[家份个]?(?:报纸|报刊|报社|媒体|网站|杂志|刊物|报(?![告道]))|{_PIECE}[^,，]{{0,8}}(?:来源|出处|出自|登在|来自)(?!第?几版|哪[一个]?版)|(?:刊登|发表|刊载|登载|刊发|登)(?:在|于)(?:哪|什么)(?!.{{0,3}}版)",
    ),
    (
        "date",
        True,
        rf"{_WHEN}[^,，]{{0,4}}{_PRINTED}(?!{_SPEECH})|{_PRINTED}(?!{_SPEECH})[^,，]{{0,10}}{_WHEN}|{_PIECE}[^,，]{{0,6}}{_WHEN}[^,，]{{0,4}}(?:发布|发出|发的|登的)|{_PRINTED}[^,，]{{0,4}}(?:时间|于哪|在哪[天日])|哪[天日][、,，和]?在?(?:哪|什么|谁)[^,，]{{0,10}}(?:{_PRINTED}|登|报)",
    ),
    ("time", True, rf"几点(?:几分|钟|多)?[^,，]{{0,6}}(?:发布|发出|{_PRINTED})"),
    ("edition", True, r"第?几(?:个)?版(?!本)|(?:登|刊|载|发|见|在|报)[^,，]{0,6}哪[一个]?版(?!本)|版次|版面"),
    ("issue", True, r"第几期|多少期|哪一期|期号|期数"),
    ("pages", True, r"(?<!第)(?:多少|几)个?版(?:面)?[?？]?$|(?:共|有)(?:多少|几)个?版"),
    ("postal", True, r"邮发代号"),
    ("serial", True, r"刊号|出版物号"),
    ("number", True, r"文号|发文字号|文件编号|(?:多少|几|什么)号文"),
    ("signer", True, r"签发人"),
    (
        "supervisor",
        False,
        r"主管(?:单位|部门|方)?(?:[、,和]|是|为)?[^,，]{0,3}(?:谁|哪)|(?:谁|哪)[^,，、]{0,6}主管",
    ),
    (
        "organiser",
        False,
        r"主办(?:单位|部门|方)?(?:[、,和]|是|为)?[^,，]{0,3}(?:谁|哪)|(?:谁|哪)[^,，、]{0,6}主办",
    ),
    (
        "issuer",
        False,
        rf"(?:发文|制发|印发|发布|制定)(?:机关|机构|单位|部门)|{_BODY}[^,，]{{0,6}}(?:{_SIGNED}|{_RELEASED}|联合发|发的|制定)",
    ),
    (
        "signed",
        False,
        rf"(?:落款|签署|{_SIGNED})(?:的)?(?:日期|时间)|{_WHEN}[^,，]{{0,4}}{_SIGNED}|{_SIGNED}[^,，]{{0,3}}{_WHEN}",
    ),
    (
        "released",
        False,
        rf"{_RELEASED}(?:的)?(?:日期|时间)|{_WHEN}[^,，]{{0,4}}{_RELEASED}|{_RELEASED}[^,，]{{0,3}}{_WHEN}",
    ),
    (
        "post",
        False,
        r"(?<!者)(?<!的)是谁[?？]?$|身份|职务|职位|头衔|什么人|(?:哪|什么)(?:个|所|家)?(?:学校|大学|单位|机构)(?:工作|任职|的)?[?？,，]?$|作者(?:介绍|简介)",
    ),
]
_COMPILED_FIELDS = [(name, certain, re.compile(cue)) for name, certain, cue in _FIELDS]
_COMPILED: list[tuple[Kind, re.Pattern[str]]] = [(kind, re.compile(pattern)) for kind, pattern in _CUES]
_WHICH_COUNT = re.compile(rf"哪\s*({_COUNT})")
_LIST_COUNT = re.compile(
    rf"({_COUNT})\s*{_COUNTED}?\s*(?:方面|举措|措施|原则|任务|重点|要求|路径|特征|工作|亮点|事|问题|类|种|项|点|大|条|个|行业|领域)"
)
_UNIT = re.compile(
    r"(?:多少|几)(?:[十百千]?[万亿]{0,2}|[十百千])(个百分点|平方米|平方公里|立方米|美元|欧元|英镑|日元|港元|卢布|方面|部门|公里|公顷|小时|分钟|吨|亩|家|个|项|条|类|种|年|天|次|届|期|版|名|位|人|户|件|批"
    r"|倍|成|辆|台|座|所|岁|元|级|强|米|周|度|步|章|节|款)"
)
_RATIO = re.compile(r"比重|占比|比例|百分之|增速|增幅|增长率|增长(?:幅度|多少|了多少)|幅度|超过百分")
_ORDINAL = re.compile(rf"第({_COUNT})(?:条|点|项|方面|件事|个(?:方面|举措|问题|原则|路径|要求|建议))")
_FIRST = re.compile(rf"前({_COUNT})(?:个(?!月)|条|点|项|类|种|方面)")
_EXCLUDED = re.compile(r"除(?:了|去)?([^,，?？]{2,40}?)(?:之外|以外|外)?[,，]?(?:还|另|其他|其它|别的)")
# What a list's items are called stands behind these words (有哪些措施), else before them (措施有哪些).
_WHICH = re.compile(rf"哪些|哪(?:几|{_COUNT}){_COUNTED}?(?:方面)?的?")
_SO_MANY = re.compile(rf"{_COUNT}{_COUNTED}")
_VERB_BEFORE = re.compile(r"(?:都|分别|主要|一共|共)*(?:有|是|包括|包含)(?:了)?$")
# Parts of speech of which a noun phrase is made: nouns, verbal nouns, adjectives, idioms, abbreviations.
_NOMINAL = ("n", "vn", "a", "b", "l", "j")
# Words that the dictionary takes for places and that name none, and the one place that all texts speak of.
_NO_PLACES = frozenset(
    [
        "中国",
        "我国",
        "全国",
        "东西",
        "城市",
        "外国",
        "深度",
        "城区",
        "老城区",
        "地区",
        "内地",
        "本地",
        "农村",
        "乡村",
    ]
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
_SPOKEN = r"(?:说|讲|提出|表示|强调|指出|谈到|回应|介绍|宣布|透露|通报)"
Occasion = Literal["piece", "where", "when"]
_OCCASIONS: list[tuple[Occasion, re.Pattern[str]]] = [
    ("piece", re.compile(r"哪一?[篇份](?:文章|报道|访谈|专访|文件|讲话|稿件|评论|文)")),
    (
        "where",
        re.compile(
            rf"(?:什么|哪(?:个|次|场)?)(?:场合|会议|会上|活动|论坛|仪式|发布会|座谈会)[^,，]{{0,6}}{_SPOKEN}|(?:哪里|哪儿|何处|什么地方)[^,，]{{0,3}}{_SPOKEN}"
        ),
    ),
    ("when", re.compile(rf"(?:什么时候|何时|哪[一]?[天日年月]|什么时间)[^,，]{{0,6}}{_SPOKEN}")),
]
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
    fields = [(name, certain) for name, certain, cue in _COMPILED_FIELDS if cue.search(folded)]
    kind: Kind = next((kind for kind, cue in _COMPILED if cue.search(folded)), "open")
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
        occasion=next((asked for asked, cue in _OCCASIONS if cue.search(folded)), None),
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
