"""One process that answers over an index, as it would serve: its memory, its times, its recall. Prints JSON.

`python -m bench.scale.asking DOCS INDEX DATA`
"""

from __future__ import annotations

import json
import lzma
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.assistant import Assistant, open_assistant
from rag.config import Settings
from rag.datatypes import Chunk, Filters
from rag.expansion import ExpansionOptions, expand
from rag.stores import local

K = 10
QUESTIONS = 300
THREADS = 8
FACTORS = (1, 2, 4, 8, 16)
"""What `rag.stores.local.PROBED` could be."""
_BATCH = 4096


def questions(data: Path) -> list[str]:
    """Return the questions of the dev sets in turn, one of each, up to `QUESTIONS`."""
    found: list[str] = []
    rows = [_questions(path) for path in sorted(data.glob("dev/*/*.jsonl.xz"))]
    while rows and len(found) < QUESTIONS:
        for row in list(rows):
            question = next(row, None)
            if question is None:
                rows.remove(row)
            else:
                found.append(question)
    return found[:QUESTIONS]


def _questions(path: Path) -> Iterator[str]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            question = json.loads(line).get("question")
            if isinstance(question, str) and question.strip():
                yield question


def milliseconds(run: Callable[[str], object], asked: Sequence[str], threads: int = 1) -> tuple[float, float]:
    """Return the median and the 95th percentile of the time that each question takes."""

    def timed(question: str) -> float:
        start = time.perf_counter()
        run(question)
        return (time.perf_counter() - start) * 1000

    with ThreadPoolExecutor(threads) as pool:
        times = sorted(pool.map(timed, asked))
    return median(times), times[int(0.95 * (len(times) - 1))]


def exact(assistant: Assistant, vectors: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the ids of the `K` chunks nearest to each query, int64 of (queries, K): every chunk embedded anew."""
    best = np.full((len(vectors), K), -np.inf, dtype=np.float32)
    ids = np.full((len(vectors), K), -1, dtype=np.int64)
    for batch in _batches(assistant.index.documents.all_chunks()):
        encoded = assistant.index.embedder.encode_passages([f"{c.context}\n{c.text}" for c in batch])
        scores = np.hstack([best, vectors @ encoded.T])
        numbers = np.array([c.id for c in batch], dtype=np.int64)
        every = np.hstack([ids, np.broadcast_to(numbers, (len(vectors), len(batch)))])
        order = np.argpartition(-scores, K - 1, axis=1)[:, :K]
        best, ids = np.take_along_axis(scores, order, 1), np.take_along_axis(every, order, 1)
    return ids


def _batches(chunks: Iterator[Chunk]) -> Iterator[list[Chunk]]:
    batch: list[Chunk] = []
    for chunk in chunks:
        batch.append(chunk)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def recall(found: Sequence[Sequence[int]], wanted: NDArray[np.int64]) -> float:
    """Return the mean share, 0 to 1, of each query's nearest chunks that were found."""
    return float(
        np.mean([len(set(f) & set(w.tolist())) / len(w) for f, w in zip(found, wanted, strict=True)])
    )


def memory() -> dict[str, int]:
    """Return the resident bytes of this process: its own (`anonymous`), and mapped from files."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    kinds = {"anonymous": "RssAnon", "mapped": "RssFile"}
    return {name: int(fields[field].split()[0]) * 1024 for name, field in kinds.items()}


def measure(docs: Path, index: Path, data: Path) -> dict[str, Any]:
    """Return what one process measures over an index; see `bench.scale.command` for the names."""
    started = time.perf_counter()
    assistant = open_assistant(Settings(docs=docs, index=index), update=False)
    opened = time.perf_counter() - started
    asked = questions(data)
    encode = assistant.index.embedder.encode_queries
    vectors = encode(asked)
    asked = [question for question, vector in zip(asked, vectors, strict=True) if vector.any()]
    vectors = vectors[vectors.any(axis=1)]
    for question in asked[:20]:
        assistant.search(question, K)
    known = dict(zip(asked, vectors, strict=True))
    dense, lexical = assistant.index.vectors, assistant.index.lexical
    recent = Filters(files=tuple(sorted(assistant.index.documents.files())[:3]))
    runs: dict[str, Callable[[str], object]] = {
        "search": partial(assistant.search, k=K),
        "dense": lambda question: dense.search(known[question], 50),
        "lexical": lambda question: lexical.search(expand(question, ExpansionOptions()), 50),
        "filtered": partial(assistant.search, k=K, filters=recent),
        "ask": assistant.ask,
        "cite": lambda question: assistant.cite(question),
    }
    measured: dict[str, Any] = {"open_seconds": opened, "chunks": assistant.index.documents.count()}
    for name, run in runs.items():
        measured[f"{name}_ms"], measured[f"{name}_p95_ms"] = milliseconds(run, asked)
    threads = milliseconds(runs["search"], asked, THREADS)
    measured["search_8_ms"], measured["search_8_p95_ms"] = threads
    measured["memory"] = memory()
    nearest = exact(assistant, vectors)
    measured["probed"] = {}
    chosen = local.PROBED
    for factor in dict.fromkeys((*FACTORS, chosen)):
        local.PROBED = factor
        found = [[i for i, _ in dense.search(vector, K)] for vector in vectors]
        times = milliseconds(lambda question: dense.search(known[question], K), asked)
        measured["probed"][factor] = {"recall": recall(found, nearest), "ms": times[0], "p95_ms": times[1]}
    local.PROBED = chosen
    measured["recall"] = measured["probed"][chosen]["recall"]
    return measured


if __name__ == "__main__":
    print(json.dumps(measure(*map(Path, sys.argv[1:4]))))
