"""How many of a question's words its gold passage has: where they are few, a lexical index is of little use."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from rag.informativeness import idf
from rag.text import fold
from rag.words import content_words


def overlap(question: str, passages: Iterable[str]) -> float:
    """Return the share of a question's content words that stand in the best of its gold passages, 0 to 1.

    max over passages of Σ idf(w) over the words w that stand in it / Σ idf(w) over all, where idf is
    `rag.informativeness.idf` and each word counts once. A word stands in a passage where its characters do,
    both folded, however the passage is cut into words. 0 where there are no content words or no passages.
    """
    weights = {word: idf(word) for word, _ in content_words(question)}
    total = sum(weights.values())
    shares = (
        sum(weight for word, weight in weights.items() if word in folded) / total
        for folded in map(fold, passages)
        if total
    )
    return max(shares, default=0.0)


def least(overlaps: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the places of the quarter of the questions (rounded up) with the least overlap, the least first.

    `overlaps` is of shape (questions,), one at least; ties go to the earlier question.
    """
    quarter = -(-len(overlaps) // 4)
    return np.argsort(overlaps, kind="stable")[:quarter]
