"""One stage of one system, in a process of its own: its last line of output is a record in JSON.

    python -m bench.peers.harness build MODULE FOLDER STORE
    python -m bench.peers.harness serve MODULE FOLDER STORE SECONDS

FOLDER is what `bench.peers.material` writes, STORE where the system keeps its index. Run in the system's own
environment: what is imported here has to be there, and that is numpy.
"""

from __future__ import annotations

import importlib
import json
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol, cast

from bench.peers import material
from bench.peers.timing import ask

K = 10
"""Passages that a query asks for."""
DEPTH = 50
"""Passages that are taken of the dense and of the lexical list before they are fused, as the program does."""
THREADS = 8
NEAREST = 100
"""Queries whose nearest passages are compared with those of an exact search."""


class Opened(Protocol):
    """An index that was opened. Passages are told by their numbers, best first."""

    def search(self, query: str, k: int) -> Sequence[int]:
        """Return up to `k` passages by hybrid retrieval."""

    def nearest(self, query: str, k: int) -> Sequence[int]:
        """Return up to `k` passages by the dense side alone."""


class System(Protocol):
    """A system's module. `LIBRARIES` are the packages whose versions are told."""

    LIBRARIES: Sequence[str]

    def build(self, folder: Path, store: Path) -> int:
        """Index the folder, save the index into the empty `store`, and return how many passages it has."""

    def opened(self, folder: Path, store: Path) -> Opened:
        """Open what `build` saved."""


def build(system: System, folder: Path, store: Path) -> dict[str, Any]:
    """Build a system's index, and return how that went; importing is not counted, embedding and saving are."""
    started = time.perf_counter()
    chunks = system.build(folder, store)
    return {
        "chunks": chunks,
        "seconds": time.perf_counter() - started,
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in system.LIBRARIES},
    }


def serve(system: System, folder: Path, store: Path, started: float, seconds: float) -> dict[str, Any]:
    """Open a system's index, ask it, and return how that went; a pass is cut short after so many `seconds`."""
    opened = system.opened(folder, store)
    alone = material.queries(folder, material.ALONE)
    together = material.queries(folder, material.TOGETHER)
    opened.search(alone[-1].text, K)
    opening = time.perf_counter() - started
    search = partial(opened.search, k=K)
    passes = {"alone": ask(search, alone, 1, seconds), "together": ask(search, together, THREADS, seconds)}
    nearest = ask(partial(opened.nearest, k=K), together[:NEAREST], 1, seconds)
    return {
        "opening_s": opening,
        **{name: asdict(each) for name, each in passes.items()},
        "nearest": nearest.found,
    }


def main(arguments: Sequence[str]) -> None:
    """Run one stage and print its record."""
    started = time.perf_counter()
    stage, module, folder, store, *rest = arguments
    system = cast(System, importlib.import_module(module))
    if stage == "build":
        record = build(system, Path(folder), Path(store))
    else:
        record = serve(system, Path(folder), Path(store), started, float(rest[0]))
    print(json.dumps(record), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
