"""Two runs question by question: what flipped, which figures moved, and whether chance explains it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal, TypeVar

from eval.grounding import SentenceRow
from eval.metrics.case import Metric
from eval.runner import AnswerRow, QuoteRow
from eval.runs import Run
from eval.statistics import Interval, difference, mcnemar
from eval.summary import measured

# The usual level: a difference this lopsided would come of changes that help as often as they harm in fewer
# than one run of twenty. Without gains it takes five lost questions (0.5 ** 5 = 0.031; four give 0.063).
SIGNIFICANT = 0.05

_Judged = AnswerRow | QuoteRow | SentenceRow
_Row = TypeVar("_Row", AnswerRow, QuoteRow, SentenceRow)
Change = Literal["better", "worse", "no difference"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flips:
    """What changed in a group of questions that both runs have: McNemar's exact test on the ids that flipped.

    `fallen` is the one-sided p-value that the share right fell, `changed` the two-sided one that it changed.
    """

    name: str
    compared: int
    lost: tuple[str, ...]
    gained: tuple[str, ...]
    fallen: float
    changed: float

    @property
    def change(self) -> Change:
        """What to conclude at the level `SIGNIFICANT`."""
        if self.changed >= SIGNIFICANT:
            return "no difference"
        return "better" if len(self.gained) > len(self.lost) else "worse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """How the mean of a metric moved over the questions that both runs score, with its paired interval.

    `change` is what to conclude: better or worse where the interval leaves 0 on one side. The share right is
    concluded on by McNemar's test instead, as in the groups.
    """

    metric: Metric
    compared: int
    before: float
    now: float
    interval: Interval
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two runs side by side. `only` are the ids that one of them lacks, `settings` what they were run with differently."""

    groups: tuple[Flips, ...]
    shifts: tuple[Shift, ...]
    only: tuple[str, ...]
    settings: Mapping[str, tuple[object, object]]


def compare(before: Run, now: Run) -> Comparison:
    """Return how `now` differs from `before`, over the questions and quotes that both have.

    Answerable and unanswerable questions are also tested apart, so that questions gained cannot hide
    refusals lost; so are follow-ups, which a program that forgets what was said before would lose. Wall times are not compared: they are of other moments and maybe machines (see `bench/`).
    """
    asked, others = pairs(before.answers, now.answers), pairs(before.quotes, now.quotes)
    judged = pairs(before.sentences, now.sentences)
    groups: dict[str, Sequence[tuple[_Judged, _Judged]]] = {
        "全部问题": asked,
        "可答的问题": [pair for pair in asked if pair[1].answerable],
        "应拒答的问题": [pair for pair in asked if not pair[1].answerable],
        "可答的追问": [pair for pair in asked if pair[1].answerable and pair[1].history],
        "引文": others,
        "依据判定": judged,
    }
    return Comparison(
        groups=tuple(flips(name, both) for name, both in groups.items() if both),
        shifts=tuple(
            shift
            for metric in measured(before.answers, now.answers)
            if metric.unit != "seconds" and (shift := shifted(metric, asked))
        ),
        only=tuple(sorted(_ids(before) ^ _ids(now))),
        settings=_changed(before.configuration, now.configuration),
    )


def pairs(before: Sequence[_Row], now: Sequence[_Row]) -> list[tuple[_Row, _Row]]:
    """Return the rows of the same ids, the earlier one first."""
    known = {row.id: row for row in before}
    return [(known[row.id], row) for row in now if row.id in known]


def rows_of(run: Run) -> tuple[_Judged, ...]:
    """Return all rows of a run: questions, quotes, labelled sentences."""
    return (*run.answers, *run.quotes, *run.sentences)


def _ids(run: Run) -> set[str]:
    return {row.id for row in rows_of(run)}


def flips(name: str, both: Sequence[tuple[_Judged, _Judged]]) -> Flips:
    """Return the flips among pairs of rows, the earlier one first."""
    lost = tuple(row.id for old, row in both if old.right and not row.right)
    gained = tuple(row.id for old, row in both if row.right and not old.right)
    return Flips(
        name=name,
        compared=len(both),
        lost=lost,
        gained=gained,
        fallen=mcnemar(len(lost), len(gained)),
        changed=mcnemar(len(lost), len(gained), two_sided=True),
    )


def shifted(
    metric: Metric, rows: Sequence[tuple[AnswerRow, AnswerRow]], confidence: float = 1 - SIGNIFICANT
) -> Shift | None:
    """Return how a metric moved over the pairs of rows that both score it; None where none do."""
    both = [
        (old.scores[metric.name], row.scores[metric.name])
        for old, row in rows
        if metric.name in old.scores and metric.name in row.scores
    ]
    if not both:
        return None
    before, now = zip(*both, strict=True)
    limits = difference(before, now, confidence)
    return Shift(
        metric=metric,
        compared=len(both),
        before=fmean(before),
        now=fmean(now),
        interval=limits,
        change=flips("", rows).change if metric.name == "right" else _concluded(metric, limits),
    )


def _concluded(metric: Metric, limits: Interval) -> Change:
    low, high = limits if metric.better == "more" else (-limits.high, -limits.low)
    return "better" if low > 0 else "worse" if high < 0 else "no difference"


def _changed(before: Mapping[str, object], now: Mapping[str, object]) -> dict[str, tuple[object, object]]:
    """Return what differs between two configurations, by dotted key; when and under what name is left out."""
    old, new = flat(before), flat(now)
    keys = dict.fromkeys([*old, *new])
    return {
        key: (old.get(key), new.get(key))
        for key in keys
        if old.get(key) != new.get(key) and key not in ("tag", "started", "seconds")
    }


def flat(table: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """Return a nested table with dotted keys."""
    found: dict[str, object] = {}
    for key, value in table.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{key}.")
        else:
            found[prefix + key] = value
    return found
