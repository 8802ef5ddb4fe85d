"""A sentence said otherwise that says the same, or a part of what it says."""

from __future__ import annotations

import random
import re

import rjieba

from eval.altering.sentence import Given, outside_quotes, replaced
from rag.text import clauses

_LEAD = re.compile(
    "^(?:会议|全会|通知|《通知》|意见|《意见》|方案|《方案》|报告|讲话|座谈会|公报|文章|评论|大家)(?:强调|指出|认为|要求|提出|明确|决定|一致认为)[，：]"
    "|^(?:据(?:介绍|了解|悉|统计|报道)|数据显示|统计显示|总的看|同时|此外|另外|与此同时)，"
)
_ADVERB = re.compile(
    "进一步|积极(?!财政)|大力|切实|不断|着力|(?<!可)持续|扎实|坚定不移|坚决|深入(?=推|开|实|贯|学|研)|充分|显著|明显|努力|更好(?=[满服发统保])|加紧"
)
_ALSO = {
    "提升": "提高", "推进": "推动", "近日": "日前", "目前": "当前", "以及": "和", "此次": "这次", "达到": "达", "首个": "第一个",
    "举行": "举办", "十分": "非常", "因此": "所以", "助力": "帮助", "共计": "总计", "如今": "现在", "促进": "推动", "开展": "进行",
    "位居": "居", "截至": "到", "开启": "启动", "由于": "因为", "包括": "包含", "仍": "仍然", "已经": "已", "逐步": "逐渐", "并且": "并",
    "尤其": "特别", "增强": "提升", "强化": "加强", "涉及": "涵盖", "改善": "改进", "确保": "保证",
}  # fmt: skip
_ALSO_WORD = re.compile("|".join(sorted(_ALSO, key=len, reverse=True)).replace("仍", "仍(?!然)"))
_CONDITION = re.compile(
    "如果|除|只有|只要|虽然|尽管|即使|不仅|既|凡|若|当|若是|一旦|随着|为了|为|通过|在|因|由于|对|从|根据|按照|以|与|同|并|面对|围绕|经|自|到|至|截至|据|作为|受|本着|依托|依据|(?:表示|称|指出|强调|认为|说|介绍|要求|显示|提出)[，。]"
)


def without_lead(given: Given, draw: random.Random) -> str | None:
    """Return the sentence without “会议强调，”, “据介绍，”."""
    del draw
    rest = _LEAD.sub("", given.sentence)
    return rest if rest != given.sentence and len(rest) > 8 else None


def without_adverb(given: Given, draw: random.Random) -> str | None:
    """Return the sentence without an adverb of zeal (进一步、积极)."""
    places = outside_quotes(given.sentence, _ADVERB.finditer(given.sentence))
    places = [m for m in places if re.match("[一-龥]{2}", given.sentence[m.end() :])]
    places = [
        m
        for m in places
        if given.sentence[m.end()] not in "性的、和高提增改下地"
        and given.sentence[m.start() - 1] not in "不更、"
    ]
    return replaced(given.sentence, draw.choice(places), "") if places else None


