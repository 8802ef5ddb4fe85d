"""The command: build, ask, update at each size; print, and keep for `python -m bench results`."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table

from bench.scale.corpus import endless, write
from eval.terminal import console

SIZES = (1_000, 10_000, 100_000, 1_000_000)
UPDATED = 1_000
"""Documents added to an index, and removed again, each a file."""
# As the page has it: one thread for BLAS, since every question has a thread of its own.
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
RESULTS = Path("bench/results/scale.json")


def scale(
    data: Annotated[Path, typer.Option(help="数据文件夹，读其中所有 docs.jsonl.xz，和 dev 里的问题")],
    sizes: Annotated[
        list[int] | None,
        typer.Option("--size", help="多少个片段，可重复", show_default="1000、1万、10万、100万"),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="在哪里建文档和索引（一百万个片段约 8 GB）；已建好的不再建")
    ] = None,
) -> None:
    """规模：不同大小的语料上，建索引、占空间、检索、更新各要多久，召回多少。"""
    records: dict[int, dict[str, Any]] = {}
    if RESULTS.exists():
        records = {record["size"]: record for record in json.loads(RESULTS.read_text())}
    with TemporaryDirectory() as temporary:
        for size in sizes or SIZES:
            place = (folder or Path(temporary)) / str(size)
            records[size] = measured(place, data, size)
            RESULTS.parent.mkdir(exist_ok=True)
            RESULTS.write_text(json.dumps([records[key] for key in sorted(records)], indent=1) + "\n")
            console().print(table(records[size]))


def measured(place: Path, data: Path, size: int) -> dict[str, Any]:
    """Return the record of one size: seconds, bytes, milliseconds, recall 0 to 1."""
    docs, index = place / "docs", place / "index"
    written = _once(place / "written.json", lambda: _written(docs, data, size))
    built = _once(place / "built.json", lambda: _built(docs, index))
    record = {"size": size} | written | built
    typer.echo("正在检索……", err=True)
    done = subprocess.run(
        [sys.executable, "-m", "bench.scale.asking", str(docs), str(index), str(data)],
        stdout=subprocess.PIPE,
        check=True,
        env=os.environ | dict.fromkeys(_ONE_THREAD, "1"),
    )
    record |= json.loads(done.stdout)
    typer.echo("正在更新……", err=True)
    record |= updated(docs, index, data)
    return record


def _once(kept: Path, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what was made before, or make it."""
    if not kept.exists():
        record = make()
        kept.write_text(json.dumps(record))
        return record
    known: dict[str, Any] = json.loads(kept.read_text())
    return known


def _written(docs: Path, data: Path, size: int) -> dict[str, Any]:
    typer.echo(f"正在写 {size} 个片段的文档……", err=True)
    return asdict(write(docs, data, size))


def _built(docs: Path, index: Path) -> dict[str, Any]:
    typer.echo("正在建索引……", err=True)
    seconds, peak = indexed(docs, index)
    return {
        "build_seconds": seconds,
        "build_peak_bytes": peak,
        "parts": parts(index),
        "load": os.getloadavg()[1],
    }


def indexed(docs: Path, index: Path) -> tuple[float, int]:
    """Bring an index up to date in a process of its own; return the seconds, and the bytes of its largest process."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "rag", "index", "--docs", str(docs), "--index", str(index)]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise SystemExit(done.returncode)
    return time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


def updated(docs: Path, index: Path, data: Path) -> dict[str, float]:
    """Return the seconds that adding `UPDATED` documents takes, and removing them again."""
    fresh = [docs / f"new{number}.txt" for number in range(UPDATED)]
    made = islice(endless(data), 20_000, None)  # none that the smaller indexes hold
    for path, (text, _) in zip(fresh, made, strict=False):
        path.write_text(re.sub("[1-9]", "8", text), encoding="utf-8")
    add = indexed(docs, index)[0]
    for path in fresh:
        path.unlink()
    return {"add_seconds": add, "remove_seconds": indexed(docs, index)[0]}


def parts(index: Path) -> dict[str, int]:
    """Return the bytes of each part of an index: documents, vectors, lexical index, trigrams."""
    sizes: dict[str, int] = {}
    for path in index.glob("g*/**/*"):
        if path.is_file():
            name = path.relative_to(index).parts[1].partition(".")[0]
            sizes[name] = sizes.get(name, 0) + path.stat().st_size
    return sizes


def table(record: dict[str, Any]) -> Table:
    """Return one size as a table for the terminal."""
    shown = Table(title=f"{record['chunks']:,} 个片段", box=box.SIMPLE_HEAD, pad_edge=False)
    shown.add_column("量什么")
    shown.add_column("值", justify="right")
    memory = record["memory"]
    rows = {
        "建索引": f"{record['build_seconds']:.0f} 秒，每秒 {record['chunks'] / record['build_seconds']:.0f} 片段",
        "建索引最大进程": f"{record['build_peak_bytes'] / 2**20:.0f} MB",
        "索引": f"{sum(record['parts'].values()) / 2**20:.0f} MB",
        **{f"  其中 {name}": f"{size / 2**20:.0f} MB" for name, size in record["parts"].items()},
        "常驻内存": f"{memory['anonymous'] / 2**20:.0f} MB，另映射文件 {memory['mapped'] / 2**20:.0f} MB",
        "打开": f"{record['open_seconds']:.2f} 秒",
        **{
            name: f"{record[f'{key}_ms']:.1f} / {record[f'{key}_p95_ms']:.1f} 毫秒"
            for key, name in (
                ("search", "检索 中位/95%"),
                ("search_8", "检索，8 线程"),
                ("dense", "  向量"),
                ("lexical", "  词面"),
                ("filtered", "检索，限三个文件"),
                ("ask", "作答"),
                ("cite", "核查问句"),
            )
        },
        "向量召回@10": f"{record['recall']:.4f}",
        f"添 {UPDATED} 篇": f"{record['add_seconds']:.1f} 秒",
        f"减 {UPDATED} 篇": f"{record['remove_seconds']:.1f} 秒",
    }
    for name, value in rows.items():
        shown.add_row(name, value)
    for factor, probed in record["probed"].items():
        shown.add_row(f"PROBED = {factor}", f"召回 {probed['recall']:.4f}，{probed['ms']:.1f} 毫秒")
    return shown
