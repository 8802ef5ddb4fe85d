"""Fits the ranker on the pools, and measures it on each pool with trees that have not learnt from it.

Run: python -m training.fit_ranker DATA_DIR
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.datatypes import Hit
from rag.embedding import builtin
from rag.ranking.features import Features, rows
from rag.ranking.learned import TREES
from rag.ranking.matches import Matching
from rag.ranking.trees import Trees
from rag.retrieval import RetrievalOptions, search
from rag.text import fold, squeeze
from training.boosting import Groups, boost
from training.pools import Asked, Pool, indexed, pools, source_of

MOST = 1200
"""Questions of a pool that are learnt from, so that no pool drowns the others."""
_CUTOFF = 10


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """A question's hits: their features, which are right, and which document each is of."""

    rows: NDArray[np.float32]
    right: NDArray[np.bool_]
    sources: tuple[str, ...]
    wanted: frozenset[str]


def right(asked: Asked, hits: Sequence[Hit]) -> NDArray[np.bool_]:
    """Return which hits are of a document that answers and hold an answer, where answers are known."""
    wanted = {source_of(key) for key in asked.documents}
    answers = [squeeze(fold(answer)) for answer in asked.answers] or [""]
    return np.array(
        [
            hit.chunk.file in wanted and any(answer in squeeze(fold(hit.chunk.text)) for answer in answers)
            for hit in hits
        ],
        dtype=bool,
    )


def searched(pool: Pool, describe: Callable[[str, Sequence[Hit]], NDArray[np.float32]]) -> list[Searched]:
    """Return the hits of each question of a pool, in fused order, with what `describe` says of them, (hits, any)."""
    options = RetrievalOptions(ranker="none")
    found = []
    with indexed(pool.documents) as index:
        for asked in pool.asked:
            hits = search(index, asked.question, options.ranked, options)
            if hits:
                sources = tuple(hit.chunk.file for hit in hits)
                wanted = frozenset(map(source_of, asked.documents))
                found.append(Searched(describe(asked.question, hits), right(asked, hits), sources, wanted))
    return found


def groups_of(collections: Sequence[Sequence[Searched]]) -> Groups:
    """Return what is learnt from: of each pool `MOST` questions at most, which weigh 1 / sqrt of how many they are."""
    chosen, weights = [], []
    for questions in collections:
        usable = [one for one in questions if one.right.any() and not one.right.all()][:MOST]
        chosen += usable
        weights += [len(usable) ** -0.5] * len(usable)
    return Groups(
        np.concatenate([one.rows for one in chosen]),
        np.concatenate([one.right for one in chosen]),
        np.array([len(one.right) for one in chosen]),
        np.array(weights),
    )


def reciprocal_rank(question: Searched, scores: NDArray[np.float32]) -> tuple[float, float]:
    """Return 1 / rank of the first right hit, and of the first right document by its best hit; 0 beyond ten."""
    order = np.argsort(-scores, kind="stable")
    hits = np.flatnonzero(question.right[order[:_CUTOFF]])
    sources = list(dict.fromkeys(question.sources[place] for place in order))[:_CUTOFF]
    documents = [rank for rank, source in enumerate(sources, start=1) if source in question.wanted]
    return 1 / (hits[0] + 1) if len(hits) else 0.0, 1 / documents[0] if documents else 0.0


def main() -> None:
    """Print MRR@10 in percent of hits and of documents, fused and ranked, for each pool; write the trees."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of training sets")
    features = Features(Matching(builtin()))
    names: list[str] = []

    def describe(question: str, hits: Sequence[Hit]) -> NDArray[np.float32]:
        table = features.table(question, hits)
        names[:] = table
        return rows(table, names)

    collections = {pool.name: searched(pool, describe) for pool in pools(parser.parse_args().data)}
    print(f"{'pool (questions)':28} hits: lexical  fused ranked   documents: lexical  fused ranked")
    means = []
    for name, questions in collections.items():
        trees = boost(groups_of([other for key, other in collections.items() if key != name]), names)
        means.append(_measured(questions, names, trees))
        print(f"{name:20} {len(questions):7}  " + _line(means[-1]), flush=True)
    print(f"{'mean':28}  " + _line(np.mean(means, axis=0)))
    trees = boost(groups_of(list(collections.values())), names)
    TREES.parent.mkdir(exist_ok=True)
    trees.save(TREES)


def _measured(questions: Sequence[Searched], names: Sequence[str], trees: Trees) -> NDArray[np.float64]:
    """Return the mean reciprocal ranks of the lexical list, the fused one and the ranked one, (3, 2)."""
    lexical, fused = names.index("lexical"), names.index("fused")
    rankings = [
        [
            reciprocal_rank(one, scores)
            for scores in (one.rows[:, lexical], one.rows[:, fused], trees.scores(one.rows))
        ]
        for one in questions
    ]
    return 100 * np.mean(rankings, axis=0)


def _line(means: NDArray[np.float64]) -> str:
    return "       ".join(" ".join(f"{mean:6.1f}" for mean in column) for column in means.T)


if __name__ == "__main__":
    main()
