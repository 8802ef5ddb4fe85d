"""The command: fill an index of each size, ask, print."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from bench.quotes.asking import Row, ask
from bench.quotes.corpus import Filled, endless, fill
from eval.terminal import console

SIZES = (1_000, 10_000, 100_000)
AIMS = {1_000: 5, 100_000: 30, 1_000_000: 100}
"""Milliseconds, the median over kinds, that an index of up to so many windows should stay under."""


def quotes(
    data: Annotated[Path, typer.Option(help="数据文件夹，读其中所有 docs.jsonl.xz")],
    sizes: Annotated[
        list[int] | None, typer.Option("--size", help="多少段，可重复", show_default="1000、10000、100000")
    ] = None,
    each: Annotated[int, typer.Option(help="每类引文查多少条")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """引文核查：不同大小的语料上，建索引多快、占多大、每类引文查多快。"""
    for size in sizes or SIZES:
        with TemporaryDirectory() as folder:
            typer.echo(f"正在建 {size} 段的索引……", err=True)
            filled = fill(Path(folder), endless(data), size)
            rows = ask(filled.index, each)
            overall = median(row.median_ms for row in rows.values())
            if as_json:
                record = {
                    "windows": filled.windows,
                    "per_second": filled.windows / filled.seconds,
                    "bytes": filled.size,
                    "made": filled.made,
                    "kinds": {name: asdict(row) for name, row in rows.items()},
                    "median_ms": overall,
                }
                typer.echo(json.dumps(record, ensure_ascii=False))
                continue
            out = console()
            out.print(_table(filled, rows))
            aim = next((aim for most, aim in AIMS.items() if size <= most), None)
            reached = "" if aim is None else f"（目标 {aim} 毫秒）"
            out.print(f"各类中位数的中位数：{overall:.1f} 毫秒{reached}")


def _table(filled: Filled, rows: dict[str, Row]) -> Table:
    title = (
        f"{filled.windows} 段：每秒建 {filled.windows / filled.seconds:.0f} 段，{filled.size / 2**20:.0f} MB，"
        f"{filled.made:.0%} 的文章是打乱句子、改动数字造出来的"
    )
    table = Table(title=title, box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("引文")
    for name in ("条数", "毫秒 中位", "毫秒 95%"):
        table.add_column(name, justify="right")
    table.add_column("结论")
    for name, row in rows.items():
        told = "、".join(f"{verdict} {number}" for verdict, number in row.verdicts.items())
        table.add_row(name, str(row.quotes), f"{row.median_ms:.1f}", f"{row.p95_ms:.1f}", told)
    return table
