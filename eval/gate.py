"""The regression gate: a run against the baseline, and against the hard rules."""

from __future__ import annotations

from dataclasses import dataclass

from eval.compare import SIGNIFICANT, Comparison, Flips, Shift, compare, rows_of
from eval.metrics import METRICS
from eval.runner import last_line
from eval.runs import Run

# The gate looks at this many figures besides the shares right, and one of them is to cry wolf in fewer than
# one run of twenty: each is tested at a level that many times stricter (Bonferroni).
GUARDED = tuple(metric.name for metric in METRICS.values() if metric.guarded)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the gate says: `broken` are the hard rules broken, in words; without a baseline nothing is compared."""

    broken: tuple[str, ...]
    comparison: Comparison | None

    @property
    def losses(self) -> tuple[Flips | Shift, ...]:
        """The groups and the guarded figures that fell by more than chance explains."""
        if self.comparison is None:
            return ()
        groups = [group for group in self.comparison.groups if group.fallen < SIGNIFICANT]
        shifts = [
            shift
            for shift in self.comparison.shifts
            if shift.metric.name in GUARDED and shift.change == "worse"
        ]
        return (*groups, *shifts)

    @property
    def regressed(self) -> bool:
        """Whether the build must be red."""
        return bool(self.broken or self.losses)


def judge(run: Run, baseline: Run | None) -> Verdict:
    """Return the gate's verdict on a run."""
    level = SIGNIFICANT / len(GUARDED)
    return Verdict(
        broken=broken_rules(run),
        comparison=None if baseline is None else compare(baseline, run, confidence=1 - level),
    )


def broken_rules(run: Run) -> tuple[str, ...]:
    """Return every hard rule that a row breaks, in words.

    No false pointer, no marker without its citation, no sentence without support, no error.
    """
    faults = [(row.id, row.faults) for row in run.answers] + [(row.id, row.faults) for row in run.quotes]
    broken = [f"{identifier}：{fault}" for identifier, found in faults for fault in found]
    for row in run.answers:
        broken += [f"{row.id}：引文不支持这句话：{sentence}" for sentence in row.unsupported]
    broken += [f"{row.id}：出错 {last_line(row.error)}" for row in rows_of(run) if row.error is not None]
    return tuple(broken)
