"""Words and index terms of Chinese text.

An index term is a dictionary word or a pair of adjacent Han characters: words find what is meant, pairs
find what the dictionary cuts differently in query and text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

import rjieba

from rag.datatypes import Span
from rag.text import fold

REMEMBERED = 20_000
"""Texts whose words are kept: the sentences of a corpus come up again and again; about 3 kB each."""

_HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"
_RUN = re.compile(rf"[{_HAN}]+|[a-z]+|\d+(?:\.\d+)*")
_HAN_RUN = re.compile(rf"[{_HAN}]+")
_MIXED = re.compile(r"(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]+(?:\.\d+)*")


@lru_cache(maxsize=REMEMBERED)
def words(text: str) -> tuple[tuple[str, Span], ...]:
    """Return the words of `text` with their spans: Han runs cut by dictionary, letters, numbers.

    The words are folded; punctuation and white space yield none.
    """
    found = []
    for position, cut in _runs(fold(text)):
        for word in cut:
            found.append((word, Span(start=position, end=position + len(word))))
            position += len(word)
    return tuple(found)


def cut(folded: str) -> list[str]:
    """Return the words of a folded text in order, as `words` cuts them."""
    return [word for _, run in _runs(folded) for word in run]


def _runs(folded: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the words of each run of Han characters, of letters, of digits, with the place where it begins."""
    for run in _RUN.finditer(folded):
        text = run.group()
        yield run.start(), rjieba.cut(text) if _HAN_RUN.match(text) else [text]


def placed_terms(text: str) -> list[tuple[str, int]]:
    """Return the index terms of `text` and where each begins: its words, then what holds neighbours together.

    That is the character pairs of its Han runs, but for those that are words of it, and the runs of letters
    and digits (5g, pm2.5), whose parts are words.
    """
    cut = words(text)
    folded = fold(text)
    two = {word for word, _ in cut if len(word) == 2}
    pairs = [
        (folded[start : start + 2], start)
        for run in _HAN_RUN.finditer(folded)
        for start in range(run.start(), run.end() - 1)
    ]
    mixed = [(run.group(), run.start()) for run in _MIXED.finditer(folded)]
    return [(word, span.start) for word, span in cut] + [p for p in pairs if p[0] not in two] + mixed


def terms(text: str) -> list[str]:
    """Return the index terms of `text` as `placed_terms` does, without the places: what an index is made of."""
    folded = fold(text)
    found = cut(folded)
    two = {word for word in found if len(word) == 2}
    for run in _HAN_RUN.findall(folded):
        found += [pair for pair in map(str.__add__, run, run[1:]) if pair not in two]
    return found + _MIXED.findall(folded)


@cache
def is_function_word(word: str) -> bool:
    """Whether `word` carries no topic of its own: particles, question words, forms of politeness."""
    return word in _FUNCTION_WORDS


_FUNCTION_WORDS = frozenset(
    """
    的 了 和 与 及 或 在 是 有 为 以 对 把 被 将 于 从 向 到 至 由 就 都 也 还 又 而 并 等 之 其 这 那 该 此 各 每 某
    上 下 中 里 内 外 间 前 后 时 个 位 项 条 种 次 件 份 家 年 月 日 号 们 您 你 我 他 她 它 我们 你们 他们 咱们 自己
    什么 哪 哪些 哪个 哪里 哪儿 哪家 哪几 哪年 哪天 哪位 几 多少 多大 多高 多长 谁 怎么 怎样 怎么样 如何 为何 为什么 何时
    何地 何处 何 何种 吗 呢 吧 啊 呀 么 嘛 是否 能否 有没有 是不是 可否 请 请问 请教 麻烦 帮 帮我 告诉 告诉我 一下 想
    想要 知道 问 说 说说 讲 讲讲 谈 介绍 一句 列出 列举 给 给出 指出 回答 解释 简述 概括 总结 关于 对于 根据 按照 依据
    通过 其中 以及 还有 哪些方面 方面 分别 具体 主要 包括 包含 一共 总共 共 目前 当前 现在 最近 到底 究竟 大概 大约
    左右 内容 情况 问题 答案 文件 文章 文中 报道 文档 资料 材料 里面 上面 可以 能 能够 会 要 应该 应 需要 必须 得 让 使
    叫 叫做 称为 称 指 意思 含义 定义 不 没 没有 已 已经 正在 曾 很 最 更 比较 非常 一个 一些 一种 这个 那个 这些 那些
    有关 相关 所 则 但 但是 而且 因为 所以 如果 那么 然后 且 若 即 提到 提及 谈到 说到 讲到 用 来 去 做 进行 呈现 当中
    时候 期间 职务 身份 职位 头衔 场合 名称 名字 说法 看法 态度 版本 编号 样子 什么样 展开 详细 意味着 东西 事情 老是 啥 咋 呀 哪儿
    a an the of in on to is are was what who when where how why which and or for
    """.split()  # noqa: SIM905  a list of a hundred strings does not read
)


def content_words(text: str) -> list[tuple[str, Span]]:
    """Return the words of `text` that carry its topic, with their spans."""
    return [(word, span) for word, span in words(text) if not is_function_word(word)]
