"""The figures of a run over its rows: the values are written as the arithmetic."""

import pytest

from eval.metrics import METRICS
from eval.runner import AnswerRow, QuoteRow
from eval.summary import figure, measured, quote_accuracy, quote_latency, summary, verdict_accuracy


def row(**scores: float) -> AnswerRow:
    return AnswerRow(
        id="q",
        type="fact",
        split="dev",
        question="？",
        answerable=True,
        limit=100,
        seconds=0.0,
        scores={name.replace("_at_", "@"): score for name, score in scores.items()},
    )


ROWS = [
    row(right=1, fact_recall=1, citation_precision=1, recall_at_10=1, latency=0.01),
    row(right=0, fact_recall=0.5, citation_precision=0.25, recall_at_10=0, latency=0.02),
    row(right=0, fact_recall=0, latency=0.09),
    row(right=0, fact_recall=0),
]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("right", 1 / 4),
        ("fact_recall", (1 + 0.5 + 0 + 0) / 4),
        ("citation_precision", (1 + 0.25) / 2),
        ("recall@10", 1 / 2),
        ("latency", 0.02),
        ("faithfulness", None),
    ],
)
def test_a_figure_is_the_mean_of_the_scores_there_are_and_latency_the_median(name, expected):
    assert figure(ROWS, METRICS[name]) == expected


def test_only_what_was_measured_is_summed_up_in_the_order_of_the_table():
    assert [metric.name for metric in measured(ROWS)] == [
        "right",
        "fact_recall",
        "citation_precision",
        "recall@10",
        "latency",
    ]
    assert list(summary(ROWS, [])) == ["right", "fact_recall", "citation_precision", "recall@10", "latency"]


def test_quote_figures_tell_the_verdict_from_the_whole():
    rows = [
        QuoteRow(
            id="1",
            kind="number",
            split="dev",
            quote="",
            expected="altered",
            verdict="altered",
            right=True,
            seconds=0.1,
        ),
        QuoteRow(
            id="2", kind="number", split="dev", quote="", expected="altered", verdict="altered", seconds=0.3
        ),
        QuoteRow(
            id="3", kind="exact", split="dev", quote="", expected="exact", verdict="altered", seconds=0.2
        ),
        QuoteRow(
            id="4", kind="exact", split="dev", quote="", expected="exact", error="Traceback…", seconds=9
        ),
    ]
    assert quote_accuracy(rows) == 1 / 4
    assert verdict_accuracy(rows) == 2 / 4
    assert quote_latency(rows) == 0.2
    assert summary([], rows) == {"quote_accuracy": 1 / 4, "verdict_accuracy": 2 / 4, "quote_latency": 0.2}
