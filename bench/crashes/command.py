"""The command: kill builds and updates, look at what is left, print."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from bench.crashes.killing import NONE, Folders, killed, moments
from eval.terminal import console
from rag.errors import IndexDamagedError

OLD, NEW, NOTHING, LOST = "旧索引", "新索引", "还没有索引", "坏了"


def crashes(
    docs: Annotated[Path, typer.Option(help="文档文件夹")] = Path("docs_src"),
    kills: Annotated[int, typer.Option(help="杀多少次，建和更新各半")] = 100,
    seed: Annotated[int, typer.Option(help="随机数种子")] = 2026,
) -> None:
    """断电：在建索引、更新索引的随机时刻杀掉进程，看留下的是旧索引还是新索引。"""
    chance = random.Random(seed)
    with TemporaryDirectory() as place:
        folders = Folders(docs, Path(place))
        rows = {
            "从头建": Counter(_builds(folders, Path(place) / "built", kills // 2, chance)),
            "更新": Counter(_updates(folders, Path(place) / "updated", kills - kills // 2, chance)),
        }
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("", "杀了", OLD, NEW, NOTHING, LOST):
        table.add_column(name, justify="right")
    for name, counts in rows.items():
        told = (counts.total(), *(counts[outcome] for outcome in (OLD, NEW, NOTHING, LOST)))
        table.add_row(name, *map(str, told))
    console().print(table)
    if any(counts[LOST] for counts in rows.values()):
        raise typer.Exit(1)


def _builds(folders: Folders, index: Path, count: int, chance: random.Random) -> Iterator[str]:
    """Yield what is left of each of `count` builds from nothing."""
    for number, moment in enumerate(moments(count, folders.build_seconds * 1.1, chance)):
        shutil.rmtree(index, ignore_errors=True)
        yield _outcome(folders, index, number, moment, before=NONE)


def _updates(folders: Folders, index: Path, count: int, chance: random.Random) -> Iterator[str]:
    """Yield what is left of each of `count` updates, each upon what the one before left."""
    _outcome(folders, index, 0, 600.0, before=NONE)
    before = folders.states[folders.second]
    for number, moment in enumerate(moments(count, folders.update_seconds * 1.1, chance)):
        folders.turn()
        outcome = _outcome(folders, index, number, moment, before=before)
        before = folders.states[folders.second] if outcome == NEW else before
        if outcome == OLD:
            folders.turn()  # so that the next update is one
        yield outcome


def _outcome(folders: Folders, index: Path, number: int, moment: float, before: str) -> str:
    try:
        found = killed(folders.docs, index, number % 2 == 1, moment)
    except IndexDamagedError as error:
        typer.echo(str(error), err=True)
        return LOST
    if found.state == folders.states[folders.second]:
        return NEW
    if found.ended or found.state != before:
        return LOST
    return NOTHING if before == NONE else OLD
