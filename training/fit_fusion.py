"""Fits how much the dense scores weigh in the fused sum, on sets that the embedder did not learn from.

The weight is the one with the best mean over the sets among those that cost none of them more than a fifth
of a point: questions in the words of their source must not suffer for those in other words.

Run: python -m training.fit_fusion DATA_DIR [EMBEDDER]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.embedding import load_embedder
from training.data import read, split
from training.retrieval import (
    Collection,
    bm25_scores,
    collection,
    dense_scores,
    fused_scores,
    reciprocal_ranks,
    titles,
)

WEIGHTS = tuple(step / 20 for step in range(21))
# News among which the texts of events are to be found, so that the search is not too easy.
_DISTRACTORS = 2000
# How many points of MRR a set may lose against BM25 alone.
_LOSS = 0.2


def best_weight(curves: NDArray[np.float64]) -> float:
    """Return the weight with the best mean of those that cost no set more than `_LOSS` against weight 0.

    Args:
        curves: MRR in percent, float64 of (sets, len(WEIGHTS)).
    """
    allowed = (curves >= curves[:, :1] - _LOSS).all(axis=0)
    return WEIGHTS[int(np.argmax(np.where(allowed, curves.mean(axis=0), -np.inf)))]


def reading(folder: Path, name: str) -> Collection:
    """Return a reading set: its questions, and its texts to find."""
    texts = {record["id"]: record["text"] for record in read(folder, f"{name}/docs")}
    questions = read(folder, f"{name}/qa")
    return collection(name, texts, ((record["question"], record["doc_ids"]) for record in questions))


def collections(folder: Path) -> Iterator[Collection]:
    """Yield the collections: sets kept back whole, and the tenths kept back of the sets learnt from."""
    events = read(folder, "crud_events/pairs")
    texts = {record["positive"]: record["positive"] for record in events}
    texts |= {record["id"]: record["text"] for record in read(folder, "crud_docs/docs")[:_DISTRACTORS]}
    yield collection("crud_events", texts, ((record["query"], [record["positive"]]) for record in events))

    yield reading(folder, "cmrc2018_trial")
    yield reading(folder, "drcd_dev_simplified")

    statutes = {record["id"]: record["text"] for record in read(folder, "lecoqa_statutes/docs")}
    _, questions = split(read(folder, "lecoqa_statutes/qa"))
    asked = ((record["question"], record["doc_ids"]) for record in questions)
    yield collection("lecoqa_statutes", statutes, asked)

    _, letters = split(read(folder, "govqa/pairs"))
    texts = {record["id"]: record["positive"] for record in letters}
    yield collection("govqa", texts, ((record["title"], [record["id"]]) for record in letters))

    _, news = split(read(folder, "xwlb/docs"))
    yield titles("xwlb", news)


def main() -> None:
    """Print MRR@10 in percent for each collection and weight, their mean, and the weight chosen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of training sets")
    parser.add_argument("embedder", nargs="?", default="builtin")
    arguments = parser.parse_args()
    embedder = load_embedder(arguments.embedder)
    print(f"{'weight':22}" + " ".join(f"{weight:5.2f}" for weight in WEIGHTS))
    curves = []
    for wanted in collections(arguments.data):
        dense, lexical = dense_scores(wanted, embedder), bm25_scores(wanted)
        curve = [
            100 * reciprocal_ranks(wanted, fused_scores(dense, lexical, weight)).mean() for weight in WEIGHTS
        ]
        curves.append(curve)
        label = f"{wanted.name} ({len(wanted.queries)})"
        print(f"{label:22}" + " ".join(f"{value:5.1f}" for value in curve), flush=True)
    print(f"{'mean':22}" + " ".join(f"{value:5.1f}" for value in np.mean(curves, axis=0)))
    print(f"best weight {best_weight(np.array(curves))}")


if __name__ == "__main__":
    main()
