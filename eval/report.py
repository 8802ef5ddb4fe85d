"""What the maintainer sees in the terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from eval.dataset import MAX_CHARS, QUOTE_KINDS
from eval.gate import Verdict
from eval.metrics import METRICS, latency, quote_accuracy, verdict_accuracy
from eval.runner import AnswerRow, QuoteRow

_COLUMNS = {
    "right": "答对",
    "fact_recall": "要点",
    "refusal_correct": "拒答对",
    "under_refusal": "漏拒",
    "over_refusal": "误拒",
    "citation_precision": "引文准",
    "citation_recall": "引文全",
    "pointer_validity": "指针",
    "brevity": "字数",
    "latency": "毫秒",
}
_EXCERPT = 80


def answer_table(rows: Sequence[AnswerRow], baseline: Mapping[str, float | None] | None = None) -> Table:
    """Return the metrics by question type, then over all, and then those of the baseline where given."""
    table = Table(title="问答，按类型")
    table.add_column("类型")
    for column in ("题数", *_COLUMNS.values()):
        table.add_column(column, justify="right")
    groups = {kind: [row for row in rows if row.type == kind] for kind in MAX_CHARS}
    for name, group in {**groups, "全部": list(rows)}.items():
        if group:
            cells = [_cell(metric, METRICS[metric](group)) for metric in _COLUMNS]
            table.add_row(name, str(len(group)), *cells, end_section=name == list(groups)[-1])
    if baseline is not None:
        table.add_row("基线", "", *(_cell(metric, baseline.get(metric)) for metric in _COLUMNS))
    return table


def quote_table(rows: Sequence[QuoteRow]) -> Table:
    """Return how quotes were reported, by kind, with a last line over all."""
    metrics: Mapping[str, Callable[[Sequence[QuoteRow]], float | None]] = {
        "全对": quote_accuracy,
        "判定对": verdict_accuracy,
    }
    table = Table(title="引文，按种类")
    table.add_column("种类")
    for column in ("条数", *metrics, "毫秒"):
        table.add_column(column, justify="right")
    groups = {kind: [row for row in rows if row.kind == kind] for kind in QUOTE_KINDS}
    for name, group in {**groups, "全部": list(rows)}.items():
        if group:
            cells = [_cell(title, metric(group)) for title, metric in metrics.items()]
            table.add_row(name, str(len(group)), *cells, _cell("latency", latency(group)))
    return table


def wrong_quotes(rows: Sequence[QuoteRow]) -> RenderableType:
    """Return one line per quote that was reported wrongly: what was wrong with it."""
    wrong = [row for row in rows if not row.right]
    return Group(*(Text(f"{row.id}：{_why_quote(row)}　“{row.quote}”") for row in wrong))


def gate_report(verdict: Verdict, answers: Sequence[AnswerRow], quotes: Sequence[QuoteRow]) -> RenderableType:
    """Return what flipped question by question, what is broken, and what the gate concludes."""
    why = {row.id: f"{row.question}\n    {_why_answer(row)}" for row in answers}
    why |= {row.id: f"{row.quote}\n    {_why_quote(row)}" for row in quotes}
    lost = dict.fromkeys(key for group in verdict.groups for key in group.lost)
    gained = dict.fromkeys(key for group in verdict.groups for key in group.gained)
    lines = [Text(f"由对变错 {key}：{why[key]}", style="red") for key in lost]
    lines += [Text(f"由错变对 {key}：{why[key]}", style="green") for key in gained]
    lines += [Text(f"硬规则被破坏 {fault}", style="bold red") for fault in verdict.broken]
    for group in verdict.groups:
        mark = "显著变差" if group.significant else "未显著变差"
        numbers = (
            f"同题 {group.compared}，变错 {len(group.lost)}，变对 {len(group.gained)}，p = {group.p:.3f}"
        )
        lines.append(Text(f"{group.name}：{numbers}，{mark}"))
    if not verdict.groups:
        lines.append(Text("还没有基线：只核对了硬规则。确认这次结果后运行 python -m eval accept"))
    lines.append(Text("回归：不通过" if verdict.regressed else "回归：通过", style="bold"))
    return Group(*lines)


def console() -> Console:
    """Return the console for the terminal, wide enough for the tables when output is piped."""
    found = Console()
    return found if found.is_terminal else Console(width=120)


def _cell(metric: str, value: float | None) -> str:
    if value is None:
        return "—"
    if metric == "latency":
        return f"{value * 1000:.1f}"
    return f"{value:.0f}" if metric == "brevity" else f"{value:.1%}"


def _why_answer(row: AnswerRow) -> str:
    """Say what an answer is like: what it lacks, what it must not say, how long it is, how it begins."""
    if row.error is not None:
        return f"出错：{row.error.strip().splitlines()[-1]}"
    notes = [f"缺 {fact}" for fact in row.missing] if not row.refused else ["拒答"]
    notes += [f"不该有 {words}" for words in row.forbidden]
    if row.characters > row.limit:
        notes.append(f"{row.characters} 字，超过 {row.limit}")
    excerpt = row.answer[:_EXCERPT] + ("…" if len(row.answer) > _EXCERPT else "")
    return f"{'；'.join(notes) or '要点齐全'}；答：{excerpt}"


def _why_quote(row: QuoteRow) -> str:
    if row.error is not None:
        return f"出错：{row.error.strip().splitlines()[-1]}"
    return "；".join(row.wrong) or f"判为 {row.verdict}"
