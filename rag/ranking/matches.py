"""A question's words held against passages: which stand there, and how near the others come (soft matching).

How near two words are is the cosine of their rows in the built-in embedder's table, the similarity that
K-NRM pools by kernels (Xiong et al., End-to-End Neural Ad-hoc Ranking with Kernel Pooling, 2017).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rag.aliases import forms as forms_of
from rag.datatypes import Chunk
from rag.embedding import StaticEmbedder
from rag.informativeness import idf
from rag.ranking.cutting import Cut, Cutter
from rag.text import fold
from rag.thesaurus import near_forms
from rag.words import content_words, words

Array = NDArray[np.float32]
REMEMBERED = 20_000
"""Words whose vectors are kept, about 1 kB each: questions have many in common."""
NEAREST = 0.95
"""The cosine up to which another word counts: 1 is kept for the word itself, by any of its names."""
NEAR = 0.9
"""The similarity of a word that may be written for the one asked (`rag.thesaurus`)."""
_COMMON = 0.05
"""What is in every passage still counts so much beside what is in few, so that weights never sum to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Matches:
    """What there is of a question's words in passages and their contexts; w words, n passages, s sentences.

    Similarities lie in [0, 1], 1 where the word itself stands there, by any of its names or within a longer word.

    Attributes:
        information: what each word tells (`idf`), (w,); `telling` the same times how few of the passages
            have the word.
        passages: the best similarity in each passage, (w, n); `contexts` in its title and heading.
        sentences: the same in each sentence, (w, s); `first` is where each passage's sentences begin, (n,).
        occurrences: how often the word stands in each passage, (w, n).
        kernels: for each of the kernels' centres, the sum over a passage's words, (centres, w, n).
    """

    information: Array
    telling: Array
    passages: Array
    contexts: Array
    sentences: Array
    first: NDArray[np.int64]
    occurrences: Array
    kernels: Array


CENTRES = (0.3, 0.5, 0.7)
WIDTH = 0.1
"""Centres and standard deviation of the Gaussian kernels over similarities below that of the word itself."""


class Matching:
    """Holds questions against passages by the words of an embedder's table."""

    def __init__(self, embedder: StaticEmbedder) -> None:
        self._embedder = embedder
        self._cutter = Cutter(embedder)
        self._vector = lru_cache(maxsize=REMEMBERED)(lambda word: embedder.encode_queries([word])[0])

    def folded(self, chunk: Chunk) -> str:
        """Return the folded text of a chunk."""
        return self._cutter.cut(chunk.text).folded

    def best(self, asked: Sequence[str], forms: Sequence[Sequence[str]], texts: Sequence[str]) -> Array:
        """Return the best similarity of each asked word to a word of each folded text, float32 of (asked, texts).

        The similarity is 1 where a form of the word is a word of the text.
        """
        cuts = [self._cutter.cut(text) for text in texts]
        unique, places = np.unique(np.concatenate([cut.words for cut in cuts]), return_inverse=True)
        similarity = self._similarity(asked, forms, unique)
        return np.maximum.reduceat(similarity[:, places], starts_of([len(cut.words) for cut in cuts]), axis=1)

    def matches(self, query: str, chunks: Sequence[Chunk]) -> Matches:
        """Return how the words of `query` match each of `chunks`, of which there is one at least."""
        asked = _asked(query)
        texts = [self._cutter.cut(chunk.text) for chunk in chunks]
        contexts = [self._cutter.cut(chunk.context) for chunk in chunks]
        forms = forms_of(asked, fold(query))
        near = near_forms(asked, fold(query))
        numbers = np.concatenate([cut.words for cut in (*texts, *contexts)])
        unique, places = np.unique(numbers, return_inverse=True)
        similarity = self._similarity(asked, forms, unique)

        starts = starts_of([len(cut.words) for cut in texts])
        behind = sum(len(cut.words) for cut in texts)
        sentence_starts = np.concatenate(
            [cut.starts + start for cut, start in zip(texts, starts, strict=True)]
        )
        first = starts_of([len(cut.starts) for cut in texts])
        context_starts = starts_of([len(cut.words) for cut in contexts])

        inside = similarity[:, places[:behind]]
        outside = similarity[:, places[behind:]]
        sentences = np.maximum.reduceat(inside, sentence_starts, axis=1)
        passages = np.maximum(np.maximum.reduceat(sentences, first, axis=1), NEAR * _stand(near, texts))
        passages = np.where(_stand(forms, texts), 1, passages)
        around = np.maximum(
            np.maximum.reduceat(outside, context_starts, axis=1), NEAR * _stand(near, contexts)
        )
        kernels = np.exp(
            -((similarity[None] - np.array(CENTRES, dtype=np.float32)[:, None, None]) ** 2) / (2 * WIDTH**2)
        )
        information = np.array([idf(word) for word in asked], dtype=np.float32)
        telling = information * rarity((passages >= 1).sum(axis=1), len(chunks))
        return Matches(
            information=information,
            telling=telling.astype(np.float32),
            passages=passages.astype(np.float32),
            contexts=np.where(_stand(forms, contexts), 1, around).astype(np.float32),
            sentences=sentences,
            first=first,
            occurrences=np.add.reduceat((inside >= 1).astype(np.float32), starts, axis=1),
            kernels=np.add.reduceat(kernels[:, :, places[:behind]], starts, axis=2),
        )

    def _similarity(
        self, asked: Sequence[str], forms: Sequence[Sequence[str]], numbers: NDArray[np.int32]
    ) -> Array:
        """Return the similarity of each word asked with each word by number, (asked, numbers); numbers rise.

        A word that the table lacks is like itself alone.
        """
        known = (numbers >= 0) & (numbers < self._cutter.known)
        rows = np.zeros((len(numbers), self._embedder.dimension), dtype=np.float32)
        rows[known] = self._embedder.rows(numbers[known])
        lengths = np.linalg.norm(rows, axis=1)
        cosines = (np.stack([self._vector(word) for word in asked]) @ rows.T) / np.where(
            lengths > 0, lengths, 1
        )
        similarity = np.clip(cosines, 0, NEAREST).astype(np.float32)
        for row, names in enumerate(forms):
            own = np.array(self._cutter.numbers(names), dtype=numbers.dtype)
            places = np.searchsorted(numbers, own).clip(max=len(numbers) - 1)
            similarity[row, places[numbers[places] == own]] = 1
        return similarity


def rarity(having: NDArray[np.int64], count: int) -> NDArray[np.float64]:
    """Return how few of `count` passages have each thing, ln((count + 1) / (having + 0.5)), `_COMMON` at least."""
    rare: NDArray[np.float64] = np.log((count + 1) / (having + 0.5)).clip(_COMMON)
    return rare


def starts_of(lengths: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each part begins, of parts of these lengths behind one another."""
    return np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)


def _asked(query: str) -> list[str]:
    """Return the words of a query that carry its topic, once each; all its words, or itself, where none does."""
    found = dict.fromkeys(word for word, _ in content_words(query))
    return list(found or dict.fromkeys(word for word, _ in words(query)) or [fold(query)])


def _stand(forms: Sequence[Sequence[str]], cuts: Sequence[Cut]) -> NDArray[np.bool_]:
    """Return whether any form of each word stands in each folded text, (words, texts)."""
    return np.array([[any(form in cut.folded for form in names) for cut in cuts] for names in forms])
