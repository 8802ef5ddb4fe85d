"""Words of a sentence that its truth hangs on made others: negation, modality, direction, scope, cause."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from itertools import accumulate

import rjieba

from eval.altering.sentence import Given, Rule, outside_quotes, replaced

_WITHOUT = {
    "不得": "可以", "不能": "能够", "不会": "将会", "没有": "有", "尚未": "已经", "禁止": "允许", "严禁": "允许",
    "无需": "需要", "无须": "必须", "不再": "继续", "不予": "予以", "并非": "正是", "不应": "应当", "不收取": "收取",
    "未能": "能够", "反对": "支持", "拒绝": "接受",
}  # fmt: skip
_NEGATED = {
    "将": "将不", "可以": "不可以", "能够": "不能", "应当": "不应当", "要": "不要", "可": "不可", "会": "不会", "支持": "不支持",
    "鼓励": "不鼓励", "允许": "不允许", "取得": "没有取得", "完成": "没有完成", "实现": "没有实现", "参加": "没有参加",
    "出席": "没有出席", "达到": "没有达到", "发生": "没有发生", "建成": "没有建成", "投入": "没有投入", "通过": "没有通过",
    "是": "不是", "有": "没有", "印发": "没有印发", "启动": "没有启动",
}  # fmt: skip
_NEGATABLE = re.compile(
    "(?<=[一-龥])(?:可以|能够|应当|支持|鼓励|允许|取得|完成|实现了|参加|出席|达到|发生|建成|投入|通过(?=了|审|验)|印发|启动|将(?=[推加进继于在对从为会围统举有实开])|要(?=[加坚推把全深严进积完强确健着认高抓扎持切牢大]))(?!率|性|者|会|力|量|的)"
)
_OPPOSITE = {
    "增长": "下降", "下降": "增长", "上升": "下降", "增加": "减少", "减少": "增加", "提高": "降低", "降低": "提高",
    "上涨": "下跌", "下跌": "上涨", "扩大": "缩小", "缩小": "扩大", "加快": "放缓", "放缓": "加快", "超过": "不足", "不足": "超过",
    "高于": "低于", "低于": "高于", "提前": "推迟", "推迟": "提前", "上调": "下调", "下调": "上调", "同比": "环比", "环比": "同比",
    "进口": "出口", "出口": "进口", "顺差": "逆差", "逆差": "顺差", "不超过": "不低于", "不低于": "不超过", "不少于": "不超过",
    "以上": "以下", "以下": "以上", "之前": "之后", "之后": "之前", "最高": "最低", "最低": "最高", "首次": "再次", "回升": "回落",
    "回落": "回升", "升至": "降至", "降至": "升至", "加强": "削弱", "放宽": "收紧", "收紧": "放宽", "延长": "缩短", "缩短": "延长",
}  # fmt: skip
_STRONGER = {
    "可以": "必须", "鼓励": "强制", "力争": "已经", "争取": "已经", "有望": "必将", "拟": "已", "预计": "已经",
    "原则上": "一律", "逐步": "立即", "倡导": "强制要求", "基本": "完全",
    "将于": "已于", "即将": "已经", "适当": "大幅", "有条件的": "所有", "尽可能": "务必", "可能": "必然",
    "初步": "彻底",
}  # fmt: skip
_SCOPE = {
    "部分": "全部", "一些": "所有", "不少": "所有", "多数": "全部", "大部分": "全部", "许多": "所有", "重点": "所有", "有的": "所有",
    "全国": "全球", "我国": "全世界", "全省": "全国", "全市": "全省", "农村": "城镇", "城镇": "农村", "中小企业": "大型企业",
    "小微企业": "大型企业", "民营企业": "国有企业", "国有企业": "民营企业", "东部": "西部", "西部": "东部", "中部": "东部", "省级": "县级",
    "县级": "省级", "中央": "地方", "沿海": "内陆", "亚洲": "全球", "国内": "国际", "国际": "国内", "城市": "乡村", "地方": "中央",
    "主要": "全部", "近年来": "历年来", "符合条件的": "所有", "规模以上工业": "全部", "第一产业": "第二产业", "第二产业": "第三产业",
    "第三产业": "第一产业", "重大": "全部", "试点地区": "全国", "小学": "大学", "高校": "中学", "老年人": "未成年人", "年均": "月均",
    "境外": "境内", "境内": "境外", "北方": "南方", "南方": "北方", "上游": "下游", "下游": "上游", "一般贸易": "加工贸易",
}  # fmt: skip


def _any_of(table: Mapping[str, str], after: str = "") -> Rule:
    """Return the rule that replaces one word of the table by what it says, outside quotation marks."""
    words = re.compile(f"(?<!进)(?:{'|'.join(sorted(table, key=len, reverse=True))}){after}")

    def rule(given: Given, draw: random.Random) -> str | None:
        places = outside_quotes(given.sentence, words.finditer(given.sentence))
        if not places:
            return None
        place = draw.choice(places)
        return replaced(given.sentence, place, table[place.group()])

    return rule


negation_dropped = _any_of(_WITHOUT)
direction = _any_of(_OPPOSITE, after="(?![的性值端线度权力部版价效]|水平|率|口)")
modality = _any_of(_STRONGER, after="(?![上性案稿书者的力人条区、，。准原知公农制国好])")
scope = _any_of(_SCOPE, after="(?![性的统两人化部委大学政外]|国|工业大|社会|建设)")


def negation_added(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with a verb of it negated."""
    places = [
        m
        for m in _NEGATABLE.finditer(given.sentence)
        if not re.search(r"[不未没无非]$|[需只主重首摘纲概简想]$", given.sentence[: m.start()])
    ]
    if not places:
        return None
    place = draw.choice(places)
    word = place.group()
    return replaced(given.sentence, place, _NEGATED.get(word) or f"没有{word.removesuffix('了')}")


