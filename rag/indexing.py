"""The docs folder to `index/`: built aside, swapped in one step, updated file by file.

`index/manifest.json` names the generation folder that is in force, what it was built with, and the size
and SHA-256 of each of its files. A build works in a folder of its own and then replaces the manifest, so
whatever happens meanwhile the old index stays whole.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from rag.chunking import ChunkingOptions, chunk
from rag.datatypes import Chunk
from rag.document_store import DocumentStore, FileRecord
from rag.embedding import Embedder
from rag.errors import IndexDamagedError, ReadingError, UsageError, YinjuError
from rag.lexical import LexicalIndex
from rag.manifest import (
    DOCUMENTS,
    LEXICAL,
    TRIGRAMS,
    VECTORS,
    Manifest,
    OpenIndex,
    fingerprint,
    open_index,
    read_manifest,
)
from rag.quoting.layout import windows
from rag.reading import READERS, read
from rag.structure import parse
from rag.trigrams import TrigramWriter
from rag.vector_store import FaissStore

__all__ = [
    "FileReport",
    "IndexReport",
    "OpenIndex",
    "Progress",
    "Report",
    "changed",
    "open_index",
    "read_manifest",
    "scan",
    "update_index",
]

REWRITTEN_CHUNKS = 20_000
"""Up to here (two seconds) the lexical index is written anew when chunks go: tantivy goes on counting deleted
ones in its statistics until it merges them away, and an updated index is to rank as one built from scratch."""

Report = Callable[[str], None]
Status = Literal["reading", "added", "unchanged", "updated", "removed", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """What became of one file; the counts are of what the index now holds of it, 0 where it failed.

    `reading` is no outcome: a run that is under way tells by it which file it has begun to read.
    """

    file: str
    status: Status
    reason: str | None = None
    articles: int = 0
    paragraphs: int = 0
    chunks: int = 0
    characters: int = 0
    noise_characters: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexReport:
    """What an indexing run did: a row a file, the chunks now in the index, and the seconds it took."""

    files: tuple[FileReport, ...]
    chunks: int
    seconds: float


Progress = Callable[[FileReport], None]


def untold(_: FileReport) -> None:
    """Tell nobody how far a run is."""


def scan(docs: Path) -> dict[str, Path]:
    """Return the files of the docs folder by their name relative to it; hidden files are passed over.

    Raises:
        UsageError: the folder is missing, is not a folder, or has no file.
    """
    if not docs.is_dir():
        raise UsageError(f"找不到文档文件夹 {docs}；请建好它并放入文档，或用 --docs 指定另一个")
    found = {
        _printable(path.relative_to(docs).as_posix()): path
        for path in sorted(docs.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(docs).parts)
    }
    if not found:
        raise UsageError(f"文档文件夹 {docs} 是空的；请放入 {'、'.join(READERS)} 文件后重试")
    return found


def _printable(name: str) -> str:
    """Return a file name with bytes that are not UTF-8 written as escapes; reading will refuse such a file."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def changed(index: OpenIndex, files: dict[str, Path]) -> bool:
    """Whether the files of the docs folder are others than those indexed, by name, size and time."""
    known = index.documents.files()
    return known.keys() != files.keys() or any(
        (known[name].size, known[name].modified) != _size_and_time(path) for name, path in files.items()
    )


def _size_and_time(path: Path) -> tuple[int, int]:
    """Return a file's size and time; zeros for one that is gone since its folder was listed: reading will say so."""
    try:
        stat = path.stat()
    except OSError:
        return 0, 0
    return stat.st_size, stat.st_mtime_ns


@contextmanager
def _only_writer(index: Path) -> Iterator[None]:
    """Hold the index's write lock, which the operating system gives back when the process dies."""
    connection = sqlite3.connect(index / "lock.sqlite", timeout=600, isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        connection.close()


def update_index(
    docs: Path,
    index: Path,
    embedder: Embedder,
    options: ChunkingOptions,
    report: Report,
    progress: Progress = untold,
) -> IndexReport:
    """Bring the index up to date with the docs folder, building it where it is missing or unusable.

    Args:
        docs: the docs folder.
        index: the index folder; made where it is missing.
        embedder: what turns chunks into vectors.
        options: the sizes of chunks.
        report: called with a line in Chinese for what takes time.
        progress: called for each file that is read, before (`reading`) and after; what was read can be
            searched when the run has ended.

    Raises:
        YinjuError: the index folder cannot be written: no room, no permission, a spoilt lock file.
        UsageError: the docs folder is missing or empty, or the index folder cannot be one.
    """
    started = time.perf_counter()
    files = scan(docs)
    if index.resolve().is_relative_to(docs.resolve()):
        raise UsageError(f"索引文件夹 {index} 在文档文件夹 {docs} 里面；请用 --index 指定另一处")
    try:
        index.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"索引文件夹 {index} 建不了（已有同名文件，或没有权限）；请用 --index 指定另一处"
        ) from error
    try:
        with _only_writer(index):
            usable = _usable(docs, index, embedder, options)
            if usable is None:
                report(f"正在为 {docs} 建索引……")
            run = _Update(docs, index, usable, embedder)
            rows = run.apply(files, options, progress)
            chunks = run.finish(fingerprint(embedder, options))
    except (OSError, sqlite3.Error) as error:
        raise YinjuError(
            f"写不了索引文件夹 {index}（{error}）；请检查磁盘空间和写权限，或删掉这个文件夹后重试"
        ) from error
    return IndexReport(files=tuple(rows), chunks=chunks, seconds=round(time.perf_counter() - started, 3))


def _usable(docs: Path, index: Path, embedder: Embedder, options: ChunkingOptions) -> Path | None:
    """Return the generation folder that an update can start from, None where all must be built."""
    try:
        opened = open_index(docs, index, embedder, options)
        manifest = read_manifest(docs, index)
    except IndexDamagedError:
        return None
    opened.documents.close()
    return index / manifest.generation if manifest else None


