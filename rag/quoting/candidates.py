"""Which windows of the index a quote may come from, when it stands nowhere word for word."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from rag.datatypes import Window
from rag.manifest import OpenIndex
from rag.quoting.layout import STRIDE
from rag.quoting.stream import Stretch
from rag.trigrams import trigrams

# How many windows are looked at for a quote, and for each piece of what those do not explain.
_WHOLE = 8
_PART = 4
# A window whose BM25 is less than this share of the best one's is no rival to it: most documents that it would be
# looked up in need not be read. What only such a window explains is sought by itself.
_RIVAL = 0.5
# What is not explained is sought in pieces of this many characters, this far apart; of a very long quote in
# longer ones, no more than so many.
_PIECE = 24
_STEP = 12
_MOST_PIECES = 100
# A window explains runs of at least this many characters: shorter ones are common by chance.
_RUN = 8
# The shortest stretch not explained that is sought, with a run's length around it: most of a part may stand in
# another place too (科技创新和产业创新 goes on in many ways), and what is left tells where it comes from.
_SHORTEST = 3
# No more trigrams than this, the rarest, are asked for at once.
_MOST_TRIGRAMS = 64
# A quote of at most this many characters has no trigram left when one or two are wrong: its pairs count too.
_FEW = 8
# How far around its windows the source is looked at, besides the length of what is sought, in characters.
_REACH = 64


def candidates(index: OpenIndex, words: str) -> list[Stretch]:
    """Return where in the index the key `words`, or parts of it, may come from.

    Those are the windows with the highest BM25 over its trigrams and those around, then likewise for every
    stretch of it that stands in none of them.
    """
    ids = index.trigrams.nearest(_rarest(index, words), _WHOLE, _RIVAL)
    if len(words) <= _FEW:
        ids += index.trigrams.pairs(words, _WHOLE)
    whole = stretches(index, ids, len(words) + _REACH)
    more = [
        identifier
        for start, end in _unexplained(words, whole)
        for piece in _pieces(words[start:end], max(_STEP, len(words) // _MOST_PIECES))
        for identifier in index.trigrams.nearest(_rarest(index, piece), _PART, _RIVAL)
    ]
    if not more:
        return whole
    held = [window.id for stretch in whole for window in stretch.windows]
    return _joined(index.documents.windows({*held, *_near(more, _PIECE + _REACH)}).values())


def stretches(index: OpenIndex, ids: Iterable[int], reach: int) -> list[Stretch]:
    """Return the windows with these ids and those that lie within `reach` characters of them."""
    wanted = set(ids)
    found = index.documents.windows(_near(wanted, reach))
    return [one for one in _joined(found.values()) if any(window.id in wanted for window in one.windows)]


def _near(ids: Iterable[int], reach: int) -> set[int]:
    """Return the ids of windows and of those around that hold what lies within `reach` characters."""
    count = -(-reach // STRIDE)
    return {near for identifier in ids for near in range(identifier - count, identifier + count + 1)}


def _joined(windows: Iterable[Window]) -> list[Stretch]:
    """Return windows, ordered by id, as stretches."""
    runs: list[list[Window]] = []
    for window in windows:
        last = runs[-1][-1] if runs else None
        if last and (window.id, window.file, window.article) == (last.id + 1, last.file, last.article):
            runs[-1].append(window)
        else:
            runs.append([window])
    return [Stretch(windows=tuple(run)) for run in runs]


def _rarest(index: OpenIndex, words: str) -> list[str]:
    """Return the trigrams of `words` that the index knows, the rarest where they are many."""
    known = {t: count for t in trigrams(words) if (count := index.trigrams.frequency(t))}
    return sorted(known, key=known.__getitem__)[:_MOST_TRIGRAMS]


def _unexplained(words: str, found: Iterable[Stretch]) -> list[tuple[int, int]]:
    """Return where `words` has a stretch outside its runs of `_RUN` characters that stand in what was found.

    The characters around it are returned with it, a run's length on either side.
    """
    texts = [stretch.text for stretch in found]
    covered = [-1]
    for start in range(len(words) - _RUN + 1):
        if any(words[start : start + _RUN] in text for text in texts):
            covered += range(max(start, covered[-1] + 1), start + _RUN)
    covered.append(len(words))
    return [
        (max(0, low + 1 - _RUN), min(len(words), high + _RUN))
        for low, high in pairwise(covered)
        if high - low > _SHORTEST
    ]


def _pieces(words: str, step: int) -> list[str]:
    length = step * _PIECE // _STEP
    return [words[start : start + length] for start in range(0, max(1, len(words) - step), step)]
