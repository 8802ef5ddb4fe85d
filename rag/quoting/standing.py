"""Where words stand in the index, character for character."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rag.datatypes import Window
from rag.manifest import OpenIndex
from rag.quoting.candidates import stretches
from rag.quoting.layout import OVERLAP
from rag.quoting.tokens import NEGATORS
from rag.trigrams import trigrams

MOST_WINDOWS = 5_000
"""No more windows than this are looked through for words; places beyond are neither counted nor shown."""
# The trigrams of very long words are weighed at about so many points.
_PROBES = 256
_NUMERAL = frozenset("0123456789.,:%〇零一二三四五六七八九十百千万亿两")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A place where words stand: where in the article's key, and a window that holds some of them.

    `cut` tells whether a number seems to be cut there, or a negation left outside.
    """

    window: Window
    start: int
    cut: bool

    @property
    def article(self) -> tuple[str, int]:
        """The file, and the number of the article in it."""
        return self.window.file, self.window.article


def standing(index: OpenIndex, words: str) -> list[Standing]:
    """Return every place of the key `words` in `MOST_WINDOWS` windows at most.

    The best come first: those where the words seem whole at their ends (500 begins inside 1500), then those in a
    paragraph rather than in a title, a heading or an aside, then by the article's date, the earliest first
    since later ones reprint it, the undated last, then by file, article and offset.
    """
    offset = _rarest(index, words)
    probe = words[offset : offset + OVERLAP]
    found: dict[tuple[str, int, int], Standing] = {}
    for window in index.documents.windows(index.trigrams.holding(probe, MOST_WINDOWS)).values():
        for at in _occurrences(window.text, probe):
            start = window.start + at - offset
            place = (window.file, window.article, start)
            if start >= 0 and place not in found:
                cut = _cut(window.text, words, at - offset)
                found[place] = Standing(window=window, start=start, cut=cut)
    if len(words) > len(probe):
        found = {place: one for place, one in found.items() if _stands(index, words, one)}
    return sorted(found.values(), key=_rank)


def _rarest(index: OpenIndex, words: str) -> int:
    """Return where in `words` the stretch of `OVERLAP` characters with its rarest trigram begins."""
    if len(words) <= OVERLAP:
        return 0
    every = trigrams(words)
    points = range(0, len(every), -(-len(every) // _PROBES))
    rarest = min(points, key=lambda at: index.trigrams.frequency(every[at]))
    return max(0, min(rarest - OVERLAP // 2, len(words) - OVERLAP))


def _occurrences(text: str, words: str) -> Iterator[int]:
    at = text.find(words)
    while at >= 0:
        yield at
        at = text.find(words, at + 1)


def _stands(index: OpenIndex, words: str, one: Standing) -> bool:
    """Whether all of `words` stands where a part of it does."""
    (stretch,) = stretches(index, [one.window.id], len(words))
    at = one.start - stretch.start
    return stretch.text[at : at + len(words)] == words


def _rank(one: Standing) -> tuple[bool, bool, str, str, int, int]:
    """Return what places are sorted by."""
    window = one.window
    at = max(0, one.start - window.start)
    outside = any(low <= at < high for low, high in window.lines)
    return one.cut, outside, window.date or "9999", window.file, window.article, one.start


def _cut(text: str, words: str, at: int) -> bool:
    """Whether a number seems to be cut, or a negation left outside, where `words` stand at `at` in `text`."""
    before, after = text[max(0, at - 1) : max(0, at)], text[at + len(words) :][:1]
    return (
        before in NEGATORS
        or (before in _NUMERAL and words[0] in _NUMERAL)
        or (after in _NUMERAL and words[-1] in _NUMERAL)
    )