def _differs(old: FileRecord, new: FileRecord) -> bool:
    return (old.sha256, old.size) != (new.sha256, new.size)


class _Update:
    """One run of `update_index`, with the write lock held."""

    def __init__(self, docs: Path, index: Path, current: Path | None, embedder: Embedder) -> None:
        self.docs = docs
        self.index = index
        self.current = current
        self.embedder = embedder
        self.store = DocumentStore.open(current / DOCUMENTS) if current else None
        self.known = self.store.files() if self.store else {}
        self.removed: list[int] = []
        self.added: list[Chunk] = []
        self.changed = current is None

    def apply(self, files: dict[str, Path], options: ChunkingOptions, progress: Progress) -> list[FileReport]:
        """Read what changed into a new generation; return a row a file."""
        records = {name: self._record(name, path) for name, path in files.items()}
        stale = [
            name for name, old in self.known.items() if name not in records or _differs(old, records[name])
        ]
        fresh = {name for name in records if name not in self.known} | set(stale) & records.keys()
        touched = [name for name in records.keys() - fresh if records[name] != self.known[name]]
        if stale or fresh or touched or self.changed:
            self._begin()
        assert self.store is not None  # a generation was in force, or _begin made one
        for name in stale:
            chunks, cut = self.store.remove_file(name)
            self.removed += chunks
            self.trigrams.remove(cut)
        for name in touched:
            self.store.put_file(records[name])
        rows = []
        for name, record in records.items():
            status: Status = "unchanged"
            if name in fresh:
                progress(FileReport(file=name, status="reading"))
                status = "updated" if name in self.known else "added"
                record = self._add(record, files[name], options)
            rows.append(self._row(record, status))
            if name in fresh:
                progress(rows[-1])
        gone = [FileReport(file=name, status="removed") for name in stale if name not in records]
        return rows + gone

    def _record(self, name: str, path: Path) -> FileRecord:
        """Return a file's record; its bytes are hashed only where size or time differ from what is known."""
        size, modified = _size_and_time(path)
        old = self.known.get(name)
        if old and (old.size, old.modified) == (size, modified):
            return old
        try:
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError:
            digest = ""  # reading it will say why
        record = FileRecord(name=name, sha256=digest, size=size, modified=modified)
        return record if old is None or _differs(old, record) else replace(record, reason=old.reason)

    def _begin(self) -> None:
        """Make the folder of a new generation, a copy of the current one where there is one."""
        self.changed = True
        number = int(self.current.name[1:]) + 1 if self.current else 1
        while (self.index / f"g{number}").exists():
            number += 1
        self.folder = self.index / f"g{number}"
        if self.store and self.current:
            self.store.close()
            shutil.copytree(self.current, self.folder, ignore=shutil.ignore_patterns("*.lock"))
        else:
            self.folder.mkdir()
        self.store = DocumentStore.build(self.folder / DOCUMENTS)
        self.trigrams = TrigramWriter(self.folder / TRIGRAMS)

    def _add(self, record: FileRecord, path: Path, options: ChunkingOptions) -> FileRecord:
        """Read one file into the new generation; return its record, with the reason if it cannot be read."""
        assert self.store is not None  # _begin has been called
        try:
            sources = read(path, self.docs)
        except ReadingError as error:
            sources = []
            record = replace(record, reason=str(error))
        self.store.put_file(record)
        for ordinal, source in enumerate(sources):
            document = parse(source)
            chunks = chunk(document, self.store.next_id("chunk"), options)
            cut = windows(document, self.store.next_id("window"))
            self.store.add(record.name, ordinal, document, chunks, cut)
            self.trigrams.add(cut)
            self.added += chunks
        return record

    def _row(self, record: FileRecord, status: Status) -> FileReport:
        assert self.store is not None  # called after apply has begun
        articles, paragraphs, chunks, characters, noise = self.store.counts(record.name)
        return FileReport(
            file=record.name,
            status="failed" if record.reason else status,
            reason=record.reason,
            articles=articles,
            paragraphs=paragraphs,
            chunks=chunks,
            characters=characters,
            noise_characters=noise,
        )

    def finish(self, built_with: Mapping[str, Any]) -> int:
        """Write vectors, lexical and trigram index, put the new generation in force; return its number of chunks."""
        assert self.store is not None  # apply has run
        chunks = self.store.count()
        if self.changed:
            self._write_lexical(self.store)
        self.store.close()
        if self.changed:
            self._write_vectors()
            self.trigrams.commit()
            Manifest.describe(self.folder, built_with, chunks).write(self.index)
            self.current = self.folder
        for folder in self.index.glob("g*"):
            if folder != self.current and folder.name[1:].isdigit():
                shutil.rmtree(folder)
        return chunks

    def _write_lexical(self, documents: DocumentStore) -> None:
        folder = self.folder / LEXICAL
        if self.removed and folder.exists() and documents.count() <= REWRITTEN_CHUNKS:
            shutil.rmtree(folder)
            LexicalIndex(folder, create=True).update([], documents.all_chunks())
        elif self.removed or self.added or not folder.exists():
            LexicalIndex(folder, create=not folder.exists()).update(self.removed, self.added)

    def _write_vectors(self) -> None:
        path = self.folder / VECTORS
        store = (
            FaissStore.open(path, writable=True)
            if path.exists()
            else FaissStore.create(self.embedder.dimension)
        )
        vectors = self.embedder.encode_passages([f"{chunk.context}\n{chunk.text}" for chunk in self.added])
        store.update(self.removed, [chunk.id for chunk in self.added], vectors)
        store.save(path)
