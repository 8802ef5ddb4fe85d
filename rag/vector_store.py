"""The dense index: FAISS, cosine similarity by inner product of unit vectors, ids of the document store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray


class FaissStore:
    """Vectors with ids, exact search.

    A store opened for reading is a memory map shared between processes; such a store must not be updated
    (FAISS aborts the process), and `update` refuses it.
    """

    def __init__(self, index: faiss.Index, *, writable: bool) -> None:
        self._index = index
        self._writable = writable

    @classmethod
    def create(cls, dimension: int) -> FaissStore:
        """Return an empty store for vectors of `dimension` components."""
        return cls(faiss.IndexIDMap2(faiss.IndexFlatIP(dimension)), writable=True)

    @classmethod
    def open(cls, path: Path, *, writable: bool = False) -> FaissStore:
        """Open a saved store.

        Raises:
            RuntimeError: the file is damaged.
        """
        flags = 0 if writable else faiss.IO_FLAG_MMAP_IFC
        return cls(faiss.read_index(str(path), flags), writable=writable)

    def save(self, path: Path) -> None:
        """Write the store to `path`."""
        faiss.write_index(self._index, str(path))

    def count(self) -> int:
        """Return the number of vectors."""
        return int(self._index.ntotal)

    def update(self, removed: Sequence[int], ids: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Remove vectors by id and add `vectors` (float32, shape (len(ids), dimension)) under `ids`."""
        if not self._writable:
            raise RuntimeError("a memory-mapped store cannot be updated")
        if removed:
            self._index.remove_ids(faiss.IDSelectorBatch(np.asarray(removed, dtype=np.int64)))
        if ids:
            self._index.add_with_ids(np.ascontiguousarray(vectors), np.asarray(ids, dtype=np.int64))

    def search(
        self, vector: NDArray[np.float32], k: int, allowed: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return up to `k` (id, cosine similarity), best first, only among `allowed` ids where given."""
        faiss.omp_set_num_threads(1)
        parameters = None
        if allowed is not None:
            selector = faiss.IDSelectorBatch(np.asarray(allowed, dtype=np.int64))
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        scores, ids = self._index.search(vector.reshape(1, -1), k, params=parameters)
        return [(int(i), float(score)) for i, score in zip(ids[0], scores[0], strict=True) if i >= 0]
