"""The command: start the servers, ask, measure, print."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import typer
from rich import box
from rich.table import Table

from bench.retrieval.asking import METRICS
from bench.stores.asking import SYSTEMS, Asked, ask, pooled
from bench.stores.dense import DEPTH, Measured, encoded, measure
from bench.stores.serving import milvus, postgresql
from eval.external.running import load_external
from eval.options import Index
from eval.terminal import console
from rag.embedding import builtin
from rag.stores.milvus_server import connect

SETS = ("crud_events", "crud_questions", "ncp_policy_qa", "lecoqa_statutes", "dureader2_demo")
QUESTIONS = 300
"""Questions that the vector stores are asked, drawn from all sets."""


def stores(
    data: Annotated[Path, typer.Option(help="外部集所在的数据文件夹")],
    names: Annotated[
        list[str] | None, typer.Option("--set", help="问哪一集，可重复", show_default="全部五集")
    ] = None,
    size: Annotated[int, typer.Option(help="向量检索用多少段", min=10)] = 20_000,
    index: Index = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """向量库：文件、PostgreSQL、Milvus Lite 并列；词的检索：程序自己的与两种服务器的并列。"""
    chosen = list(dict.fromkeys(names or SETS))
    with ExitStack() as running:
        pg, mv = running.enter_context(postgresql()), running.enter_context(milvus())
        client = connect(mv.url)
        asked = []
        for name in chosen:
            typer.echo(f"正在问 {name}……", err=True)
            asked.append(ask(name, data, index, pg.url, client))
        client.close()
        typer.echo(f"正在编码 {size} 段……", err=True)
        vectors, queries = encoded(builtin(), data, size, _questions(chosen, data))
        measured = []
        for store, url in (("文件（FAISS）", "faiss"), ("PostgreSQL", pg.url), ("Milvus Lite", mv.url)):
            typer.echo(f"正在量 {store}……", err=True)
            with TemporaryDirectory() as folder:
                measured.append(measure(store, url, Path(folder), vectors, queries))
    if as_json:
        record = {
            "lexical": [_lexical_record(one) for one in [*asked, pooled(asked)]],
            "dense": [asdict(one) for one in measured],
            "passages": size,
        }
        typer.echo(json.dumps(record, ensure_ascii=False, indent=1))
        return
    out = console()
    out.print(_lexical_table([*asked, pooled(asked)]))
    out.print(_dense_table(measured, size))


def _questions(names: Sequence[str], data: Path) -> list[str]:
    every = [one.question for name in names for one in load_external(name, data, "retriever").questions]
    places = np.linspace(0, len(every) - 1, min(QUESTIONS, len(every))).astype(int)
    return [every[place] for place in places]


def _lexical_record(asked: Asked) -> dict[str, object]:
    return {
        "set": asked.name,
        "passages": asked.passages,
        "questions": asked.questions,
        "systems": {
            system: {
                **{key: float(run.scores[key].mean()) for key in METRICS},
                "ms": 1000 * float(np.median(run.seconds)),
            }
            for system, run in asked.runs.items()
        },
    }


def _lexical_table(sets: Sequence[Asked]) -> Table:
    table = Table(title="词的检索（%）", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("集", no_wrap=True)
    table.add_column("做法", no_wrap=True)
    for name in (*(metric.title for metric in METRICS.values()), "毫秒中位"):
        table.add_column(name, justify="right", no_wrap=True)
    for asked in sets:
        told = [asked.name, f"  {asked.questions} 题", f"  {asked.passages} 段"]
        for place, system in enumerate(SYSTEMS):
            run = asked.runs[system]
            figures = [f"{100 * run.scores[key].mean():.1f}" for key in METRICS]
            first = told[place] if place < len(told) else ""
            table.add_row(first, system, *figures, f"{1000 * np.median(run.seconds):.1f}")
        table.add_section()
    return table


def _dense_table(measured: Sequence[Measured], size: int) -> Table:
    table = Table(title=f"向量检索：{size} 段，每次取 {DEPTH} 段", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("向量库", no_wrap=True)
    columns = ("写入秒", "更新百分之一\n秒", "R@10（%）", f"R@{DEPTH}（%）", "毫秒\n中位", "毫秒\n95%")
    for name in (*columns, "限三分之一\nR@10（%）", "限三分之一\n毫秒中位"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in measured:
        table.add_row(
            one.store,
            f"{one.building_s:.1f}",
            f"{one.update_s:.2f}",
            f"{100 * one.recall:.2f}",
            f"{100 * one.recall_50:.2f}",
            f"{one.ms:.1f}",
            f"{one.p95_ms:.1f}",
            f"{100 * one.recall_filtered:.2f}",
            f"{one.ms_filtered:.1f}",
        )
    return table
