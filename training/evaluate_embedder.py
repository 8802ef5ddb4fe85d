"""Measures an embedder, BM25 and both together on the development sets.

Run: python -m training.evaluate_embedder DATA_DIR [EMBEDDER] [--weight W]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from rag.embedding import load_embedder
from training.data import read
from training.retrieval import (
    Collection,
    bm25_scores,
    collection,
    dense_scores,
    figures,
    fused_scores,
    titles,
)


def collections(folder: Path) -> Iterator[Collection]:
    """Yield the development collections: news questions, titles, letters to an authority, web queries."""
    texts = {record["id"]: record["text"] for record in read(folder, "crud_questions/docs")}
    questions = read(folder, "crud_questions/questions")
    yield collection(
        "crud_questions", texts, ((record["question"], record["answer_in"]) for record in questions)
    )

    yield titles("xwlb", read(folder, "xwlb/docs"))

    letters = read(folder, "govqa/pairs")
    texts = {record["id"]: record["positive"] for record in letters}
    yield collection("govqa", texts, ((record["title"], [record["id"]]) for record in letters))

    texts = {record["id"]: record["text"] for record in read(folder, "dureader2_demo/docs")}
    questions = read(folder, "dureader2_demo/questions")
    yield collection(
        "dureader2_demo", texts, ((record["question"], record["doc_ids"]) for record in questions)
    )


def main() -> None:
    """Print a table: R@1, R@5, R@10 and MRR@10 in percent."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of development sets")
    parser.add_argument("embedder", nargs="?", default="builtin")
    parser.add_argument("--weight", type=float, default=0.35, help="of the dense scores in the sum, 0 to 1")
    arguments = parser.parse_args()
    embedder = load_embedder(arguments.embedder)
    for wanted in collections(arguments.data):
        dense, lexical = dense_scores(wanted, embedder), bm25_scores(wanted)
        rankings = {"dense": dense, "BM25": lexical, "fused": fused_scores(dense, lexical, arguments.weight)}
        for method, scores in rankings.items():
            shown = " ".join(f"{100 * figure:5.1f}" for figure in figures(wanted, scores))
            print(f"{wanted.name:15} {len(wanted.queries):4} queries  {method:6} {shown}", flush=True)


if __name__ == "__main__":
    main()
