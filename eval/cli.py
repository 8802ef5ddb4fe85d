"""The command line: run the evaluation, compare runs, report, guard, accept; look at quotes and structure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from eval import runs, terminal
from eval.compare import compare as compare_runs
from eval.external.running import laid_out, load_external
from eval.gate import judge
from eval.grounding import run_labelled
from eval.judge import judge_rows
from eval.matching import RawTexts
from eval.options import Docs, Index, Mode, Name, Part
from eval.own.commands import draft, export
from eval.own.tables import is_table
from eval.program import describe, folder_of, open_program
from eval.progress import progress
from eval.runner import Assistant, run_questions, run_quotes
from eval.runs import Run, check_tag, find_folder, find_run, write_run
from eval.sets import OURS, EvaluationSet, load_set
from eval.shell import called
from eval.stage_commands import grounding, quotes, structure
from eval.tables import tables as run_tables
from rag.answering.endpoint import LLMOptions
from rag.errors import UsageError

app = typer.Typer(
    help="评测：问答、引文、结构；比较、报告与回归。", no_args_is_help=False, add_completion=False
)


@app.command()
def run(
    docs: Docs = None,
    index: Index = None,
    name: Annotated[
        str, typer.Option("--set", help="问哪一套：自己的 .csv 或 .jsonl，或外部集（与 --data 一起用）")
    ] = OURS,
    data: Annotated[Path | None, typer.Option(help="外部集所在的数据文件夹")] = None,
    mode: Annotated[
        Mode | None, typer.Option(help="外部集：只检索，还是只读给出的段落；不给则用该集的第一种")
    ] = None,
    tag: Annotated[str, typer.Option(help="给这次结果起的名字，以后用它来比较")] = "",
    split: Annotated[Part, typer.Option(help="用哪一半问题；调试只用 dev")] = Part.ALL,
    judged: Annotated[
        bool, typer.Option("--judge", help="再请设置里的语言模型判一遍回答对不对（要设好 llm.base_url）")
    ] = False,
    workers: Annotated[int, typer.Option(min=1, help="同时问几题；多于 1 时用时不准")] = 1,
) -> None:
    """跑评测：按类型列表，存下结果。"""
    if tag:
        check_tag(tag)
    docs = folder_of(docs)
    asked = _asked(name, docs, data, mode)
    if split is not Part.ALL:
        asked = asked.half(split.value)
    if not asked.questions:
        raise UsageError(f"{asked.name} 没有 {split.value} 的题：外部集和没写 split 的题都是 test")
    with laid_out(asked, docs, index) as folders, open_program(*folders) as (assistant, settings):
        if judged and not settings.llm.base_url:
            raise UsageError("--judge 要有语言模型：请设置 llm.base_url 和 llm.model")
        started = datetime.now(UTC)
        done = _put(assistant, asked, RawTexts(folders[0]), workers, settings.llm if judged else None)
        # The folders of the moment are no setting that two runs differ in.
        shown = replace(
            settings, docs=Path(asked.name) if asked.documents else docs, index=index or Path("new")
        )
        described = describe(assistant, shown)
    done = replace(
        done,
        configuration={
            "set": asked.name,
            "mode": asked.mode,
            "tag": tag,
            "split": split.value,
            "started": started.isoformat(timespec="seconds"),
            "seconds": round((datetime.now(UTC) - started).total_seconds(), 1),
            "workers": workers,
            "judge": settings.llm.model if judged else None,
            **described,
            "gold": dict(asked.fingerprints),
        },
    )
    console = terminal.console()
    for table in run_tables(done):
        console.print(table)
    if is_table(name):
        console.print(terminal.wrong_answers(done.answers), soft_wrap=True)
    for line in terminal.remarks(done):
        console.print(line, soft_wrap=True)
    console.print(f"结果：{write_run(runs.RUNS, done)}", soft_wrap=True)


def _asked(name: str, docs: Path, data: Path | None, mode: Mode | None) -> EvaluationSet:
    """Return our own set, a user's file of questions with what is to be told of it, or an external set."""
    if name != OURS and not is_table(name):
        return load_external(name, data, None if mode is None else mode.value)
    if data is not None or mode is not None:
        raise UsageError("--data 和 --mode 要与 --set 一起用：本库和自己的题没有这两样")
    asked = load_set(name, RawTexts(docs))
    for remark in asked.remarks:
        typer.echo(remark, err=True)
    return asked


