"""The regression gate: a run against the baseline, and against the hard rules."""

from __future__ import annotations

from dataclasses import dataclass

from eval.compare import SIGNIFICANT, Comparison, Flips, Shift, compare, pairs, rows_of, shifted
from eval.metrics import METRICS
from eval.runner import last_line
from eval.runs import Run

# The gate looks at this many figures besides the shares right, and one of them is to cry wolf in fewer than
# one run of twenty: each is tested at a level that many times stricter (Bonferroni).
GUARDED = tuple(metric.name for metric in METRICS.values() if metric.guarded)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the gate says: hard rules broken, in words, baseline rows that the run lacks, and what fell.

    `losses` are the groups and the guarded figures that fell by more than chance explains; without a
    baseline nothing is compared.
    """

    broken: tuple[str, ...]
    missing: tuple[str, ...] = ()
    losses: tuple[Flips | Shift, ...] = ()
    comparison: Comparison | None = None

    @property
    def regressed(self) -> bool:
        """Whether the build must be red."""
        return bool(self.broken or self.missing or self.losses)


def judge(run: Run, baseline: Run | None) -> Verdict:
    """Return the gate's verdict on a run."""
    broken = broken_rules(run)
    if baseline is None:
        return Verdict(broken=broken)
    comparison = compare(baseline, run)
    asked = pairs(baseline.answers, run.answers)
    strictly = [shifted(METRICS[name], asked, 1 - SIGNIFICANT / len(GUARDED)) for name in GUARDED]
    groups = [group for group in comparison.groups if group.fallen < SIGNIFICANT]
    here = {row.id for row in rows_of(run)}
    return Verdict(
        broken=broken,
        missing=tuple(row.id for row in rows_of(baseline) if row.id not in here),
        losses=(*groups, *(shift for shift in strictly if shift is not None and shift.change == "worse")),
        comparison=comparison,
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
