"""Words of a sentence that stand in the place of others of its source, and say something else.

A clause that is its source's but for some words says what these say: 西部 for 东部, 必须 for 可以, one country for
another. The clause is aligned with the source, and what stands in a gap on either side is compared.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations

import rjieba
from rapidfuzz.distance import Indel

from rag.text import clauses, sentences

ALIGNED = 0.6
"""Share of a clause's characters that must stand in the source clause, in order, to be held against it (fitted)."""

# Words of one line exclude one another; several that say the same stand between bars.
_MODAL = """
部分|一些|不少|多数|大部分|许多|有的|个别|少数|若干|几个|主要|重点|重大|符合条件|有条件 全部|所有|一切|全体|任何|每个
可以|能够|允许|鼓励|倡导|引导|支持|建议 必须|应当|务必|强制|一律|责令|不得
力争|争取|计划|拟|将|预计|有望|可能|即将|正在 已经|已|必将|必然|确定|确保
原则上|基本|大致|逐步|适当|适度|初步|尽可能|大体 一律|完全|彻底|立即|大幅|务必
超过|突破|逾|超|高于|以上|多于 不足|低于|以下|少于|不到
不超过|不高于|不多于 不低于|不少于
"""
_EXCLUSIVE = f"""{_MODAL}近年|近几年 历年|历来
我国|中国|全国|国内|中方 全球|世界|国际|各国 全省|省内 全市|市内 亚洲 欧洲 非洲 美洲
农村|乡村|乡镇 城镇|城市
东部 中部 西部 东北
沿海 内陆 沿边
南方 北方
上游 中游 下游
境内|国内 境外|海外|国外
中央 地方
国家级 省级 市级 县级 乡级
中小企业|小微企业|中小微企业 大型企业|大企业|骨干企业
民营企业|民企 国有企业|国企|央企 外资企业|外企
第一产业 第二产业 第三产业
一般贸易 加工贸易
小学 中学|初中|高中 大学|高校
老年|老人 未成年|儿童|青少年
增加|增长|上升|提高|提升|上涨|增至|升至|回升|上调|增多 减少|下降|降低|下跌|回落|减至|降至|下调|下滑
扩大|拓宽|扩展 缩小|收窄|缩减
加强|增强|强化 削弱|减弱|弱化
加快|提速|加速 放缓|减缓|放慢
放宽|放开 收紧|从严
延长 缩短
提前 推迟|延后|延期
首次|第一次|首个 再次|第二次|又一次
最高|最大|最多 最低|最小|最少
之前|以前 之后|以后
同比 环比
进口 出口
顺差 逆差
年均 月均 日均
上半年 下半年
上午 下午 晚上|晚间 凌晨
今年 去年 前年 明年 后年
本月 上月 下月
一季度 二季度 三季度 四季度
上旬 中旬 下旬
支持|赞成|拥护 反对|抵制
允许 禁止|严禁
没有 有
不能|不得|不可 能够|可以
"""
MODAL = frozenset(re.split(r"[|\s]+", _MODAL.strip()))
"""Words for how much, how surely and how bindingly something is said."""


@lru_cache(maxsize=1)
def _sides() -> tuple[tuple[re.Pattern[str], ...], ...]:
    """Return for each line of the table its words, a pattern for each side."""
    return tuple(tuple(re.compile(side) for side in line.split()) for line in _EXCLUSIVE.strip().splitlines())


_ANY = re.compile("|".join(sorted(set(re.split(r"[|\s]+", _EXCLUSIVE.strip())), key=len, reverse=True)))
_SHORT = 6
"""A clause of at most so many characters, its mark included, is read with the next one."""
_MARKS = " ,;:。!?\"'"


@lru_cache(maxsize=4096)
def _tagged(folded: str) -> tuple[tuple[str, str], ...]:
    """Return the words of a folded text with what they are."""
    return tuple((word, tag) for word, tag in rjieba.tag(folded) if word.strip(_MARKS))


_Words = Sequence[tuple[str, str]]


def _aligned(ours: _Words, theirs: _Words) -> tuple[int, list[tuple[_Words, _Words]]]:
    """Return how many characters the two have in common, in order, and what else stands in one place of both."""
    same = mine = other = 0
    gaps: list[tuple[_Words, _Words]] = []
    blocks = [op for op in Indel.opcodes([w for w, _ in ours], [w for w, _ in theirs]) if op.tag == "equal"]
    ends = [(op.src_start, op.dest_start, op.src_end, op.dest_end) for op in blocks]
    for start, begin, end, finish in (*ends, (len(ours), len(theirs), len(ours), len(theirs))):
        same += sum(len(word) for word, _ in ours[start:end])
        if mine < start and other < begin:
            gaps.append((ours[mine:start], theirs[other:begin]))
        mine, other = end, finish
    return same, gaps


def _excluded(here: str, there: str) -> list[str]:
    """Return the words of `here` that a word of `there` excludes."""
    if not _ANY.search(here) or not _ANY.search(there):
        return []
    found = []
    for sides in _sides():
        for one, other in combinations(sides, 2):
            for ours, theirs in ((one, other), (other, one)):
                word = ours.search(here)
                if word and theirs.search(there) and not ours.search(there):
                    found.append(word.group())
    return found


@lru_cache(maxsize=4096)
def _clauses(folded: str) -> tuple[str, ...]:
    """Return the clauses of a folded text, a short one (“今年，”) with the next."""
    found: list[str] = []
    short = False
    for span in clauses(folded):
        clause = folded[span.start : span.end]
        if short:
            found[-1] += clause
        else:
            found.append(clause)
        short = len(found[-1]) <= _SHORT
    return tuple(clause.strip(_MARKS) for clause in found)


def substituted(claim: str, ground: str) -> list[str]:
    """Return the words of a sentence that stand where its source has words which exclude them; both folded."""
    there = [ground[s.start : s.end] for s in sentences(ground)]
    found: list[str] = []
    for clause in _clauses(claim):
        found += _in_clause(clause, there)
    return list(dict.fromkeys(found))


def _in_clause(clause: str, there: Sequence[str]) -> list[str]:
    """Return what is substituted in a clause, in the source clause that has most of it."""
    ours = _tagged(clause)
    length = sum(len(word) for word, _ in ours)
    best, found, beside = ALIGNED * length, [], ""
    for sentence in there:
        for part in _clauses(sentence):
            if sum(character in part for character in clause) < best:
                continue
            same, gaps = _aligned(ours, _tagged(part))
            if same >= best:
                best, found, beside = same, gaps, part
    words: list[str] = []
    for here, other in found:
        words += _excluded(_text(here), _text(other))
        if best >= NEAR * length and _renounced(here, other) and _text(here) not in beside:
            words.append(_text(here))
    return words


NEAR = 0.65
"""Share of a clause's characters that a source clause must have for another noun in it to count (fitted)."""
_NOUNS = frozenset(("n", "nz", "j", "ns", "nt", "nr", "nrt"))
_BEFORE_NOUN = _NOUNS | {"uj", "vn", "b", "a", "an", "f", "l", "m", "q", "s"}


def _renounced(here: _Words, there: _Words) -> bool:
    """Whether two gaps are noun phrases that have no character in common."""
    nominal = all(
        words[-1][1] in _NOUNS and all(tag in _BEFORE_NOUN for _, tag in words) for words in (here, there)
    )
    ours, theirs = _text(here), _text(there)
    return nominal and not set(ours) & set(theirs) and min(len(ours), len(theirs)) > 1


def _text(words: _Words) -> str:
    return "".join(word for word, _ in words)
