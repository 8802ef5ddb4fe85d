"""What the tab 评测 shows, as HTML. Pure functions: every text that is not ours is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rag.web.evaluation_runs import BASELINE, PastRun, Rated
from rag.web.html import escape
from rag.web.notes import note_html, problem_html
from rag.web.running import Progress
from rag.web.tables import table_html

REPORT = "evaluation/report"
DRAFT = "evaluation/draft"
OURS = "yinju"
"""The name of the evaluation's own set of questions."""
_HALVES = {"all": "全部", "dev": "调试的一半", "test": "留出的一半"}
_CASE = {
    "question": "问题",
    "answerable": "可答",
    "facts": "要点",
    "reference": "标准答案",
    "quote": "出处",
    "note": "备注",
}
_ANSWERLESS = "否"


def progress_html(progress: Progress) -> str:
    """Return how far a run is: a bar with its rate and the time left, or how the last one ended; "" before the first."""
    if progress.state == "idle":
        return ""
    if progress.state == "running":
        return _bar(progress)
    if progress.state == "failed":
        return problem_html(f"评测没有跑完：{progress.message or '进程意外结束'}")
    line = "评测已取消，没有存结果。" if progress.state == "cancelled" else "评测跑完了，报告在下面。"
    return note_html(line)


def _bar(progress: Progress) -> str:
    if not progress.total:
        return note_html("正在建索引，准备题目…") + '<progress aria-label="评测进度"></progress>'
    told = [f"{progress.done}/{progress.total}"]
    if progress.rate and progress.left is not None:
        told += [f"每秒 {progress.rate:.1f} 题", f"还要约 {duration(progress.left)}"]
    line = f'<p class="yj-told">正在评测：{"，".join(told)}</p>'
    return f'{line}<progress aria-label="评测进度" max="{progress.total}" value="{progress.done}"></progress>'


def duration(seconds: float) -> str:
    """Return a time in words: whole seconds, from two minutes on whole minutes."""
    return f"{seconds:.0f} 秒" if seconds < 120 else f"{seconds / 60:.0f} 分钟"


def runs_html(runs: Sequence[PastRun], opened: str) -> str:
    """Return the list of past runs, each with a button that opens its report."""
    if not runs:
        return '<p class="yj-told">还没有评测结果。</p>'
    head = ("时间", "标签", "题目", "答对", "引文")
    rows = (_run(run, current=run.name == opened) for run in runs)
    return table_html("历次评测", head, rows, "yj-runs")


def _run(run: PastRun, *, current: bool) -> tuple[str, ...]:
    here = ' aria-current="true"' if current else ""
    when = f'<button type="button" data-row="{escape(run.name)}"{here}>{moment(run.started)}</button>'
    tag = "基线" if run.name == BASELINE else escape(run.tag)
    asked = _HALVES.get(run.half, run.half) if run.questions == OURS else run.questions
    return when, tag, escape(asked), _share(run.right), _share(run.quotes)


def report_html(runs: Sequence[PastRun], opened: str) -> str:
    """Return the report of a run in a frame, under a line that says which run it is and what it is compared with."""
    run = next((run for run in runs if run.name == opened), None)
    if run is None:
        return ""
    baseline = next((run for run in runs if run.name == BASELINE), None)
    if baseline is None:
        against = "还没有基线，不比较"
    elif run is baseline:
        against = "这是基线自己"
    else:
        against = f"与基线（{moment(baseline.started)}）比较"
    name = "基线" if run is baseline else " ".join(filter(None, (moment(run.started), run.tag)))
    address = f"{REPORT}/{escape(run.name)}"
    line = f'<p class="yj-told">报告：{escape(name)}，{against}。<a href="{address}" target="_blank" rel="noopener">单独打开</a>。第一次打开，要等几秒才写好。</p>'
    frame = (
        f'<iframe class="yj-report-page" src="{address}" title="评测报告" sandbox="allow-popups"></iframe>'
    )
    return line + frame


def feedback_html(rows: Sequence[Rated], damaged: int) -> str:
    """Return the feedback, each with a button that makes an evaluation case of it.

    Args:
        rows: newest first.
        damaged: how many lines of the file could not be read.
    """
    lost = problem_html(f"有 {damaged} 行反馈读不出来，没有列入") if damaged else ""
    if not rows:
        return '<p class="yj-told">还没有反馈。在“问答”里给回答评过对错，就会列在这里。</p>' + lost
    head = ("拟题", "问题", "评价", "意见", "时间")
    return lost + table_html("反馈", head, map(_rated, rows), "yj-feedback")


def _rated(row: Rated) -> tuple[str, ...]:
    label = f"把“{' '.join(row.question.split())}”拟成题"
    button = f'<button type="button" data-row="{row.number}" aria-label="{escape(label)}">拟成题</button>'
    return button, escape(row.question), row.rating, escape(row.note), moment(row.time)


def cases_html(path: Path, cases: Sequence[dict[str, str]], docs: Path) -> str:
    """Return the cases of a draft, what is still to be filled in, and where to download it.

    Args:
        path: the draft.
        cases: its rows, by column.
        docs: the folder of the documents, which the command to run them names.
    """
    waiting = sum(
        case["answerable"] != _ANSWERLESS and not (case["facts"] or case["reference"]) for case in cases
    )
    lines = [
        f"拟了 {len(cases)} 题。",
        f"其中 {waiting} 题要您补上标准答案（reference）或要点（facts），才能用来评测。" if waiting else "",
        "请逐题看过、改好，删去不要的。",
        f'<a href="{DRAFT}/{escape(path.name)}" download>下载 CSV</a>',
    ]
    use = f"改好后运行：<code>python -m eval run --set {escape(path.name)} --docs {escape(str(docs))}</code>"
    rows = ((escape(case[name]) for name in _CASE) for case in cases)
    told = f'<p class="yj-told" role="status">{"".join(lines)}</p>'
    return told + table_html("拟出的题", _CASE.values(), rows, "yj-cases") + f'<p class="yj-told">{use}</p>'


def moment(time: datetime) -> str:
    """Return a time to the minute."""
    return f"{time:%Y-%m-%d %H:%M}"


def _share(value: float | None) -> str:
    return "—" if value is None else f"{value:.1%}"
