"""The figures as the maintainer sees them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from bench.retrieval.asking import METRICS, SYSTEMS
from bench.retrieval.summary import COMPARED, Aim, Gain, Line, Part, Summary


def tables(summaries: Sequence[Summary]) -> Iterator[Table]:
    """Yield the table of all questions, and that of the quarters with the least overlap."""
    table = _empty("检索（%）：全部题", "毫秒\n中位", "毫秒\n95%")
    for one in summaries:
        _add(table, one.name, one.all, f"{one.passages} 段", timed=True)
    yield table
    table = _empty("检索（%）：每集中与所求文档用词重合最少的四分之一")
    for one in summaries:
        _add(table, one.name, one.hardest, f"重合至多 {one.hardest.overlap:.0%}", timed=False)
    yield table


def _empty(title: str, *last: str) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("集", no_wrap=True)
    table.add_column("做法", no_wrap=True)
    gains = [name for metric in COMPARED for name in (f"{METRICS[metric].title} 比 BM25", "p")]
    for name in (*(metric.title for metric in METRICS.values()), *gains, *last):
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _add(table: Table, name: str, part: Part, note: str, *, timed: bool) -> None:
    """Add a row for each way to search; what is told of the set stands under its name."""
    told = (name, f"  {part.questions} 题", f"  {note}")
    for (key, line), first in zip(part.lines.items(), told, strict=True):
        times = (f"{line.median_ms:.1f}", f"{line.p95_ms:.1f}") if timed else ()
        table.add_row(first, SYSTEMS[key], *_figures(line), *times)
    table.add_section()


def _figures(line: Line) -> Iterator[str]:
    yield from (f"{100 * value:.1f}" for value in line.means.values())
    for metric in COMPARED:
        yield from _gained(line.gains[metric]) if metric in line.gains else ("", "")


def _gained(gain: Gain) -> tuple[str, str]:
    value, low, high = (100 * number for number in (gain.value, *gain.interval))
    return f"{value:+.1f} [{low:+.1f}, {high:+.1f}]", "<0.001" if gain.p < 0.001 else f"{gain.p:.3f}"


def told(aims: Iterable[Aim]) -> Iterator[Text]:
    """Yield a line per aim: whether it is reached, and where we stand."""
    for one in aims:
        mark, style = ("达到　", "green") if one.reached else ("未达到", "bold red")
        yield Text.assemble((mark, style), f"　{one.aim}：{one.stand}")
