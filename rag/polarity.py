"""Whether a sentence turns its source round: negations, directions, comparisons, duties, tenses, orders."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from rag.datatypes import Span

_REMEMBERED = 20_000
_CONTEXT = 0.25
"""Share of the surroundings that must agree before a missing or an added negation counts as a flip."""

_OPPOSITES = (
    (
        "增加 增长 上升 提高 提升 扩大 上涨 增至 升至 回升 上调 增多 增强",
        "减少 下降 降低 缩小 下跌 回落 减至 降至 下调 下滑 收窄 缩减 减弱 削弱",
    ),
    ("加快 提速", "放缓 减缓 放慢"),
    ("高于 多于 大于 优于 超过 领先", "低于 少于 小于 劣于 不及 落后"),
    ("早于 之前 以前", "晚于 之后 以后"),
    ("最高 最大 最多 最早 最好 最强", "最低 最小 最少 最晚 最差 最弱"),
    ("同比", "环比"),
    ("进口", "出口"),
    ("上半年", "下半年"),
    ("支持 鼓励 赞成 允许", "反对 禁止 限制 严禁"),
    (
        "开展 启动 设立 建立 实施 推出 恢复 继续 保留 批准 同意 出台 推广 落实 完善 部署",
        "取消 叫停 停止 暂停 终止 中止 废除 废止 撤销 放弃 关闭 停办 拒绝 否决 推迟 搁置",
    ),
    ("成功", "失败"),
    ("盈利", "亏损"),
    ("顺差", "逆差"),
    ("必须 应当 务必", "可以 可自愿"),
    ("已经 已", "尚未 还未 仍未"),
)
_SIDE = {
    word: (pair, side)
    for pair, both in enumerate(_OPPOSITES)
    for side, words in enumerate(both)
    for word in words.split()
}
_ENDED = frozenset(_SIDE[word] for word in ("取消", "反对"))
# 新增多少 is no 增多.
_DIRECTED = re.compile(rf"(?:{'|'.join(sorted(_SIDE, key=len, reverse=True))})(?!少)")
_FALL = re.compile("[降减缩落跌少低弱滑]")
_FIGURE_AFTER = re.compile(r"(?:了|至|到|约|近|超过?)?\d")

# The first group begins like a negation and is none; longer forms come before shorter ones.
_NEGATION = re.compile(
    "(?:不(?:移|懈|渝|屈|息|朽|凡|遗余力|折不扣|计其数|可或缺|可分割|断|仅|同|少|但|管|论|过|久|动产|由|禁|妨|愧|光|只|单|惜|料|时|已|一|等|平凡|足|超过|低于|高于|多于)|差不多|未(?:来|必)|"
    "无(?:论|人机|线|缝|非|疑|锡|穷|数|比|限|偿|障碍|人驾驶)|没(?:收|落))|"
    "(?P<negation>[尚并从仍还都也更决绝毫]?(?:没有|不得|不能|不会|不应|不可|不宜|不准|不许|不再|不必|不用|不要|不是|不予|未能|未曾|"
    "无法|无需|无须|[不未无没])|并非|禁止|严禁|避免|拒绝|切勿|请勿)"
)
_LIGHT = re.compile(r"[被对再能会有要得把可应该是曾经过到受见了地\s]*")
_BREAK = re.compile(r"[^\w\s]")


_HEAD = re.compile(r"\w{1,2}")
_REACH = 5
"""Characters between a negation and the word it may still apply to (没有立即回应)."""
DROPPED = 2
"""Places behind a negation at which the word may begin that a sentence must not state without it (fitted)."""


class _Negation(NamedTuple):
    """What is negated: the two characters behind the negation, and those behind the light words after it."""

    heads: tuple[str, ...]
    start: int


@lru_cache(maxsize=4096)
def _negations(folded: str) -> tuple[_Negation, ...]:
    """Return what a folded text negates."""
    found = []
    for match in _NEGATION.finditer(folded):
        if match["negation"]:
            light = _LIGHT.match(folded, match.end())
            places = dict.fromkeys((match.end(), light.end() if light else match.end()))
            heads = [head.group() for place in places if (head := _HEAD.match(folded, place))]
            if heads:
                found.append(_Negation(tuple(heads), match.end()))
    return tuple(found)


def _plain(words: str, folded: str, negations: Sequence[_Negation]) -> list[Span]:
    """Return where `words` stand without a negation a few characters before them."""
    found = []
    for match in re.finditer(re.escape(words), folded):
        before = [n.start for n in negations if 0 <= match.start() - n.start <= _REACH]
        if not any(_BREAK.search(folded[start : match.start()]) is None for start in before):
            found.append(Span(start=match.start(), end=match.end()))
    return found


def _turned_negations(claim: str, ground: str, wide: str) -> list[str]:
    """Return negations of the claim that its source does not make, and those of the run that it drops."""
    ours, theirs = _negations(claim), _negations(ground)
    stated = {head for negation in _negations(wide) for head in negation.heads}
    begun = {head[0] for negation in theirs for head in negation.heads}
    found = []
    for negation in ours:
        if any(head in stated or head[0] in begun for head in negation.heads):
            continue
        head = negation.heads[-1]
        if _plain(head, ground, theirs) or head not in ground:
            found.append(claim[max(negation.start - 2, 0) : negation.start] + negation.heads[0])
    for negation in theirs:
        found += _dropped(negation, claim, ours, ground, theirs)
    return found


def _dropped(
    negation: _Negation, claim: str, ours: Sequence[_Negation], ground: str, theirs: Sequence[_Negation]
) -> list[str]:
    """Return the words that a negation of the ground applies to and that the claim has without one."""
    from rag.claims import surroundings

    reach = _BREAK.split(ground[negation.start : negation.start + _REACH])[0]
    for at in range(min(len(reach) - 1, DROPPED)):
        word = reach[at : at + 2]
        if _plain(word, ground, theirs):
            continue
        start = negation.start + at
        wanted = surroundings(ground, Span(start=start, end=start + 2))
        for place in _plain(word, claim, ours):
            if len(wanted & surroundings(claim, place)) >= _CONTEXT * len(wanted):
                return [word]
    return []


@lru_cache(maxsize=4096)
def _directed(folded: str) -> tuple[tuple[int, int, Span], ...]:
    """Return the words that have an opposite: which pair, which side of it, and where they stand."""
    found = []
    for match in _DIRECTED.finditer(folded):
        if folded[match.start() - 1 : match.start()] not in ("不", "未"):
            found.append((*_SIDE[match.group()], Span(start=match.start(), end=match.end())))
    return tuple(found)


def _turned_directions(claim: str, ground: str) -> list[str]:
    """Return the directed words of the claim whose opposite stands in their place in the ground."""
    from rag.claims import displaced

    found = []
    there = _directed(ground)
    for pair, side, span in _directed(claim):
        same = [place for p, s, place in there if (p, s) == (pair, side)]
        opposite = [place for p, s, place in there if (p, s) == (pair, 1 - side)]
        stated = bool(same) or not (opposite or (pair < 2 and _FIGURE_AFTER.match(claim, span.end)))
        stated = stated and not (pair == 0 and side == 1 and not same and not _FALL.search(ground))
        if not stated or displaced((claim, span, ()), (ground, same + opposite), same):
            found.append(claim[span.start : span.end])
    return found


_DONE = re.compile(r"(?:已经|已)(\w\w)")
_PLANNED = re.compile(r"(?:将|拟|计划|力争|争取)(\w\w)")


def _turned_tense(claim: str, ground: str) -> list[str]:
    """Return what the claim says is done and the ground says is planned, or the other way round."""
    found = []
    for ours, theirs in ((_DONE, _PLANNED), (_PLANNED, _DONE)):
        said = set(ours.findall(ground))
        found += [word for word in ours.findall(claim) if word not in said and word in theirs.findall(ground)]
    return found


_ORDERED = re.compile(
    r"(?:先(?P<a>\w\w)\w{0,6}?[,]?[后再]|(?:从|由)(?P<b>\w\w)\w{0,8}?(?:到|至|向|转为|变为))(?P<then>\w\w)"
)


def _turned_order(claim: str, ground: str) -> list[str]:
    """Return the beginnings of which the claim says “first, from” and the ground “then, to”, of the same two."""
    there = {(match["a"] or match["b"], match["then"]) for match in _ORDERED.finditer(ground)}
    here = {(match["a"] or match["b"], match["then"]) for match in _ORDERED.finditer(claim)}
    return [first for first, then in here if (then, first) in there and (first, then) not in there]


_RELATED = re.compile(
    r"(?=(?P<a>\w{2,4})(?P<how>[向对比为给]|超过|高于|低于|援助|带动|促进?|推动|引领|支撑|服务|转化为|[转变]为|[走转]向|取代|战胜|击败)(?P<b>\w{2,4}))"
)


def _turned_roles(claim: str, ground: str) -> list[str]:
    """Return those of whom the claim says that they act on others, where the ground says it of the others."""
    found = []
    for match in _RELATED.finditer(claim):
        ours, how, theirs = match["a"], match["how"], match["b"]
        for one, other in product(
            (ours[i:] for i in range(len(ours) - 1)), (theirs[:i] for i in range(2, len(theirs) + 1))
        ):
            if other + how + one in ground and one + how + other not in ground:
                found.append(one)
    return list(dict.fromkeys(found))


def turned(claim: str, ground: str, wide: str) -> list[str]:
    """Return the words of `claim` that turn round what `ground` says; both texts are folded."""
    return (
        _turned_negations(claim, ground, wide)
        + _turned_directions(claim, ground)
        + _turned_tense(claim, ground)
        + _turned_order(claim, ground)
        + _turned_roles(claim, ground)
    )


@lru_cache(maxsize=_REMEMBERED)
def _sides(text: str) -> frozenset[tuple[int, int]]:
    """Return the pairs of opposites that a folded text has a word of, and which side of each."""
    return frozenset(_SIDE[word] for word in _DIRECTED.findall(text))


def opposed(question: str, text: str) -> float:
    """Return how far a folded text goes against the direction of a folded question, 0 to 1.

    1: a directed word of the question (取消, 增长) is met by its opposite alone; 0.5: by neither; 0 otherwise.
    """
    asked, found = _sides(question), _sides(text)
    if not asked - found:
        return 0.0
    return 1.0 if any((pair, 1 - side) in found for pair, side in asked - found) else 0.5


def unmet(question: str, text: str) -> str | None:
    """Return the word by which a folded question says that something was ended or refused, where a folded text does not.

    为什么取消补贴 presupposes that somebody did; the text must have the word or one of its kind (叫停, 废止).
    """
    ended = (word for word in _DIRECTED.findall(question) if _SIDE[word] in _ENDED)
    return next((word for word in ended if _SIDE[word] not in _sides(text)), None)


def opposites(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the directed words of a folded text with their opposites, in order."""
    return [
        (word, tuple(_OPPOSITES[_SIDE[word][0]][1 - _SIDE[word][1]].split()))
        for word in _DIRECTED.findall(text)
    ]
