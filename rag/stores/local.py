"""The vectors in a file beside the index: FAISS, cosine similarity by inner product of unit vectors.

Up to `EXACT` vectors every one is compared. Beyond, they are kept by clusters (an inverted file) at half precision,
and only the clusters nearest to a query are looked at.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from rag.stores import Place

FILE = "vectors.faiss"

_Faiss = Any
# What FAISS hands out: its own stubs know neither the subclasses nor what Python may pass for a pointer.

EXACT = 20_000
"""Comparing so many vectors of 256 numbers takes one to two milliseconds on one core."""
CLUSTERS = 4
"""Clusters for each square root of the number of vectors: the least that FAISS's guidelines give."""
PROBED = 8
"""Clusters looked at for each square root of their number where no filter restricts the search: `python -m bench
scale` gives recall and time for other values; see bench/results.md."""
GROWTH = 4
"""The clusters are found anew when there are so many times the vectors that they were found for."""
_SAMPLE = 48
"""Vectors for each cluster that the clusters are found from; FAISS asks for 39 or more."""
_ROUNDS = 10
_CODE = "SQfp16"
_BATCH = 65_536
_NOBODY = -1


class FaissStore:
    """The vectors of one generation as a memory map that processes share; see `rag.stores.VectorStore`."""

    def __init__(self, index: _Faiss) -> None:
        self._index = index
        self._clusters = getattr(index, "nlist", 0)

    def count(self) -> int:
        """Return the number of vectors."""
        return int(self._index.ntotal)

    def search(
        self, vector: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None = None
    ) -> list[tuple[int, float]]:
        """Return up to `k` (id, cosine similarity), best first, only among `allowed` ids where given."""
        if not self.count() or (allowed is not None and not len(allowed)):
            return []
        faiss.omp_set_num_threads(1)
        selector = None if allowed is None else _selector(allowed)
        parameters: _Faiss
        if self._clusters:
            share = 1.0 if allowed is None else min(1.0, len(allowed) / self.count())
            probed = min(self._clusters, math.ceil(PROBED * math.sqrt(self._clusters) / share))
            parameters = faiss.SearchParametersIVF(sel=selector, nprobe=probed)  # type: ignore[call-arg]
        else:
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        scores, ids = self._index.search(vector.reshape(1, -1), min(k, self.count()), params=parameters)
        return [(int(i), float(score)) for i, score in zip(ids[0], scores[0], strict=True) if i >= 0]


def _selector(allowed: NDArray[np.int64]) -> _Faiss:
    member = np.zeros(int(allowed[-1]) + 1, dtype=bool)
    member[allowed] = True
    return faiss.IDSelectorBitmap(np.packbits(member, bitorder="little"))  # type: ignore[call-arg, arg-type]


class FaissWriter:
    """Writes the vectors of one generation; those that are added wait in a file of their own until `commit`."""

    def __init__(self, place: Place, previous: Place | None) -> None:
        self._place = place
        self._previous = previous
        self._removed: list[int] = []
        self._ids: list[int] = []
        self._added = place.folder / "vectors.new"
        self._added.unlink(missing_ok=True)

    def remove(self, ids: Sequence[int]) -> None:
        """Remove vectors by id; an id that is removed may be added again afterwards."""
        self._removed += ids
        if self._ids:
            gone = set(ids)
            self._ids = [_NOBODY if identifier in gone else identifier for identifier in self._ids]

    def add(self, ids: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Add `vectors` (float32, shape (len(ids), dimension)) under `ids`."""
        self._ids += ids
        with self._added.open("ab") as stream:
            stream.write(np.ascontiguousarray(vectors, dtype=np.float32).tobytes())

    def commit(self) -> None:
        """Write the file of the generation."""
        index = self._earlier()
        if self._removed:
            index.remove_ids(np.asarray(self._removed, dtype=np.int64))
        total = index.ntotal + len(self._ids) - self._ids.count(_NOBODY)
        if total > max(EXACT, GROWTH * _founded(index)):
            earlier, index = index, self._founded_anew(index, total)
            for ids, vectors in _contents(earlier):
                index.add_with_ids(vectors, ids)
        for ids, vectors in self._waiting():
            index.add_with_ids(vectors, ids)
        self._added.unlink(missing_ok=True)
        faiss.write_index(index, str(self._place.folder / FILE))

    def _earlier(self) -> _Faiss:
        """Return the previous generation's index to be changed, or an empty one."""
        if self._previous is None:
            return faiss.IndexIDMap2(faiss.IndexFlatIP(self._place.dimension))
        return faiss.read_index(str(self._previous.folder / FILE))

    def _waiting(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Yield the ids and vectors that were added, in batches."""
        width = self._place.dimension
        for start in range(0, len(self._ids), _BATCH):
            ids = np.asarray(self._ids[start : start + _BATCH], dtype=np.int64)
            vectors = np.fromfile(self._added, np.float32, len(ids) * width, offset=start * width * 4)
            kept = ids != _NOBODY
            yield ids[kept], vectors.reshape(-1, width)[kept]

    def _founded_anew(self, earlier: _Faiss, total: int) -> _Faiss:
        """Return an empty inverted file with clusters found for a sample of all vectors, earlier and added."""
        count = CLUSTERS * math.isqrt(total)
        index: _Faiss = faiss.index_factory(
            self._place.dimension, f"IVF{count},{_CODE}", faiss.METRIC_INNER_PRODUCT
        )
        index.cp.niter = _ROUNDS
        index.by_residual = False
        chance = np.random.default_rng(0)
        share = min(1.0, count * _SAMPLE / total)
        batches = (vectors for _, vectors in chain(_contents(earlier), self._waiting()))
        index.train(np.concatenate([v[chance.random(len(v)) < share] for v in batches]))
        return index


def _founded(index: _Faiss) -> float:
    """Return for about how many vectors the clusters of an index were found, 0 where it has none."""
    return (getattr(index, "nlist", 0) / CLUSTERS) ** 2


def _contents(index: _Faiss) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """Yield the ids and vectors of an index, in batches."""
    if not getattr(index, "nlist", 0):
        if index.ntotal:
            yield faiss.vector_to_array(index.id_map), index.index.reconstruct_n(0, index.ntotal)
        return
    lists = index.invlists
    for number in range(index.nlist):
        size = lists.list_size(number)
        if size:
            codes = faiss.rev_swig_ptr(lists.get_codes(number), size * index.code_size)
            vectors = index.sq.decode(codes.reshape(size, -1))
            yield faiss.rev_swig_ptr(lists.get_ids(number), size).copy(), vectors


def read(place: Place) -> FaissStore:
    """Open a generation that was committed, as a memory map.

    Raises:
        RuntimeError: the file is missing or damaged.
    """
    return FaissStore(faiss.read_index(str(place.folder / FILE), faiss.IO_FLAG_MMAP_IFC))


def write(place: Place, previous: Place | None) -> FaissWriter:
    """Begin the generation `place` with the vectors of `previous`, or with none."""
    return FaissWriter(place, previous)


def retire(place: Place) -> None:
    """Do nothing: a file goes with the folder of its generation."""
