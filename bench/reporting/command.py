"""The command: read the records that are there, and write the page and its plots."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from bench.reporting.curves import Curve, Plot, svg
from bench.reporting.files import PAGE, PEERS, RESULTS, SCALE, load
from bench.reporting.page import page
from rag.errors import UsageError

OURS = "引据"
_MB = 2**20
# A plot: its name, title and unit, what it takes of a row beside the peers, and of a row of the scale.
_Cost = Callable[[Mapping[str, Any]], float]
_PLOTS: Sequence[tuple[str, str, str, _Cost, _Cost]] = (
    ("build", "建索引用时（含嵌入）", "秒", lambda row: row["build_s"], lambda row: row["build_seconds"]),
    (
        "memory",
        "打开并查询时的内存",
        "MB",
        lambda row: row["serve_peak_bytes"] / _MB,
        lambda row: sum(row["memory"].values()) / _MB,
    ),
    (
        "disk",
        "索引在磁盘上的大小",
        "MB",
        lambda row: row["index_bytes"] / _MB,
        lambda row: sum(row["parts"].values()) / _MB,
    ),
    (
        "query",
        "一问用时的中位数（1 线程）",
        "毫秒",
        lambda row: row["alone"]["median_ms"],
        lambda row: row["search_ms"],
    ),
)


def results(
    folder: Annotated[Path, typer.Option("--results", help="记录所在的文件夹")] = RESULTS,
) -> None:
    """把量得的记录（bench/results 里的 peers.json、scale.json）写成 results.md 和图。"""
    peers, scale = load(folder, PEERS), load(folder, SCALE)
    if peers is None and scale is None:
        raise UsageError(f"{folder} 里还没有 {PEERS} 或 {SCALE}；请先运行 python -m bench peers")
    drawn = list(plots([] if peers is None else peers["rows"], scale or []))
    for plot in drawn:
        (folder / f"{plot.name}.svg").write_bytes(svg(plot))
    path = folder.parent / PAGE
    path.write_text(page(peers, scale, drawn), encoding="utf-8")
    typer.echo(f"已写 {path}")


def plots(rows: Sequence[Mapping[str, Any]], scale: Sequence[Mapping[str, Any]]) -> Iterator[Plot]:
    """Yield the plots that there is anything to draw for; ours is drawn of the scale where there is one, as it goes further."""
    measured = [row for row in rows if row["status"] == "measured"]
    names = dict.fromkeys([*([OURS] if scale else []), *(row["system"] for row in measured)])
    for name, title, unit, beside, alone in _PLOTS:
        curves: dict[str, Curve] = {
            system: [(row["chunks"], beside(row)) for row in measured if row["system"] == system]
            for system in names
        }
        if scale:
            curves[OURS] = [(row["chunks"], alone(row)) for row in scale]
        if curves:
            yield Plot(name=name, title=title, unit=unit, curves=curves)
