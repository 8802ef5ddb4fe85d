"""Documents, chunks and windows in SQLite: what the index keeps of every source, its text included.

A large store is two files: `documents.sqlite`, which updates leave alone, and `changes.sqlite` over it, with what
came since and the names of what went. Queries see one set of tables either way.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.datatypes import Chunk, Document, Filters, Window
from rag.rows import chunk_of, document_of, named, window_of
from rag.text import fold

DOCUMENTS, CHANGES = "documents.sqlite", "changes.sqlite"
TABLES = {"file": "name", "source": "name", "work": "source", "chunk": "source", "window": "source"}
"""The tables, and by which of their columns `gone` names the rows that a later file hides."""

CACHED_DOCUMENTS = 256
"""Documents held in memory after they were used; a newspaper page takes about a third of a megabyte."""

_CHUNK = "id, source, article, first, last, spans, text, context"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much the store holds of a file; `characters`, and those of `noise` among them, without white space."""

    articles: int = 0
    paragraphs: int = 0
    chunks: int = 0
    characters: int = 0
    noise: int = 0


NOTHING = Counts()
"""What the store holds of a file that could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """What is known of a file in the docs folder; `reason` says why it could not be read.

    `size` is in bytes, `modified` in nanoseconds since 1970, as the file system tells them.
    """

    name: str
    sha256: str
    size: int
    modified: int
    reason: str | None = None
    counts: Counts = NOTHING


def file_row(record: FileRecord) -> tuple[object, ...]:
    """Return a record as a row of the table `file`."""
    known = (record.name, record.sha256, record.size, record.modified, record.reason)
    return (*known, *astuple(record.counts))


class DocumentStore:
    """The documents of one index generation, for reading; safe from any thread of the process that opened it."""

    def __init__(self, folder: Path) -> None:
        """Open what a `DocumentWriter` left in `folder`; it is never changed while it is open.

        Raises:
            sqlite3.DatabaseError: a file is missing or damaged.
        """
        self._connection = sqlite3.connect(uri(folder / DOCUMENTS), uri=True, check_same_thread=False)
        latest = "main"
        if (folder / CHANGES).exists():
            self._connection.execute("ATTACH ? AS changes", (uri(folder / CHANGES),))
            overlay(self._connection)
            latest = "changes"
        self._chunks, self._windows = self._connection.execute(
            f"SELECT chunks, windows FROM {latest}.state"
        ).fetchone()
        self.document = lru_cache(maxsize=CACHED_DOCUMENTS)(self._document)

    def close(self) -> None:
        """Close; nothing can be asked afterwards."""
        self._connection.close()

    def files(self) -> Mapping[str, FileRecord]:
        """Return the record of every file, by name."""
        return self._files

    @cached_property
    def _files(self) -> dict[str, FileRecord]:
        rows = self._connection.execute("SELECT * FROM file ORDER BY name")
        return {
            name: FileRecord(
                name=name,
                sha256=sha256,
                size=size,
                modified=modified,
                reason=reason,
                counts=Counts(
                    articles=articles,
                    paragraphs=paragraphs,
                    chunks=chunks,
                    characters=characters,
                    noise=noise,
                ),
            )
            for name, sha256, size, modified, reason, articles, paragraphs, chunks, characters, noise in rows
        }

    def count(self) -> int:
        """Return the number of chunks."""
        return int(self._chunks)

    def count_windows(self) -> int:
        """Return the number of windows."""
        return int(self._windows)

    def works(self) -> Iterator[tuple[str, str, str | None, str, str | None, str | None, int]]:
        """Yield every article: file, source, title, how it opens, date, outlet and number of paragraphs."""
        return self._connection.execute(
            """
            SELECT file, source, title, opening, date, outlet, paragraphs
            FROM work JOIN source ON source = name ORDER BY file, ordinal, number
            """
        )

    def names(self) -> list[str]:
        """Return the names of all sources, in the order of the files."""
        return [row[0] for row in self._connection.execute("SELECT name FROM source ORDER BY file, ordinal")]

    def documents(self) -> Iterator[Document]:
        """Yield every document."""
        for name in self.names():
            yield self.document(name)

    def _document(self, name: str) -> Document:
        """Return the document of the source `name`.

        Raises:
            KeyError: there is none.
        """
        row = self._connection.execute("SELECT text, record FROM source WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise KeyError(name)
        return document_of(*row)

    def all_chunks(self) -> Iterator[Chunk]:
        """Yield every chunk, by id."""
        return map(chunk_of, self._connection.execute(f"SELECT {_CHUNK} FROM chunk ORDER BY id"))

    def chunks(self, ids: Iterable[int]) -> dict[int, Chunk]:
        """Return the chunks with the given ids, by id; an id that none has is passed over."""
        found = self._connection.execute(
            f"SELECT {_CHUNK} FROM chunk WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
            (json.dumps(list(ids)),),
        )
        return {row[0]: chunk_of(row) for row in found}

    def windows(self, ids: Iterable[int]) -> dict[int, Window]:
        """Return the windows with the given ids, in their order; an id that none has is passed over."""
        found = self._connection.execute(
            "SELECT * FROM window WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
            (json.dumps(list(ids)),),
        )
        return {row[0]: window_of(row) for row in found}

    def select(self, filters: Filters) -> NDArray[np.int64] | None:
        """Return the ids of the chunks that the filters admit, ascending; None where nothing is restricted."""
        conditions = [
            ("date >= ?", filters.date_from),
            ("date <= ?", filters.date_to),
            ("instr(outlet, ?)", filters.outlet and fold(filters.outlet)),
            ("instr(speakers, ?)", filters.speaker and named([filters.speaker])),
        ]
        clauses = [clause for clause, value in conditions if value]
        values = [value for _, value in conditions if value]
        if filters.files:
            marks = ",".join("?" * len(filters.files))
            clauses.append(
                f"source IN (SELECT name FROM source WHERE name IN ({marks}) OR file IN ({marks}))"
            )
            values += [*filters.files, *filters.files]
        if not clauses:
            return None
        found = self._connection.execute(f"SELECT id FROM chunk WHERE {' AND '.join(clauses)}", values)
        return np.sort(np.fromiter((row[0] for row in found), dtype=np.int64))


def overlay(connection: sqlite3.Connection) -> None:
    """Make the tables of `connection` those of its main database with the attached `changes` over it."""
    for table, column in TABLES.items():
        connection.execute(
            f"""
            CREATE TEMP VIEW {table} AS
            SELECT * FROM main.{table} WHERE {column} NOT IN (SELECT name FROM changes.gone_{hidden_by(table)})
            UNION ALL SELECT * FROM changes.{table}
            """
        )


def hidden_by(table: str) -> str:
    """Return which list of names, `gone_file` or `gone_source`, hides rows of a table."""
    return "file" if table == "file" else "source"


def uri(path: Path) -> str:
    """Return the URI under which SQLite opens a finished file: it is read only, and nobody writes to it."""
    return f"{path.resolve().as_uri()}?mode=ro&immutable=1"
