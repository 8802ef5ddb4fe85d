"""The sections that have a plot, or need more than one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from statistics import median
from typing import Any

from markupsafe import Markup

from eval.metrics import METRICS
from eval.metrics.case import SEARCH
from eval.report import cases, plots, tables
from eval.runner import AnswerRow
from eval.runs import Run
from eval.statistics import interval
from eval.summary import figure, values
from eval.tables import by_type

MOST_RUNS = 30
"""Past runs that are shown."""


def types(run: Run, baseline: Run | None) -> dict[str, Any] | None:
    """Return the metrics by type of question, the share right as a plot too; None where nothing was answered."""
    found = tables.type_tables(run.answers)
    found.pop(SEARCH, None)
    halves = tables.split_table(run.answers)
    shown = [*found.values(), *([halves] if halves else [])]
    return {"plot": _types_plot(run, baseline), "tables": shown} if shown else None


def _types_plot(run: Run, baseline: Run | None) -> Markup | None:
    before = by_type(baseline.answers) if baseline is not None else {}
    rows = [
        plots.Share(
            label=name,
            right=round(sum(scores)),
            asked=len(scores),
            interval=interval(scores),
            before=figure(before.get(name, ()), METRICS["right"]),
        )
        for name, members in tables.without_repeat(by_type(run.answers)).items()
        if (scores := values(members, "right"))
    ]
    told = "；".join(f"{row.label} {row.right}/{row.asked}" for row in rows)
    return plots.shares(rows, f"各类问题的答对率：{told}") if rows else None


def length(run: Run) -> dict[str, Any] | None:
    """Return how long answers are against what is allowed; None where none was given."""
    rows: Sequence[AnswerRow] = tables.spoken(run.answers)
    if not rows:
        return None
    ratios = [row.characters / row.limit for row in rows]
    over = sum(ratio > 1 for ratio in ratios)
    told = f"{len(rows)} 次回答，中位用去上限的 {median(ratios):.0%}，{over} 次超长"
    return {
        "told": told,
        "plot": plots.lengths(ratios, f"回答字数占上限的比例：{told}"),
        "table": tables.length_table(run.answers),
    }


def history(run: Run, past: Sequence[tuple[str, Mapping[str, Any]]]) -> dict[str, Any] | None:
    """Return the share right of the runs of the same questions up to this one; None where there are fewer than two."""
    own = run.configuration
    known = []
    for _, described in past:
        old, share = described.get("configuration", {}), described.get("metrics", {}).get("right")
        alike = all(old.get(key) == own[key] for key in ("set", "split"))
        if share is not None and alike and old["started"] <= own["started"]:
            known.append((old, share))
    known = known[-MOST_RUNS:]
    if len(known) < 2:
        return None
    rows = [
        plots.Past(f"{when(old['started']):%m-%d %H:%M}", share, old.get("gold") == own.get("gold"))
        for old, share in known
    ]
    body = tuple(
        (
            f"{when(old['started']):%Y-%m-%d %H:%M}",
            old.get("tag") or "—",
            old.get("program", {}).get("commit") or "—",
            f"{share:.1%}",
            "相同" if row.same else "有改动",
        )
        for (old, share), row in zip(known, rows, strict=True)
    )
    columns = ("开始（UTC）", "标签", "程序版本", "答对率", "题目与本次")
    told = f"最近 {len(rows)} 次的答对率，由 {rows[0].share:.1%} 到 {rows[-1].share:.1%}"
    return {
        "plot": plots.history(rows, told),
        "table": tables.Table(caption="历次结果", columns=columns, rows=body),
    }


def when(started: str) -> datetime:
    """Return the time at which a run began, UTC."""
    return datetime.fromisoformat(started)


def trust(run: Run, listed: Run) -> dict[str, Any] | None:
    """Return how far the grounding metric may be trusted; None where it was not used."""
    if not run.sentences and not values(run.answers, "sentence_support"):
        return None
    return {
        "figures": tables.grounding_figures(run.sentences),
        "kinds": tables.grounding_table(run.sentences),
        "count": len(run.sentences),
        "wrong": cases.wrong_sentences(run, listed),
    }