def _put(
    assistant: Assistant, asked: EvaluationSet, texts: RawTexts, workers: int, judge: LLMOptions | None
) -> Run:
    """Return a run with the rows of the set; how far it is goes to stderr, all of it as one."""
    with progress(len(asked.questions) * (1 + bool(judge)) + len(asked.quotes)) as done:
        answers = run_questions(
            assistant,
            asked.questions,
            texts,
            metrics=asked.metrics,
            asks=asked.asks,
            workers=workers,
            done=done,
        )
        if judge is not None:
            answers = judge_rows(answers, judge, workers=workers, done=done)
        return Run(
            answers=answers,
            quotes=run_quotes(assistant, asked.quotes, texts, workers=workers, done=done),
            sentences=run_labelled(asked.sentences, texts),
            configuration={},
        )


Whole = Annotated[bool, typer.Option("--all", help="留出的一半也列出内容；调试时不要看")]


@app.command()
def compare(before: Name = "baseline", now: Name = "latest", whole: Whole = False) -> None:
    """比较两次结果：逐题说明由对变错和由错变对的，各项指标变了多少，是否显著。"""
    old, new = find_run(before), find_run(now)
    found = compare_runs(old, new)
    if not found.groups:
        raise UsageError(f"{old.name} 与 {new.name} 没有同一道题，无法比较")
    console = terminal.console()
    console.print(f"前 {old.name}　今 {new.name}", soft_wrap=True)
    whole = whole or new.configuration["set"] != OURS
    console.print(terminal.comparison(found, old, new, whole=whole), soft_wrap=True)


@app.command()
def gate(now: Name = "latest") -> None:
    """守住基线：硬规则被破坏，或比基线显著变差，则退出码为 1。"""
    new = _of_our_own(now)
    baseline = find_run("baseline") if runs.BASELINE.exists() else None
    verdict = judge(new, baseline)
    console = terminal.console()
    if verdict.comparison is not None and baseline is not None:
        console.print(terminal.comparison(verdict.comparison, baseline, new, whole=False), soft_wrap=True)
    console.print(terminal.gate_report(verdict), soft_wrap=True)
    raise typer.Exit(1 if verdict.regressed else 0)


@app.command()
def report(
    now: Name = "latest",
    against: Annotated[str, typer.Option(help="与哪次结果比较；还没有基线则不比较")] = "baseline",
    to: Annotated[Path | None, typer.Option(help="写到哪个文件，默认是结果文件夹里的 report.html")] = None,
    whole: Whole = False,
) -> None:
    """把一次结果写成一个网页：结论、按类型的指标、逐题的变化、答错的题，可以打印。"""
    from eval.report.page import page, write_page

    path = to or find_folder(now) / "report.html"
    compared = against != "baseline" or runs.BASELINE.exists()
    before = find_run(against) if compared else None
    write_page(path, page(find_run(now), before, runs.past_runs(runs.RUNS), whole=whole))
    terminal.console().print(f"报告：{path}", soft_wrap=True)


@app.command()
def accept(now: Name = "latest") -> None:
    """把一次结果定为基线。"""
    new = _of_our_own(now)
    runs.accept(runs.BASELINE, new)
    terminal.console().print(f"基线已更新：{runs.BASELINE}", soft_wrap=True)


def _of_our_own(name: str) -> Run:
    """Return a run of all questions of our own set."""
    new = find_run(name)
    asked = new.configuration["set"], new.configuration["split"]
    if asked != (OURS, Part.ALL.value):
        raise UsageError(
            f"结果 {new.name} 问的是 {'、'.join(asked)}，不是本库的全部问题：请先运行 python -m eval run"
        )
    return new


for command in (quotes, grounding, structure, draft, export):
    app.command()(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status: 0, 1 on a regression, 2 on bad usage or bad gold, 130 when interrupted."""
    return called(app, "python -m eval", arguments)
