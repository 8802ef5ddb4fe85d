"""What the page says first: against the baseline, against the hard rules, and what the gate makes of both."""

from __future__ import annotations

from dataclasses import dataclass

from eval.compare import Comparison, Flips, Shift
from eval.gate import Verdict, broken_rules
from eval.report.cases import unlisted
from eval.runs import Run
from eval.terminal import CHANGES, chance, moved

ANY_RUN = "没有可比的基线，这份报告只说这一次的结果"
# Where questions were only searched for, this figure stands for the run.
_OF_SEARCH = "ndcg@10"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """The conclusion in words: a line, whether the gate holds, and the reasons where it does not.

    `broken` are the broken rules that may be told, `faults` how many there are, and `unlisted` says of the others.
    """

    line: str
    detail: str
    held: bool
    faults: int
    broken: tuple[str, ...]
    unlisted: str
    losses: tuple[str, ...]


def conclude(verdict: Verdict, comparison: Comparison | None, listed: Run) -> Conclusion:
    """Say how a run stands; `comparison` is at the usual level, the gate's own at a stricter one.

    `listed` are the rows of the run that may be told of one by one.
    """
    line, detail = (ANY_RUN, "") if comparison is None else _against(comparison)
    broken = broken_rules(listed)
    return Conclusion(
        line=line,
        detail=detail,
        held=not verdict.regressed,
        faults=len(verdict.broken),
        broken=broken,
        unlisted=unlisted(len(verdict.broken) - len(broken), "处"),
        losses=(*_unasked(verdict), *(_fallen(loss) for loss in verdict.losses)),
    )


def _unasked(verdict: Verdict) -> tuple[str, ...]:
    return (f"基线里有、这次没有的 {len(verdict.missing)} 题",) if verdict.missing else ()


def _fallen(loss: Flips | Shift) -> str:
    if isinstance(loss, Shift):
        return f"{moved(loss)}（这里的区间按受保护的项数放宽）"
    counts = f"同题 {loss.compared}，由对变错 {len(loss.lost)}，由错变对 {len(loss.gained)}"
    return f"{loss.name}：{counts}，单侧 {chance(loss.fallen)}"


def _against(comparison: Comparison) -> tuple[str, str]:
    shifts = {shift.metric.name: shift for shift in comparison.shifts}
    whole = next((group for group in comparison.groups if group.name == "全部问题"), None)
    if whole is not None and "right" in shifts:
        shares = f"{shifts['right'].before:.1%} → {shifts['right'].now:.1%}"
        numbers = f"两次都有的 {whole.compared} 题中由错变对 {len(whole.gained)}，由对变错 {len(whole.lost)}"
        return f"答对率与基线相比{CHANGES[whole.change]}", f"{shares}；{numbers}；{chance(whole.changed)}"
    if _OF_SEARCH in shifts:
        found = shifts[_OF_SEARCH]
        return f"检索与基线相比{CHANGES[found.change]}", moved(found)
    return ANY_RUN, ""