def synonym(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with a word replaced by one that says the same."""
    places = outside_quotes(given.sentence, _ALSO_WORD.finditer(given.sentence))
    if not places:
        return None
    place = draw.choice(places)
    return replaced(given.sentence, place, _ALSO[place.group()])


def cut(given: Given, draw: random.Random) -> str | None:
    """Return the sentence up to the end of one of its clauses, where what is left stands alone."""
    spans = clauses(given.sentence)
    ends = [
        span.end
        for span in spans[:-1]
        if span.end > 12
        and given.sentence[span.end - 1] in "，；"
        and not _CONDITION.search(given.sentence[: span.end])
        and given.sentence[: span.end].count("“") == given.sentence[: span.end].count("”")
        and "“" not in given.sentence[: span.end]
        and any(tag == "v" for _, tag in rjieba.tag(given.sentence[: span.end]))
    ]
    return given.sentence[: draw.choice(ends) - 1] + "。" if ends else None


_LIST = re.compile(
    "(?<=[一-龥])、(?!第?[一二三四五六七八九十])(?P<a>[一-龥]{2,6})、(?P<b>[一-龥]{2,6})(?=、)"
)


def list_reordered(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with two neighbouring items of a list in each other's place."""
    places = outside_quotes(given.sentence, _LIST.finditer(given.sentence))
    if not places:
        return None
    place = draw.choice(places)
    return replaced(given.sentence, place, f"、{place['b']}、{place['a']}")


def item_dropped(given: Given, draw: random.Random) -> str | None:
    """Return the sentence without an item of a list that ends in 等."""
    places = outside_quotes(given.sentence, _LIST.finditer(given.sentence))
    places = [m for m in places if "等" in given.sentence[m.end() : m.end() + 16]]
    if not places:
        return None
    place = draw.choice(places)
    return replaced(given.sentence, place, f"、{place['a']}")


def parts_reordered(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with its parts between semicolons in another order."""
    parts = given.sentence.rstrip("。").split("；")
    if not 2 <= len(parts) <= 4 or re.search(
        "[一二三四]是|首先|其次|最后|“|：|其中|同时|指出|强调|表示|另|还|也", given.sentence
    ):
        return None
    if min(map(len, parts)) < 8 or "，" in parts[0][:12]:
        return None
    before = list(parts)
    draw.shuffle(parts)
    return "；".join(parts) + "。" if parts != before else None


_TURNS = (("的", ""), ("和", "与"), ("将", "会"), ("表示", "称"), ("进行", ""), ("了", ""), ("并", ""))


def turned(given: Given, draw: random.Random) -> str | None:
    """Return the clauses in the opposite order, one of them dropped where there are many, in other turns of phrase."""
    parts = [given.sentence[span.start : span.end].rstrip("，；。") for span in clauses(given.sentence)]
    if len(parts) < 3 or re.search("[“”《》（）：？——]", given.sentence):
        return None
    if len(parts) > 3:
        del parts[draw.randrange(len(parts))]
    said = "，".join(reversed(parts))
    for old, new in _TURNS:
        said = said.replace(old, new)
    return f"{said}。"


_ISSUED = re.compile(
    "^(?:(?P<when>近日|日前|[^，]{0,8}[月日])，)?(?P<who>[一-龥、“”]{3,30}?)(?P<together>联合|共同)?(?P<verb>印发|发布|公布|出台|制定|审议通过)了?(?P<what>《[^》]+》)(?=[，。])"
)
_BA = re.compile("把(?=[一-龥]{2,12}(?:作为|纳入|放在|落到|转化|摆在|贯穿|融入|建设|建成|变成|打造|做))")


def voice(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with 把 as 将, or with what is issued by whom turned about."""
    del draw
    issued = _ISSUED.match(given.sentence)
    if issued:
        when = f"{issued['when']}，" if issued["when"] else ""
        said = f"{when}{issued['what']}由{issued['who']}{issued['together'] or ''}{issued['verb']}"
        return said + given.sentence[issued.end() :]
    places = outside_quotes(given.sentence, _BA.finditer(given.sentence))
    return replaced(given.sentence, places[0], "将") if places else None


def combined(given: Given, draw: random.Random) -> str | None:
    """Return the sentence and the one after it as one."""
    del draw
    if not given.after or len(given.sentence + given.after) > 130 or "”" in given.sentence[-2:]:
        return None
    return f"{given.sentence.rstrip('。')}，{given.after}" if given.sentence.endswith("。") else None


_AFTERWARDS = re.compile("^“(?P<what>[^“”]{12,})[，。]”(?P<who>[^“”，。]{3,30}?)(?:说|表示|介绍)。$")


def speaker_first(given: Given, draw: random.Random) -> str | None:
    """Return “…”某人说。 as 某人表示，…。"""
    del draw
    said = _AFTERWARDS.match(given.sentence)
    return f"{said['who']}表示，{said['what']}。" if said else None


_TIME = re.compile(
    "^(?P<when>(?:今年|去年|目前|近日|日前|当天|近年来|截至目前|\\d{4}年|今年上半年|前\\d+个月|\\d+月\\d+日))，(?P<who>我国|中国|全国|全省|习近平|李强|[一-龥]{2,4}省|[一-龥]{2,4}市|外交部|教育部|商务部)"
)


def time_moved(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with the time that it begins with behind its subject."""
    del draw
    begun = _TIME.match(given.sentence)
    return begun["who"] + begun["when"] + given.sentence[begun.end() :] if begun else None
