"""Fits how much the dense scores weigh in the fused sum, on sets that the embedder did not learn from.

Run: python -m training.fit_fusion DATA_DIR [EMBEDDER]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

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

WEIGHTS = tuple(np.round(np.arange(0, 1.01, 0.05), 2))
# News among which the texts of events are to be found, so that the search is not too easy.
_DISTRACTORS = 2000


def _reading(folder: Path, name: str) -> Collection:
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

    yield _reading(folder, "cmrc2018_trial")
    yield _reading(folder, "drcd_dev_simplified")

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
    """Print MRR@10 in percent for each collection and weight, their mean, and the weight of the best mean."""
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
    mean = np.mean(curves, axis=0)
    print(f"{'mean':22}" + " ".join(f"{value:5.1f}" for value in mean))
    print(f"best weight {WEIGHTS[int(np.argmax(mean))]}")


if __name__ == "__main__":
    main()
