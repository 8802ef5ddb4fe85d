"""Is what an answer needs among the first hits? Recall, reciprocal rank and nDCG are ir-measures'."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from eval.dataset import Question
from eval.metrics.case import Case
from eval.metrics.citations import meets
from rag.datatypes import Hit


def has_gold(question: Question) -> bool:
    """Whether a question says what is to be found: passages or documents."""
    return question.answerable and bool(question.sources or question.documents)


def ranking(case: Case) -> tuple[int, list[int | None]]:
    """Return how many things are to be found, and for each rank which of them is found there, or None.

    To be found are the gold passages; a hit finds the first of them that it meets and that no earlier hit
    has found. Where a question names documents instead, the hits of a document are one, at the best rank.
    """
    question = case.question
    if question.sources:
        return len(question.sources), _passages(case)
    files = list(dict.fromkeys(hit.chunk.file for hit in case.hits))
    return len(question.documents), [
        question.documents.index(file) if file in question.documents else None for file in files
    ]


def _passages(case: Case) -> list[int | None]:
    open_ = dict(enumerate(case.question.sources))
    ranks: list[int | None] = []
    for hit in case.hits:
        found = next((n for n, passages in open_.items() if _finds(hit, passages, case)), None)
        open_.pop(-1 if found is None else found, None)
        ranks.append(found)
    return ranks


def _finds(hit: Hit, passages: Sequence[Any], case: Case) -> bool:
    return any(meets(hit.chunk.file, hit.chunk.spans, passage, case.read) for passage in passages)


def retrieval(measure: str) -> Callable[[Case], float]:
    """Return the metric that ir-measures calls `measure`: `R@5`, `RR@10`, `nDCG@10` or `Success@5`.

    R@k is found among the first k / to be found; RR@k is 1 / rank of the first found, 0 beyond k; nDCG@k is
    the sum of 1 / log2(rank + 1) over what is found among the first k, divided by the largest such sum;
    Success@k is 1 where any is found among the first k, else 0.
    """

    def score(case: Case) -> float:
        import ir_measures

        wanted, ranks = ranking(case)
        qrels = [ir_measures.Qrel("q", str(n), 1) for n in range(wanted)]
        run = [
            ir_measures.ScoredDoc("q", f"other {rank}" if found is None else str(found), -float(rank))
            for rank, found in enumerate(ranks)
        ]
        return float(_measure(measure).calc_aggregate(qrels, run)) if run else 0.0

    return score


@cache
def _measure(name: str) -> Any:  # noqa: ANN401 - ir-measures has no types
    import ir_measures

    return ir_measures.parse_measure(name)
