"""Persons in a text: their names, their posts, and who of them speaks."""

from __future__ import annotations

import re
from functools import cache

import rjieba

from rag.datatypes import Span

SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
    "鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊"
    "纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫经房裘缪干解应宗丁宣邓郁单杭"
    "洪包诸左石崔吉钮龚程嵇邢裴陆荣翁荀羊惠甄曲家封芮储靳汲松井段富巫乌焦巴弓牧隗山谷车侯全班仰秋仲伊宫宁仇栾暴甘祖武符刘景詹"
    "束龙叶幸司韶黎薄印宿白怀蒲从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰雍桑桂濮牛寿通边扈燕冀郏浦尚农"
    "温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东殴殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空"
    "曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公肖涂代覃闫车仝岳帅"
)
REPORTER = r"(?:特约|见习|首席|实习)?(?:全媒体)?(?:记者|通讯员|评论员)"
"""How a newspaper calls who writes for it (a regular expression)."""
POST = (
    r"总理|主席|委员长|主任|部长|省长|市长|县长|区长|州长|书记|局长|厅长|院长|检察长|审计长|署长|行长|会长|理事长|秘书长|司长|处长|"
    r"校长|社长|所长|院士|教授|研究员|总裁|董事长|总经理|发言人|负责人|专员|总书记"
)
_NO_NAME_ENDS = frozenset("人方者省市县区州镇乡村厅局部委处科院校")
SPEECH = r"(?:说|表示|指出|强调|介绍|认为|坦言|透露|谈到|分享|提出|称|答|回应|披露|宣布|回答)"
_MAY_SAY = re.compile(rf"{SPEECH}|[:：]")
_CLAUSE_START = re.compile(r"[，,。；;：:！!？?“”\s]")
_WORD_END = re.compile(rf"(?:{SPEECH}|[是在对与的任等])$")


# Compiled when a text is read: who asks a question needs none of them, and they take long.


@cache
def _says() -> re.Pattern[str]:
    return re.compile(
        rf"([{''.join(sorted(SURNAMES))}][一-鿿]{{1,2}})(?=在[^，,。]{{1,24}}(?:时|中|上|会)?[^，,。]{{0,6}}{SPEECH}|[进一还也则]*步?{SPEECH}|[:：])"
    )


@cache
def _post_then_name() -> re.Pattern[str]:
    return re.compile(rf"(?:{POST})([{''.join(sorted(SURNAMES))}][一-鿿]{{1,2}})$")


@cache
def _post_name() -> re.Pattern[str]:
    return re.compile(rf"(.{{0,28}}(?:{POST}))(\s*)([一-鿿]{{2,4}}|[一-鿿]\s+[一-鿿])")


def is_name(text: str) -> bool:
    """Whether a line is a person's name and nothing else, by its looks."""
    bare = "".join(text.split())
    return bool(re.fullmatch(r"[一-鿿]{2,3}", bare)) and bare[0] in SURNAMES and bare[-1] not in _NO_NAME_ENDS


def is_ordinary_word(text: str) -> bool:
    """Whether the dictionary knows a text as a word that is no name: 时间, 方法."""
    tagged = rjieba.tag(text)
    return len(tagged) == 1 and not tagged[0][1].startswith(("nr", "ns"))


def is_person_line(text: str) -> bool:
    """Whether a line is a person's name, a post, or both: the author of a report below its title."""
    bare = "".join(text.split())
    return (
        is_name(text)
        or post_and_name(text) is not None
        or bool(re.fullmatch(rf"[一-鿿]{{0,16}}(?:{POST})", bare))
    )


def post_and_name(text: str) -> tuple[str, Span] | None:
    """Return the post and the span of the name where a line is just these (国务院总理 李强), else None."""
    match = _post_name().fullmatch(text)
    if not match or not is_name(match.group(3)):
        return None
    return match.group(1), Span(start=match.start(3), end=match.end(3))


def people(text: str) -> list[tuple[str, Span]]:
    """Return the names of persons in `text`, in order, by the dictionary's part of speech."""
    found = []
    position = 0
    for word, tag in rjieba.tag(text):
        start = text.index(word, position)
        position = start + len(word)
        if tag.startswith("nr") and word[0] in SURNAMES:
            name = _WORD_END.sub("", word)
            if 2 <= len(name) <= 4:
                found.append((name, Span(start=start, end=start + len(name))))
    return found


def speakers(text: str) -> list[str]:
    """Return who speaks in `text`: names in front of 说, 表示, 指出 and the like, in order, once each."""
    if not _MAY_SAY.search(text):
        return []
    found: dict[str, None] = {}
    for match in _says().finditer(text):
        name, start = match.group(1), match.start(1)
        if name[-1] in _NO_NAME_ENDS:
            continue
        clause = _CLAUSE_START.search(text[max(0, start - 40) : start][::-1])
        low = start - (clause.start() if clause else min(start, 40))
        names = {known for known, _ in people(text[low : match.end(1) + 8])}
        if name in names or name[:-1] in names:
            found.setdefault(name if name in names else name[:-1])
    return list(found)


def introduced(text: str) -> tuple[str, Span] | None:
    """Return who a kicker (某部部长某某：) or a subtitle (访某部部长某某) says is speaking: post and name's span.

    None where it introduces nobody.
    """
    if not text.endswith((":", "：")) and not re.search("访|专访|对话", text):
        return None
    bare = text.rstrip(":：")
    match = _post_then_name().search(bare)
    ends = [span for _, span in people(bare) if span.end == len(bare)]
    if match:
        ends = [Span(start=match.start(1), end=match.end(1))]
    if not ends:
        return None
    post = re.sub(r"^.*?(?:专?访|对话)", "", bare[: ends[0].start])
    return post.strip(), ends[0]
