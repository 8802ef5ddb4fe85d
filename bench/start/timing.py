"""How long programs take from a cold shell: each in fresh processes, in turns with the others."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rag.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """What starting something once took, in seconds: by the clock, and of the processors."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What starting something took over all the times that it was started, in seconds; `aim` is the most it should.

    The processors' time hardly changes with what else the machine does, and the clock's does.
    """

    name: str
    median: float
    fastest: float
    cpu: float
    aim: float | None = None


def processors() -> float:
    """Return the seconds of the processors that the processes started by this one took, of those that have ended."""
    spent = os.times()
    return spent.children_user + spent.children_system


def run(command: Sequence[str], folder: Path) -> Took:
    """Run a command in `folder` to its end and return what it took.

    Raises:
        UsageError: it fails.
    """
    before, started = processors(), time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8")
    wall = time.perf_counter() - started
    if done.returncode:
        raise UsageError(f"没能运行 {' '.join(command)}：{done.stderr.strip()}")
    return Took(wall=wall, cpu=processors() - before)


def starts(
    programs: Mapping[str, Callable[[], Took]], rounds: int, aims: Mapping[str, float]
) -> tuple[Start, ...]:
    """Start every program once a round and return what each took; a first round, which fills caches, is not counted."""
    took = [[start() for start in programs.values()] for _ in range(rounds + 1)][1:]
    return tuple(
        Start(
            name=name,
            median=median(each.wall for each in own),
            fastest=min(each.wall for each in own),
            cpu=median(each.cpu for each in own),
            aim=aims.get(name),
        )
        for name, own in zip(programs, zip(*took, strict=True), strict=True)
    )
