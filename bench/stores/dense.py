"""The vector stores on the same passages and questions: how fast they are written and searched, and what is missed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.quotes.corpus import texts
from rag.chunking import ChunkingOptions, chunk
from rag.datatypes import Source
from rag.embedding import Embedder
from rag.errors import UsageError
from rag.stores import Place, VectorStore, backend
from rag.structure import parse

DEPTH = 50
"""How many are looked for: as many as the program takes of a list."""
CHANGED = 0.01
"""The share of the passages that an update removes, and adds."""

_SAME = 1e-6
"""Cosines that differ by less are of the same text: what is printed twice is found in either place."""

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a store took: seconds to write all and to update `CHANGED` of it, then how its searches went.

    `recall` and `recall_filtered` are of the 10 nearest, 0 to 1; `ms` and `ms_filtered` are medians.
    """

    store: str
    building_s: float
    update_s: float
    recall: float
    recall_50: float
    ms: float
    p95_ms: float
    recall_filtered: float
    ms_filtered: float


def passages(data: Path, size: int) -> list[str]:
    """Return the first `size` passages of all documents under a folder.

    Raises:
        UsageError: there are not so many.
    """
    found = list(islice(_passages(data), size))
    if len(found) < size:
        raise UsageError(f"{data} 里只有 {len(found)} 段，不到 {size} 段；请用 --size 改小")
    return found


def _passages(data: Path) -> Iterator[str]:
    for number, text in enumerate(texts(data)):
        document = parse(Source(file=f"bench.jsonl#{number}", text=text, sha256=""))
        for piece in chunk(document, 0, ChunkingOptions()):
            yield f"{piece.context}\n{piece.text}"


def measure(store: str, url: str, folder: Path, vectors: Vectors, queries: Vectors) -> Measured:
    """Write the vectors but the last of them, search, then update; return how that went.

    Args:
        store: what it is called.
        url: its address.
        folder: empty, for what lies in files.
        vectors: float32 of shape (passages, dimension), rows of length 1.
        queries: float32 of shape (questions, dimension).
    """
    changed = max(1, int(len(vectors) * CHANGED))
    held = vectors[:-changed]
    places = [_place(url, folder, vectors.shape[1], generation) for generation in (1, 2)]
    started = time.perf_counter()
    writer = backend(url).write(places[0], None)
    writer.add(range(len(held)), held)
    writer.commit()
    building = time.perf_counter() - started
    reader = backend(url).read(places[0])
    # Every third run of a hundred passages: neighbours come of one document, as what a filter admits does.
    allowed = np.flatnonzero(np.arange(len(held)) // 100 % 3 == 0)
    recall, recall_50, seconds = _searched(reader, held, queries, None)
    recall_filtered, _, seconds_filtered = _searched(reader, held, queries, allowed)
    started = time.perf_counter()
    writer = backend(url).write(places[1], places[0])
    writer.remove(range(0, changed))
    writer.add(range(len(held), len(vectors)), vectors[-changed:])
    writer.commit()
    backend(url).retire(places[1])
    return Measured(
        store=store,
        building_s=building,
        update_s=time.perf_counter() - started,
        recall=recall,
        recall_50=recall_50,
        ms=float(np.median(seconds)) * 1000,
        p95_ms=float(np.percentile(seconds, 95)) * 1000,
        recall_filtered=recall_filtered,
        ms_filtered=float(np.median(seconds_filtered)) * 1000,
    )


def _place(url: str, folder: Path, dimension: int, generation: int) -> Place:
    own = folder / f"g{generation}"
    own.mkdir()
    return Place(url=url, name="bench", dimension=dimension, generation=generation, folder=own)


def _searched(
    reader: VectorStore, vectors: Vectors, queries: Vectors, allowed: NDArray[np.int64] | None
) -> tuple[float, float, list[float]]:
    """Return the recall of the 10 and of the 50 nearest, by all cosines, and the seconds that each search took."""
    ids = np.arange(len(vectors)) if allowed is None else allowed
    shares: dict[int, list[float]] = {10: [], DEPTH: []}
    seconds = []
    for query in queries:
        start = time.perf_counter()
        found = [identifier for identifier, _ in reader.search(query, DEPTH, allowed)]
        seconds.append(time.perf_counter() - start)
        cosines = vectors @ query
        best = np.sort(cosines[ids])[::-1]
        for k, of in shares.items():
            of.append(_recall(cosines[found[:k]], best[:k]))
    return float(np.mean(shares[10])), float(np.mean(shares[DEPTH])), seconds


def _recall(found: Vectors, best: Vectors) -> float:
    """Return the share of the best that was found: passages that say the same are as good as each other."""
    return float(np.sum(found >= best[-1] - _SAME)) / len(best)


def encoded(embedder: Embedder, data: Path, size: int, questions: Sequence[str]) -> tuple[Vectors, Vectors]:
    """Return the vectors of so many passages, and those of the questions in which the embedder knows something."""
    queries = embedder.encode_queries(questions)
    return embedder.encode_passages(passages(data, size)), queries[queries.any(axis=1)]
