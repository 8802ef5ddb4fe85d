"""What the runs come to: means, gains over the baseline, and which aims are reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from bench.retrieval.asking import BASELINE, METRICS, Asked, Run
from bench.retrieval.speed import Encoding, Loading
from eval.statistics import Interval, difference, permutation

COMPARED = ("recall@1", "mrr@10")
"""The metrics that gains are told in."""
SHIPPED = "hybrid"

# The aims of the built-in embedder and of retrieval with it: p, points of recall@1, passages a second, seconds.
_P, _POINTS, _PER_SECOND, _SECONDS = 0.01, 8, 3000, 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """Mean gain over the baseline, -1 to 1, its paired bootstrap interval, and the permutation test's p."""

    value: float
    interval: Interval
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One way to search: means by metric (0 to 1), gains by metric (the baseline has none), milliseconds a question."""

    means: Mapping[str, float]
    gains: Mapping[str, Gain]
    median_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some questions: how many, the largest overlap among them, and the lines by way to search."""

    questions: int
    overlap: float
    lines: Mapping[str, Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The figures of a set: of all its questions, and of the quarter with the least overlap."""

    name: str
    passages: int
    all: Part
    hardest: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """An aim, where we stand, and whether it is reached."""

    aim: str
    stand: str
    reached: bool


def summary(asked: Asked) -> Summary:
    """Return the figures of a set that was asked."""
    return Summary(
        name=asked.name,
        passages=asked.encoding.passages,
        all=_part(asked.runs, float(asked.overlaps.max())),
        hardest=_part(
            {key: run.part(asked.hardest) for key, run in asked.runs.items()},
            float(asked.overlaps[asked.hardest].max()),
        ),
    )


def _part(runs: Mapping[str, Run], overlap: float) -> Part:
    base = runs[BASELINE]
    return Part(
        questions=len(base.seconds),
        overlap=overlap,
        lines={key: _line(run, None if key == BASELINE else base) for key, run in runs.items()},
    )


def _line(run: Run, base: Run | None) -> Line:
    median, p95 = np.percentile(run.seconds, (50, 95)) * 1000
    return Line(
        means={name: float(values.mean()) for name, values in run.scores.items()},
        gains={name: _gain(base, run, name) for name in COMPARED} if base else {},
        median_ms=float(median),
        p95_ms=float(p95),
    )


def _gain(base: Run, run: Run, metric: str) -> Gain:
    before, now = base.scores[metric].tolist(), run.scores[metric].tolist()
    return Gain(
        value=fmean(now) - fmean(before),
        interval=difference(before, now),
        p=permutation(before, now),
    )


def aims(sets: Sequence[Summary], whole: Summary, encoding: Encoding, loading: Loading) -> Iterator[Aim]:
    """Yield the aims that retrieval as shipped is held to: a gain in each metric of `COMPARED`, and the speeds."""
    lower = _where(sets, lambda gain: gain.value <= 0)
    yield Aim(aim="每一集都高于 BM25", stand=f"没有高出的：{lower or '无'}", reached=not lower)
    pool = whole.all.lines[SHIPPED].gains
    yield Aim(
        aim=f"全部题合计高于 BM25，p < {_P}",
        stand="，".join(
            f"{METRICS[name].title} {100 * one.value:+.1f}（p = {one.p:.4f}）" for name, one in pool.items()
        ),
        reached=all(one.value > 0 and one.p < _P for one in pool.values()),
    )
    worse = _where(sets, lambda gain: gain.interval.high < 0)
    yield Aim(aim="没有一集显著低于 BM25", stand=f"显著低于的：{worse or '无'}", reached=not worse)
    points = 100 * whole.hardest.lines[SHIPPED].gains["recall@1"].value
    yield Aim(
        aim=f"重合最少的四分之一，R@1 高出 {_POINTS} 个百分点以上",
        stand=f"{points:+.1f}",
        reached=points >= _POINTS,
    )
    yield Aim(
        aim=f"编码每秒 {_PER_SECOND} 段以上",
        stand=f"{encoding.per_second:.0f} 段，平均 {encoding.mean_characters:.0f} 字",
        reached=encoding.per_second >= _PER_SECOND,
    )
    yield Aim(
        aim=f"载入不超过 {_SECONDS} 秒，不载入 torch",
        stand=f"{loading.seconds:.2f} 秒，{'载入了' if loading.torch else '没有载入'} torch",
        reached=loading.seconds <= _SECONDS and not loading.torch,
    )


def _where(sets: Sequence[Summary], holds: Callable[[Gain], bool]) -> str:
    """Return the sets and metrics in which a gain of retrieval as shipped is so, in words; empty where none is."""
    return "、".join(
        f"{one.name} {METRICS[name].title}"
        for one in sets
        for name, gain in one.all.lines[SHIPPED].gains.items()
        if holds(gain)
    )
