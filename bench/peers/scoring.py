"""How good what a system found is: against the answers, and against an exact search by the same vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bench.peers.material import Passage, Query

_ROUNDING = 1e-5
"""By so much may the same inner product differ between two libraries."""


def recall(
    found: Mapping[str, Sequence[int]], queries: Sequence[Query], passages: Sequence[Passage], k: int
) -> float:
    """Return recall@k, 0 to 1: the mean over the queries asked of the share of their sources that are found.

    A source is found where one of its passages is among the first `k`.

    Args:
        found: passages by query, best first; queries that it lacks were not asked.
        queries: what is to be found.
        passages: all passages, by number.
        k: how many of what was found count.
    """
    shares = []
    for query in queries:
        if query.id in found:
            files = {passages[number].file for number in found[query.id][:k]}
            shares.append(len(files.intersection(query.wanted)) / len(query.wanted))
    return float(np.mean(shares))


def nearness(
    found: Mapping[str, Sequence[int]],
    queries: Mapping[str, NDArray[np.float32]],
    vectors: NDArray[np.float32],
    k: int,
) -> float:
    """Return the share, 0 to 1, of the k nearest passages that a system's dense side finds, over the queries asked.

    What is as near as the k-th nearest counts as one of them, so that equal passages may stand for each other.

    Args:
        found: passages by query.
        queries: the queries' vectors, float32 of shape (dimension,), of length 1.
        vectors: the passages', float32 of shape (passages, dimension).
        k: how many, or all where there are fewer.
    """
    k = min(k, len(vectors))
    shares = []
    for key, numbers in found.items():
        scores = vectors @ queries[key]
        least = np.partition(scores, -k)[-k] - _ROUNDING
        shares.append(sum(scores[number] >= least for number in set(numbers[:k])) / k)
    return float(np.mean(shares))
