"""Rankers: they re-score the hits that come first, at leisure, since there are few of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.datatypes import Hit
from rag.ranking.cross_encoder import CrossEncoderRanker
from rag.ranking.learned import TREES, LearnedRanker
from rag.ranking.trees import Trees


class Ranker(Protocol):
    """Says how well hits answer a query. Query and hits are handed over as they stand, not folded."""

    def scores(self, query: str, hits: Sequence[Hit]) -> NDArray[np.float32]:
        """Return a score for each hit, any real number, higher is better: float32 of shape (len(hits),)."""


RANKERS: Mapping[str, Callable[[str], Ranker | None]] = {
    "none": lambda _: None,
    "builtin": lambda _: LearnedRanker(Trees.load(TREES)),
    "cross-encoder": CrossEncoderRanker,
}


@cache
def load_ranker(name: str) -> Ranker | None:
    """Return the ranker that `name` says, loaded once for the life of the process.

    Args:
        name: `builtin`, the learned one that ships; `none`, and None comes back: the fused order stays; else a
            cross-encoder that sentence-transformers loads: a folder, or the name of a model on a hub, which is
            the only case that may use the network.

    Raises:
        ModelError: it cannot be loaded; the message says why and what to do.
    """
    return RANKERS[name if name in RANKERS else "cross-encoder"](name)
