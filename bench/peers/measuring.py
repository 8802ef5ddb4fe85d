"""One system at one size: built, opened, asked, and scored; a row of the results whatever happens."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.peers import material
from bench.peers.harness import K
from bench.peers.running import NoRecordError, Ran, run
from bench.peers.scoring import nearness, recall
from rag.embedding import builtin

LIMIT = 600.0
"""Seconds that a stage may take; what takes longer is told as such."""
ASKING = 60.0
"""Seconds after which no further query of a pass is begun."""
VECTORS = "vectors.npy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A system that is measured: its name in the results, its module, and the Python that has it."""

    name: str
    module: str
    python: Path


def measure(contender: Contender, folder: Path, limit: float = LIMIT) -> dict[str, Any]:
    """Return the row of a system over what lies in `folder`.

    `status` is `measured`, `too_long` or `failed`; with the last two, `reason` says why, in `stage` and after how
    many `seconds`. The index is made in a temporary folder beside `folder` and removed.
    """
    passages = material.passages(folder)
    row: dict[str, Any] = {"system": contender.name, "chunks": len(passages), "load": os.getloadavg()[0]}
    stage = "build"
    try:
        with TemporaryDirectory(dir=folder.parent) as store:
            built = run(contender.python, ["build", contender.module, str(folder), store], limit)
            row |= _built(built, Path(store), len(passages))
            stage = "serve"
            asked = ["serve", contender.module, str(folder), store, str(ASKING)]
            served = run(contender.python, asked, limit)
            row |= _served(served, folder, passages)
    except NoRecordError as error:
        status = "too_long" if error.too_long else "failed"
        return row | {"status": status, "stage": stage, "seconds": error.seconds, "reason": error.reason}
    return row | {"status": "measured"}


def _fields(ran: Ran, *names: str) -> list[Any]:
    """Return the fields of a record; refuse one that lacks any."""
    missing = [name for name in names if name not in ran.record]
    if missing:
        raise NoRecordError(f"记录里没有 {'、'.join(missing)}", ran.seconds)
    return [ran.record[name] for name in names]


def _built(ran: Ran, store: Path, expected: int) -> dict[str, Any]:
    """Return what is told of a build; refuse one of other passages than there are."""
    chunks, seconds, python, libraries = _fields(ran, "chunks", "seconds", "python", "libraries")
    if chunks != expected:
        raise NoRecordError(f"应有 {expected} 段，建成的有 {chunks} 段", ran.seconds)
    return {
        "build_s": seconds,
        "build_peak_bytes": ran.peak_bytes,
        "index_bytes": sum(path.stat().st_size for path in store.rglob("*") if path.is_file()),
        "python": python,
        "libraries": libraries,
    }


def _served(ran: Ran, folder: Path, passages: Sequence[material.Passage]) -> dict[str, Any]:
    """Return what is told of an index that was asked."""
    opening, alone, at_once, nearest = _fields(ran, "opening_s", "alone", "together", "nearest")
    together = material.queries(folder, material.TOGETHER)
    queries = [*material.queries(folder, material.ALONE), *together]
    found = alone["found"] | at_once["found"]
    vectors = dict(
        zip(
            (query.id for query in together),
            builtin().encode_queries([query.text for query in together]),
            strict=True,
        )
    )
    return {
        "opening_s": opening,
        "serve_peak_bytes": ran.peak_bytes,
        "alone": alone["times"],
        "together": at_once["times"],
        "asked": len(found),
        "recall": recall(found, queries, passages, K),
        "dense_recall": nearness(nearest, vectors, _vectors(folder, passages), K),
    }


def _vectors(folder: Path, passages: Sequence[material.Passage]) -> NDArray[np.float32]:
    """Return the passages' vectors, made once for all systems."""
    path = folder / VECTORS
    if not path.exists():
        np.save(path, builtin().encode_passages([passage.text for passage in passages]))
    vectors: NDArray[np.float32] = np.load(path, mmap_mode="r")
    return vectors
