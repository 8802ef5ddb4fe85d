"""What lies in the database: a table for each build from nothing, and one that lists the generations.

`yinju_generations` has a row for each generation that was committed and not yet retired: the one that began its
table, and its number of vectors.
"""

from __future__ import annotations

from psycopg.sql import SQL, Identifier

from rag.errors import StoreError
from rag.stores import Place
from rag.stores.postgresql_server import Connection

FOREVER = 2**31 - 1
"""When a row dies that nobody has removed."""
_EF_BUILT = 128
"""How many candidates the links of a vector are chosen from: twice pgvector's 64, which a third more time to build
pays for (recall 0.981 instead of 0.972 at the same effort)."""
_PGVECTOR = (0, 8)
"""The first version that goes on searching where a filter leaves too few."""


def table(name: str, first: int) -> Identifier:
    """Return the table that the generation `first` began."""
    return Identifier(f"yinju_{name}_{first}")


def lock(connection: Connection, name: str) -> None:
    """Let nobody else write this name until the transaction ends."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('yinju ' || %s, 0))", (name,))


def prepare(connection: Connection) -> None:
    """Make what every index needs where it is missing.

    Raises:
        StoreError: pgvector is too old.
    """
    with connection.transaction():
        lock(connection, "")
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS yinju_generations (name text, generation integer,"
            " first integer NOT NULL, vectors bigint NOT NULL, PRIMARY KEY (name, generation))"
        )
        found = connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
        ((version,),) = found.fetchall()
    if tuple(map(int, version.split(".")[:2])) < _PGVECTOR:
        raise StoreError(f"PostgreSQL 的 pgvector 是 {version}，要 0.8 以上：ALTER EXTENSION vector UPDATE")


def create(connection: Connection, place: Place) -> None:
    """Make the empty table that the generation `place` begins."""
    # Room on each page lets a row die in place, without another entry in the graph.
    statement = SQL(
        "CREATE TABLE {} (id bigint, born integer, died integer NOT NULL, vector halfvec({}) NOT NULL,"
        " PRIMARY KEY (id, born)) WITH (fillfactor = 90)"
    )
    connection.execute(statement.format(table(place.name, place.generation), place.dimension))


def committed(connection: Connection, place: Place) -> tuple[int, int]:
    """Return the generation that began the table of `place`, and its number of vectors.

    Raises:
        RuntimeError: the generation is not on the server.
    """
    found = None
    if connection.execute("SELECT to_regclass('yinju_generations')").fetchone() != (None,):
        found = connection.execute(
            "SELECT first, vectors FROM yinju_generations WHERE name = %s AND generation = %s",
            (place.name, place.generation),
        ).fetchone()
    if found is None:
        raise RuntimeError(f"generation {place.generation} of {place.name} is not on the server")
    return found[0], found[1]


def forget_after(connection: Connection, name: str, generation: int) -> None:
    """Undo the generations after this one: they were committed here, and never put in force."""
    later = connection.execute(
        "DELETE FROM yinju_generations WHERE name = %s AND generation > %s RETURNING first",
        (name, generation),
    ).fetchall()
    for first in {number for (number,) in later}:
        if first > generation:
            connection.execute(SQL("DROP TABLE {}").format(table(name, first)))
        else:
            rows = {"table": table(name, first)}
            connection.execute(SQL("DELETE FROM {table} WHERE born > %s").format(**rows), (generation,))
            connection.execute(
                SQL("UPDATE {table} SET died = %s WHERE died > %s AND died < %s").format(**rows),
                (FOREVER, generation, FOREVER),
            )


def forget_before(connection: Connection, place: Place) -> None:
    """Delete what only the generations before this one needed."""
    first, _ = committed(connection, place)
    earlier = connection.execute(
        "DELETE FROM yinju_generations WHERE name = %s AND generation < %s RETURNING first",
        (place.name, place.generation),
    ).fetchall()
    for other in {number for (number,) in earlier} - {first}:
        connection.execute(SQL("DROP TABLE {}").format(table(place.name, other)))
    died = SQL("DELETE FROM {} WHERE died <= %s").format(table(place.name, first))
    connection.execute(died, (place.generation,))


def build(connection: Connection, name: str, first: int, *, memory_kib: int) -> None:
    """Give a table its graph where it has none, within so much memory, and tell the planner how large it is."""
    connection.execute(f"SET LOCAL maintenance_work_mem = {memory_kib}")
    connection.execute(
        SQL(
            "CREATE INDEX IF NOT EXISTS {} ON {} USING hnsw (vector halfvec_ip_ops) WITH (ef_construction = {})"
        ).format(Identifier(f"yinju_{name}_{first}_hnsw"), table(name, first), _EF_BUILT)
    )
    connection.execute(SQL("ANALYZE {} (id, born, died)").format(table(name, first)))
