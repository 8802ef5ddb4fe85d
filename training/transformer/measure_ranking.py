"""Measures the reader as a ranker: the first passages of fused retrieval, ranked anew.

How much the reader's score weighs beside that of retrieval is chosen on questions kept back from learning.

Run: python -m training.transformer.measure_ranking READER TRAIN_DIR DEV_DIR
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.statistics import difference
from rag.embedding import Embedder, builtin
from rag.retrieval import RetrievalOptions
from rag.text import fold
from rag.words import content_words
from training import evaluate_embedder, fit_fusion
from training.data import read, sentences_of
from training.retrieval import (
    Collection,
    bm25_scores,
    collection,
    dense_scores,
    figures,
    fused_scores,
    reciprocal_ranks,
)
from training.transformer.encoding import Encoder
from training.transformer.plain import PlainReader
from training.transformer.questions import READING, part_of

DEPTH = 30
WEIGHTS = tuple(step / 10 for step in range(11))
_LIMIT = 300
_KEPT = ("crud_events", "lecoqa_statutes", "govqa", "xwlb")


def kept_back(folder: Path) -> Iterator[Collection]:
    """Yield the collections of training sets that the reader did not learn from, some questions of each."""
    for wanted in fit_fusion.collections(folder):
        if wanted.name in _KEPT:
            yield _some(wanted)
    for name in READING:
        docs = [record for record in read(folder, f"{name}/docs") if part_of(record["id"]) == "fit"]
        texts = {record["id"]: record["text"] for record in docs}
        asked = (
            (r["question"], r["doc_ids"]) for r in read(folder, f"{name}/qa") if r.get("answerable", True)
        )
        yield _some(collection(name, texts, asked))


def development(folder: Path) -> Iterator[Collection]:
    """Yield the development collections."""
    yield from evaluate_embedder.collections(folder)
    for name in ("lecoqa_statutes", "ncp_policy_qa"):
        texts = {record["id"]: record["text"] for record in read(folder, f"{name}/docs")}
        asked = ((record["question"], record["doc_ids"]) for record in read(folder, f"{name}/qa"))
        yield collection(name, texts, asked)
    texts = {record["id"]: record["text"] for record in read(folder, "crud_events/docs")}
    events = read(folder, "crud_events/events")
    yield collection("crud_events", texts, ((record["query"], record["doc_ids"]) for record in events))


def _some(wanted: Collection) -> Collection:
    """Return a collection with `_LIMIT` of its questions at most, evenly drawn."""
    chosen = np.unique(np.linspace(0, len(wanted.queries) - 1, _LIMIT).astype(int))
    return replace(
        wanted,
        queries=tuple(wanted.queries[i] for i in chosen),
        relevant=tuple(wanted.relevant[i] for i in chosen),
    )


@dataclass(frozen=True, slots=True)
class Lists:
    """The scores of all passages for all queries: by words, fused, and of the first `DEPTH` by the reader.

    `first` are the places of these, int64 of (queries, DEPTH), `fit` what the reader says of them.
    """

    lexical: NDArray[np.float32]
    fused: NDArray[np.float32]
    first: NDArray[np.int64]
    fit: NDArray[np.float32]

    def ranked(self, weight: float) -> NDArray[np.float32]:
        """Return the scores with the reader weighing `weight`; what it did not read comes last, in order."""
        scores = self.fused * np.float32(1e-6)
        low, high = self.fit.min(axis=1, keepdims=True), self.fit.max(axis=1, keepdims=True)
        fit = (self.fit - low) / np.where(high > low, high - low, 1)
        before = np.take_along_axis(self.fused, self.first, axis=1)
        mixed = 1 + weight * fit + (1 - weight) * before
        np.put_along_axis(scores, self.first, mixed.astype(np.float32), axis=1)
        return scores


def lists(wanted: Collection, embedder: Embedder, reader: PlainReader, encoder: Encoder) -> Lists:
    """Return the scores for a collection."""
    lexical = bm25_scores(wanted)
    fused = fused_scores(dense_scores(wanted, embedder), lexical, RetrievalOptions().dense_weight)
    first = np.argsort(-fused, axis=1, kind="stable")[:, :DEPTH]
    sentences = {place: encoder.words(sentences_of(wanted.passages[place])) for place in np.unique(first)}
    fit = np.zeros(first.shape, dtype=np.float32)
    for row, question in enumerate(encoder.words(wanted.queries)):
        inputs = [encoder.join(question, sentences[place]) for place in first[row]]
        fit[row] = [scored.fit for scored in reader.scores(inputs)]
    return Lists(lexical, fused, first, fit)


def gain(before: NDArray[np.float64], now: NDArray[np.float64]) -> str:
    """Return the mean gain over the same questions, in points, with its 95 % bootstrap interval."""
    low, high = difference(before.tolist(), now.tolist())
    return f"{100 * (now - before).mean():+5.1f} [{100 * low:+.1f}, {100 * high:+.1f}]"


def least_overlap(wanted: Collection) -> NDArray[np.bool_]:
    """Return which queries are in the quarter with the smallest share of their content words in a right text."""
    texts: dict[int, str] = {}
    for place, passage in zip(wanted.owner, wanted.passages, strict=True):
        texts[int(place)] = texts.get(int(place), "") + fold(passage)
    shares = []
    for query, right in zip(wanted.queries, wanted.relevant, strict=True):
        words = {word for word, _ in content_words(query)}
        found = (sum(word in texts.get(r, "") for word in words) / max(len(words), 1) for r in right)
        shares.append(max(found))
    order = np.argsort(shares, kind="stable")
    chosen = np.zeros(len(shares), dtype=bool)
    chosen[order[: len(shares) // 4]] = True
    return chosen


def report(wanted: Collection, found: Lists, weight: float) -> None:
    """Print the figures of each method on a collection, and what the reader adds to fused retrieval."""
    methods = {
        "BM25": found.lexical,
        "fused": found.fused,
        "reader": found.ranked(1),
        f"sum {weight}": found.ranked(weight),
    }
    hard = least_overlap(wanted)
    base = reciprocal_ranks(wanted, found.fused)
    for method, scores in methods.items():
        shown = " ".join(f"{100 * figure:5.1f}" for figure in figures(wanted, scores))
        ranks = reciprocal_ranks(wanted, scores)
        print(
            f"{wanted.name:20} {len(ranks):4} {method:8} {shown}  MRR gain {gain(base, ranks)}  "
            f"least overlap {100 * ranks[hard].mean():5.1f}",
            flush=True,
        )


def main() -> None:
    """Print the curve of weights on questions kept back, the weight chosen, and tables of both kinds of sets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reader", type=Path)
    parser.add_argument("train", type=Path)
    parser.add_argument("dev", type=Path)
    given = parser.parse_args()
    reader, embedder = PlainReader(given.reader), builtin()
    encoder = Encoder(reader.longest)
    curves = []
    for wanted in kept_back(given.train):
        found = lists(wanted, embedder, reader, encoder)
        curve = [100 * reciprocal_ranks(wanted, found.ranked(weight)).mean() for weight in WEIGHTS]
        curves.append(curve)
        label = f"{wanted.name} ({len(wanted.queries)})"
        print(f"{label:28}" + " ".join(f"{value:5.1f}" for value in curve), flush=True)
    mean = np.mean(curves, axis=0)
    print(f"{'mean':28}" + " ".join(f"{value:5.1f}" for value in mean))
    weight = WEIGHTS[int(np.argmax(mean))]
    print(f"weight of the reader {weight}; R@1 R@5 R@10 MRR@10 on the development sets:")
    for wanted in development(given.dev):
        report(wanted, lists(wanted, embedder, reader, encoder), weight)


if __name__ == "__main__":
    main()