_MODAL = {
    "必须": "可以", "应当": "可以", "应该": "可以", "可以": "必须", "能够": "必须", "需要": "可以", "要": "可以", "鼓励": "要求",
    "力争": "确保", "有望": "必将", "可能": "必然",
}  # fmt: skip
_MODALS = re.compile(
    "(?<![不未没无非需只主重首摘纲概简想])(?:必须|应当|应该|可以|能够|需要(?=[加坚推把全深进积完强健认持对在])|鼓励(?=[一-龥])|力争|有望|可能(?![性的])"
    "|要(?=[加坚推把全深严进积完强确健着认高抓扎持切牢大]))"
)


BINDING = frozenset(
    (*_MODAL, *_MODAL.values(), *_STRONGER, *_STRONGER.values(), "引导", "支持", "允许", "倡导")
)
"""Words for how bindingly, how surely or how far something is said."""


def modal(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with what must be as what may be, or the other way round."""
    places = outside_quotes(given.sentence, _MODALS.finditer(given.sentence))
    if not places:
        return None
    place = draw.choice(places)
    return replaced(given.sentence, place, _MODAL[place.group()])


_NEGATOR = re.compile(
    "(?<!能)(?<!是)(?:不(?=[能会应是要宜可准许予再得])|没(?=有)|未(?=能|曾)|无(?=需|须))(?!不可或缺)"
)


def negator_dropped(given: Given, draw: random.Random) -> str | None:
    """Return the sentence without a 不, 没, 未 or 无 of it."""
    places = list(_NEGATOR.finditer(given.sentence))
    return replaced(given.sentence, draw.choice(places), "") if places else None


def verb_denied(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with 不 before a verb of it."""
    ends = list(accumulate(len(word) for word, _ in rjieba.tag(given.sentence)))
    tagged = zip(rjieba.tag(given.sentence), [0, *ends], strict=False)
    verbs = [at for (word, tag), at in tagged if tag == "v" and at and not re.search("[不未没无非]", word)]
    places = [at for at in verbs if given.sentence[at - 1] not in "不未没无非"]
    if not places:
        return None
    at = draw.choice(places)
    return f"{given.sentence[:at]}不{given.sentence[at:]}"


def cause(given: Given, draw: random.Random) -> str | None:
    """Return the sentence as the outcome of another one that stands around it."""
    short = [s for s in given.around if 10 <= len(s) <= 30 and re.match("[一-龥]", s) and "，" not in s]
    if (
        not short
        or len(given.sentence) > 60
        or re.match(r"[但而这其同此对为由在（\d]|会议|一是", given.sentence)
    ):
        return None
    return f"由于{draw.choice(short).rstrip('。！')}，{given.sentence}"
