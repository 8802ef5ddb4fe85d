"""Documents and chunks in SQLite: what the index keeps of every source, its text included."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from rag.datatypes import (
    Article,
    Block,
    Chunk,
    Document,
    Fact,
    Filters,
    Heading,
    Paragraph,
    Source,
    Span,
    Window,
)
from rag.text import fold

_SCHEMA = """
CREATE TABLE file (
    name TEXT PRIMARY KEY, sha256 TEXT NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL,
    reason TEXT
);
CREATE TABLE source (
    name TEXT PRIMARY KEY, file TEXT NOT NULL REFERENCES file(name), ordinal INTEGER NOT NULL,
    text TEXT NOT NULL, record TEXT NOT NULL
);
CREATE INDEX source_file ON source(file);
CREATE TABLE chunk (
    id INTEGER PRIMARY KEY, source TEXT NOT NULL REFERENCES source(name), article INTEGER NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, spans TEXT NOT NULL, text TEXT NOT NULL,
    context TEXT NOT NULL, outlet TEXT, date TEXT, speakers TEXT NOT NULL
);
CREATE INDEX chunk_source ON chunk(source);
CREATE TABLE window (
    id INTEGER PRIMARY KEY, source TEXT NOT NULL REFERENCES source(name), article INTEGER NOT NULL,
    start INTEGER NOT NULL, text TEXT NOT NULL, piece INTEGER NOT NULL, piece_start INTEGER NOT NULL,
    lines TEXT, date TEXT
);
CREATE INDEX window_source ON window(source);
"""
_OF_FILE = "WHERE source IN (SELECT name FROM source WHERE file = ?)"

CACHED_DOCUMENTS = 256
"""Documents held in memory after they were used; a newspaper page takes about a third of a megabyte."""


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


class DocumentStore:
    """The document store of one index generation.

    Reading is safe from any thread of the process that opened it; writing happens while a generation is
    built, by one thread.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.document = lru_cache(maxsize=CACHED_DOCUMENTS)(self._document)

    @classmethod
    def open(cls, path: Path) -> DocumentStore:
        """Open a finished store for reading; it is never changed while it is open.

        Raises:
            sqlite3.DatabaseError: the file is missing or damaged.
        """
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        return cls(sqlite3.connect(uri, uri=True, check_same_thread=False))

    @classmethod
    def build(cls, path: Path) -> DocumentStore:
        """Open the store at `path` for writing, making it where there is none."""
        new = not path.exists()
        store = cls(sqlite3.connect(path))
        if new:
            store.connection.executescript(_SCHEMA)
        return store

    def close(self) -> None:
        """Commit and close."""
        self.connection.commit()
        self.connection.close()

    def files(self) -> dict[str, FileRecord]:
        """Return the record of every file, by name."""
        rows = self.connection.execute("SELECT name, sha256, size, modified, reason FROM file ORDER BY name")
        return {
            name: FileRecord(name=name, sha256=sha256, size=size, modified=modified, reason=reason)
            for name, sha256, size, modified, reason in rows
        }

    def put_file(self, record: FileRecord) -> None:
        """Insert or replace a file's record."""
        self.connection.execute(
            "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?)",
            (record.name, record.sha256, record.size, record.modified, record.reason),
        )

    def remove_file(self, name: str) -> tuple[list[int], list[int]]:
        """Remove a file with its sources; return the ids of the chunks and of the windows that went."""
        chunks, windows = (
            [
                row[0]
                for row in self.connection.execute(f"DELETE FROM {table} {_OF_FILE} RETURNING id", (name,))
            ]
            for table in ("chunk", "window")
        )
        self.connection.execute("DELETE FROM source WHERE file = ?", (name,))
        self.connection.execute("DELETE FROM file WHERE name = ?", (name,))
        return chunks, windows

    def add(
        self,
        file: str,
        ordinal: int,
        document: Document,
        chunks: Sequence[Chunk],
        windows: Sequence[Window],
    ) -> None:
        """Add a document of `file` with its chunks and windows."""
        source = document.source
        record = asdict(document)
        del record["source"]["text"], record["source"]["marks"]
        self.connection.execute(
            "INSERT INTO source VALUES (?, ?, ?, ?, ?)",
            (source.file, file, ordinal, source.text, json.dumps(record, ensure_ascii=False)),
        )
        self.connection.executemany(
            "INSERT INTO chunk VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (self._chunk_row(document, chunk) for chunk in chunks),
        )
        self.connection.executemany(
            "INSERT INTO window VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_window_row, windows)
        )

    @staticmethod
    def _chunk_row(document: Document, chunk: Chunk) -> tuple[Any, ...]:
        article = document.pieces[chunk.article]
        first, last = chunk.paragraphs
        spoken = {p.speaker for p in article.paragraphs[first - 1 : last] if p.speaker}
        return (
            chunk.id,
            chunk.file,
            chunk.article,
            *chunk.paragraphs,
            json.dumps([[span.start, span.end] for span in chunk.spans]),
            chunk.text,
            chunk.context,
            article.outlet and fold(article.outlet),
            article.date,
            _named(spoken or (article.speakers if len(article.speakers) == 1 else ())),
        )

    def next_id(self, table: Literal["chunk", "window"]) -> int:
        """Return an id above those of all chunks, or of all windows."""
        (highest,) = self.connection.execute(f"SELECT max(id) FROM {table}").fetchone()
        return 0 if highest is None else highest + 1

    def count(self, table: Literal["chunk", "window"] = "chunk") -> int:
        """Return the number of chunks, or of windows."""
        (count,) = self.connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        return int(count)

    def counts(self, file: str) -> tuple[int, int, int, int, int]:
        """Return the articles, paragraphs, chunks, characters and noise characters of a file."""
        articles = paragraphs = characters = noise = 0
        for (name,) in self.connection.execute("SELECT name FROM source WHERE file = ?", (file,)).fetchall():
            document = self.document(name)
            articles += len(document.articles)
            paragraphs += sum(len(article.paragraphs) for article in document.articles)
            characters += len("".join(document.source.text.split()))
            noise += sum(len("".join(block.text.split())) for block in document.noise)
        (chunks,) = self.connection.execute(f"SELECT count(*) FROM chunk {_OF_FILE}", (file,)).fetchone()
        return articles, paragraphs, chunks, characters, noise

    def sizes(self) -> dict[str, tuple[int, int]]:
        """Return the chunks and the characters, white space aside, of every file that has a source."""
        chunks = dict(
            self.connection.execute(
                "SELECT file, count(*) FROM chunk JOIN source ON source = name GROUP BY file"
            ).fetchall()
        )
        rows = self.connection.execute("SELECT file, text FROM source")
        characters: Counter[str] = Counter()
        for file, text in rows:
            characters[file] += len("".join(text.split()))
        return {file: (chunks.get(file, 0), count) for file, count in characters.items()}

    def works(self) -> Iterator[tuple[str, str, str | None, str, str | None, str | None, int]]:
        """Yield every article: file, source, title, how it opens, date, outlet and number of paragraphs."""
        return self.connection.execute(
            """
            SELECT file, name, json_extract(value, '$.title'),
                   coalesce(substr(json_extract(value, '$.paragraphs[0].text'), 1, 40), ''),
                   json_extract(value, '$.date'), json_extract(value, '$.outlet'),
                   json_array_length(value, '$.paragraphs')
            FROM source, json_each(record, '$.articles') ORDER BY file, ordinal, key
            """
        )

    def names(self) -> list[str]:
        """Return the names of all sources, in the order of the files."""
        return [row[0] for row in self.connection.execute("SELECT name FROM source ORDER BY file, ordinal")]

    def documents(self) -> Iterator[Document]:
        """Yield every document."""
        for name in self.names():
            yield self.document(name)

    def _document(self, name: str) -> Document:
        """Return the document of the source `name`.

        Raises:
            KeyError: there is none.
        """
        row = self.connection.execute("SELECT text, record FROM source WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise KeyError(name)
        return _restore(row[0], json.loads(row[1]))

    def all_chunks(self) -> list[Chunk]:
        """Return every chunk, by id."""
        rows = self.connection.execute(
            "SELECT id, source, article, first, last, spans, text, context FROM chunk ORDER BY id"
        )
        return [_chunk(row) for row in rows]

    def chunks(self, ids: Sequence[int]) -> dict[int, Chunk]:
        """Return the chunks with the given ids, by id."""
        marks = ",".join("?" * len(ids))
        rows = self.connection.execute(
            f"SELECT id, source, article, first, last, spans, text, context FROM chunk WHERE id IN ({marks})",
            tuple(ids),
        )
        return {row[0]: _chunk(row) for row in rows}

    def windows(self, ids: Iterable[int]) -> dict[int, Window]:
        """Return the windows with the given ids, in their order; an id that none has is passed over."""
        rows = self.connection.execute(
            "SELECT * FROM window WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
            (json.dumps(list(ids)),),
        )
        return {row[0]: _window(row) for row in rows}

    def select(self, filters: Filters) -> list[int] | None:
        """Return the ids of the chunks that the filters admit, None where nothing is restricted."""
        conditions = [
            ("date >= ?", filters.date_from),
            ("date <= ?", filters.date_to),
            ("instr(outlet, ?)", filters.outlet and fold(filters.outlet)),
            ("instr(speakers, ?)", filters.speaker and _named([filters.speaker])),
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
        rows = self.connection.execute(f"SELECT id FROM chunk WHERE {' AND '.join(clauses)}", values)
        return [row[0] for row in rows]


def _named(names: Iterable[str]) -> str:
    """Return folded names as a column holds them, such that each is found whole."""
    return "".join(f"\n{fold(name)}\n" for name in names)


def _chunk(row: Sequence[Any]) -> Chunk:
    identifier, file, article, first, last, spans, text, context = row
    return Chunk(
        id=identifier,
        file=file,
        article=article,
        paragraphs=(first, last),
        text=text,
        spans=tuple(Span(start=start, end=end) for start, end in json.loads(spans)),
        context=context,
    )


def _window_row(window: Window) -> tuple[Any, ...]:
    return (
        window.id,
        window.file,
        window.article,
        window.start,
        window.text,
        window.piece,
        window.piece_start,
        json.dumps(window.lines) if window.lines else None,
        window.date,
    )


def _window(row: Sequence[Any]) -> Window:
    identifier, file, article, start, text, piece, piece_start, lines, date = row
    return Window(
        id=identifier,
        file=file,
        article=article,
        start=start,
        text=text,
        piece=piece,
        piece_start=piece_start,
        lines=tuple((low, high) for low, high in json.loads(lines)) if lines else (),
        date=date,
    )


def _restore(text: str, record: dict[str, Any]) -> Document:
    """Rebuild a document from its text and the record that `dataclasses.asdict` made of the rest."""
    source = record["source"] | {"text": text, "pages": _spans(record["source"]["pages"])}
    return Document(
        source=Source(**source),
        articles=tuple(_article(article) for article in record["articles"]),
        noise=_blocks(record["noise"]),
        asides=tuple(_article(article) for article in record["asides"]),
    )


def _article(record: dict[str, Any]) -> Article:
    paragraphs = tuple(
        Paragraph(**p | {"spans": _spans(p["spans"]), "path": tuple(p["path"])}) for p in record["paragraphs"]
    )
    rebuilt = {
        "span": Span(**record["span"]),
        "authors": tuple(record["authors"]),
        "speakers": tuple(record["speakers"]),
        "facts": tuple(Fact(**f | {"span": Span(**f["span"])}) for f in record["facts"]),
        "headings": tuple(Heading(**h | {"span": Span(**h["span"])}) for h in record["headings"]),
        "paragraphs": paragraphs,
        "metadata": _blocks(record["metadata"]),
    }
    return Article(**record | rebuilt)


def _blocks(records: list[dict[str, Any]]) -> tuple[Block, ...]:
    return tuple(Block(**record | {"span": Span(**record["span"])}) for record in records)


def _spans(records: list[dict[str, int]]) -> tuple[Span, ...]:
    return tuple(Span(**record) for record in records)
