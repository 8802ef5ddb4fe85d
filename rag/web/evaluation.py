"""The tab 评测: run the evaluation, read the reports of its runs, make cases of feedback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from rag.errors import UsageError
from rag.web.access import check_manager, may_manage
from rag.web.evaluation_html import (
    cases_html,
    feedback_html,
    progress_html,
    report_html,
    runs_html,
)
from rag.web.evaluation_runs import (
    command,
    draft,
    drafted,
    environment,
    load_feedback,
    obstacle,
    past_runs,
)
from rag.web.notes import note_html, problem_html
from rag.web.options import WebOptions
from rag.web.protocol import Assistant
from rag.web.running import Runner
from rag.web.theme import static

_ABOUT = "<h2>评测</h2><p>用一套有标准答案的题来问，看答得怎样、和基线比是好是坏。评测在另一个进程里跑，不耽误问答。</p>"
_FEEDBACK = "<h2>反馈</h2><p>读者评过的回答可以拟成评测题：答对的带上出处和要点，答错的等您补标准答案。</p>"
_HALVES = [("全部", "all"), ("只用调试的一半", "dev")]
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """The parts of the tab that its handlers change."""

    controls: gr.Row
    start: gr.Button
    cancel: gr.Button
    progress: gr.HTML
    timer: gr.Timer
    runs: gr.HTML
    report: gr.HTML


def evaluation_tab(assistant: Assistant, options: WebOptions, tab: gr.Tab) -> None:
    """Lay out the tab inside the current Gradio context and wire it; `tab` is what it lies in."""
    runner = Runner()
    with gr.Column(elem_classes="yj-evaluation"):
        gr.HTML(_ABOUT, apply_default_css=False, js_on_load=None)
        with gr.Row(visible=False, elem_classes="yj-manage") as controls:
            half = gr.Radio(_HALVES, value="all", label="题目", min_width=240, elem_classes="yj-field")
            tag = gr.Textbox(
                label="标签（可不填）", max_length=40, max_lines=1, min_width=160, elem_classes="yj-field"
            )
            start = gr.Button("开始评测", variant="primary", scale=0, min_width=120)
            cancel = gr.Button("取消", variant="stop", scale=0, min_width=120, visible=False)
        shown = _Shown(
            controls=controls,
            start=start,
            cancel=cancel,
            progress=gr.HTML(apply_default_css=False, js_on_load=None),
            timer=gr.Timer(1.0, active=False),
            runs=gr.HTML(apply_default_css=False, js_on_load=static("evaluation.js")),
            report=gr.HTML(apply_default_css=False, js_on_load=None),
        )
        _wire_runs(assistant, options, tab, runner, shown, half, tag)
        with gr.Column(visible=False) as feedback:
            _feedback(assistant, options, tab, feedback)


def _wire_runs(
    assistant: Assistant,
    options: WebOptions,
    tab: gr.Tab,
    runner: Runner,
    shown: _Shown,
    half: gr.Radio,
    tag: gr.Textbox,
) -> None:
    """Wire what runs the evaluation and what shows its reports."""
    moving = [shown.progress, shown.timer, shown.start, shown.cancel]
    standing = [shown.runs, shown.report]

    def enter(request: gr.Request) -> tuple[Any, ...]:
        problem = obstacle()
        controls = gr.update(visible=may_manage(request, options) and not problem)
        if problem:
            return controls, problem_html(problem), *[gr.skip()] * 3, *_reports(_newest())
        return controls, *_progress(runner), *_reports(_newest())

    def begin(half: str, tag: str, request: gr.Request) -> tuple[Any, ...]:
        try:
            check_manager(request, options)
            tagged = ["--tag", tag.strip()] if tag.strip() else []
            docs = str(assistant.settings.docs)
            runner.start(command("run", "--docs", docs, "--split", half, *tagged), environment())
        except UsageError as error:
            return (
                problem_html(str(error)),
                gr.update(active=runner.progress.state == "running"),
                *[gr.skip()] * 2,
            )
        return _progress(runner)

    def stop(request: gr.Request) -> tuple[Any, ...]:
        if may_manage(request, options):
            runner.cancel()
        return _progress(runner)

    def tick() -> tuple[Any, ...]:
        progress = _progress(runner)
        if runner.progress.state != "done":
            return *progress, *[gr.skip()] * 2
        return *progress, *_reports(_newest())

    def pick(event: gr.EventData) -> tuple[Any, ...]:
        return _reports(event.row)

    tab.select(enter, None, [shown.controls, *moving, *standing], queue=False, **_QUIET)
    shown.start.click(begin, [half, tag], moving, queue=False, **_QUIET)
    shown.cancel.click(stop, None, moving, queue=False, **_QUIET)
    shown.timer.tick(tick, None, [*moving, *standing], queue=False, **_QUIET)
    shown.runs.pick(pick, None, standing, queue=False, **_QUIET)


def _progress(runner: Runner) -> tuple[Any, ...]:
    """Return how far the run is; whether to look again; which of the buttons can be pressed."""
    progress = runner.progress
    running = progress.state == "running"
    return (
        progress_html(progress),
        gr.Timer(active=running),
        gr.update(visible=not running),
        gr.update(visible=running),
    )


def _newest() -> str:
    """Return the name of the newest run, "" where there is none."""
    return next((run.name for run in past_runs()), "")


def _reports(opened: str) -> tuple[str, str]:
    """Return the list of the runs, and the report of the one that is opened."""
    runs = past_runs()
    return runs_html(runs, opened), report_html(runs, opened)


def _feedback(assistant: Assistant, options: WebOptions, tab: gr.Tab, section: gr.Column) -> None:
    """Lay out the feedback inside the section and wire it."""
    gr.HTML(_FEEDBACK, apply_default_css=False, js_on_load=None)
    every = gr.Button("全部拟成题", scale=0, min_width=160, elem_classes="yj-every")
    rows = gr.HTML(apply_default_css=False, js_on_load=static("evaluation.js"))
    cases = gr.HTML(apply_default_css=False, js_on_load=None)

    def enter(request: gr.Request) -> tuple[Any, ...]:
        if not may_manage(request, options) or obstacle():
            return gr.update(visible=False), "", gr.skip()
        found, damaged = load_feedback(options.data)
        return gr.update(visible=True), feedback_html(found, damaged), gr.update(visible=bool(found))

    def make(request: gr.Request, number: int | None = None) -> Iterator[str]:
        """Yield that it is under way, then the cases of one line of feedback, or of all."""
        docs = assistant.settings.docs
        try:
            check_manager(request, options)
            yield note_html("正在拟题…")
            found, _ = load_feedback(options.data)
            path = draft([row for row in found if number in (None, row.number)], docs, options.data)
            yield cases_html(path, drafted(path), docs)
        except UsageError as error:
            yield problem_html(f"没有拟成：{error}")

    def make_all(request: gr.Request) -> Iterator[str]:
        yield from make(request)

    def make_one(event: gr.EventData, request: gr.Request) -> Iterator[str]:
        yield from make(request, int(event.row))

    tab.select(enter, None, [section, rows, every], queue=False, **_QUIET)
    every.click(make_all, None, cases, concurrency_limit=1, **_QUIET)
    rows.pick(make_one, None, cases, concurrency_limit=1, **_QUIET)
