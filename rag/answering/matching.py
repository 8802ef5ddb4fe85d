"""A question held against sentences: which of its words stand there, and how near the others come."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.aliases import aliases, forms
from rag.embedding import StaticEmbedder
from rag.question import Question
from rag.ranking.matches import Matching
from rag.spelling import respell
from rag.text import fold
from rag.thesaurus import near_forms

REMEMBERED = 50_000
"""Vectors kept in memory, about 1 kB each."""

Array = NDArray[np.float32]


class Vectors:
    """An embedder that remembers its passages: the sentences and words of a corpus come up again and again."""

    def __init__(self, embedder: StaticEmbedder) -> None:
        self.embedder = embedder
        self.matching = Matching(embedder)
        self.known: dict[str, Array] = {}

    def passages(self, texts: Sequence[str]) -> Array:
        """Return what `Embedder.encode_passages` returns."""
        known = self.known
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            if len(known) + len(missing) > REMEMBERED:
                self.known = known = {}
                missing = list(dict.fromkeys(texts))
            known.update(zip(missing, self.embedder.encode_passages(missing), strict=True))
        if not texts:
            return self.embedder.encode_passages(texts)
        return np.stack([known[text] for text in texts])


class Matcher:
    """Holds a question against sentences: which of its words stand there, and how nearly the others do."""

    def __init__(self, question: Question, vectors: Vectors, text: str = "") -> None:
        """Make the question ready; its words that do not stand in the folded `text` are looked for respelt."""
        self.question = question
        self.words = list(question.words)
        self.weights = np.array([question.words[word] for word in self.words], dtype=np.float32)
        self.total = float(self.weights.sum()) or 1.0
        folded = fold(question.text)
        self.forms = _forms(self.words, folded, text)
        self.near_forms = near_forms(self.words, folded)
        self.vectors = vectors
        self.asked = " ".join([folded, *(form for forms in self.forms for form in forms)])
        self.vector = vectors.embedder.encode_queries([question.text])[0]
        bare = re.sub(r"[^\w]", "", "".join(self.words))
        self.bigrams = {bare[i : i + 2] for i in range(len(bare) - 1)}
        self.trigrams = {bare[i : i + 3] for i in range(len(bare) - 2)}
        # What was looked up: the sentences of a paragraph share one setting, which can be long.
        self._stands: dict[str, Array] = {}
        self._pairs: dict[str, float] = {}

    def stands(self, text: str) -> Array:
        """Return 1 for each question word that stands in the folded `text`, by any of its names, else 0."""
        if text not in self._stands:
            found = [any(form in text for form in forms) for forms in self.forms]
            self._stands[text] = np.array(found, dtype=np.float32)
        return self._stands[text]

    def within(self, parts: Sequence[Sequence[str]], wholes: Sequence[str]) -> tuple[Array, Array]:
        """Return what stands and what is said in parts of folded texts, and so in the texts that hold them.

        Returns:
            `stands` of each part behind one another, as columns, and 1 for each question word for which another may
            be written that stands there: (2, words, parts); and the same of the wholes: (2, words, wholes).
        """
        found = np.zeros((2, len(self.words), sum(map(len, parts))), dtype=np.float32)
        whole = np.zeros((2, len(self.words), len(wholes)), dtype=np.float32)
        for kind, every in enumerate((self.forms, self.near_forms)):
            for word, names in enumerate(every):
                start = 0
                for place, (text, inside) in enumerate(zip(wholes, parts, strict=True)):
                    there = [name for name in names if name in text]
                    if there:
                        whole[kind, word, place] = 1
                        for offset, part in enumerate(inside, start):
                            if any(name in part for name in there):
                                found[kind, word, offset] = 1
                    start += len(inside)
        return found, whole

    def near(self, texts: Sequence[str]) -> Array:
        """Return how near each question word comes to a word of each folded text, 0 to 1: (words, texts)."""
        if not self.words:
            return np.zeros((0, len(texts)), dtype=np.float32)
        return self.vectors.matching.best(self.words, self.forms, texts)

    def pairs(self, text: str) -> float:
        """Return the share of the question's character pairs that stand in the folded `text`."""
        if text not in self._pairs:
            self._pairs[text] = overlap(self.bigrams, text)
        return self._pairs[text]

    def names_stand(self, text: str) -> bool:
        """Whether at least half of the persons and places that the question names stand in the folded `text`."""
        names = self.question.names
        spelt = dict(zip(self.words, self.forms, strict=True))
        return 2 * sum(
            any(form in text for form in (*aliases().get(n, (n,)), *spelt.get(n, ()))) for n in names
        ) >= len(names)

    def share(self, matched: NDArray[np.floating]) -> float:
        """Return the share of the question's information in the words matched, 0 to 1."""
        return float(matched @ self.weights) / self.total if self.words else 0.0

    def shares(self, matched: NDArray[np.generic]) -> Array:
        """Return what `share` returns of each column: (words, n) to (n,)."""
        shared: Array = (self.weights / self.total) @ matched.astype(np.float32)
        return shared


def overlap(grams: set[str], text: str) -> float:
    """Return the share of `grams` that stand in `text`, 0 for none."""
    return sum(gram in text for gram in grams) / len(grams) if grams else 0.0


def _forms(asked: Sequence[str], question: str, text: str) -> list[tuple[str, ...]]:
    """Return for each word of a folded question the forms that it may stand in: itself first.

    They are those of `rag.aliases`, and of a word that the `text` spells otherwise its spelling; the characters
    beside it must agree, since a wrong character in a word that is asked about is a smaller fault than the
    answer to another question.
    """
    respelt = {
        question[found.span.start : found.span.end]: (found.spelling,)
        for found in respell(question, [text])
        if found.beside
    }
    return [(*names, *respelt.get(names[0], ())) for names in forms(asked, question)]
