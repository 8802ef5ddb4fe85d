"""Metrics over the rows of a run: one function each, its formula in the docstring.

Each returns None where it has nothing to count. A question that ended in an error counts as not right, as
neither refused nor answered, and with recall 0.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from statistics import fmean, median

from eval.runner import AnswerRow, QuoteRow

Rows = Sequence[AnswerRow]


def right(rows: Rows) -> float | None:
    """Return right / all, in [0, 1]; what is right is defined at `judging.is_right`."""
    return _share([row.right for row in rows])


def fact_recall(rows: Rows) -> float | None:
    """Return the mean over answerable questions of stated facts / facts, in [0, 1]; a refusal states none."""
    return _mean([row.fact_recall for row in rows if row.fact_recall is not None])


def refusal_correct(rows: Rows) -> float | None:
    """Return refused unanswerable / unanswerable, in [0, 1]."""
    return _share([row.refused for row in rows if not row.answerable])


def under_refusal(rows: Rows) -> float | None:
    """Return answered unanswerable / unanswerable, in [0, 1]; errors are not answers."""
    return _share([not row.refused and row.error is None for row in rows if not row.answerable])


def over_refusal(rows: Rows) -> float | None:
    """Return refused answerable / answerable, in [0, 1]."""
    return _share([row.refused for row in rows if row.answerable])


def citation_precision(rows: Rows) -> float | None:
    """Return the mean, over answerable questions that cite, of right citations / citations, in [0, 1]."""
    return _mean([row.citation_precision for row in rows if row.citation_precision is not None])


def citation_recall(rows: Rows) -> float | None:
    """Return the mean over answerable questions of cited gold passages / gold passages, in [0, 1]."""
    return _mean([row.citation_recall for row in rows if row.citation_recall is not None])


def pointer_validity(rows: Rows) -> float | None:
    """Return answers without a pointer fault / answers, in [0, 1]; errors are left out."""
    return _share([not row.faults for row in rows if row.error is None])


def brevity(rows: Rows) -> float | None:
    """Return the mean characters of the answers to answerable questions that were not refused."""
    return _mean([row.characters for row in rows if row.answerable and not row.refused and row.error is None])


def latency(rows: Sequence[AnswerRow | QuoteRow]) -> float | None:
    """Return the median wall time of a call in seconds, errors left out."""
    seconds = [row.seconds for row in rows if row.error is None]
    return median(seconds) if seconds else None


def quote_accuracy(rows: Sequence[QuoteRow]) -> float | None:
    """Return quotes reported rightly / quotes, in [0, 1]; what is right is at `judging.quote_faults`."""
    return _share([row.right for row in rows])


def verdict_accuracy(rows: Sequence[QuoteRow]) -> float | None:
    """Return quotes with the right verdict / quotes, in [0, 1]."""
    return _share([row.verdict == row.expected for row in rows])


METRICS: Mapping[str, Callable[[Rows], float | None]] = {
    metric.__name__: metric
    for metric in (
        right,
        fact_recall,
        refusal_correct,
        under_refusal,
        over_refusal,
        citation_precision,
        citation_recall,
        pointer_validity,
        brevity,
        latency,
    )
}
QUOTE_METRICS: Mapping[str, Callable[[Sequence[QuoteRow]], float | None]] = {
    "quote_accuracy": quote_accuracy,
    "verdict_accuracy": verdict_accuracy,
    "quote_latency": latency,
}


def summary(answers: Rows, quotes: Sequence[QuoteRow]) -> dict[str, float | None]:
    """Return every metric by name, over all rows of a run."""
    return {
        **{name: metric(answers) for name, metric in METRICS.items()},
        **{name: metric(quotes) for name, metric in QUOTE_METRICS.items()},
    }


def _share(flags: Collection[bool]) -> float | None:
    return sum(flags) / len(flags) if flags else None


def _mean(values: Collection[float]) -> float | None:
    return fmean(values) if values else None
