"""Metrics over rows: the values are written as the arithmetic."""

import pytest

from eval import metrics
from eval.runner import AnswerRow, QuoteRow


def row(**fields: object) -> AnswerRow:
    base = {
        "id": "q",
        "type": "fact",
        "split": "dev",
        "question": "？",
        "answerable": True,
        "limit": 100,
        "seconds": 0.0,
    }
    return AnswerRow(**(base | fields))


ROWS = [
    row(
        right=True, fact_recall=1.0, citation_precision=1.0, citation_recall=1.0, characters=30, seconds=0.01
    ),
    row(fact_recall=0.5, citation_precision=0.25, citation_recall=0.5, characters=90, seconds=0.02),
    row(refused=True, fact_recall=0.0, citation_recall=0.0, characters=12, seconds=0.03),
    row(fact_recall=0.0, citation_recall=0.0, error="Traceback…", seconds=9.0),
    row(answerable=False, right=True, refused=True, characters=15, seconds=0.06),
    row(answerable=False, characters=200, seconds=0.05, faults=("标记 [2] 没有对应的引文",)),
    row(answerable=False, error="Traceback…", seconds=9.0),
]


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("right", 2 / 7),
        ("fact_recall", (1 + 0.5 + 0 + 0) / 4),
        ("refusal_correct", 1 / 3),
        ("under_refusal", 1 / 3),
        ("over_refusal", 1 / 4),
        ("citation_precision", (1 + 0.25) / 2),
        ("citation_recall", (1 + 0.5 + 0 + 0) / 4),
        ("pointer_validity", 4 / 5),
        ("brevity", (30 + 90) / 2),
        ("latency", 0.03),
    ],
)
def test_metric(metric, expected):
    assert metrics.METRICS[metric](ROWS) == pytest.approx(expected)


@pytest.mark.parametrize("metric", metrics.METRICS)
def test_nothing_to_count_is_none(metric):
    assert metrics.METRICS[metric]([]) is None


def test_quote_metrics_tell_the_verdict_from_the_whole():
    rows = [
        QuoteRow(
            id="1", kind="number", quote="", expected="altered", verdict="altered", right=True, seconds=0.1
        ),
        QuoteRow(id="2", kind="number", quote="", expected="altered", verdict="altered", seconds=0.3),
        QuoteRow(id="3", kind="exact", quote="", expected="exact", verdict="altered", seconds=0.2),
        QuoteRow(id="4", kind="exact", quote="", expected="exact", error="Traceback…", seconds=9),
    ]
    assert metrics.quote_accuracy(rows) == 1 / 4
    assert metrics.verdict_accuracy(rows) == 2 / 4
    assert metrics.latency(rows) == 0.2
    assert metrics.summary([], rows)["quote_accuracy"] == 1 / 4
