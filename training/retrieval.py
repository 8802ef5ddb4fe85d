"""Retrieval over small collections, scored exhaustively: dense, BM25 and their weighted sum."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer

from rag.embedding import Embedder
from rag.text import sentences
from rag.words import terms
from training.data import passages, read, sentences_of

# tantivy's BM25 has these values, and they cannot be set.
_K1, _B = 1.2, 0.75
_TOP = 50
_CUTOFF = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Questions and the texts to find: `owner[i]` is the text that passage i was cut from.

    `relevant` has for each query the places of the texts that answer it, one at least.
    """

    name: str
    queries: tuple[str, ...]
    relevant: tuple[frozenset[int], ...]
    passages: tuple[str, ...]
    owner: NDArray[np.int64]


def collection(
    name: str, texts: dict[str, str], questions: Iterable[tuple[str, Iterable[str]]]
) -> Collection:
    """Return a collection of texts by key and of questions with the keys that answer them.

    A question none of whose keys is among the texts is left out.
    """
    places = {key: place for place, key in enumerate(texts)}
    pieces = [["".join(group) for group in passages(sentences_of(text))] for text in texts.values()]
    asked = [(query, frozenset(places[key] for key in keys if key in places)) for query, keys in questions]
    asked = [(query, right) for query, right in asked if right]
    return Collection(
        name=name,
        queries=tuple(query for query, _ in asked),
        relevant=tuple(right for _, right in asked),
        passages=tuple(piece for group in pieces for piece in group),
        owner=np.repeat(np.arange(len(pieces)), [len(group) for group in pieces]),
    )


def reading(folder: Path, name: str) -> Collection:
    """Return a reading set: its questions, and its texts to find."""
    texts = {record["id"]: record["text"] for record in read(folder, f"{name}/docs")}
    questions = read(folder, f"{name}/qa")
    return collection(name, texts, ((record["question"], record["doc_ids"]) for record in questions))


def titles(name: str, news: list[dict[str, Any]]) -> Collection:
    """Return the titles of news as queries for the texts, less the first sentence, which says the same."""
    bodies = {record["id"]: record["text"][sentences(record["text"])[0].end :] for record in news}
    texts = {key: body for key, body in bodies.items() if body.strip()}
    return collection(name, texts, ((record["title"], [record["id"]]) for record in news))


def dense_scores(wanted: Collection, embedder: Embedder) -> NDArray[np.float32]:
    """Return the cosine of each query with each passage, float32 of (queries, passages)."""
    return embedder.encode_queries(wanted.queries) @ embedder.encode_passages(wanted.passages).T


class Lexical:
    """BM25 over the passages of a collection, as the lexical index has it."""

    def __init__(self, passages: Sequence[str]) -> None:
        """Count the terms of the passages.

        A term t adds idf(t) * f * (k1 + 1) / (f + k1 * (1 - b + b * n / mean n)), where f is how often t stands
        in the passage and n how many terms the passage has; idf is ln(1 + (N - df + 0.5) / (df + 0.5)).
        """
        vectorizer = CountVectorizer(analyzer=terms)
        counts = vectorizer.fit_transform(passages).astype(np.float64)
        lengths = np.asarray(counts.sum(axis=1)).ravel()
        frequency = np.bincount(counts.indices, minlength=counts.shape[1])
        idf = np.log1p((counts.shape[0] - frequency + 0.5) / (frequency + 0.5))
        damping = np.repeat(_K1 * (1 - _B + _B * lengths / lengths.mean()), np.diff(counts.indptr))
        counts.data = idf[counts.indices] * counts.data * (_K1 + 1) / (counts.data + damping)
        self.columns: dict[str, int] = vectorizer.vocabulary_
        self.weights = counts.T.tocsr()

    def scores(self, queries: Sequence[Mapping[str, float]]) -> NDArray[np.float32]:
        """Return the scores of queries given as terms with weights, float32 of (queries, passages)."""
        entries = [
            (row, self.columns[term], weight)
            for row, query in enumerate(queries)
            for term, weight in query.items()
            if term in self.columns
        ]
        rows, columns, weights = zip(*entries, strict=True) if entries else ((), (), ())
        asked = sparse.csr_matrix((weights, (rows, columns)), shape=(len(queries), len(self.columns)))
        return (asked @ self.weights).toarray().astype(np.float32)


def plain(queries: Iterable[str]) -> list[dict[str, float]]:
    """Return the terms of each query, each weighing 1."""
    return [dict.fromkeys(terms(query), 1.0) for query in queries]


def bm25_scores(wanted: Collection) -> NDArray[np.float32]:
    """Return the BM25 score of each passage for the plain terms of each query, float32 of (queries, passages)."""
    return Lexical(wanted.passages).scores(plain(wanted.queries))


def rescaled(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return each row's best `_TOP` scores, the last of them as 0 and the best as 1; the others are 0."""
    top = np.sort(scores, axis=1)[:, -_TOP:]
    low, high = top[:, :1], top[:, -1:]
    spread = np.where(high > low, high - low, 1)
    return np.clip((scores - low) / spread, 0, None).astype(np.float32)


def fused_scores(
    dense: NDArray[np.float32], lexical: NDArray[np.float32], weight: float
) -> NDArray[np.float32]:
    """Return the sum of both, rescaled, the dense one times `weight`, the other times 1 - `weight`."""
    return (weight * rescaled(dense) + (1 - weight) * rescaled(lexical)).astype(np.float32)


def reciprocal_ranks(wanted: Collection, scores: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return 1 / rank of the first right text for each query, 0 beyond rank 10; a text's best passage counts.

    A passage with score 0 was not found.
    """
    found = np.zeros(len(wanted.queries))
    for row, right in enumerate(wanted.relevant):
        best: dict[int, None] = {}
        for passage in np.argsort(-scores[row], kind="stable"):
            if scores[row, passage] <= 0 or len(best) == _CUTOFF:
                break
            best.setdefault(int(wanted.owner[passage]))
        ranks = [rank for rank, text in enumerate(best, start=1) if text in right]
        found[row] = 1 / ranks[0] if ranks else 0
    return found
