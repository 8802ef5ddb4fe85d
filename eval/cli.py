"""The command line: run the evaluation, accept its result as the baseline, look at quotes and structure."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from eval import report, structure_run
from eval.dataset import load_questions, load_quotes
from eval.gate import judge
from eval.matching import RawTexts
from eval.runner import Assistant, run_questions, run_quotes
from eval.runs import Run, baseline_of, newest_run, read_baseline, write_baseline, write_run
from eval.structure_labels import load_labels
from rag.errors import UsageError, YinjuError

HERE = Path(__file__).parent
QUESTIONS = HERE / "questions.jsonl"
QUOTES = HERE / "quotes.jsonl"
STRUCTURE = HERE / "structure.jsonl"
RUNS = HERE / "runs"
BASELINE = HERE / "baseline.json"

# Wherever this version of typer keeps click's class of usage errors.
_USAGE_ERROR = cast(type[Exception], typer.BadParameter.__base__)

app = typer.Typer(help="评测：问答、引文与回归。", no_args_is_help=False, add_completion=False)


class Part(Enum):
    """Which questions are asked."""

    DEV = "dev"
    TEST = "test"
    ALL = "all"


Docs = Annotated[Path, typer.Option(help="文档文件夹")]
Index = Annotated[Path, typer.Option(help="索引文件夹")]
Split = Annotated[Part, typer.Option(help="用哪一半问题；调试只用 dev")]


@app.command()
def run(docs: Docs = Path("docs_src"), index: Index = Path("index"), split: Split = Part.ALL) -> None:
    """跑评测：按类型列表，存下结果，与基线逐题比较；有回归则退出码为 1。"""
    texts = RawTexts(docs)
    questions = [
        question
        for question in load_questions(QUESTIONS, texts)
        if split is Part.ALL or question.split == split.value
    ]
    quotes = load_quotes(QUOTES, texts)
    assistant, settings = open_program(docs, index)
    done = Run(
        answers=run_questions(assistant, questions, texts),
        quotes=run_quotes(assistant, quotes, texts),
        configuration={
            "split": split.value,
            "settings": settings,
            "sha256": {path.name: _sha256(path) for path in (QUESTIONS, QUOTES)},
        },
    )
    path = write_run(RUNS, done)
    baseline = read_baseline(BASELINE)
    verdict = judge(done.answers, done.quotes, baseline)
    console = report.console()
    comparable = baseline.metrics if baseline is not None and split is Part.ALL else None
    console.print(report.answer_table(done.answers, comparable))
    console.print(report.quote_table(done.quotes))
    console.print(report.gate_report(verdict, done.answers, done.quotes))
    console.print(f"结果：{path}", soft_wrap=True)
    raise typer.Exit(1 if verdict.regressed else 0)


@app.command()
def accept() -> None:
    """把最近一次评测定为基线。"""
    newest = newest_run(RUNS)
    if newest.configuration["split"] != Part.ALL.value:
        raise UsageError("最近一次评测只问了一半问题：请先运行 python -m eval run --split all")
    write_baseline(BASELINE, baseline_of(newest))
    report.console().print(f"基线已更新：{BASELINE}", soft_wrap=True)


@app.command()
def quotes(docs: Docs = Path("docs_src"), index: Index = Path("index")) -> None:
    """只查引文：按种类列表，逐条说明判错了什么。"""
    texts = RawTexts(docs)
    gold = load_quotes(QUOTES, texts)
    assistant, _ = open_program(docs, index)
    rows = run_quotes(assistant, gold, texts)
    console = report.console()
    console.print(report.quote_table(rows))
    console.print(report.wrong_quotes(rows))


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
        console = report.console()
        console.print(*structure_run.tables(measured))
        for line in structure_run.remarks(measured, swept):
            console.print(line, soft_wrap=True)
    raise typer.Exit(1 if structure_run.broken(measured, swept) else 0)


def open_program(docs: Path, index: Path) -> tuple[Assistant, dict[str, Any]]:
    """Return the program that is judged, and its settings."""
    from dataclasses import asdict

    from rag.assistant import open_assistant
    from rag.config import Settings

    settings = Settings(docs=docs, index=index)
    return open_assistant(settings), asdict(settings)


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


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
