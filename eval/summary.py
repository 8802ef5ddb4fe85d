"""What the rows of a run come to: one figure a metric, and its interval."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, median

from eval.grounding import SentenceRow, agreement, precision, recall
from eval.metrics import KNOWN
from eval.metrics.case import Metric
from eval.runner import AnswerRow, QuoteRow


def values(rows: Sequence[AnswerRow], metric: str) -> list[float]:
    """Return the scores of the rows that have one; errors do not have all of them (see `Metric.failed`)."""
    return [row.scores[metric] for row in rows if metric in row.scores]


def figure(rows: Sequence[AnswerRow], metric: Metric) -> float | None:
    """Return the mean (or the median) of a metric's scores; None where there is nothing to count."""
    scores = values(rows, metric.name)
    if not scores:
        return None
    return median(scores) if metric.median else fmean(scores)


def quote_accuracy(rows: Sequence[QuoteRow]) -> float | None:
    """Return quotes reported rightly / quotes, in [0, 1]; what is right is at `metrics.quotes.quote_faults`."""
    return fmean(row.right for row in rows) if rows else None


def verdict_accuracy(rows: Sequence[QuoteRow]) -> float | None:
    """Return quotes with the right verdict / quotes, in [0, 1]."""
    return fmean(row.verdict in (row.expected, *row.also) for row in rows) if rows else None


def quote_share(rows: Sequence[QuoteRow], aspect: str) -> float | None:
    """Return quotes right in `place` or `difference` / quotes whose gold tells it, in [0, 1]; None where none does."""
    scores = [row.scores[aspect] for row in rows if aspect in row.scores]
    return fmean(scores) if scores else None


def quote_latency(rows: Sequence[QuoteRow]) -> float | None:
    """Return the median wall time of a lookup in seconds, errors left out."""
    seconds = [row.seconds for row in rows if row.error is None]
    return median(seconds) if seconds else None


def measured(*runs: Sequence[AnswerRow]) -> list[Metric]:
    """Return the metrics that any row of the runs has a score of, in the order of the tables."""
    found = {name for rows in runs for row in rows for name in row.scores}
    return [metric for name, metric in KNOWN.items() if name in found]


def grouped(metrics: Sequence[Metric]) -> dict[str, list[Metric]]:
    """Return metrics by the table that they stand in, in the order in which the tables come up."""
    groups: dict[str, list[Metric]] = {}
    for metric in metrics:
        groups.setdefault(metric.group, []).append(metric)
    return groups


def summary(
    answers: Sequence[AnswerRow], quotes: Sequence[QuoteRow], sentences: Sequence[SentenceRow] = ()
) -> dict[str, float | None]:
    """Return every metric that was measured by name, over all rows of a run."""
    asked = {metric.name: figure(answers, metric) for metric in measured(answers)}
    looked_up = (quote_accuracy, verdict_accuracy, quote_latency) if quotes else ()
    told = {measure.__name__: measure(quotes) for measure in looked_up}
    judged = (precision, recall, agreement) if sentences else ()
    return {**asked, **told, **{f"grounding_{measure.__name__}": measure(sentences) for measure in judged}}
