"""Aligning a quote with a source: the form they are compared in, and the chain of words they share.

A key is a text without what a quotation may change: white space, punctuation, width, quotation marks,
traditional characters, the marks of mail, Markdown and HTML. Every key character remembers its offset in the text, so that what is found among
keys can be cut from the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from rapidfuzz.distance import Indel, LCSseq, Levenshtein, Opcode

from rag.text import fold

# What text is marked up with: HTML tags; at the beginning of a line the signs of a list and of what mail quotes.
_MARKUP = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>|^[^\S\n]*(?:(?:>+|[-*•·])[^\S\n]+)+", re.MULTILINE)
# Zero-width characters and variation selectors are no part of a word.
_VISIBLE = re.compile(r"[^\s\u00ad\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff]+")
MINUS = r"(?:(?<![\w-])|(?<=[降为是达到至温值率差额约]))-(?=\d)"
"""A minus sign in folded text, and no dash in a name (歼-20) or between two figures."""
# Letters, digits and signs with a meaning; a point, comma, colon or dash only where it makes a number: 26.3
# is not 263 and 1、2 is not 12, while 1,000 is 1000.
_KEPT = re.compile(
    r"(?:[^\W_]+|[%‰℃°$¥€£+=≥≤±×]|[<>](?=\d)|(?<=\d)[.:/~、<>-](?=\d)|(?<=\d),(?=\d)(?!\d{3}(?!\d))"
    rf"|{MINUS})+"
)

# What a leap to another place costs, in shared characters: a piece at an end of the quote must be longer
# than this, one in its middle twice as long, before the quote is read as joined from several places.
LEAP = 7.0
# The steps to so many blocks are worked out at once.
_TOGETHER = 64
# An end of a quote of at most this many characters that matches nothing is held against the source's
# characters in its place; a longer one was added.
_SHORT_END = 12

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """The comparable characters of a text, and the offset of each in the text."""

    text: str
    origin: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Block:
    """`length` characters from `quote` in the quote's key that stand from `source` in the stream."""

    quote: int
    source: int
    length: int


def key(text: str) -> Key:
    """Return the comparable form of `text`; empty where it has no letter or digit."""
    folded = _unmarked(fold(text))
    offsets: list[int] = []
    for match in _VISIBLE.finditer(folded):
        offsets.extend(range(*match.span()))
    dense = _dense(folded)
    origin: list[int] = []
    for match in _KEPT.finditer(dense):
        origin.extend(offsets[match.start() : match.end()])
    return Key(text=_kept(dense), origin=tuple(origin))


def comparable(text: str) -> str:
    """Return the text of the key of `text`, which takes half the time without the offsets."""
    return _kept(_dense(_unmarked(fold(text))))


def _unmarked(folded: str) -> str:
    """Return a text with white space in place of what marks it up."""
    return _MARKUP.sub(lambda match: " " * len(match.group()), folded)


def _dense(folded: str) -> str:
    return "".join(_VISIBLE.findall(folded))


def _kept(dense: str) -> str:
    return "".join(_KEPT.findall(dense)).replace("~", "-")


def chain(blocks: Sequence[Block], article: Sequence[int]) -> list[Block]:
    """Return the sequence of blocks, in the quote's order, that explains most of the quote.

    A step between neighbours costs by how much their distances in quote and source differ, a step to
    another article, backwards or far away costs `LEAP`. Overlaps are trimmed off the later block.

    Args:
        blocks: shared stretches, in any order.
        article: for each block the number of the article that it stands in.
    """
    if not blocks:
        return []
    order = sorted(range(len(blocks)), key=lambda i: (blocks[i].quote, blocks[i].source))
    start = np.array([blocks[i].quote for i in order])
    place = np.array([blocks[i].source for i in order])
    length = np.array([blocks[i].length for i in order])
    home = np.array([article[i] for i in order])
    best = length.astype(float)
    previous = np.full(len(order), -1)
    for first in range(0, len(order), _TOGETHER):
        last = min(first + _TOGETHER, len(order))
        overlap, cost = _steps(start, place, length, home, first, last)
        for j in range(max(first, 1), last):
            score = best[:j] + length[j] - overlap[j - first, :j] - cost[j - first, :j]
            i = int(score.argmax())
            if score[i] > best[j]:
                best[j], previous[j] = score[i], i
    found = []
    j = int(best.argmax())
    while j >= 0:
        found.append(Block(quote=int(start[j]), source=int(place[j]), length=int(length[j])))
        j = int(previous[j])
    return _trim(found[::-1])


