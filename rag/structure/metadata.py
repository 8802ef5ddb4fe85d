"""What bylines, datelines and kickers state: outlet, authors, date, speakers. Nothing is guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import rjieba

from rag.datatypes import Span
from rag.numerals import find_dates

_OUTLET = re.compile(
    r"(?:来源|稿源|信息来源|文章来源|发布机构)\s*[:：]\s*([^\d)）]+?)\s*(?=作者|记者|编辑|发布|时间|日期|\d{4}|[)）]|$)"
)
_AUTHORS = re.compile(r"(?:作者|撰文|执笔|文)\s*[:：/]\s*(.+?)\s*(?=来源|编辑|责任|时间|日期|\d{4}|$)")
_COLOPHON = re.compile(r"《([^》]{2,20})》\s*[(（]")
_DATELINE = re.compile(
    r"(?:本报讯|本报[一-鿿]{2,8}讯|本网讯|[一-鿿]{2,8}讯|(?:新华社|中新社|人民网|新华网|中新网|本报)[一-鿿]{2,6}\d{1,2}月\d{1,2}日(?:电|讯))"
    r"(?:\s*[(（](?:见习|首席|特约)?(?:记者|通讯员)[:：\s]*([^)）]{2,40})[)）])?\s*"
)
_TAIL = re.compile(
    r"[(（](?:本栏目稿件|稿件|本文)?(?:来源|据)\s*[:：]\s*([^()（）]{2,20})[)）]$|[(（](?:记者|通讯员|责任编辑)[:：\s]*([^()（）]{2,30})[)）]$"
)
_BRACKETS = re.compile(r"[(（][^()（）]*[)）]")
_SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
    "鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊"
    "纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫经房裘缪干解应宗丁宣邓郁单杭"
    "洪包诸左石崔吉钮龚程嵇邢裴陆荣翁荀羊惠甄曲家封芮储靳汲松井段富巫乌焦巴弓牧隗山谷车侯全班仰秋仲伊宫宁仇栾暴甘祖武符刘景詹"
    "束龙叶幸司韶黎薄印宿白怀蒲从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰雍桑桂濮牛寿通边扈燕冀郏浦尚农"
    "温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东殴殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空"
    "曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公肖涂代覃闫车仝岳帅"
)
_SPEECH = r"(?:说|表示|指出|强调|介绍|认为|坦言|透露|谈到|分享|提出|称|答|回应|披露|宣布|回答)"
_PERSON_SAYS = re.compile(
    rf"([{''.join(sorted(_SURNAMES))}][一-鿿]{{1,2}})(?=在[^，,。]{{1,24}}(?:时|中|上|会)?[^，,。]{{0,6}}{_SPEECH}|[进一还也则]*步?{_SPEECH}|[:：])"
)


@dataclass(slots=True)
class Stated:
    """What one line states; empty where it says nothing of the kind."""

    outlet: str | None = None
    authors: list[str] = field(default_factory=list)
    date: str | None = None


def read_byline(text: str) -> Stated:
    """Return the outlet, authors and date that a source line, byline, date line or colophon states."""
    stated = Stated()
    if match := _OUTLET.search(text):
        stated.outlet = match.group(1).strip(" -—")
    elif match := _COLOPHON.match(text):
        stated.outlet = match.group(1)
    if match := _AUTHORS.search(text.strip("()（）") if text[0] in "(（" else text):
        stated.authors = split_names(match.group(1))
    dates = find_dates(text)
    stated.date = dates[0][0] if dates else None
    return stated


def split_names(text: str) -> list[str]:
    """Return the names in a list of authors: posts in brackets dropped, 王 科 joined to 王科."""
    bare = re.split(r"[,，](?:分别)?[系为]", _BRACKETS.sub("", text))[0]
    names: list[str] = []
    for part in re.split(r"[;；、,，/]", bare):
        pieces = part.split()
        while pieces:
            piece = pieces.pop(0)
            if len(piece) == 1 and pieces and len(pieces[0]) <= 2:
                piece += pieces.pop(0)
            names.append(piece)
    return [name for name in names if len(name) > 1]


def dateline(text: str) -> tuple[int, list[str]]:
    """Return the length of the dateline that a first paragraph opens with (0 for none), and its reporters."""
    match = _DATELINE.match(text)
    if not match:
        return 0, []
    return match.end(), split_names(match.group(1) or "")


def tail(text: str) -> tuple[int, str | None]:
    """Return where a bracketed source or credit at a paragraph's end begins (its length for none), and the outlet."""
    match = _TAIL.search(text)
    if not match or match.start() == 0:
        return len(text), None
    return match.start(), match.group(1)


def is_name(text: str) -> bool:
    """Whether a line is a person's name and nothing else."""
    bare = "".join(text.split())
    return bool(re.fullmatch(r"[一-鿿]{2,3}", bare)) and bare[0] in _SURNAMES


def people(text: str) -> list[tuple[str, Span]]:
    """Return the names of persons in `text`, in order, by the dictionary's part of speech."""
    found = []
    position = 0
    for word, tag in rjieba.tag(text):
        start = text.index(word, position)
        position = start + len(word)
        if tag.startswith("nr") and word[0] in _SURNAMES:
            name = re.sub(rf"(?:{_SPEECH}|[是在对与的任等])$", "", word)
            if 2 <= len(name) <= 4:
                found.append((name, Span(start=start, end=start + len(name))))
    return found


def speakers(text: str) -> list[str]:
    """Return who speaks in `text`: names in front of 说, 表示, 指出 and the like, in order, once each."""
    names = {name for name, _ in people(text)}
    found: dict[str, None] = {}
    for match in _PERSON_SAYS.finditer(text):
        name = match.group(1)
        if name in names or name[:-1] in names:
            found.setdefault(name if name in names else name[:-1])
    return list(found)


_ORGANISATIONS = re.compile(r"访|专访|对话")


def kicker_speakers(text: str) -> list[str]:
    """Return who a kicker (某部部长某某：) or a subtitle (访某部部长某某) says is speaking."""
    if text.endswith((":", "：")) or _ORGANISATIONS.search(text):
        bare = text.rstrip(":：")
        return [name for name, span in people(bare) if span.end == len(bare)]
    return []
