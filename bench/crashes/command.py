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

from bench.crashes.killing import NONE, Folders, run, state
from eval.terminal import console
from rag.assistant import silent
from rag.chunking import ChunkingOptions
from rag.embedding import builtin
from rag.errors import IndexDamagedError
from rag.indexing import update_index

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
    runs = Runs(folders, index, folders.build_seconds, chance)
    while runs.kills < count:
        shutil.rmtree(index, ignore_errors=True)
        yield from runs.once(before=NONE)


def _updates(folders: Folders, index: Path, count: int, chance: random.Random) -> Iterator[str]:
    """Yield what is left of each of `count` updates, each upon what the one before left."""
    update_index(folders.docs, index, builtin(), ChunkingOptions(), silent)
    runs = Runs(folders, index, folders.update_seconds, chance)
    while runs.kills < count:
        before = state(folders.docs, index)
        if before == folders.states[folders.second]:
            folders.turn()  # so that there is something to update
        yield from runs.once(before)


class Runs:
    """Runs that are killed at random moments; one that ends before its moment comes is no kill."""

    def __init__(self, folders: Folders, index: Path, seconds: float, chance: random.Random) -> None:
        self._folders, self._index, self._chance = folders, index, chance
        self._seconds = seconds
        self.kills = 0

    def once(self, before: str) -> Iterator[str]:
        """Yield what is left of an index that was `before`, if a run upon it could be killed."""
        docs, large = self._folders.docs, self.kills % 2 == 1
        seconds, ended = run(docs, self._index, large, self._chance.random() * self._seconds)
        if ended:
            self._seconds = min(self._seconds, seconds)
            return
        self.kills += 1
        yield self._outcome(before)

    def _outcome(self, before: str) -> str:
        try:
            found = state(self._folders.docs, self._index)
        except IndexDamagedError as error:
            typer.echo(str(error), err=True)
            return LOST
        if found == self._folders.states[self._folders.second]:
            return NEW
        if found != before:
            return LOST
        return NOTHING if before == NONE else OLD
