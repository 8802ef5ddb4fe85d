"""Names and speakers made others (false), or named otherwise (true)."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from itertools import pairwise

import rjieba

from eval.altering.sentence import Given, replaced, swapped
from rag.aliases import named

_PROVINCES = (
    "北京 天津 河北 山西 内蒙古 辽宁 吉林 黑龙江 上海 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 广西 海南 重庆 四川 贵州 云南 西藏 "
    "陕西 甘肃 青海 宁夏 新疆"
)
_COUNTRIES = "美国 日本 韩国 俄罗斯 德国 法国 英国 意大利 巴西 印度 南非 澳大利亚 加拿大 泰国 越南 马来西亚 新加坡 埃及 巴基斯坦 伊朗 乌克兰 以色列 西班牙"
_CITIES = "广州 深圳 武汉 成都 杭州 南京 西安 长沙 郑州 青岛 大连 厦门 宁波 苏州 合肥 福州 济南 昆明 贵阳 兰州 哈尔滨 长春 沈阳 石家庄 太原 南昌 南宁 海口"
_BODIES = (
    "财政部 教育部 科技部 工业和信息化部 公安部 民政部 司法部 人力资源社会保障部 自然资源部 生态环境部 住房城乡建设部 交通运输部 水利部 "
    "农业农村部 商务部 文化和旅游部 国家卫生健康委 国家发展改革委 应急管理部 审计署 海关总署 国家税务总局 国家统计局 外交部 国防部"
)
_PEERS = [group.split() for group in (_PROVINCES, _COUNTRIES, _CITIES, _BODIES)]
_KNOWN = re.compile(
    "(?:"
    + "|".join(sorted((n for group in _PEERS for n in group), key=len, reverse=True))
    + ")(?!门|大学|银行|时间|人民币|医院|工业|交通|理工|师范|农业|日报|路|湾|洋|语)"
)
_PERSON = re.compile(
    r"(?:[部局院校省市县区镇村厅署行]长|董事长|秘书长|总理|主席|书记|主任|委员|代表|教授|研究员|经理|院士|总统|首相|发言人|负责人)"
    r"(?P<name>[赵钱孙李周吴郑王冯陈蒋沈韩杨朱许何吕施张孔曹严金魏姜谢邹苏潘范彭鲁马方任袁柳史唐薛雷贺罗郝安于傅孟黄萧尹邵汪毛戴宋庞熊纪项梁杜江郭梅林徐邱高夏蔡田胡万卢丁邓石崔龚程陆刘叶习][一-龥]{1,2}?)"
    r"(?=表示|说|指出|强调|认为|介绍|主持|出席|在|同|会见|作|宣布|，|、|。|和|向|对)"
)
_TITLE = re.compile("《[^《》]{4,}》")


def name(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with a place or an institution replaced by another of its kind, out of the document if it has one."""
    return _peer(given, draw, _PEERS)


