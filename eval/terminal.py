"""What the maintainer is told in the terminal besides the tables: what flipped, what moved, what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.text import Text

from eval.compare import Comparison, Flips, Shift, rows_of
from eval.gate import Verdict
from eval.grounding import SentenceRow
from eval.runner import AnswerRow, QuoteRow, last_line
from eval.runs import Run
from eval.tables import shown

_EXCERPT = 80
_FAULTS = 30
"""Broken rules that are told one by one."""
CHANGES = {"better": "显著变好", "worse": "显著变差", "no difference": "无显著差别"}


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


def wrong_quotes(rows: Sequence[QuoteRow], each: int | None = None) -> RenderableType:
    """Return one line per quote that was reported wrongly, what was wrong with it: the first `each` of a kind, or all."""
    wrong = [row for row in rows if not row.right]
    told: Counter[str] = Counter()
    lines = []
    for row in wrong:
        told[row.kind] += 1
        if each is None or told[row.kind] <= each:
            lines.append(Text(f"{row.id}：{why_quote(row)}　“{row.quote}”"))
    if len(lines) < len(wrong):
        lines.append(Text(f"另有 {len(wrong) - len(lines)} 条，见 --json"))
    return Group(*lines)


def remarks(run: Run) -> Iterator[Text]:
    """Yield a line per question and quote that ended in an error, and how often a language model failed."""
    for row in rows_of(run):
        if row.error is not None:
            yield Text(f"出错 {row.id}：{last_line(row.error)}", style="bold red")
    notices = Counter(row.notice for row in run.answers if row.notice)
    for notice, count in notices.most_common():
        yield Text(f"{count} 题没有用上语言模型：{notice}", style="bold red")
    errors = Counter(row.judge["error"] for row in run.answers if row.judge and "error" in row.judge)
    for error, count in errors.most_common():
        yield Text(f"{count} 题语言模型没有判出对错：{error}", style="bold red")


def comparison(found: Comparison, before: Run, now: Run, *, whole: bool) -> RenderableType:
    """Return what flipped question by question with both answers, which figures moved, and the conclusions.

    Of the half that is not to be tuned on, what flipped is told by its id alone, unless `whole`.
    """
    return Group(*_flipped(found, before, now, whole=whole), *_conclusions(found))


def _flipped(found: Comparison, before: Run, now: Run, *, whole: bool) -> Iterator[Text]:
    old = {row.id: row for row in rows_of(before)}
    new = {row.id: row for row in rows_of(now)}
    for style, title, ids in (
        ("red", "由对变错", _once(group.lost for group in found.groups)),
        ("green", "由错变对", _once(group.gained for group in found.groups)),
    ):
        for key in ids:
            row = new[key]
            if row.split == "test" and not whole:
                yield Text(f"{title} {key}（留出的一半，不列内容）", style=style)
                continue
            lines = [f"{title} {key}：{asked(row)}", f"  前 {_told(old[key])}", f"  今 {_told(row)}"]
            yield Text("\n".join(lines), style=style)


def _once(groups: Iterable[Sequence[str]]) -> list[str]:
    return list(dict.fromkeys(key for group in groups for key in group))


def asked(row: AnswerRow | QuoteRow | SentenceRow) -> str:
    """Return the question, the quote, or the sentence of a row."""
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
            yield Text(f"{moved(shift)}，{CHANGES[shift.change]}")
    for group in found.groups:
        yield Text(f"{flipped(group)}，{chance(group.changed)}，{CHANGES[group.change]}")
    yield Text(f"结论：{concluded(found)}", style="bold")


def concluded(found: Comparison) -> str:
    """Return what to conclude from a comparison: of all questions, then of what else changed significantly."""
    whole, *parts = found.groups
    changed = [f"{part.name}{CHANGES[part.change]}" for part in parts if part.change != "no difference"]
    changed += [
        f"{shift.metric.title}{CHANGES[shift.change]}"
        for shift in found.shifts
        if shift.change != "no difference" and shift.metric.name != "right"
    ]
    return "；".join([f"{whole.name}{CHANGES[whole.change]}", *changed])


def chance(p: float) -> str:
    """Return a p-value in words."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def moved(shift: Shift) -> str:
    """Return how a figure moved, in words."""
    metric = shift.metric
    unit = 100 if metric.unit == "share" else 1
    low, high = (limit * unit for limit in shift.interval)
    names = f"{shown(metric, shift.before)} → {shown(metric, shift.now)}"
    return f"{metric.title}：{names}，差的区间 [{low:+.1f}, {high:+.1f}]，同题 {shift.compared}"


def flipped(group: Flips) -> str:
    """Return how many of a group flipped, in words."""
    return f"{group.name}：同题 {group.compared}，变错 {len(group.lost)}，变对 {len(group.gained)}"


def gate_report(verdict: Verdict) -> RenderableType:
    """Return which hard rules are broken, what fell significantly, and what the gate concludes."""
    lines = [Text(f"硬规则被破坏 {fault}", style="bold red") for fault in verdict.broken[:_FAULTS]]
    if len(verdict.broken) > _FAULTS:
        lines.append(Text(f"硬规则被破坏，另有 {len(verdict.broken) - _FAULTS} 处", style="bold red"))
    if verdict.comparison is None:
        lines.append(Text("还没有基线：只核对了硬规则。确认结果后运行 python -m eval accept"))
    elif any(group.change == "better" for group in verdict.comparison.groups) and not verdict.regressed:
        lines.append(Text("比基线显著变好：确认后运行 python -m eval accept，以后退回来才看得出"))
    if verdict.missing:
        some = "、".join(verdict.missing[:10])
        told = f"基线里有、这次没有的 {len(verdict.missing)} 题：{some}；若是有意删改题目，请重新 accept"
        lines.append(Text(told, style="bold red"))
    for loss in verdict.losses:
        told = (
            f"{flipped(loss)}，单侧 {chance(loss.fallen)}"
            if isinstance(loss, Flips)
            else f"{moved(loss)}（区间按只许百分之一误报放宽）"
        )
        lines.append(Text(f"显著变差 {told}", style="bold red"))
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
