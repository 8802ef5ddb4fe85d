"""A question held against sentences: which of its words stand there, by any name and spelling."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.aliases import aliases, forms
from rag.answering.candidates import Candidate
from rag.embedding import Embedder
from rag.question import Question
from rag.spelling import respell
from rag.text import fold

SHORTLIST = 60
"""Sentences that are looked at closely; the answering one is almost never behind (see fit_answering.py)."""
REMEMBERED = 50_000
"""Vectors kept in memory, about 1 kB each."""


class Vectors:
    """An embedder that remembers its passages: the sentences and words of a corpus come up again and again."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder
        self.known: dict[str, NDArray[np.float32]] = {}

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
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
        self.vectors = vectors
        self.asked = " ".join([folded, *(form for forms in self.forms for form in forms)])
        self.vector = vectors.embedder.encode_queries([question.text])[0]
        self.word_vectors = vectors.passages(self.words)
        bare = re.sub(r"[^\w]", "", "".join(self.words))
        self.bigrams = {bare[i : i + 2] for i in range(len(bare) - 1)}
        # What was looked up: the sentences of a paragraph share one setting, which can be long.
        self._stands: dict[str, NDArray[np.float32]] = {}
        self._pairs: dict[str, float] = {}
        self.trigrams = {bare[i : i + 3] for i in range(len(bare) - 2)}

    def stands(self, text: str) -> NDArray[np.float32]:
        """Return 1 for each question word that stands in the folded `text`, by any of its names, else 0."""
        if text not in self._stands:
            found = [any(form in text for form in forms) for forms in self.forms]
            self._stands[text] = np.array(found, dtype=np.float32)
        return self._stands[text]

    def pairs(self, text: str) -> float:
        """Return the share of the question's character pairs that stand in the folded `text`."""
        if text not in self._pairs:
            self._pairs[text] = overlap(self.bigrams, text)
        return self._pairs[text]

    def names_stand(self, text: str) -> bool:
        """Whether at least half of the persons and places that the question names stand in the folded `text`."""
        names = self.question.names
        return 2 * sum(any(form in text for form in aliases().get(n, (n,))) for n in names) >= len(names)

    def share(self, matched: NDArray[np.float32]) -> float:
        """Return the share of the question's information in the words matched, 0 to 1."""
        return float(matched @ self.weights) / self.total if self.words else 0.0


def shortlist(candidates: Sequence[Candidate], matcher: Matcher) -> list[Candidate]:
    """Return the `SHORTLIST` candidates that have most of the question's words, in their setting or themselves."""
    if len(candidates) <= SHORTLIST:
        return list(candidates)
    rough = [
        matcher.share(matcher.stands(c.setting))
        + matcher.pairs(c.setting)
        + 2 * matcher.pairs(c.folded)
        + c.hit_score
        for c in candidates
    ]
    best = sorted(range(len(candidates)), key=lambda i: (-rough[i], i))[:SHORTLIST]
    return [candidates[i] for i in sorted(best)]


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
