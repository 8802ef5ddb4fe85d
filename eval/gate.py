"""The regression gate: a run against the baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.runner import AnswerRow, QuoteRow
from eval.runs import Baseline

# The usual level: a loss this lopsided would come of changes that help as often as they harm in fewer than
# one run of twenty. Without gains it takes five lost questions (0.5 ** 5 = 0.031; four give 0.063).
SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Flips:
    """What changed in a group of questions that both sides have; `p` is of McNemar's test on its losses."""

    name: str
    compared: int
    lost: tuple[str, ...]
    gained: tuple[str, ...]
    p: float

    @property
    def significant(self) -> bool:
        """Whether the share right fell, and by more than chance explains."""
        return self.p < SIGNIFICANT


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the gate says: `broken` are the hard rules broken, in words, `groups` the flips by group."""

    broken: tuple[str, ...]
    groups: tuple[Flips, ...]

    @property
    def regressed(self) -> bool:
        """Whether the build must be red."""
        return bool(self.broken) or any(group.significant for group in self.groups)


def mcnemar(lost: int, gained: int) -> float:
    """Return the p-value of McNemar's exact test that the share right has fallen.

    P(X ≥ lost), X ~ Binomial(lost + gained, 1/2): of the pairs that differ, either direction is as likely
    when nothing got worse (McNemar, 1947). One-sided, since only a loss is a regression; 1 where nothing
    flipped. The share right fell by (lost - gained) / pairs, so this is also the test of that drop.
    """
    from scipy.stats import binomtest  # takes half a second to import

    flipped = lost + gained
    return float(binomtest(lost, flipped, 0.5, alternative="greater").pvalue) if flipped else 1.0


def judge(answers: Sequence[AnswerRow], quotes: Sequence[QuoteRow], baseline: Baseline | None) -> Verdict:
    """Return the gate's verdict; without a baseline only the hard rules are judged.

    Answerable and unanswerable questions are also tested apart, so that questions gained cannot hide
    refusals lost. Questions that only one side has are not compared.
    """
    groups: tuple[Flips, ...] = ()
    if baseline is not None:
        asked = {row.id: row.right for row in answers}
        answerable = {row.id: row.right for row in answers if row.answerable}
        others = {row.id: row.right for row in answers if not row.answerable}
        groups = (
            flips("全部问题", asked, baseline.questions),
            flips("可答的问题", answerable, baseline.questions),
            flips("应拒答的问题", others, baseline.questions),
            flips("引文", {row.id: row.right for row in quotes}, baseline.quotes),
        )
    return Verdict(broken=broken_rules(answers, quotes), groups=groups)


def flips(name: str, now: Mapping[str, bool], before: Mapping[str, bool]) -> Flips:
    """Return the flips among the ids that both sides have."""
    common = [key for key in now if key in before]
    lost = tuple(key for key in common if before[key] and not now[key])
    gained = tuple(key for key in common if now[key] and not before[key])
    return Flips(name=name, compared=len(common), lost=lost, gained=gained, p=mcnemar(len(lost), len(gained)))


def broken_rules(answers: Sequence[AnswerRow], quotes: Sequence[QuoteRow]) -> tuple[str, ...]:
    """Return every hard rule that a row breaks, in words: no false pointer, no crash."""
    rows: list[AnswerRow | QuoteRow] = [*answers, *quotes]
    broken = []
    for row in rows:
        broken += [f"{row.id}：{fault}" for fault in row.faults]
        if row.error is not None:
            broken.append(f"{row.id}：出错 {row.error.strip().splitlines()[-1]}")
    return tuple(broken)
