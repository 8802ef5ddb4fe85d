"""The next generation of the document store, written upon the one before."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rag.document_store import CHANGES, DOCUMENTS, TABLES, FileRecord, file_row, hidden_by, overlay, uri
from rag.linking import link
from rag.rows import Rows

COPIED_BYTES = 64 * 2**20
"""A store up to this size is copied for each generation (a tenth of a second); over a larger one changes are laid."""
MERGED = 4
"""The changes are merged into the store when they have grown to one part in so many of it: then reading pays for
looking at two files, and an update for copying the one that changes."""

_SCHEMA = """
CREATE TABLE {0}.file (
    name TEXT PRIMARY KEY, sha256 TEXT NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL,
    reason TEXT, articles INTEGER NOT NULL, paragraphs INTEGER NOT NULL, chunks INTEGER NOT NULL,
    characters INTEGER NOT NULL, noise INTEGER NOT NULL
);
CREATE TABLE {0}.source (
    name TEXT PRIMARY KEY, file TEXT NOT NULL, ordinal INTEGER NOT NULL, text TEXT NOT NULL,
    record TEXT NOT NULL
);
CREATE INDEX {0}.source_file ON source(file);
CREATE TABLE {0}.work (
    source TEXT NOT NULL, number INTEGER NOT NULL, title TEXT, opening TEXT NOT NULL, date TEXT, outlet TEXT,
    paragraphs INTEGER NOT NULL, PRIMARY KEY (source, number)
) WITHOUT ROWID;
CREATE TABLE {0}.chunk (
    id INTEGER PRIMARY KEY, source TEXT NOT NULL, article INTEGER NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, spans TEXT NOT NULL, text TEXT NOT NULL,
    context TEXT NOT NULL, outlet TEXT, date TEXT, speakers TEXT NOT NULL
);
CREATE INDEX {0}.chunk_source ON chunk(source);
CREATE INDEX {0}.chunk_filter ON chunk(date, outlet, speakers, source);
CREATE TABLE {0}.window (
    id INTEGER PRIMARY KEY, source TEXT NOT NULL, article INTEGER NOT NULL,
    start INTEGER NOT NULL, text TEXT NOT NULL, piece INTEGER NOT NULL, piece_start INTEGER NOT NULL,
    lines TEXT, date TEXT
);
CREATE INDEX {0}.window_source ON window(source);
CREATE TABLE {0}.state (
    chunks INTEGER NOT NULL, windows INTEGER NOT NULL, next_chunk INTEGER NOT NULL, next_window INTEGER NOT NULL
);
"""
_GONE = """
CREATE TABLE changes.gone_file (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE changes.gone_source (name TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class DocumentWriter:
    """Writes the documents of one generation, by one thread; they count when it is closed."""

    def __init__(self, folder: Path, previous: Path | None = None) -> None:
        """Begin in the empty `folder` with what lies in the folder `previous`, or with nothing."""
        base = folder / DOCUMENTS
        changes = previous / CHANGES if previous and (previous / CHANGES).exists() else None
        self._into = "main"
        if previous is None:
            self._connect(base)
            self._connection.executescript(_SCHEMA.format("main"))
            self._connection.execute("INSERT INTO main.state VALUES (0, 0, 0, 0)")
        elif self._is_large(previous / DOCUMENTS, changes):
            self._into = "changes"
            link(previous / DOCUMENTS, base)
            self._lay_over(base, folder / CHANGES, changes)
        else:
            shutil.copyfile(previous / DOCUMENTS, base)
            self._connect(base)
            if changes:
                self._merge(changes)
        columns = "chunks, windows, next_chunk, next_window"
        self.chunks, self.windows, self.next_chunk, self.next_window = self._connection.execute(
            f"SELECT {columns} FROM {self._into}.state"
        ).fetchone()

    @staticmethod
    def _is_large(documents: Path, changes: Path | None) -> bool:
        """Whether changes are to be laid over a store, and not the store to be copied and changed itself."""
        size = documents.stat().st_size
        return size > COPIED_BYTES and (changes is None or changes.stat().st_size * MERGED < size)

    def _connect(self, path: Path | str) -> None:
        self._connection = sqlite3.connect(path, uri=isinstance(path, str))
        self._hasten("main")

    def _hasten(self, schema: str) -> None:
        """Write without a journal: an interrupted generation is thrown away whole, and a finished one synced once."""
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -65536"):
            self._connection.execute(f"PRAGMA {schema}.{pragma}")

    def _lay_over(self, base: Path, changes: Path, earlier: Path | None) -> None:
        """Begin changes over `base`, which stays as it is, with those that were there earlier."""
        self._connect(uri(base))
        if earlier:
            shutil.copyfile(earlier, changes)
        self._connection.execute("ATTACH ? AS changes", (str(changes),))
        self._hasten("changes")
        if not earlier:
            self._connection.executescript(_SCHEMA.format("changes") + _GONE)
            self._connection.execute("INSERT INTO changes.state SELECT * FROM main.state")
        overlay(self._connection)

    def _merge(self, changes: Path) -> None:
        """Bring the changes into the store, for good."""
        self._connection.execute("ATTACH ? AS changes", (uri(changes),))
        for table, column in TABLES.items():
            gone = f"SELECT name FROM changes.gone_{hidden_by(table)}"
            self._connection.execute(f"DELETE FROM main.{table} WHERE {column} IN ({gone})")
            self._connection.execute(f"INSERT INTO main.{table} SELECT * FROM changes.{table}")
        self._connection.execute("DELETE FROM main.state")
        self._connection.execute("INSERT INTO main.state SELECT * FROM changes.state")
        self._connection.commit()
        self._connection.execute("DETACH changes")

    def put_file(self, record: FileRecord) -> None:
        """Insert or replace a file's record."""
        self._hide("file", [record.name])
        row = file_row(record)
        marks = ",".join("?" * len(row))
        self._connection.execute(f"INSERT OR REPLACE INTO {self._into}.file VALUES ({marks})", row)

    def remove_file(self, name: str) -> tuple[list[int], list[int]]:
        """Remove a file with its sources; return the ids of the chunks and of the windows that went."""
        sources = self._column("SELECT name FROM source WHERE file = ?", name)
        chunks, windows = (
            [
                i
                for source in sources
                for i in self._column(f"SELECT id FROM {table} WHERE source = ?", source)
            ]
            for table in ("chunk", "window")
        )
        for table, column in TABLES.items():
            names = [name] if table == "file" else sources
            self._connection.executemany(
                f"DELETE FROM {self._into}.{table} WHERE {column} = ?", [(gone,) for gone in names]
            )
        self._hide("file", [name])
        self._hide("source", sources)
        self.chunks -= len(chunks)
        self.windows -= len(windows)
        return chunks, windows

    def _column(self, query: str, value: str) -> list[Any]:
        return [row[0] for row in self._connection.execute(query, (value,))]

    def _hide(self, kind: str, names: Sequence[str]) -> None:
        """Hide rows of the store below, where there is one."""
        if self._into == "changes":
            self._connection.executemany(
                f"INSERT OR IGNORE INTO changes.gone_{kind} VALUES (?)", [(name,) for name in names]
            )

    def add(self, file: str, ordinal: int, rows: Rows) -> tuple[int, int]:
        """Add a document of `file`; return what its chunks' and its windows' numbers are now counted from."""
        first_chunk, first_window = self.next_chunk, self.next_window
        self._insert("source", [(rows.source, file, ordinal, rows.text, rows.record)])
        self._insert("work", rows.works)
        self._insert("chunk", [(first_chunk + row[0], *row[1:]) for row in rows.chunks])
        self._insert("window", [(first_window + row[0], *row[1:]) for row in rows.windows])
        self.chunks += len(rows.chunks)
        self.windows += len(rows.windows)
        self.next_chunk += len(rows.chunks)
        self.next_window += len(rows.windows)
        return first_chunk, first_window

    def _insert(self, table: str, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            marks = ",".join("?" * len(rows[0]))
            self._connection.executemany(f"INSERT INTO {self._into}.{table} VALUES ({marks})", rows)

    def close(self) -> None:
        """Make what was written whole, and close."""
        state = self.chunks, self.windows, self.next_chunk, self.next_window
        self._connection.execute(
            f"UPDATE {self._into}.state SET (chunks, windows, next_chunk, next_window) = (?, ?, ?, ?)", state
        )
        self._connection.commit()
        self._connection.close()
