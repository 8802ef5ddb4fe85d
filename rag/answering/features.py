"""What speaks for each sentence being the answer: the features of the sentence scorer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.answering.candidates import Candidate
from rag.answering.matching import Matcher, overlap
from rag.answering.offers import answers_type, constraints
from rag.informativeness import idf
from rag.question import Kind, Question
from rag.text import clauses
from rag.words import content_words

FEATURES = (
    "words",
    "context",
    "soft",
    "bigrams",
    "trigrams",
    "clause",
    "attached",
    "number",
    "date",
    "name",
    "defined",
    "reason",
    "constraints",
    "dense",
    "hit",
    "length",
    "asks",
)
"""Names of the columns of `features`, in order."""


def features(candidates: Sequence[Candidate], matcher: Matcher) -> NDArray[np.float32]:
    """Return the features of the candidates: float32, shape (len(candidates), len(FEATURES)).

    All but `length` (natural logarithm of the characters, over 5) lie in [-1, 1].
    """
    rows = np.zeros((len(candidates), len(FEATURES)), dtype=np.float32)
    if not candidates:
        return rows
    folded = [candidate.folded for candidate in candidates]
    dense = matcher.vectors.passages(folded) @ matcher.vector
    cut = [[word for word, _ in content_words(text)] for text in folded]
    soft = _soft(cut, matcher)
    for i, (candidate, text) in enumerate(zip(candidates, folded, strict=True)):
        around = matcher.stands(candidate.setting)
        own = matcher.stands(text)
        rows[i] = (
            matcher.share(own),
            matcher.share(np.maximum(around - own, 0)),
            matcher.share(np.maximum(soft[i], own)),
            matcher.pairs(text),
            overlap(matcher.trigrams, text),
            _answering_clause(text, matcher),
            _attached(text, matcher),
            *_typed(matcher.question, text),
            constraints(matcher.question, text, candidate.setting),
            dense[i],
            candidate.hit_score,
            np.log(len(text)) / 5,
            text.endswith("?"),
        )
    return rows


def _soft(cut: Sequence[Sequence[str]], matcher: Matcher) -> NDArray[np.float32]:
    """Return for each cut text and question word the cosine of the nearest word there, shape (texts, words)."""
    vocabulary = list(dict.fromkeys(word for row in cut for word in row))
    if not vocabulary or not matcher.words:
        return np.zeros((len(cut), len(matcher.words)), dtype=np.float32)
    place = {word: i for i, word in enumerate(vocabulary)}
    similarity = np.clip(matcher.vectors.passages(vocabulary) @ matcher.word_vectors.T, 0, 1)
    return np.array(
        [
            similarity[[place[word] for word in row]].max(axis=0) if row else np.zeros(len(matcher.words))
            for row in cut
        ],
        dtype=np.float32,
    )


def _answering_clause(text: str, matcher: Matcher) -> float:
    """Return the largest share of the question's information in one clause that offers what is asked for.

    Where no clause does, any clause counts. A number belongs to the words beside it, not to the sentence.
    """
    parts = [text[span.start : span.end] for span in clauses(text)]
    typed = [part for part in parts if answers_type(matcher.question, part) == 1]
    return max((matcher.share(matcher.stands(part)) for part in typed or parts), default=0.0)


def _attached(text: str, matcher: Matcher) -> float:
    """Return how much of the information beside a number or date that is asked for is the question's, 0 to 1.

    What is counted is the best clause that has such a number or date; 0.5 where neither is asked for or there.
    A number beside words of its own (再贷款规模增至8000亿元) is not the one asked for (基金规模是多少).
    """
    if matcher.question.kind not in ("number", "date"):
        return 0.5
    shares = []
    for span in clauses(text):
        part = text[span.start : span.end]
        if answers_type(matcher.question, part) == 1:
            beside = [(word, idf(word)) for word, _ in content_words(part) if not word[0].isdigit()]
            total = sum(weight for _, weight in beside)
            own = sum(weight for word, weight in beside if word in matcher.asked)
            shares.append(own / total if total else 0.5)
    return max(shares, default=0.5)


# The kinds of question for which a sentence is looked at for what is asked, one feature each.
_TYPED: dict[Kind, int] = {
    "number": 0,
    "date": 1,
    "who": 2,
    "organisation": 2,
    "where": 2,
    "definition": 3,
    "why": 4,
}


def _typed(question: Question, text: str) -> list[float]:
    """Return a feature for each group of kinds: whether the sentence offers it where it is asked for, else 0."""
    values = [0.0] * (max(_TYPED.values()) + 1)
    if question.kind in _TYPED:
        values[_TYPED[question.kind]] = answers_type(question, text) - 0.5
    return values
