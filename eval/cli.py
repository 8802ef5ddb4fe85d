"""The command line: run the evaluation, compare runs, report, guard, accept; look at quotes and structure."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from eval import runs, structure_run, terminal
from eval.compare import compare as compare_runs
from eval.dataset import load_quotes
from eval.gate import judge
from eval.matching import RawTexts
from eval.runner import Assistant, run_questions, run_quotes
from eval.runs import Run, check_tag, find_folder, find_run, write_run
from eval.sets import HERE, OURS, QUOTES, EvaluationSet, load_set
from eval.structure_labels import load_labels
from rag.errors import UsageError, YinjuError

STRUCTURE = HERE / "structure.jsonl"

# Wherever this version of typer keeps click's class of usage errors.
_USAGE_ERROR = cast(type[Exception], typer.BadParameter.__base__)

app = typer.Typer(
    help="评测：问答、引文、结构；比较、报告与回归。", no_args_is_help=False, add_completion=False
)


class Part(Enum):
    """Which questions are asked."""

    DEV = "dev"
    TEST = "test"
    ALL = "all"


Docs = Annotated[Path, typer.Option(help="文档文件夹")]
Index = Annotated[Path, typer.Option(help="索引文件夹")]
Name = Annotated[str, typer.Argument(help="baseline、latest、标签，或结果文件夹")]


@app.command()
def run(
    docs: Docs = Path("docs_src"),
    index: Index = Path("index"),
    name: Annotated[str, typer.Option("--set", help="问哪一套")] = OURS,
    tag: Annotated[str, typer.Option(help="给这次结果起的名字，以后用它来比较")] = "",
    split: Annotated[Part, typer.Option(help="用哪一半问题；调试只用 dev")] = Part.ALL,
    workers: Annotated[int, typer.Option(min=1, help="同时问几题；多于 1 时用时不准")] = 1,
) -> None:
    """跑评测：按类型列表，存下结果。"""
    if tag:
        check_tag(tag)
    texts = RawTexts(docs)
    asked = load_set(name, texts)
    if split is not Part.ALL:
        asked = replace(asked, questions=tuple(q for q in asked.questions if q.split == split.value))
    assistant, configuration = open_program(docs, index)
    started = datetime.now(UTC)
    rows = _put(assistant, asked, texts, workers)
    done = Run(
        answers=rows[0],
        quotes=rows[1],
        configuration={
            "set": asked.name,
            "tag": tag,
            "split": split.value,
            "started": started.isoformat(timespec="seconds"),
            "seconds": round((datetime.now(UTC) - started).total_seconds(), 1),
            "workers": workers,
            **configuration,
            "gold": dict(asked.fingerprints),
        },
    )
    path = write_run(runs.RUNS, done)
    console = terminal.console()
    for table in terminal.answer_tables(done.answers):
        console.print(table)
    if done.quotes:
        console.print(terminal.quote_table(done.quotes))
    for line in terminal.failures(done):
        console.print(line)
    console.print(f"结果：{path}", soft_wrap=True)


def _put(assistant: Assistant, asked: EvaluationSet, texts: RawTexts, workers: int) -> tuple[Any, Any]:
    """Return the rows of the questions and of the quotes, with a progress bar for both."""
    with _progress(len(asked.questions) + len(asked.quotes)) as done:
        return (
            run_questions(assistant, asked.questions, texts, asks=asked.asks, workers=workers, done=done),
            run_quotes(assistant, asked.quotes, texts, workers=workers, done=done),
        )


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], object]]:
    """Yield what to call after each step; the bar is drawn on stderr, where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("评测"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda: bar.advance(task)


@app.command()
def compare(before: Name = "baseline", now: Name = "latest") -> None:
    """比较两次结果：逐题说明由对变错和由错变对的，各项指标变了多少，是否显著。"""
    old, new = find_run(before), find_run(now)
    console = terminal.console()
    console.print(f"前 {old.name}　今 {new.name}", soft_wrap=True)
    console.print(terminal.comparison(compare_runs(old, new), old, new))


@app.command()
def gate(now: Name = "latest") -> None:
    """守住基线：硬规则被破坏，或比基线显著变差，则退出码为 1。"""
    new = find_run(now)
    baseline = find_run("baseline") if runs.BASELINE.exists() else None
    verdict = judge(new, baseline)
    console = terminal.console()
    if verdict.comparison is not None and baseline is not None:
        console.print(terminal.comparison(verdict.comparison, baseline, new))
    console.print(terminal.gate_report(verdict))
    raise typer.Exit(1 if verdict.regressed else 0)


@app.command()
def report(
    now: Name = "latest",
    against: Annotated[str, typer.Option(help="与哪次结果比较；还没有基线则不比较")] = "baseline",
    to: Annotated[Path | None, typer.Option(help="写到哪个文件，默认是结果文件夹里的 report.html")] = None,
) -> None:
    """把一次结果写成一个网页：结论、按类型的指标、逐题的变化、答错的题，可以打印。"""
    from eval.report.page import page, write_page

    path = to or find_folder(now) / "report.html"
    compared = against != "baseline" or runs.BASELINE.exists()
    write_page(path, page(find_run(now), find_run(against) if compared else None, runs.past_runs()))
    terminal.console().print(f"报告：{path}", soft_wrap=True)


@app.command()
def accept(now: Name = "latest") -> None:
    """把一次结果定为基线。"""
    new = find_run(now)
    if (new.configuration["set"], new.configuration["split"]) != (OURS, Part.ALL.value):
        raise UsageError(f"结果 {new.name} 不是问了本库全部问题的：请先运行 python -m eval run")
    runs.accept(runs.BASELINE, new)
    terminal.console().print(f"基线已更新：{runs.BASELINE}", soft_wrap=True)


@app.command()
def quotes(docs: Docs = Path("docs_src"), index: Index = Path("index")) -> None:
    """只查引文：按种类列表，逐条说明判错了什么。"""
    texts = RawTexts(docs)
    gold = load_quotes(QUOTES, texts)
    assistant, _ = open_program(docs, index)
    rows = run_quotes(assistant, gold, texts)
    console = terminal.console()
    console.print(terminal.quote_table(rows))
    console.print(terminal.wrong_quotes(rows))


@app.command()
def structure(
    docs: Docs = Path("docs_src"),
    data: Annotated[Path | None, typer.Option(help="开发数据文件夹；没有则只测本库的文档")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="再把数据文件夹里的每一篇都解析一遍：丢字、出错、速度")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """对照人工标注查结构：段界、标题、篇界、丢字、杂讯；有字丢失、重复或出错则退出码为 1。"""
    if data is not None and not data.is_dir():
        raise UsageError(f"没有这个数据文件夹：{data}")
    if everything and data is None:
        raise UsageError("--all 要与 --data 一起用")
    measured = structure_run.measure_all(load_labels(STRUCTURE), docs, data)
    swept = structure_run.sweep(data) if everything and data is not None else None
    if as_json:
        typer.echo(json.dumps(structure_run.as_json(measured, swept), ensure_ascii=False, indent=1))
    else:
        console = terminal.console()
        console.print(*structure_run.tables(measured))
        for line in structure_run.remarks(measured, swept):
            console.print(line, soft_wrap=True)
    raise typer.Exit(1 if structure_run.broken(measured, swept) else 0)


def open_program(docs: Path, index: Path) -> tuple[Assistant, dict[str, Any]]:
    """Return the program that is judged, as `yinju.toml` and the environment set it up, and what it is."""
    from rag.assistant import open_assistant
    from rag.config import load_settings

    settings = replace(load_settings(), docs=docs, index=index)
    assistant = open_assistant(settings)
    described = asdict(settings)
    del described["llm"]["api_key"]
    files = assistant.index.documents.files().values()
    contents = "\n".join(f"{file.sha256} {file.name}" for file in files)
    return assistant, {
        "settings": described,
        "program": {"commit": _commit(), "python": sys.version.split()[0], "cpus": os.cpu_count()},
        "documents": {"files": len(files), "sha256": hashlib.sha256(contents.encode()).hexdigest()},
        "embedder": assistant.index.embedder.fingerprint,
    }


def _commit() -> str | None:
    """Return the commit that is checked out, with a `+` where files differ from it; None outside a repository."""
    try:
        asked = ("git", "-C", str(HERE), "describe", "--always", "--dirty=+", "--abbrev=12", "--exclude=*")
        return subprocess.run(asked, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status: 0, 1 on a regression, 2 on bad usage or bad gold."""
    try:
        return int(app(args=arguments, prog_name="python -m eval", standalone_mode=False) or 0)
    except YinjuError as error:
        typer.echo(str(error), err=True)
        return error.status
    except _USAGE_ERROR as error:
        given = sys.argv[1:] if arguments is None else arguments
        typer.echo(f"{_misused(error, given)}；用法见 python -m eval --help", err=True)
        return 2


def _misused(error: Exception, arguments: Sequence[str]) -> str:
    """Say in Chinese what click says in English, by the fields that its usage errors carry."""
    option = getattr(error, "option_name", None)
    parameter = getattr(error, "param", None)
    if option:
        return f"没有选项 {option}" if hasattr(error, "possibilities") else f"选项 {option} 缺少值"
    if parameter is not None and parameter.opts:
        return f"选项 {parameter.opts[0]} 的值不对"
    return f"命令不对：{' '.join(arguments)}" if arguments else "没有给出命令"
