"""Is what an answer needs among the first hits? Reciprocal rank, nDCG and success are ir-measures'."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from eval.dataset import Passage, Question
from eval.metrics.case import Case
from eval.metrics.citations import meets
from rag.datatypes import Hit


def has_gold(question: Question) -> bool:
    """Whether a question says what is to be found: passages or documents."""
    return question.answerable and bool(question.sources or question.documents)


def ranking(case: Case) -> tuple[int, list[int]]:
    """Return how many things are to be found, and for each rank how many of them are found there first.

    To be found are the gold passages; a hit finds all that it or a copy of it meets. Where a question names
    documents instead, the hits of a document are one, at the best rank.
    """
    question = case.question
    if question.sources:
        return len(question.sources), _passages(case)
    ranks = []
    seen: set[str] = set()
    for hit in case.hits:
        new = {chunk.file for chunk in (hit.chunk, *hit.copies)} - seen
        if new:
            ranks.append(len(new.intersection(question.documents)))
            seen |= new
    return len(question.documents), ranks


def _passages(case: Case) -> list[int]:
    missing = list(case.question.sources)
    ranks = []
    for hit in case.hits:
        left = [passages for passages in missing if not _finds(hit, passages, case)]
        ranks.append(len(missing) - len(left))
        missing = left
    return ranks


def _finds(hit: Hit, passages: Sequence[Passage], case: Case) -> bool:
    chunks = (hit.chunk, *hit.copies)
    return any(meets(c.file, c.spans, passage, case.read) for c in chunks for passage in passages)


def recall(cutoff: int) -> Callable[[Case], float]:
    """Return the metric recall@k: what the first k results find / what is to be found, in [0, 1]."""

    def score(case: Case) -> float:
        wanted, ranks = ranking(case)
        return sum(ranks[:cutoff]) / wanted

    return score


def retrieval(measure: str) -> Callable[[Case], float]:
    """Return the metric that ir-measures calls `measure`: `RR@10`, `nDCG@10` or `Success@10`.

    RR@k is 1 / rank of the first result that finds anything, 0 beyond k; Success@k is 1 where there is one.
    nDCG@k is the sum of what is found at a rank / log2(rank + 1) over the first k, divided by that sum in the
    best order, with what is not found at all at the end of it, one by one.
    """

    def score(case: Case) -> float:
        import ir_measures

        wanted, ranks = ranking(case)
        qrels = [ir_measures.Qrel("q", f"rank {rank}", found) for rank, found in enumerate(ranks) if found]
        qrels += [ir_measures.Qrel("q", f"missing {n}", 1) for n in range(wanted - sum(ranks))]
        run = [ir_measures.ScoredDoc("q", f"rank {rank}", -float(rank)) for rank in range(len(ranks))]
        return float(_measure(measure).calc_aggregate(qrels, run)) if run else 0.0

    return score


@cache
def _measure(name: str) -> Any:  # noqa: ANN401 - ir-measures has no types
    import ir_measures

    return ir_measures.parse_measure(name)