def _steps(
    start: Integers, place: Integers, length: Integers, home: Integers, first: int, last: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how much of each block [first, last) any before `last` has already, and what the step costs.

    Both are counted in shared characters, of shape (last - first, last); of a block that adds nothing an
    infinite number overlaps.

    Args:
        start: where the blocks begin in the quote, rising.
        place: where they begin in the source.
        length: how long they are.
        home: the numbers of their articles.
        first: the first block stepped to.
        last: the block behind the last one.
    """
    to = np.s_[first:last, None]
    gap = start[to] - start[:last] - length[:last]
    shift = place[to] - place[:last] - length[:last]
    near = (home[:last] == home[to]) & (place[:last] < place[to])
    overlap = np.maximum(0, -gap)
    overlap = np.where(near, np.maximum(overlap, -shift), overlap)
    cost = np.where(near, _stride(np.maximum(0, np.maximum(gap, shift)), np.abs(shift - gap)), LEAP)
    idle = (overlap >= length[to]) | (start[:last] == start[to])
    return np.where(idle, np.inf, overlap), np.minimum(cost, LEAP)


def _stride(far: ArrayLike, uneven: ArrayLike) -> NDArray[np.float64]:
    """Return what a step over `far` characters costs that is `uneven` longer on one side, in shared characters."""
    cost: NDArray[np.float64] = 0.05 * np.asarray(far) + 0.5 * np.log2(1 + np.asarray(uneven))
    return cost


def _trim(blocks: Sequence[Block]) -> list[Block]:
    """Cut from each block what the one before it covers already, in the quote or, read on, in the source."""
    kept: list[Block] = []
    for block in blocks:
        cut = 0
        if kept:
            last = kept[-1]
            cut = max(0, last.quote + last.length - block.quote)
            if last.source < block.source:
                cut = max(cut, min(block.length, last.source + last.length - block.source))
        if cut < block.length:
            moved = Block(quote=block.quote + cut, source=block.source + cut, length=block.length - cut)
            kept.append(moved)
    return kept


def extend(ending: str, source: str, clause: int) -> tuple[int, int]:
    """Return how many characters of a quote's unexplained end, and of the source there, belong together.

    Args:
        ending: what follows the last shared block in the quote (for a beginning: reversed).
        source: what follows it in the source, up to the end of the sentence (likewise).
        clause: how much of `source` goes up to the first punctuation: what is exchanged ends there.
    """
    stands = source.find(ending)
    if ending and source.endswith(ending):
        return len(ending), len(source)
    if stands >= 0 and _stride(stands, stands) < len(ending):
        return len(ending), stands + len(ending)
    score = best = 0
    reached = (0, 0)
    for operation in Indel.opcodes(ending, source[: len(ending) + 4]):
        if operation.tag == "equal":
            score += operation.src_end - operation.src_start
            ends = operation.src_end == len(ending) and operation.dest_end <= clause
            if score > best or (score == best and ends):
                best, reached = score, (operation.src_end, operation.dest_end)
        else:
            score -= operation.src_end - operation.src_start + operation.dest_end - operation.dest_start
    rest = len(ending) - reached[0]
    if rest <= _SHORT_END:
        return len(ending), min(len(source), reached[1] + rest, max(reached[1], clause))
    return reached


def operations(quote: str, source: str) -> list[Opcode]:
    """Return the edits that turn `quote` into `source`, those at the ends that only add source left off.

    Offsets count in the two strings.
    """
    found = list(Levenshtein.opcodes(quote, source))
    while found and found[0].tag == "insert":
        found.pop(0)
    while found and found[-1].tag == "insert":
        found.pop()
    return found


def in_common(quote: str, source: str) -> int:
    """Return how many characters of two keys stand in both in one order: no alignment equates more."""
    return int(LCSseq.similarity(quote, source))


def similarity(quote: str, source: str) -> float:
    """Return the normalised Indel similarity of two keys: 1 the same, 0 nothing in common."""
    return float(Indel.normalized_similarity(quote, source))
