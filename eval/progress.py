"""How far a run is: a bar for a person at a terminal, plain lines for a program that reads them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

LINES = 20
"""Lines a run at most, after the first, where stderr is no terminal."""


@contextmanager
def progress(total: int) -> Iterator[Callable[[], object]]:
    """Yield what to call after each of `total` steps, from any thread.

    It draws a bar on stderr where that is a terminal, and else writes a line such as `评测 32/640` there: one
    before the first step, then one for every 5 % that are done.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _told(total)
        return
    columns = (TextColumn("评测"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda: bar.advance(task)


def _told(total: int) -> Callable[[], None]:
    """Write the first line, and return what writes the others."""
    lock = threading.Lock()
    done = 0

    def step() -> None:
        nonlocal done
        with lock:
            done += 1
            if done * LINES // total > (done - 1) * LINES // total:
                typer.echo(f"评测 {done}/{total}", err=True)

    typer.echo(f"评测 0/{total}", err=True)
    return step
