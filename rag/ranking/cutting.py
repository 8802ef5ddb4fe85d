"""Texts cut for comparison: the numbers of their words, sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from rag.embedding import StaticEmbedder
from rag.text import fold
from rag.words import cut

REMEMBERED = 20_000
"""Cut texts that are kept, about 2 kB each: the passages of a corpus come up again and again."""
_SENTENCE_END = re.compile(r"[。!?;\n]")
_UNKNOWN = 1 << 20
_NOTHING = np.full(1, -1, dtype=np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """A folded text; the numbers of its words, int32 of (words,), and where each sentence begins among them.

    A text without words has one number that is no word's, -1.
    """

    folded: str
    words: NDArray[np.int32]
    starts: NDArray[np.int32]


class Cutter:
    """Cuts texts into words numbered as an embedder's rows; words that it does not know lie behind its rows."""

    def __init__(self, embedder: StaticEmbedder) -> None:
        self._row = embedder.number
        self.known = embedder.count()
        self.cut = lru_cache(maxsize=REMEMBERED)(self._cut)

    def numbers(self, words: Iterable[str]) -> list[int]:
        """Return the number of each folded word: its row, or one of a million behind the rows by its checksum."""
        numbered = ((word, self._row(word)) for word in words)
        return [
            self.known + crc32(word.encode()) % _UNKNOWN if row is None else row for word, row in numbered
        ]

    def _cut(self, text: str) -> Cut:
        folded = fold(text)
        found: list[int] = []
        starts = []
        for sentence in _SENTENCE_END.split(folded):
            words = cut(sentence)
            if words:
                starts.append(len(found))
                found += self.numbers(words)
        if not found:
            return Cut(folded, _NOTHING, np.zeros(1, dtype=np.int32))
        return Cut(folded, np.array(found, dtype=np.int32), np.array(starts, dtype=np.int32))
