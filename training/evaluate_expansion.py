"""Measures the query side of retrieval on the development sets: questions as they are, and altered by rule.

For each set and alteration, recall@1 and recall@10 in percent of BM25 on the plain terms and of the expanded
query, alone and fused with the embedder's scores; then the gain in MRR@10 of the fused list and its paired
bootstrap interval. Run: python -m training.evaluate_expansion DATA_DIR
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from eval.statistics import difference
from rag.embedding import load_embedder
from rag.retrieval import RetrievalOptions
from training.alterations import ALTERATIONS
from training.data import read
from training.fit_expansion import altered, lexical_scores
from training.retrieval import (
    Collection,
    Lexical,
    bm25_scores,
    collection,
    dense_scores,
    fused_scores,
    reading,
    reciprocal_ranks,
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
    """Print the table, a set and an alteration a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of development sets")
    folder = parser.parse_args().data
    embedder, options = load_embedder("builtin"), RetrievalOptions()
    print(f"{'':28}{'queries':>8}{'BM25':>13}{'expanded':>13}{'fused before':>15}{'fused':>13}  gain in MRR")
    for wanted in [reading(folder, "ncp_policy_qa"), *collections(folder)]:
        lexical = Lexical(wanted.passages)
        versions = {name: altered(wanted, alteration) for name, alteration in ALTERATIONS.items()}
        for name, asked in {"plain": wanted, **versions}.items():
            if not asked.queries:
                continue
            dense = dense_scores(asked, embedder)
            before, now = bm25_scores(asked), lexical_scores(asked, lexical, options.expansion)
            rankings = [before, now, *(fused_scores(dense, s, options.dense_weight) for s in (before, now))]
            ranks = [reciprocal_ranks(asked, scores) for scores in rankings]
            shown = "  ".join(f"{100 * (r == 1).mean():5.1f} {100 * (r > 0).mean():5.1f}" for r in ranks)
            low, high = (100 * limit for limit in difference(list(ranks[2]), list(ranks[3])))
            gain = 100 * (ranks[3].mean() - ranks[2].mean())
            label = f"{wanted.name}, {name}"
            print(
                f"{label:28}{len(asked.queries):>8}  {shown}  {gain:+.2f} [{low:+.2f}, {high:+.2f}]",
                flush=True,
            )


if __name__ == "__main__":
    main()
