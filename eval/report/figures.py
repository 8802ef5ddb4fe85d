"""The figures of a run, each with its interval and with what it was before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any

from eval.compare import Comparison, Shift, flips
from eval.metrics import METRICS
from eval.metrics.case import Metric
from eval.report.labels import (
    KEY_FIGURES,
    KEY_FIGURES_OF_SEARCH,
    QUOTE_FIGURES,
    TITLES,
)
from eval.runner import AnswerRow, QuoteRow
from eval.runs import Run
from eval.statistics import Interval, difference, interval
from eval.summary import figure, grouped, measured, quote_accuracy, quote_latency, values
from eval.tables import shown
from eval.terminal import CHANGES

NONE = "—"
BETTER = {"more": "越高越好", "less": "越低越好"}
UNITS = {"share": "", "characters": " 字", "tokens": " 词元", "seconds": " 毫秒"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of a run, as it is shown.

    `before` is the baseline's own figure, over all its rows; `moved` and `change` are about the questions that
    both score, and `common` is how many these are where one of the two has others.
    """

    name: str
    title: str
    meaning: str
    better: str
    value: str
    interval: str
    count: int
    counted: str
    before: str = NONE
    moved: str = NONE
    common: int | None = None
    change: str = NONE


def figures(run: Run, before: Run | None, comparison: Comparison | None) -> dict[str, list[Figure]]:
    """Return every figure that was measured, by group."""
    shifts = {shift.metric.name: shift for shift in comparison.shifts} if comparison else {}
    found = {
        group: [
            _figure(run.answers, before.answers if before else (), metric, shifts.get(metric.name))
            for metric in metrics
        ]
        for group, metrics in grouped(measured(run.answers)).items()
    }
    if run.quotes:
        found["引文核查"] = list(_quote_figures(run.quotes, before.quotes if before else ()))
    return found


def _figure(
    rows: Sequence[AnswerRow], before: Sequence[AnswerRow], metric: Metric, shift: Shift | None
) -> Figure:
    scores = values(rows, metric.name)
    return Figure(
        name=metric.name,
        title=TITLES.get(metric.name, metric.title),
        meaning=metric.meaning,
        better=BETTER[metric.better],
        value=with_unit(metric, figure(rows, metric)),
        interval=between(metric, interval(scores, median=metric.median)),
        count=len(scores),
        counted="题",
        # Wall times are not compared.
        before=NONE if metric.unit == "seconds" else with_unit(metric, figure(before, metric)),
        **({} if shift is None else _shifted(shift, len(scores), len(values(before, metric.name)))),
    )


def _shifted(shift: Shift, count: int, before: int) -> dict[str, Any]:
    unit = 100 if shift.metric.unit == "share" else 1
    return {
        "moved": _moved(unit, shift.now - shift.before, shift.interval),
        "common": _common(shift.compared, count, before),
        "change": CHANGES[shift.change],
    }


def _moved(unit: int, gain: float, limits: Interval) -> str:
    told, low, high = (f"{unit * value:+.1f}".replace("-", "−") for value in (gain, *limits))
    return "0" if limits == (0, 0) else f"{told} [{low}, {high}]"


def _common(compared: int, count: int, before: int) -> int | None:
    return compared if compared < max(count, before) else None


def _quote_figures(rows: Sequence[QuoteRow], before: Sequence[QuoteRow]) -> Iterator[Figure]:
    judged, old = _by_verdict(rows), _by_verdict(before)
    yield _quote_figure(
        "quote_accuracy", METRICS["right"], quote_accuracy(rows), _rights(rows), _quotes_moved(rows, before)
    )
    yield _quote_figure(
        "verdict_accuracy",
        METRICS["right"],
        quote_accuracy(judged),
        _rights(judged),
        _quotes_moved(judged, old),
    )
    seconds = [row.seconds for row in rows if row.error is None]
    yield _quote_figure("quote_latency", METRICS["latency"], quote_latency(rows), seconds, {})


def _by_verdict(rows: Sequence[QuoteRow]) -> list[QuoteRow]:
    """Return the rows with those right whose verdict is, whatever else was said of the quote."""
    return [replace(row, right=row.verdict == row.expected) for row in rows]


def _rights(rows: Sequence[QuoteRow]) -> list[float]:
    return [float(row.right) for row in rows]


def _quote_figure(
    name: str, metric: Metric, value: float | None, scores: Sequence[float], moved: Mapping[str, Any]
) -> Figure:
    return Figure(
        name=name,
        title=QUOTE_FIGURES[name][0],
        meaning=QUOTE_FIGURES[name][1],
        better=BETTER[metric.better],
        value=with_unit(metric, value),
        interval=between(metric, interval(scores, median=metric.median)),
        count=len(scores),
        counted="条",
        **moved,
    )


def _quotes_moved(rows: Sequence[QuoteRow], before: Sequence[QuoteRow]) -> dict[str, Any]:
    """Return what a figure says of the baseline, with the conclusion of McNemar's test as in the table of flips."""
    old = {row.id: row for row in before}
    pairs = [(old[row.id], row) for row in rows if row.id in old]
    told: dict[str, Any] = {"before": with_unit(METRICS["right"], quote_accuracy(before))}
    if pairs:
        then, now = _rights([row for row, _ in pairs]), _rights([row for _, row in pairs])
        told |= {
            "moved": _moved(100, fmean(now) - fmean(then), difference(then, now)),
            "common": _common(len(pairs), len(rows), len(before)),
            "change": CHANGES[flips("引文", pairs).change],
        }
    return told


def key_figures(groups: Mapping[str, Sequence[Figure]]) -> list[Figure]:
    """Return the figures that stand large at the top of the page."""
    by_name = {one.name: one for group in groups.values() for one in group}
    wanted = KEY_FIGURES if "right" in by_name else KEY_FIGURES_OF_SEARCH
    return [by_name[name] for name in wanted if name in by_name]


def with_unit(metric: Metric, value: float | None) -> str:
    """Return a figure with its unit."""
    return shown(metric, value) + (UNITS[metric.unit] if value is not None else "")


def between(metric: Metric, found: Interval | None) -> str:
    """Return an interval in the unit of its metric."""
    return NONE if found is None else f"{shown(metric, found.low)} – {shown(metric, found.high)}"
