"""How far an index run is: a bar for a person at a terminal, a line now and then for whoever reads a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rag.indexing import FileReport, Progress, Reading, Report

PAUSE = 5.0
"""Seconds from one line to the next."""


class Pace:
    """Counts what a run has done: chunks a second, and the seconds that are left."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started = clock()
        self._chunks = 0
        self.share = 0.0

    def take(self, step: Reading | FileReport) -> None:
        """Count a step of the run."""
        if isinstance(step, Reading):
            self.share = step.share
        else:
            self._chunks += step.chunks

    @property
    def seconds(self) -> float:
        """How long the run has been going on."""
        return self._clock() - self._started

    @property
    def rate(self) -> float:
        """Chunks a second so far, 0 before the first."""
        return self._chunks / self.seconds if self._chunks else 0.0

    @property
    def left(self) -> float | None:
        """The seconds that the rest takes if it goes on like this; None where nothing is done yet."""
        return self.seconds * (1 - self.share) / self.share if self.share else None

    def __str__(self) -> str:
        left = "" if self.left is None else f"，还要约 {duration(self.left)}"
        return f"已读 {self.share:.0%}，每秒 {self.rate:,.0f} 个片段{left}"


def duration(seconds: float) -> str:
    """Return a time as it is told: 8 秒, 3 分 20 秒, 2 小时 5 分."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} 秒"
    if whole < 3600:
        return f"{whole // 60} 分 {whole % 60} 秒"
    return f"{whole // 3600} 小时 {whole % 3600 // 60} 分"


def lines(report: Report, pace: Pace | None = None) -> Progress:
    """Return what tells `report` of the first file that is read, and then how far the run is, every `PAUSE` seconds."""
    pace = pace or Pace()
    told: float | None = None

    def tell(step: Reading | FileReport) -> None:
        nonlocal told
        pace.take(step)
        if not isinstance(step, Reading) or (told is not None and pace.seconds - told < PAUSE):
            return
        report(f"正在读 {step.file}" + (f"（{pace}）" if told is not None else ""))
        told = pace.seconds

    return tell


@contextmanager
def shown(report: Report) -> Iterator[Progress]:
    """Yield what draws a bar on stderr where that is a terminal, and tells `report` in lines elsewhere."""
    if not sys.stderr.isatty():
        yield lines(report)
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    pace = Pace()
    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[pace]}")
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0, pace="")

        def draw(step: Reading | FileReport) -> None:
            pace.take(step)
            if isinstance(step, Reading):
                bar.update(task, description=step.file, completed=step.share, pace=str(pace))

        yield draw
