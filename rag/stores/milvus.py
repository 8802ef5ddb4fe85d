"""Vectors in Milvus: an HNSW graph, with the generation and the filter as conditions of the search.

A build from nothing begins a collection; the generations that follow share it. A row has the generation in which
it was born and the one in which it died, and a reader sees those that live in its own. Milvus has no transactions:
what a writer left that never came into force is undone by the next.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from pymilvus import DataType, MilvusClient

from rag.stores import Place, VectorStore, VectorWriter
from rag.stores.milvus_server import SECONDS, connect, told

EF_SEARCH = 200
"""How many of the nearest a search keeps in hand: recall against time, see `python -m bench stores`."""
_LINKS, _EF_BUILT = 16, 200
"""Links of a vector to others, and how many candidates these are chosen from."""
_MOST = 16_384
"""Milvus returns no more of a search or a query."""
_ROWS = 5_000
"""Rows in a request: at 2,000 numbers each they fit the 64 MB that Milvus takes."""
_WRITING_SECONDS = 600.0
"""How long the server may take to write down what it was sent; Milvus Lite builds the graph meanwhile."""
_FOREVER = 2**31 - 1


def read(place: Place) -> VectorStore:
    """Open a generation, as `rag.stores.Backend` says."""
    return _Reader(place)


def write(place: Place, previous: Place | None) -> VectorWriter:
    """Begin a generation, as `rag.stores.Backend` says; it is to be later than any that was ever in force."""
    return _Writer(place, previous)


def retire(place: Place) -> None:
    """Forget what only earlier generations needed, as `rag.stores.Backend` says."""
    client = connect(place.url)
    with told(place.url):
        first = _first(client, place)
        for number in _beginnings(client, place.name):
            if number < first:
                client.drop_collection(_collection(place.name, number), timeout=SECONDS)
        client.delete(_collection(place.name, first), filter=f"died <= {place.generation}", timeout=SECONDS)
        client.close()


def _collection(name: str, first: int) -> str:
    """Return the collection that the generation `first` began."""
    return f"yinju_{name}_{first}"


def _beginnings(client: MilvusClient, name: str) -> list[int]:
    """Return the generations that began a collection."""
    prefix = f"yinju_{name}_"
    names = client.list_collections(timeout=SECONDS)
    rests = [one.removeprefix(prefix) for one in names if one.startswith(prefix)]
    return [int(rest) for rest in rests if rest.isdigit()]


def _first(client: MilvusClient, place: Place) -> int:
    """Return the generation that began the collection of `place`.

    Raises:
        RuntimeError: there is no such collection.
    """
    earlier = [number for number in _beginnings(client, place.name) if number <= place.generation]
    if not earlier:
        raise RuntimeError(f"generation {place.generation} of {place.name} is not on the server")
    return max(earlier)


def _among(ids: Sequence[int]) -> str:
    return f"id in [{', '.join(map(str, ids))}]"


def _batches(ids: Sequence[int]) -> Iterator[slice]:
    return (slice(start, start + _ROWS) for start in range(0, len(ids), _ROWS))


class _Reader:
    def __init__(self, place: Place) -> None:
        self._url = place.url
        self._client = connect(place.url)
        weakref.finalize(self, self._client.close)
        self._living = f"born <= {place.generation} and died > {place.generation}"
        with told(self._url):
            self._name = _collection(place.name, _first(self._client, place))
            self._client.load_collection(self._name)
            # Strong: what was written before is seen from here on, by the searches too.
            found = self._client.query(
                self._name,
                filter=self._living,
                output_fields=["count(*)"],
                consistency_level="Strong",
                timeout=SECONDS,
            )
        self._count = int(found[0]["count(*)"])

    def count(self) -> int:
        """Return the number of vectors."""
        return self._count

    def search(
        self, vector: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None = None
    ) -> list[tuple[int, float]]:
        """Return the nearest, as `rag.stores.VectorStore` says; of many vectors, nearly all of the nearest."""
        compared = self._count if allowed is None else min(self._count, len(allowed))
        most = min(k, compared, _MOST)
        if not most:
            return []
        with told(self._url):
            (found,) = self._client.search(
                self._name,
                data=[vector],
                filter=self._living if allowed is None else f"{self._living} and {_among(allowed.tolist())}",
                limit=most,
                search_params={"params": {"ef": max(EF_SEARCH, most)}},
                timeout=SECONDS,
            )
        return [(int(hit["key"].partition(".")[0]), float(hit["distance"])) for hit in found]


class _Writer:
    def __init__(self, place: Place, previous: Place | None) -> None:
        self._place = place
        self._client = connect(place.url)
        weakref.finalize(self, self._client.close)
        with told(place.url):
            last = previous.generation if previous else place.generation - 1
            for number in _beginnings(self._client, place.name):
                if number > last:
                    self._client.drop_collection(_collection(place.name, number), timeout=SECONDS)
            if previous:
                self._name = _collection(place.name, _first(self._client, previous))
                self._client.load_collection(self._name)
                self._undo(last)
            else:
                self._name = _collection(place.name, place.generation)
                self._create(place.dimension)

    def _undo(self, last: int) -> None:
        """Undo what was done after the generation `last`: nobody reads it."""
        self._client.delete(self._name, filter=f"born > {last}", timeout=SECONDS)
        self._die(f"died > {last} and died < {_FOREVER}", _FOREVER)

    def _create(self, dimension: int) -> None:
        schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("key", DataType.VARCHAR, is_primary=True, max_length=32)
        for field in ("id", "born", "died"):
            schema.add_field(field, DataType.INT64)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
        indexes = self._client.prepare_index_params()
        graph = {"M": _LINKS, "efConstruction": _EF_BUILT}
        indexes.add_index("vector", index_type="HNSW", metric_type="IP", params=graph)
        self._client.create_collection(self._name, schema=schema, index_params=indexes)

    def _die(self, condition: str, generation: int) -> None:
        """Let the rows for which `condition` holds die in another generation, one for which it does not."""
        while rows := self._client.query(
            self._name,
            filter=condition,
            output_fields=["key"],
            limit=_ROWS,
            consistency_level="Strong",
            timeout=SECONDS,
        ):
            died = [{"key": row["key"], "died": generation} for row in rows]
            self._client.upsert(self._name, died, partial_update=True, timeout=SECONDS)

    def remove(self, ids: Sequence[int]) -> None:
        """Remove vectors, as `rag.stores.VectorWriter` says."""
        generation = self._place.generation
        with told(self._place.url):
            for part in _batches(ids):
                living = f"died == {_FOREVER} and {_among(ids[part])}"
                self._client.delete(self._name, filter=f"born == {generation} and {living}", timeout=SECONDS)
                self._die(f"born < {generation} and {living}", generation)

    def add(self, ids: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Add vectors, as `rag.stores.VectorWriter` says."""
        born = self._place.generation
        with told(self._place.url):
            for part in _batches(ids):
                rows = [
                    {"key": f"{i}.{born}", "id": i, "born": born, "died": _FOREVER, "vector": vector}
                    for i, vector in zip(ids[part], vectors[part], strict=True)
                ]
                self._client.insert(self._name, rows, timeout=SECONDS)

    def commit(self) -> None:
        """Commit, as `rag.stores.VectorWriter` says: the server writes down what it was sent."""
        with told(self._place.url):
            self._client.flush(self._name, timeout=_WRITING_SECONDS)
            self._client.close()
