"""The ranker that ships: boosted trees over what speaks for a passage, made by `training/fit_ranker.py`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.datatypes import Hit
from rag.embedding import builtin
from rag.ranking.features import Features, rows
from rag.ranking.matches import Matching
from rag.ranking.trees import Trees

TREES = Path(__file__).parent.parent / "models" / "ranker" / "model.safetensors"


class LearnedRanker:
    """Scores hits by their features; it uses the built-in embedder's table, whichever embedder finds the hits."""

    def __init__(self, trees: Trees) -> None:
        self._trees = trees
        self._features = Features(Matching(builtin()))

    def scores(self, query: str, hits: Sequence[Hit]) -> NDArray[np.float32]:
        """Return the score of each hit, float32 of (len(hits),): differences are log odds of being the right one."""
        if not hits:
            return np.zeros(0, dtype=np.float32)
        return self._trees.scores(rows(self._features.table(query, hits), self._trees.names))
