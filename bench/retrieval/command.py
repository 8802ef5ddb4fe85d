"""The command: ask every set, sum up, print."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from bench.retrieval.asking import ask, pooled
from bench.retrieval.speed import loading
from bench.retrieval.summary import aims, summary
from bench.retrieval.tables import tables, told
from eval.options import Index
from eval.terminal import console
from rag.config import load_settings

SETS = (
    "crud_questions",
    "lecoqa_statutes",
    "govqa",
    "dureader2_demo",
    "ncp_policy_qa",
    "crud_events",
    "xwlb",
)


def retrieval(
    data: Annotated[Path, typer.Option(help="外部集所在的数据文件夹")],
    names: Annotated[
        list[str] | None, typer.Option("--set", help="问哪一集，可重复", show_default="全部七集")
    ] = None,
    index: Index = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """检索：混合（按设置）、只用向量，与 BM25 并列：差别、区间、检验，以及目标达到没有。"""
    asked = []
    for name in dict.fromkeys(names or SETS):
        typer.echo(f"正在问 {name}……", err=True)
        asked.append(ask(name, data, index))
    whole = pooled(asked)
    sets, total = [summary(one) for one in asked], summary(whole)
    embedder = load_settings().embedder
    loaded = loading(embedder)
    reached = list(aims(sets, total, whole.encoding, loaded))
    if as_json:
        record = {
            "embedder": embedder,
            "sets": [asdict(one) for one in sets],
            "pooled": asdict(total),
            "encoding": asdict(whole.encoding),
            "loading": asdict(loaded),
            "cpus": os.cpu_count(),
            "aims": [asdict(one) for one in reached],
        }
        typer.echo(json.dumps(record, ensure_ascii=False, indent=1))
        return
    out = console()
    for table in tables([*sets, total]):
        out.print(table)
    for line in told(reached):
        out.print(line, soft_wrap=True)
