"""A query to hits: dense and lexical lists, fused, near-duplicates collapsed, the first re-scored by a ranker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from rag.datatypes import Chunk, Filters, Hit
from rag.embedding import Embedder
from rag.expansion import ExpansionOptions, expand, rewritten
from rag.informativeness import idf
from rag.manifest import OpenIndex
from rag.near_duplicates import collapse
from rag.ranking import load_ranker
from rag.spelling import Respelling, respell
from rag.text import fold
from rag.words import terms

_K1, _B = 1.2, 0.75
"""BM25's usual parameters (Robertson and Zaragoza, 2009), the same that tantivy uses."""
_DEEPER = 4
"""How many times as deep a search goes where copies crowd the lists, as ten reprints of every passage do."""

SPELT_BY = 10
"""Passages that a query's spelling is held against: more restore no more words, and mistake more of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalOptions:
    """How the two lists are made one, and what orders its head.

    `depth` hits are taken of each list. A hit's score is the weighted sum of its min-max normalised scores,
    0 where a list lacks it; `dense_weight` is the share of the dense list (fitted by training/fit_fusion.py).
    The first `ranked` hits are re-scored by `ranker`, see `rag.ranking.load_ranker`. `expansion` is what the terms
    of the lexical query weigh.
    """

    depth: int = 50
    dense_weight: float = 0.35
    ranker: str = "builtin"
    ranked: int = 40
    expansion: ExpansionOptions = field(default_factory=ExpansionOptions)

    def __post_init__(self) -> None:
        """Refuse what no search can be done with.

        Raises:
            ValueError: the message is for the user.
        """
        if self.depth < 1 or self.ranked < 0:
            raise ValueError("depth 应是 1 以上的整数，ranked 应是 0 以上的整数")
        if not 0 <= self.dense_weight <= 1:
            raise ValueError("dense_weight 应在 0 到 1 之间")


def search(
    index: OpenIndex, query: str, k: int, options: RetrievalOptions, filters: Filters | None = None
) -> list[Hit]:
    """Return up to `k` hits for `query`, best first, each with its near-duplicates; ties go to the smaller chunk id.

    Where near-duplicates leave fewer than `k` hits, the lists are taken deeper, up to `_DEEPER` times.
    """
    allowed = index.documents.select(filters) if filters else None
    if allowed is not None and not len(allowed):
        return []
    vector = index.embedder.encode_queries([query])[0]
    weights = expand(query, options.expansion)
    depth = max(options.depth, k)
    deepest = _DEEPER * depth
    lists = _lists(index, vector, weights, depth, allowed)
    chunks = _chunks(index, lists)
    nearest = (chunks[identifier] for identifier, _ in lists["lexical"][:SPELT_BY])
    respelt = respell(query, (fold(f"{chunk.context} {chunk.text}") for chunk in nearest))
    if respelt:
        weights = expand(query, options.expansion, respelt)
        lists["lexical"] = index.lexical.search(weights, depth, allowed)
        chunks = _chunks(index, lists)
    while True:
        hits = collapse(_fused(lists, chunks, options))
        exhausted = max(map(len, lists.values())) < depth
        if len(hits) >= k or len(hits) == len(chunks) or exhausted or depth == deepest:
            return reranked(query, hits, options, respelt)[:k]
        depth *= 2
        lists = _lists(index, vector, weights, depth, allowed)
        chunks = _chunks(index, lists)


def _lists(
    index: OpenIndex,
    vector: NDArray[np.float32],
    weights: Mapping[str, float],
    depth: int,
    allowed: NDArray[np.int64] | None,
) -> dict[str, list[tuple[int, float]]]:
    """Return the dense and the lexical list, `depth` long each where there is so much."""
    return {
        "dense": index.vectors.search(vector, depth, allowed) if vector.any() else [],
        "lexical": index.lexical.search(weights, depth, allowed),
    }


def _chunks(index: OpenIndex, lists: Mapping[str, Sequence[tuple[int, float]]]) -> Mapping[int, Chunk]:
    """Return the chunks that the lists hold, by id."""
    return index.documents.chunks(sorted({identifier for found in lists.values() for identifier, _ in found}))


def _fused(
    lists: dict[str, list[tuple[int, float]]],
    chunks: Mapping[int, Chunk],
    options: RetrievalOptions,
) -> list[Hit]:
    """Return the hits of two ranked lists, best first; ties go to the smaller id."""
    scores = fuse(lists, {"dense": options.dense_weight, "lexical": 1 - options.dense_weight})
    ranks = {
        name: {identifier: rank for rank, (identifier, _) in enumerate(found, start=1)}
        for name, found in lists.items()
    }
    own = {name: dict(found) for name, found in lists.items()}
    return [
        Hit(
            chunk=chunks[identifier],
            score=scores[identifier],
            ranks={name: rank[identifier] for name, rank in ranks.items() if identifier in rank},
            scores={name: values[identifier] for name, values in own.items() if identifier in values},
        )
        for identifier in sorted(scores, key=lambda identifier: (-scores[identifier], identifier))
    ]


def fuse(lists: dict[str, list[tuple[int, float]]], weights: dict[str, float]) -> dict[int, float]:
    """Return the weighted sum of min-max normalised scores by id, in [0, 1] for weights that sum to 1.

    A list's best score counts 1 and its worst 0 (all 1 where they are equal); an id that a list lacks
    counts 0 there (Fox and Shaw, Combination of Multiple Searches, 1994: CombSUM, weighted).
    """
    scores: dict[int, float] = {}
    for name, found in lists.items():
        if not found:
            continue
        for identifier, share in zip((i for i, _ in found), shares([s for _, s in found]), strict=True):
            scores[identifier] = scores.get(identifier, 0.0) + weights[name] * share
    return scores


def shares(values: Sequence[float]) -> list[float]:
    """Return where each value lies between the lowest, 0, and the highest, 1; all 1 where they are equal."""
    low, high = min(values), max(values)
    return [(value - low) / (high - low) if high > low else 1.0 for value in values]


def reranked(
    query: str, hits: Sequence[Hit], options: RetrievalOptions, respelt: Sequence[Respelling] = ()
) -> list[Hit]:
    """Return `hits`, best first, with the first `options.ranked` in the order of the ranker's scores.

    The ranker is given the query in the hits' own writing (`rag.expansion.rewritten`).

    They keep the range of the fused scores that they had: the ranker's best takes the highest, its worst the
    lowest, the others lie between in proportion. So scores stay in [0, 1], and none is below one behind it.
    Ties keep the fused order.
    """
    ranker = load_ranker(options.ranker)
    first, rest = hits[: options.ranked], hits[options.ranked :]
    if ranker is None or not first:
        return list(hits)
    low, high = first[-1].score, first[0].score
    texts = (fold(f"{hit.chunk.context} {hit.chunk.text}") for hit in first)
    scores = ranker.scores(rewritten(query, texts, respelt), first).tolist()
    stretched = [min(high, low + share * (high - low)) for share in shares(scores)]
    order = sorted(range(len(first)), key=lambda i: -scores[i])
    return [*(replace(first[i], score=stretched[i]) for i in order), *rest]


def rank_passages(
    chunks: Sequence[Chunk], query: str, embedder: Embedder, options: RetrievalOptions
) -> list[Hit]:
    """Return the chunks of texts that no index holds, ranked for `query`; ranks and scores as in `search`.

    The lexical score is BM25 with the inverse document frequencies of `rag.informativeness`, since a handful
    of passages has none of its own.
    """
    asked = [(term, weight * idf(term)) for term, weight in expand(query, options.expansion).items()]
    bags = [Counter(terms(f"{chunk.context} {chunk.text}")) for chunk in chunks]
    average = sum(bag.total() for bag in bags) / max(len(bags), 1) or 1.0
    lexical = [
        sum(
            weight * bag[term] * (_K1 + 1) / (bag[term] + _K1 * (1 - _B + _B * bag.total() / average))
            for term, weight in asked
            if term in bag
        )
        for bag in bags
    ]
    vectors = embedder.encode_passages([f"{chunk.context}\n{chunk.text}" for chunk in chunks])
    dense = (vectors @ embedder.encode_queries([query])[0]).tolist()
    lists = {
        name: sorted(((i, s) for i, s in enumerate(scores) if s > 0), key=lambda pair: -pair[1])[
            : options.depth
        ]
        for name, scores in (("dense", dense), ("lexical", lexical))
    }
    hits = collapse(_fused(lists, dict(enumerate(chunks)), options))[: options.depth]
    return reranked(query, hits, options)
