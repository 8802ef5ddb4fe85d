"""Put the questions of a set to the baseline, the dense index alone, and the program's search as it ships."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from bench.retrieval.baseline import Baseline
from bench.retrieval.overlap import least, overlap
from bench.retrieval.speed import Encoding, encoding, together
from eval.dataset import Question
from eval.external.running import laid_out, load_external
from eval.metrics import KNOWN, scores
from eval.metrics.case import Case
from eval.program import open_program
from eval.runner import DEPTH
from rag.assistant import Assistant
from rag.datatypes import Answer, Chunk, Hit
from rag.words import words

BASELINE = "bm25"
SYSTEMS: Mapping[str, str] = {BASELINE: "BM25", "dense": "稠密", "hybrid": "混合"}
"""The ways to search, as they are told."""
METRICS = {name: KNOWN[name] for name in ("recall@1", "recall@5", "recall@10", "mrr@10")}

Search = Callable[[str], Sequence[Hit]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one way to search found, question by question.

    `scores` are by metric, 0 to 1; they and `seconds` are float64 of shape (questions,).
    """

    scores: Mapping[str, NDArray[np.float64]]
    seconds: NDArray[np.float64]

    def part(self, places: NDArray[np.intp]) -> Run:
        """Return the run of the questions in these places."""
        return Run(
            scores={name: values[places] for name, values in self.scores.items()},
            seconds=self.seconds[places],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A set that was asked: its runs by the keys of `SYSTEMS`.

    `overlaps` are by question, float64 of shape (questions,); `hardest` are the places of the questions with
    the least.
    """

    name: str
    runs: Mapping[str, Run]
    overlaps: NDArray[np.float64]
    hardest: NDArray[np.intp]
    encoding: Encoding


def ask(name: str, data: Path, index: Path | None) -> Asked:
    """Return what becomes of an external set's questions; the program is set up as for the evaluation.

    Raises:
        UsageError: there is no such set to search, or its data is missing or malformed.
    """
    wanted = load_external(name, data, "retriever")
    with (
        laid_out(wanted, data, index) as folders,
        open_program(*folders) as (assistant, _),
        TemporaryDirectory() as temporary,
    ):
        chunks = list(assistant.index.documents.all_chunks())
        found = systems(assistant, Baseline(Path(temporary), chunks))
        overlaps = _overlaps(wanted.questions, chunks)
        return Asked(
            name=name,
            runs={key: run(search, wanted.questions, assistant) for key, search in found.items()},
            overlaps=overlaps,
            hardest=least(overlaps),
            encoding=encoding(assistant.index.embedder, chunks),
        )


def pooled(sets: Sequence[Asked]) -> Asked:
    """Return all questions of the sets, one set at least, as one, each question counting as much as any other.

    Its hardest are those of the sets, not the hardest of all.
    """
    starts = np.cumsum([0, *(len(asked.overlaps) for asked in sets)])
    return Asked(
        name="全部",
        runs={key: _joined([asked.runs[key] for asked in sets]) for key in sets[0].runs},
        overlaps=np.concatenate([asked.overlaps for asked in sets]),
        hardest=np.concatenate(
            [start + asked.hardest for start, asked in zip(starts[:-1], sets, strict=True)]
        ),
        encoding=together(asked.encoding for asked in sets),
    )


def _joined(runs: Sequence[Run]) -> Run:
    return Run(
        scores={name: np.concatenate([run.scores[name] for run in runs]) for name in runs[0].scores},
        seconds=np.concatenate([run.seconds for run in runs]),
    )


def systems(assistant: Assistant, baseline: Baseline) -> dict[str, Search]:
    """Return the ways to search, by the keys of `SYSTEMS`, each to up to `DEPTH` hits, best first."""
    index = assistant.index

    def dense(query: str) -> list[tuple[int, float]]:
        vector = index.embedder.encode_queries([query])[0]
        return index.vectors.search(vector, DEPTH) if vector.any() else []

    def hits(ranked: Sequence[tuple[int, float]], name: str) -> list[Hit]:
        chunks = index.documents.chunks([identifier for identifier, _ in ranked])
        return [
            Hit(chunk=chunks[identifier], score=score, ranks={name: rank})
            for rank, (identifier, score) in enumerate(ranked, start=1)
        ]

    return {
        BASELINE: lambda query: hits(baseline.search(query, DEPTH), BASELINE),
        "dense": lambda query: hits(dense(query), "dense"),
        "hybrid": lambda query: assistant.search(query, DEPTH),
    }


def run(search: Search, questions: Sequence[Question], assistant: Assistant) -> Run:
    """Return the scores of a way to search, the hits of a document being one, and how long each search took."""
    words.cache_clear()  # else who comes later finds the questions cut already
    rows, seconds = [], []
    for question in questions:
        start = time.perf_counter()
        hits = search(question.question)
        seconds.append(time.perf_counter() - start)
        case = Case(
            question=question,
            answer=Answer(question=question.question, standalone_question=question.question, sentences=()),
            hits=hits,
            seconds=seconds[-1],
            read=lambda file: assistant.document(file).source.text,
        )
        rows.append(scores(case, METRICS))
    return Run(
        scores={name: np.array([row[name] for row in rows]) for name in METRICS},
        seconds=np.array(seconds),
    )


def _overlaps(questions: Sequence[Question], chunks: Sequence[Chunk]) -> NDArray[np.float64]:
    passages = defaultdict(list)
    for chunk in chunks:
        passages[chunk.file].append(f"{chunk.context} {chunk.text}")
    return np.array(
        [
            overlap(question.question, [text for file in question.documents for text in passages[file]])
            for question in questions
        ]
    )
