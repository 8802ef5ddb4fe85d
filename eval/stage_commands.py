"""The commands that measure one stage alone: quote lookup, grounding, structure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from eval import structure_run, terminal
from eval.altering.texts import drawn_from
from eval.dataset import Split, load_quotes
from eval.grounding import load_labelled, run_labelled, run_pairs
from eval.manuscripts import load_manuscripts, run_manuscripts
from eval.matching import RawTexts
from eval.options import Docs, Index, Part
from eval.program import folder_of, open_program
from eval.quoting.drawing import EACH
from eval.quoting.measuring import run_drawn, run_made
from eval.runner import run_quotes
from eval.sets import ALTERED, HERE, MANUSCRIPTS, QUOTES, SENTENCES
from eval.structure_labels import load_labels
from eval.tables import quote_table, quotes_as_json, sentence_table
from rag.errors import UsageError

STRUCTURE = HERE / "structure.jsonl"


LISTED = 5
"""Made quotes of a kind that were reported wrongly and are told one by one."""


def quotes(
    docs: Docs = None,
    index: Index = None,
    data: Annotated[
        Path | None, typer.Option(help="数据文件夹：再从其中的政策文本按规则造引文来测；内容不入库")
    ] = None,
    split: Annotated[Part, typer.Option(help="用哪一半；调试只用 dev，test 只报数")] = Part.DEV,
    everything: Annotated[
        bool, typer.Option("--all", help=f"每句每类都造；不给则每类每半至多 {EACH} 条")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON，连同判错的每一条")] = False,
) -> None:
    """只查引文：手写的，按规则从每一句原文造的，和两篇稿件里的，按种类列表，说明判错了什么。"""
    docs = folder_of(docs)
    texts = RawTexts(docs)
    splits: tuple[Split, ...] = ("dev", "test") if split is Part.ALL else (split.value,)
    gold = [one for one in load_quotes(QUOTES, texts) if one.split in splits]
    manuscripts = [one for one in load_manuscripts(MANUSCRIPTS, texts) if one.split in splits]
    each = None if everything else EACH
    with open_program(docs, index) as (assistant, _):
        measured = {
            "引文，按种类（手写）": run_quotes(assistant, gold, texts),
            "引文，按种类（按规则造）": run_made(assistant, texts, splits, each),
            "稿件的句子，按应判（手写）": run_manuscripts(assistant, manuscripts, texts),
        }
    if data is not None:
        measured["引文，按种类（从数据文件夹按规则造）"] = run_drawn(data, splits, each)
    if as_json:
        told = {title: quotes_as_json(rows) for title, rows in measured.items()}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    console = terminal.console()
    for title, rows in measured.items():
        console.print(quote_table(rows, title))
        if split is not Part.TEST:
            console.print(terminal.wrong_quotes(rows, None if "手写" in title else LISTED), soft_wrap=True)


def grounding(
    docs: Docs = None,
    data: Annotated[
        Path | None, typer.Option(help="数据文件夹：再从其中的政策文本按规则造句来测；内容不入库")
    ] = None,
    split: Annotated[Part, typer.Option(help="列出哪一半判错的句子；调试只用 dev")] = Part.DEV,
) -> None:
    """依据判定准不准：对照人工标注的句子和按规则改过的句子，按种类列表，逐条列出判错的。"""
    texts = RawTexts(folder_of(docs))
    measured = {
        "依据判定准不准（标注句）": run_labelled(load_labelled(SENTENCES, texts), texts),
        "依据判定准不准（按规则改的句子，逐条读过）": run_labelled(load_labelled(ALTERED, texts), texts),
    }
    if data is not None:
        measured["依据判定准不准（从数据文件夹按规则造的句子）"] = run_pairs(drawn_from(data))
    console = terminal.console()
    for title, rows in measured.items():
        console.print(sentence_table(rows, title))
        shown = [row for row in rows if split in (Part.ALL, Part(row.split))]
        console.print(terminal.wrong_sentences(shown), soft_wrap=True)


def structure(
    docs: Docs = None,
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
    measured = structure_run.measure_all(load_labels(STRUCTURE), folder_of(docs), data)
    swept = structure_run.sweep(data) if everything and data is not None else None
    if as_json:
        typer.echo(json.dumps(structure_run.as_json(measured, swept), ensure_ascii=False, indent=1))
    else:
        console = terminal.console()
        console.print(*structure_run.tables(measured))
        for line in structure_run.remarks(measured, swept):
            console.print(line, soft_wrap=True)
    raise typer.Exit(1 if structure_run.broken(measured, swept) else 0)
