"""Where the vectors of an index lie: in files beside it (FAISS), or on a server.

An index is written generation by generation (see `rag.indexing`): a writer prepares the next one while readers
go on with the one in force, and nothing that a writer does shows in that one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one generation of an index keeps its vectors.

    `url` is the setting `store`; `name` tells the index from all others on a server (lower-case letters, digits
    and underscores); `generation` counts from 1; `folder` is that of the generation's files.
    """

    url: str
    name: str
    dimension: int
    generation: int
    folder: Path


class VectorStore(Protocol):
    """The vectors of one generation, for reading; safe for several threads, and beside other processes."""

    def count(self) -> int:
        """Return the number of vectors."""

    def search(
        self, vector: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None = None
    ) -> list[tuple[int, float]]:
        """Return up to `k` (id, cosine similarity), best first, only among `allowed` ids where given.

        Args:
            vector: float32 of shape (dimension,), of length 1.
            k: how many, from 1.
            allowed: ascending ids, int64 of one dimension; one that has no vector is passed over.
        """


class VectorWriter(Protocol):
    """Prepares a generation; nothing counts before `commit`, and a reader sees it then at the earliest."""

    def remove(self, ids: Sequence[int]) -> None:
        """Remove vectors by id; an id that is removed may be added again afterwards."""

    def add(self, ids: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Add `vectors` (float32, shape (len(ids), dimension), rows of length 1 or zeros) under `ids`."""

    def commit(self) -> None:
        """Make what was removed and added durable, and end writing."""


class Backend(Protocol):
    """A module of this package: one kind of store."""

    def read(self, place: Place) -> VectorStore:
        """Open a generation that was committed.

        Raises:
            RuntimeError: it is missing or damaged.
            StoreError: the server cannot be reached.
        """

    def write(self, place: Place, previous: Place | None) -> VectorWriter:
        """Begin the generation `place` with the vectors of `previous`, or with none.

        What an interrupted run left of this generation is forgotten.
        """

    def retire(self, place: Place) -> None:
        """Forget what only generations before `place`, which is in force now, still needed."""


FILES = "faiss"
"""The setting `store` for vectors in a file beside the index."""
STORES: Mapping[str, str] = {
    FILES: "local",
    "postgresql": "postgresql",
    "milvus": "milvus",
}
"""The module of this package by what an address begins with."""


def backend(url: str) -> Backend:
    """Return the module for the setting `store`.

    Raises:
        UsageError: there is none for such an address, or what it needs is not installed.
    """
    scheme = url.partition("://")[0]
    if scheme not in STORES:
        raise UsageError(f"设置 store 不认识 {scheme}；可用的有 {'、'.join(STORES)}")
    try:
        return import_module(f"rag.stores.{STORES[scheme]}")
    except ModuleNotFoundError as error:
        needed = f"pip install -c requirements.lock -r requirements-{scheme}.txt"
        raise UsageError(f"设置 store 用 {scheme} 还缺 {error.name}；请运行 {needed}") from error
