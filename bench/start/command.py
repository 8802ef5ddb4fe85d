"""The command: build an index of the five documents, start everything by turns, print."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from bench.page.serving import ROOT, served
from bench.start.timing import Start, Took, processors, run, starts
from eval.terminal import console

QUESTION, QUOTE = "十五五时期的主要目标是什么", "技术合同成交金额从2020年的2.8万亿元增长到2024年的6.8万亿元"
AIMS = {"ask": 0.8}
"""Seconds from the Enter key to the whole answer that seem no wait."""
_PEER = "langchain_openai"
"""What a program over LangChain imports before it can put its first question to a model."""


def start(
    rounds: Annotated[int, typer.Option(help="每样启动几次", min=1)] = 11,
    app: Annotated[bool, typer.Option("--app", help="也量网页的启动")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """启动：在新开的命令行里问一句、查一句、检索一次要多久，与空的 Python、只载入 LangChain 并列。"""
    with TemporaryDirectory() as folder:
        measured = starts(_programs(Path(folder), app), rounds, AIMS)
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in measured], ensure_ascii=False))
    else:
        console().print(_table(measured, rounds))


def _programs(folder: Path, app: bool) -> dict[str, Callable[[], Took]]:
    """Return what is started, by name: our commands over an index that is up to date, and what they are held against."""
    docs, index = ROOT / "docs_src", folder / "index"
    places = ["--docs", str(docs), "--index", str(index)]
    rag = [sys.executable, "-m", "rag"]
    run([*rag, "index", *places], ROOT)
    commands: dict[str, Sequence[str]] = {
        "ask": [*rag, "ask", QUESTION, *places],
        "cite": [*rag, "cite", QUOTE, *places],
        "search": [*rag, "search", QUESTION, *places],
        "index": [*rag, "index", *places],
        "--help": [*rag, "--help"],
        "python -c pass": [sys.executable, "-c", "pass"],
    }
    if find_spec(_PEER):
        commands[f"import {_PEER}"] = [sys.executable, "-c", f"import {_PEER}"]
    programs: dict[str, Callable[[], Took]] = {
        name: partial(run, command, ROOT) for name, command in commands.items()
    }
    if app:
        programs["app.py"] = partial(_serve, docs, index, folder / "data")
    return programs


def _serve(docs: Path, index: Path, data: Path) -> Took:
    """Start the page, and end it as soon as it answers."""
    before = processors()
    with served(docs, index, data) as page:
        wall = page.seconds
    return Took(wall=wall, cpu=processors() - before)


def _table(measured: Sequence[Start], rounds: int) -> Table:
    title = f"启动：每样 {rounds} 次，索引已是最新"
    table = Table(title=title, box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    for name in ("秒 中位", "最快", "处理器秒", "目标"):
        table.add_column(name, justify="right", no_wrap=True)
    for each in measured:
        aim = "" if each.aim is None else f"≤ {each.aim:.1f}{'' if each.median <= each.aim else '，没到'}"
        table.add_row(each.name, f"{each.median:.2f}", f"{each.fastest:.2f}", f"{each.cpu:.2f}", aim)
    return table
