"""Vectors in PostgreSQL with pgvector: half precision, HNSW, exact search where that is quick enough.

A build from nothing begins a table; the generations that follow share it. A row has the generation in which it
was born and the one in which it died, and a reader sees the rows that live in its own. A writer works in one
transaction, so that whatever happens to it, the server forgets what it did.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg.sql import SQL, Composed

from rag.stores import Place, VectorStore, VectorWriter
from rag.stores.postgresql_server import Connection, Connections, connect, told
from rag.stores.postgresql_tables import (
    FOREVER,
    build,
    committed,
    create,
    forget_after,
    forget_before,
    lock,
    prepare,
    table,
)

EXACT_ROWS = 10_000
"""Up to so many vectors, of an index or of those that a filter admits, are compared one by one."""
EF_SEARCH = 400
"""How many of the nearest a search of the graph keeps in hand: 0.995 of the 10 nearest of 100,000 passages were found,
with half as many 0.981 in half the time."""
_EF_LIMIT = 1000
"""pgvector keeps no more in hand."""

_READING = "SET statement_timeout = '30s'; SET jit = off; SET hnsw.iterative_scan = strict_order"
_DISTANCE = "(vector <#> %(query)s::halfvec)"
_WRITING = "SET lock_timeout = '60s'; SET client_min_messages = warning"

_BUILD_KIB = 4 * 2**20
"""At most so much memory is asked for to build a graph in, 4 GiB; what does not fit is built more slowly."""
_LINKS_BYTES = 512
"""What a graph of 16 links takes for a vector besides its components while it is built, rounded up."""
_SENT_ROWS = 10_000
"""Rows that are sent in one piece: some megabytes."""
_COPY_BEGINS, _COPY_ENDS = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"


def read(place: Place) -> VectorStore:
    """Open a generation, as `rag.stores.Backend` says."""
    return _Reader(place)


def write(place: Place, previous: Place | None) -> VectorWriter:
    """Begin a generation, as `rag.stores.Backend` says; it is to be later than any that was ever in force."""
    return _Writer(place, previous)


def retire(place: Place) -> None:
    """Forget what only earlier generations needed, as `rag.stores.Backend` says."""
    connection = connect(place.url, _WRITING)
    with told(place.url), connection, connection.transaction():
        lock(connection, place.name)
        forget_before(connection, place)


class _Reader:
    def __init__(self, place: Place) -> None:
        self._generation = place.generation
        self._connections = Connections(place.url, _READING)
        first, self._count = self._connections.run(lambda connection: committed(connection, place))
        self._table = table(place.name, first)

    def count(self) -> int:
        """Return the number of vectors."""
        return self._count

    def search(
        self, vector: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None = None
    ) -> list[tuple[int, float]]:
        """Return the nearest, as `rag.stores.VectorStore` says; of many vectors, nearly all of the nearest."""
        compared = self._count if allowed is None else min(self._count, len(allowed))
        values = {"generation": self._generation, "query": str(vector.tolist()), "k": k}
        if compared > EXACT_ROWS:
            found = self._nearly(values, allowed, compared)
            if len(found) >= min(k, compared):
                return found
        among = ""
        if allowed is not None:
            among = "AND id = ANY(%(allowed)s::bigint[])"
            values["allowed"] = allowed.tolist()
        # An order by more than the bare distance is none that the graph could give.
        query = self._query(among, f"{_DISTANCE} + 0, id")
        return self._connections.run(lambda connection: connection.execute(query, values).fetchall())

    def _nearly(
        self, values: dict[str, Any], allowed: NDArray[np.int64] | None, compared: int
    ) -> list[tuple[int, float]]:
        """Search the graph, the more widely the fewer vectors of all are compared."""
        among = ""
        if allowed is not None:
            among = "AND CASE WHEN id <= %(last)s THEN get_bit(%(allowed)s, id) = 1 ELSE false END"
            values = {**values, "last": int(allowed[-1]), "allowed": _bits(allowed)}
        query = self._query(among, _DISTANCE)
        kept = min(_EF_LIMIT, EF_SEARCH * self._count // compared)

        def ask(connection: Connection) -> list[tuple[int, float]]:
            # What a filter admits is not known to the planner: that it takes the graph is said.
            connection.execute(
                "SELECT set_config('enable_seqscan', 'off', false), set_config('hnsw.ef_search', %s, false)",
                (str(kept),),
            )
            return connection.execute(query, values).fetchall()

        return self._connections.run(ask)

    def _query(self, among: str, order: str) -> Composed:
        query = f"""
            SELECT id, -({_DISTANCE}) FROM {{}} WHERE born <= %(generation)s AND died > %(generation)s {among}
            ORDER BY {order} LIMIT %(k)s
        """
        return SQL(query).format(self._table)


def _bits(allowed: NDArray[np.int64]) -> bytes:
    """Return a bit for each id from 0 to the last, as `get_bit` counts them: set where the id is allowed."""
    bits = np.zeros(int(allowed[-1]) + 1, dtype=bool)
    bits[allowed] = True
    return np.packbits(bits, bitorder="little").tobytes()


class _Writer:
    def __init__(self, place: Place, previous: Place | None) -> None:
        self._place = place
        self._connection = connect(place.url, _WRITING)
        weakref.finalize(self, self._connection.close)
        with told(place.url):
            prepare(self._connection)
            self._connection.autocommit = False
            lock(self._connection, place.name)
            forget_after(
                self._connection, place.name, previous.generation if previous else place.generation - 1
            )
            if previous:
                self._first, self._count = committed(self._connection, previous)
            else:
                self._first, self._count = place.generation, 0
                create(self._connection, place)
        self._table = table(place.name, self._first)

    def remove(self, ids: Sequence[int]) -> None:
        """Remove vectors, as `rag.stores.VectorWriter` says."""
        values = {"ids": list(ids), "generation": self._place.generation, "forever": FOREVER}
        among = "WHERE id = ANY(%(ids)s::bigint[]) AND died = %(forever)s"
        with told(self._place.url):
            for statement in (
                f"DELETE FROM {{}} {among} AND born = %(generation)s",
                f"UPDATE {{}} SET died = %(generation)s {among}",
            ):
                query = SQL(statement).format(self._table)
                self._count -= self._connection.execute(query, values).rowcount

    def add(self, ids: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Add vectors, as `rag.stores.VectorWriter` says."""
        statement = SQL("COPY {} (id, born, died, vector) FROM STDIN (FORMAT BINARY)").format(self._table)
        with told(self._place.url), self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(_COPY_BEGINS)
            for start in range(0, len(ids), _SENT_ROWS):
                sent = slice(start, start + _SENT_ROWS)
                copy.write(_tuples(ids[sent], vectors[sent], self._place.generation))
            copy.write(_COPY_ENDS)
        self._count += len(ids)

    def commit(self) -> None:
        """Commit, as `rag.stores.VectorWriter` says; many vectors are given a graph first."""
        size = self._count * (2 * self._place.dimension + _LINKS_BYTES) // 1024
        with told(self._place.url), self._connection as connection:
            if self._count > EXACT_ROWS:
                build(connection, self._place.name, self._first, memory_kib=min(size, _BUILD_KIB))
            connection.execute(
                "INSERT INTO yinju_generations (name, generation, first, vectors) VALUES (%s, %s, %s, %s)",
                (self._place.name, self._place.generation, self._first, self._count),
            )


def _tuples(ids: Sequence[int], vectors: NDArray[np.float32], born: int) -> bytes:
    """Return rows in the binary format of COPY: how many fields, then each one's bytes after their number."""
    count, dimension = vectors.shape
    layout = [("fields", ">i2"), ("1", ">i4"), ("id", ">i8"), ("2", ">i4"), ("born", ">i4"), ("3", ">i4")]
    layout += [("died", ">i4"), ("4", ">i4"), ("dimension", ">i2"), ("unused", ">i2")]
    rows = np.zeros(count, dtype=[*layout, ("vector", ">f2", (dimension,))])
    values = {"fields": 4, "1": 8, "id": ids, "2": 4, "born": born, "3": 4, "died": FOREVER}
    values |= {"4": 4 + 2 * dimension, "dimension": dimension, "vector": vectors}
    for field, value in values.items():
        rows[field] = value
    return rows.tobytes()