def place_name(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with a province, a country or a city replaced by another."""
    return _peer(given, draw, _PEERS[:-1])


def organisation(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with a ministry or the like replaced by another."""
    return _peer(given, draw, _PEERS[-1:])


def in_body(text: str, start: int, end: int) -> bool:
    """Whether the characters [start, end) of a text are part of the name of a ministry or the like."""
    bodies = (m for m in _KNOWN.finditer(text) if m.group() in _PEERS[-1])
    return any(m.start() <= start and end <= m.end() for m in bodies)


def _peer(given: Given, draw: random.Random, groups: Sequence[Sequence[str]]) -> str | None:
    """Return the sentence with a name of the groups replaced by another of its group."""
    places = [m for m in _KNOWN.finditer(given.sentence) if any(m.group() in group for group in groups)]
    if not places:
        return None
    place = draw.choice(places)
    peers = next(group for group in groups if place.group() in group)
    near = [n for n in peers if any(n in text for text in given.around) and n not in given.sentence]
    others = near or [n for n in peers if n not in given.sentence]
    return given.sentence.replace(place.group(), draw.choice(others))


def person(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with a person replaced by another of the document, or of another document."""
    places = list(_PERSON.finditer(given.sentence))
    if not places:
        return None
    place = draw.choice(places)
    near, far = (
        sorted({m["name"] for text in texts for m in _PERSON.finditer(text)} - {place["name"]})
        for texts in (given.around, given.elsewhere)
    )
    others = [n for n in near or far if n not in given.sentence and len(n) > 1]
    return given.sentence.replace(place["name"], draw.choice(others)) if others else None


def title(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with a title in 《》 replaced by another that stands around it, or elsewhere."""
    places = list(_TITLE.finditer(given.sentence))
    if not places:
        return None
    place = draw.choice(places)
    near, far = (
        sorted({m.group() for text in texts for m in _TITLE.finditer(text)})
        for texts in (given.around, given.elsewhere)
    )
    others = [t for t in near or far if t not in given.sentence and t[1:-1] not in place.group()]
    others = [t for t in others if place.group()[1:-1] not in t]
    return replaced(given.sentence, place, draw.choice(others)) if others else None


_SPEECH = re.compile(
    r"^(?P<who>[^，。：；“”、]{2,24}?)(?P<said>强调指出|指出|强调|表示|介绍说|介绍|认为|说|称|宣布|要求|透露)(?=[，：:])"
)

_NOBODY = re.compile(
    "[他她这此该]|会议|通知|意见|还|并|也|双方|数据|报告|大家|人士|媒体|报道|号|各界|专家|负责人|代表"
)
_NOUNS = re.compile("(?:[njmqtfbe] |u )*n (?:t )?")


def _speakers(texts: tuple[str, ...]) -> list[str]:
    """Return who is named as speaking: nouns alone, and no meeting or paper."""
    found = [m["who"] for text in texts if (m := _SPEECH.match(text))]
    return sorted({who for who in found if not _NOBODY.search(who) and _NOUNS.fullmatch(_tags(who))})


def _tags(text: str) -> str:
    return "".join(f"{tag[0]} " for _, tag in rjieba.tag(text))


def speaker(given: Given, draw: random.Random) -> str | None:
    """Return what one says as said by another, of the same document if it has one."""
    said = _SPEECH.match(given.sentence)
    if not said or re.search("[他她这]|^(?:双方|并|还)", said["who"]):
        return None
    for texts in (given.around, given.elsewhere):
        others = [w for w in _speakers(texts) if w not in said["who"] and said["who"] not in w]
        if others:
            return draw.choice(others) + given.sentence[said.end("who") :]
    return None


_TURNED = re.compile(
    "(?:(?<=从)(?=[^到]{2,6}(?:转|变|走)向)|(?<=由)(?=[^到]{2,6}(?:转|变|走)向)|(?<=以)|(?<=把)|(?<![必即]将)(?<=将))(?P<a>[一-龥]{2,4}?)"
    "(?P<how>[转变走]向|[转变]为|转化为|促进?|带动|推动|引领)(?!作用)(?P<b>[一-龥]{2,4})(?=[，。、；])"
)


def roles(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with two names on either side of 对, 向, 到, 超过 … in each other's place."""
    del draw
    known = list(_KNOWN.finditer(given.sentence))
    for one, other in pairwise(known):
        between = given.sentence[one.end() : other.start()]
        if re.fullmatch("对|向|超过|高于|低于|援助|取代|击败|战胜|指责|要求|邀请", between):
            return swapped(given.sentence, one, other)
    turned = _TURNED.search(given.sentence)
    if turned:
        ends = given.sentence[: turned.start("a")], given.sentence[turned.end("b") :]
        return f"{ends[0]}{turned['b']}{turned['how']}{turned['a']}{ends[1]}"
    return None


_QUOTED = re.compile("[“《][^”》]*[”》]")


def alias(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with an institution or a thing under another of its names."""
    found = [
        n
        for n in named(_QUOTED.sub(lambda quoted: "“" * len(quoted.group()), given.sentence))
        if n.span.end - n.span.start > 2 and given.sentence[n.span.start - 1 : n.span.start] != "的"
    ]
    if not found:
        return None
    place = draw.choice(found)
    sentence = given.sentence
    return sentence[: place.span.start] + draw.choice(place.others) + sentence[place.span.end :]
