"""What the maintainer sees in the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from eval.compare import Comparison, Flips, Shift, rows_of
from eval.gate import Verdict
from eval.grounding import SentenceRow, agreement, precision, recall
from eval.metrics.case import Metric
from eval.runner import AnswerRow, QuoteRow, last_line
from eval.runs import Run
from eval.summary import figure, grouped, measured, quote_accuracy, quote_latency, verdict_accuracy

_EXCERPT = 80
CHANGES = {"better": "显著变好", "worse": "显著变差", "no difference": "无显著差别"}


def shown(metric: Metric, value: float | None) -> str:
    """Return a figure in the unit that its metric is shown in: per cent, characters, tokens, milliseconds."""
    if value is None:
        return "—"
    if metric.unit == "seconds":
        return f"{value * 1000:.1f}"
    return f"{value:.1%}" if metric.unit == "share" else f"{value:.0f}"


def by_type(rows: Sequence[AnswerRow]) -> dict[str, list[AnswerRow]]:
    """Return the rows by question type, in the order of the run, and at last all of them."""
    kinds = dict.fromkeys(row.type for row in rows)
    return {**{kind: [row for row in rows if row.type == kind] for kind in kinds}, "全部": list(rows)}


def by_kind(rows: Sequence[QuoteRow]) -> dict[str, list[QuoteRow]]:
    """Return the rows by kind of quote, in the order of the run, and at last all of them."""
    kinds = dict.fromkeys(row.kind for row in rows)
    return {**{kind: [row for row in rows if row.kind == kind] for kind in kinds}, "全部": list(rows)}


def answer_tables(rows: Sequence[AnswerRow]) -> Iterator[Table]:
    """Yield the metrics by question type, in tables that fit a terminal."""
    for group, metrics in grouped(measured(rows)).items():
        table = Table(title=f"{group}，按类型")
        table.add_column("类型")
        for column in ("题数", *(metric.title for metric in metrics)):
            table.add_column(column, justify="right")
        types = {kind: members for kind, members in by_type(rows).items() if _scored(members, metrics)}
        for name, members in types.items():
            cells = [shown(metric, figure(members, metric)) for metric in metrics]
            table.add_row(name, str(len(members)), *cells, end_section=name == list(types)[-2:][0])
        yield table


def _scored(rows: Sequence[AnswerRow], metrics: Sequence[Metric]) -> bool:
    names = {metric.name for metric in metrics}
    return any(names & row.scores.keys() for row in rows)


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
    for name, group in by_kind(rows).items():
        seconds = quote_latency(group)
        cells = [f"{metric(group) or 0:.1%}" for metric in metrics.values()]
        table.add_row(name, str(len(group)), *cells, "—" if seconds is None else f"{seconds * 1000:.1f}")
    return table


def sentence_table(rows: Sequence[SentenceRow]) -> Table:
    """Return how far the grounding metric agrees with the readers, by kind, and its precision and recall."""
    table = Table(title="依据判定准不准（标注句）")
    table.add_column("种类")
    table.add_column("应判")
    for column in ("句数", "判对", "准确率", "召回率"):
        table.add_column(column, justify="right")
    kinds = dict.fromkeys(row.kind for row in rows)
    for kind in kinds:
        group = [row for row in rows if row.kind == kind]
        expected = "有据" if group[0].expected else "无据"
        table.add_row(kind, expected, str(len(group)), _share(agreement(group)), "", "")
    for split in (*dict.fromkeys(row.split for row in rows), "全部"):
        group = [row for row in rows if split in (row.split, "全部")]
        shares = (_share(measure(group)) for measure in (agreement, precision, recall))
        table.add_row(split, "", str(len(group)), *shares)
    return table


def _share(value: float | None) -> str:
    return "—" if value is None else f"{value:.1%}"


def why_sentence(row: SentenceRow) -> str:
    """Say how the metric judged a sentence, and how it was labelled."""
    if row.error is not None:
        return f"出错：{last_line(row.error)}"
    judged = "有据" if row.supported else f"无据（{'、'.join(row.missing[:5])}）"
    return f"判为{judged}，标注{'有据' if row.expected else '无据'}"


def wrong_answers(rows: Sequence[AnswerRow]) -> RenderableType:
    """Return one line per question that was not answered rightly: what was wrong."""
    return Group(
        *(Text(f"不对 {row.id}：{row.question}　{why_answer(row)}") for row in rows if not row.right)
    )


def wrong_sentences(rows: Sequence[SentenceRow]) -> RenderableType:
    """Return one line per labelled sentence that the metric judges otherwise than the reader."""
    return Group(
        *(
            Text(f"{row.id} {row.kind}：{why_sentence(row)}　“{row.sentence}”")
            for row in rows
            if not row.right
        )
    )


def wrong_quotes(rows: Sequence[QuoteRow]) -> RenderableType:
    """Return one line per quote that was reported wrongly: what was wrong with it."""
    return Group(*(Text(f"{row.id}：{why_quote(row)}　“{row.quote}”") for row in rows if not row.right))


def failures(run: Run) -> Iterator[Text]:
    """Yield a line per question and quote that ended in an error."""
    for row in rows_of(run):
        if row.error is not None:
            yield Text(f"出错 {row.id}：{last_line(row.error)}", style="bold red")


def comparison(found: Comparison, before: Run, now: Run) -> RenderableType:
    """Return what flipped question by question with both answers, which figures moved, and the conclusions."""
    return Group(*_flipped(found, before, now), *_conclusions(found))


def _flipped(found: Comparison, before: Run, now: Run) -> Iterator[Text]:
    old = {row.id: row for row in rows_of(before)}
    new = {row.id: row for row in rows_of(now)}
    for style, title, ids in (
        ("red", "由对变错", _once(group.lost for group in found.groups)),
        ("green", "由错变对", _once(group.gained for group in found.groups)),
    ):
        for key in ids:
            row = new[key]
            lines = [f"{title} {key}：{_asked(row)}", f"  前 {_told(old[key])}", f"  今 {_told(row)}"]
            yield Text("\n".join(lines), style=style)


def _once(groups: Iterable[Sequence[str]]) -> list[str]:
    return list(dict.fromkeys(key for group in groups for key in group))


def _asked(row: AnswerRow | QuoteRow | SentenceRow) -> str:
    if isinstance(row, AnswerRow):
        return row.question
    return row.quote if isinstance(row, QuoteRow) else row.sentence


def _told(row: AnswerRow | QuoteRow | SentenceRow) -> str:
    """Say what became of a row, and what it cites."""
    if isinstance(row, SentenceRow):
        return f"{why_sentence(row)}；{' … '.join(row.evidence)}"
    if isinstance(row, QuoteRow):
        return f"{why_quote(row)}；{row.found}"
    cited = "　".join(
        f"[{one['n']}]{one['file']}《{one['article']}》第{one['paragraph']}段" for one in row.citations
    )
    return why_answer(row) + (f"\n     {cited}" if cited else "")


def _conclusions(found: Comparison) -> Iterator[Text]:
    for key, (old, new) in found.settings.items():
        yield Text(f"设置不同 {key}：{old} → {new}", style="yellow")
    if found.only:
        yield Text(f"只有一方有的 {len(found.only)} 题，不比较：{'、'.join(found.only[:10])}", style="yellow")
    for shift in found.shifts:
        if shift.interval != (0.0, 0.0):
            yield Text(moved(shift))
    for group in found.groups:
        yield Text(flipped(group))
    whole = next((group for group in found.groups if group.name == "全部问题"), None)
    if whole is not None:
        yield Text(f"结论：{CHANGES[whole.change]}", style="bold")


def moved(shift: Shift) -> str:
    """Return how a figure moved, in words."""
    metric = shift.metric
    unit = 100 if metric.unit == "share" else 1
    low, high = (limit * unit for limit in shift.interval)
    names = f"{shown(metric, shift.before)} → {shown(metric, shift.now)}"
    return f"{metric.title}：{names}，差的区间 [{low:+.1f}, {high:+.1f}]，同题 {shift.compared}，{CHANGES[shift.change]}"


def flipped(group: Flips) -> str:
    """Return how many of a group flipped, in words."""
    numbers = f"变错 {len(group.lost)}，变对 {len(group.gained)}，p = {group.changed:.3f}"
    return f"{group.name}：同题 {group.compared}，{numbers}，{CHANGES[group.change]}"


def gate_report(verdict: Verdict) -> RenderableType:
    """Return which hard rules are broken, what fell significantly, and what the gate concludes."""
    lines = [Text(f"硬规则被破坏 {fault}", style="bold red") for fault in verdict.broken]
    if verdict.comparison is None:
        lines.append(Text("还没有基线：只核对了硬规则。确认结果后运行 python -m eval accept"))
    for loss in verdict.losses:
        fallen = f"{flipped(loss)}（单侧 p = {loss.fallen:.3f}）" if isinstance(loss, Flips) else moved(loss)
        lines.append(Text(f"显著变差 {fallen}", style="bold red"))
    lines.append(Text("回归：不通过" if verdict.regressed else "回归：通过", style="bold"))
    return Group(*lines)


def console() -> Console:
    """Return the console for the terminal, wide enough for the tables when output is piped."""
    found = Console()
    return found if found.is_terminal else Console(width=140)


def why_answer(row: AnswerRow) -> str:
    """Say what an answer is like, and how it begins."""
    if row.error is not None:
        return "；".join(notes(row))
    excerpt = row.answer[:_EXCERPT] + ("…" if len(row.answer) > _EXCERPT else "")
    return f"{'；'.join(notes(row))}；答：{excerpt}"


def notes(row: AnswerRow) -> list[str]:
    """Say what an answer is like: what it lacks, what it must not say, how long it is; one remark at least."""
    if row.error is not None:
        return [f"出错：{last_line(row.error)}"]
    if row.refused:
        return ["拒答"]
    if not row.answerable:
        return ["没有拒答"]
    found = [f"缺 {fact}" for fact in row.missing] + [f"不该有 {words}" for words in row.forbidden]
    if row.characters > row.limit:
        found.append(f"{row.characters} 字，超过 {row.limit}")
    return found or ["要点齐全"]


def why_quote(row: QuoteRow) -> str:
    """Say what was wrong with a quote report, or its verdict."""
    if row.error is not None:
        return f"出错：{last_line(row.error)}"
    return "；".join(row.wrong) or f"判为 {row.verdict}"
