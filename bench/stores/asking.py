"""Put the questions of a set to each lexical search, and say how well each found what was asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from pymilvus import MilvusClient

from bench.retrieval.asking import METRICS, Run, run
from bench.retrieval.baseline import Baseline
from bench.stores.lexical import RANKINGS, Found, MilvusText, TsVector
from eval.external.running import laid_out, load_external
from eval.program import open_program
from eval.runner import DEPTH
from rag.assistant import Assistant
from rag.datatypes import Hit

TANTIVY = "tantivy"
SYSTEMS = (TANTIVY, *(f"tsvector，{ranking}" for ranking in RANKINGS), "Milvus，jieba", "Milvus，我们的词")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A set that was asked: its passages, its questions, and the run of each of `SYSTEMS`."""

    name: str
    passages: int
    questions: int
    runs: Mapping[str, Run]


def ask(name: str, data: Path, index: Path | None, postgresql: str, milvus: MilvusClient) -> Asked:
    """Return what becomes of an external set's questions.

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
        rows = TsVector(postgresql, chunks)
        searches: list[Callable[[str, int], Found]] = [
            Baseline(Path(temporary), chunks).search,
            *(partial(rows.search, ranking=ranking) for ranking in RANKINGS),
            MilvusText(milvus, chunks, ours=False).search,
            MilvusText(milvus, chunks, ours=True).search,
        ]
        runs = {
            system: run(_hits(search, assistant), wanted.questions, assistant)
            for system, search in zip(SYSTEMS, searches, strict=True)
        }
        rows.close()
    return Asked(name=name, passages=len(chunks), questions=len(wanted.questions), runs=runs)


def _hits(search: Callable[[str, int], Found], assistant: Assistant) -> Callable[[str], list[Hit]]:
    def hits(query: str) -> list[Hit]:
        ranked = search(query, DEPTH)
        chunks = assistant.index.documents.chunks([identifier for identifier, _ in ranked])
        return [
            Hit(chunk=chunks[identifier], score=score, ranks={"lexical": rank})
            for rank, (identifier, score) in enumerate(ranked, start=1)
        ]

    return hits


def pooled(sets: list[Asked]) -> Asked:
    """Return all questions of the sets as one set, each question counting as much as any other."""
    return Asked(
        name="全部",
        passages=sum(one.passages for one in sets),
        questions=sum(one.questions for one in sets),
        runs={
            system: Run(
                scores={
                    key: np.concatenate([one.runs[system].scores[key] for one in sets]) for key in METRICS
                },
                seconds=np.concatenate([one.runs[system].seconds for one in sets]),
            )
            for system in SYSTEMS
        },
    )
