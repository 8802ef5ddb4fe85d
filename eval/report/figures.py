"""The figures of a run, each with its interval and with what it was before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from eval.compare import Comparison, Shift
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
from eval.summary import figure, grouped, measured, quote_accuracy, quote_latency, values, verdict_accuracy
from eval.terminal import CHANGES, shown

NONE = "—"
BETTER = {"more": "越高越好", "less": "越低越好"}
UNITS = {"share": "", "characters": " 字", "tokens": " 词元", "seconds": " 毫秒"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of a run, as it is shown. `before` and `moved` are about the questions of both runs."""

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
    change: str = NONE


def figures(run: Run, before: Run | None, comparison: Comparison | None) -> dict[str, list[Figure]]:
    """Return every figure that was measured, by group."""
    shifts = {shift.metric.name: shift for shift in comparison.shifts} if comparison else {}
    found = {
        group: [_figure(run.answers, metric, shifts.get(metric.name)) for metric in metrics]
        for group, metrics in grouped(measured(run.answers)).items()
    }
    if run.quotes:
        found["引文核查"] = list(_quote_figures(run.quotes, before.quotes if before else ()))
    return found


def _figure(rows: Sequence[AnswerRow], metric: Metric, shift: Shift | None) -> Figure:
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
        **({} if shift is None else _moved(shift)),
    )


def _moved(shift: Shift) -> dict[str, str]:
    unit = 100 if shift.metric.unit == "share" else 1
    gain, low, high = (
        f"{unit * value:+.1f}".replace("-", "−") for value in (shift.now - shift.before, *shift.interval)
    )
    return {
        "before": with_unit(shift.metric, shift.before),
        "moved": "0" if shift.interval == (0, 0) else f"{gain} [{low}, {high}]",
        "change": CHANGES[shift.change],
    }


def _quote_figures(rows: Sequence[QuoteRow], before: Sequence[QuoteRow]) -> Iterator[Figure]:
    share, time = METRICS["right"], METRICS["latency"]
    old = {row.id: row for row in before}
    pairs = [(old[row.id], row) for row in rows if row.id in old]
    for name, value, right in (
        ("quote_accuracy", quote_accuracy(rows), _right),
        ("verdict_accuracy", verdict_accuracy(rows), _well_judged),
    ):
        shift = _quote_shift(pairs, right) if pairs else None
        yield _quote_figure(name, share, value, [right(row) for row in rows], shift)
    yield _quote_figure(
        *("quote_latency", time, quote_latency(rows)), [row.seconds for row in rows if row.error is None]
    )


def _right(row: QuoteRow) -> float:
    return float(row.right)


def _well_judged(row: QuoteRow) -> float:
    return float(row.verdict == row.expected)


def _quote_figure(
    name: str, metric: Metric, value: float | None, scores: Sequence[float], shift: Shift | None = None
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
        **({} if shift is None else _moved(shift)),
    )


def _quote_shift(pairs: Sequence[tuple[QuoteRow, QuoteRow]], right: Callable[[QuoteRow], float]) -> Shift:
    before, now = [right(old) for old, _ in pairs], [right(row) for _, row in pairs]
    return Shift(
        metric=METRICS["right"],
        compared=len(pairs),
        before=fmean(before),
        now=fmean(now),
        interval=difference(before, now),
    )


def chance(p: float) -> str:
    """Return a p-value in words."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


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
