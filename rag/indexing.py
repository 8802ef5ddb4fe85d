"""The docs folder to `index/`: built aside, swapped in one step, updated file by file.

`index/manifest.json` names the generation folder that is in force, what it was built with, and the size
and SHA-256 of each of its files. A build works in a folder of its own and then replaces the manifest, so
whatever happens meanwhile the old index stays whole.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rag.chunking import ChunkingOptions
from rag.document_store import FileRecord
from rag.embedding import Embedder
from rag.errors import IndexDamagedError, UsageError, YinjuError
from rag.manifest import Manifest, OpenIndex, fingerprint, open_index, read_manifest
from rag.reading import READERS
from rag.stores import FILES, Place, backend

if TYPE_CHECKING:
    from rag.generation import GenerationWriter
    from rag.workers import Workers

__all__ = [
    "FileReport",
    "IndexReport",
    "OpenIndex",
    "Progress",
    "Reading",
    "Report",
    "changed",
    "open_index",
    "read_manifest",
    "scan",
    "update_index",
]

LONG = 2.0
"""Seconds after which a run tells what it is at."""

Report = Callable[[str], None]
Status = Literal["added", "unchanged", "updated", "removed", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """What became of one file; the counts are of what the index now holds of it, 0 where it failed."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A run has come to a file; `share` is how much of what it is to read lies behind it, in bytes, 0 to 1."""

    file: str
    share: float


Progress = Callable[[Reading | FileReport], None]


def untold(_: Reading | FileReport) -> None:
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
    store: str = FILES,
    workers: Workers | None = None,
) -> IndexReport:
    """Bring the index up to date with the docs folder, building it where it is missing or unusable.

    Args:
        docs: the docs folder.
        index: the index folder; made where it is missing.
        embedder: what turns chunks into vectors.
        options: the sizes of chunks.
        report: called with a line in Chinese for what takes time.
        progress: called for each file that is read, before and after; what was read can be searched when
            the run has ended.
        store: where the vectors are kept, see `rag.stores`.
        workers: who prepares the files; None for this process, and others beside it where there is much to do.

    Raises:
        YinjuError: the index folder cannot be written: no room, no permission, a spoilt lock file.
        UsageError: the docs folder is missing or empty, or the index folder cannot be one.
        StoreError: the server that keeps the vectors cannot be reached.
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
            run = _Update(docs, index, embedder, options, store)
            if not run.known and run.current is None:
                report(f"正在为 {docs} 建索引……")
            rows = run.apply(files, progress, workers)
            if time.perf_counter() - started > LONG:
                report("正在整理索引……")
            chunks = run.finish()
    except (OSError, sqlite3.Error) as error:
        raise YinjuError(
            f"写不了索引文件夹 {index}（{error}）；请检查磁盘空间和写权限，或删掉这个文件夹后重试"
        ) from error
    return IndexReport(files=tuple(rows), chunks=chunks, seconds=round(time.perf_counter() - started, 3))


def _differs(old: FileRecord, new: FileRecord) -> bool:
    return (old.sha256, old.size) != (new.sha256, new.size)


class _Update:
    """One run of `update_index`, with the write lock held."""

    def __init__(
        self, docs: Path, index: Path, embedder: Embedder, options: ChunkingOptions, store: str
    ) -> None:
        self._docs, self._index, self._store = docs, index, store
        self._embedder, self._options = embedder, options
        self.known: Mapping[str, FileRecord] = {}
        self.current: Manifest | None = None
        self._writer: GenerationWriter | None = None
        self._start()

    def _start(self) -> None:
        """Take up the index that is in force, if an update can start from it."""
        try:
            opened = open_index(self._docs, self._index, self._embedder, self._options, self._store)
            self.current = read_manifest(self._docs, self._index)
        except IndexDamagedError:
            return
        self.known = opened.documents.files()
        opened.documents.close()

    def apply(self, files: dict[str, Path], progress: Progress, workers: Workers | None) -> list[FileReport]:
        """Read what changed into a new generation; return a row a file."""
        records = {name: self._record(name, path) for name, path in files.items()}
        stale = [
            name for name, old in self.known.items() if name not in records or _differs(old, records[name])
        ]
        fresh = {name for name in records if name not in self.known} | set(stale) & records.keys()
        touched = [name for name in records.keys() - fresh if records[name] != self.known[name]]
        if stale or fresh or touched or self.current is None:
            self._write(stale, [records[name] for name in touched])
        paths = {name: files[name] for name in records if name in fresh}
        read = self._read(paths, records, progress, workers)
        rows = [read[name] if name in read else _row(record, "unchanged") for name, record in records.items()]
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
        if old is None or _differs(old, record):
            return record
        return replace(record, reason=old.reason, counts=old.counts)

    def _write(self, stale: list[str], touched: list[FileRecord]) -> None:
        """Begin a new generation, without the files that are stale."""
        from rag.generation import GenerationWriter

        number = int(self.current.generation[1:]) + 1 if self.current else 1
        while (self._index / f"g{number}").exists():
            number += 1
        place = Place(
            url=self._store,
            name=self._name(),
            dimension=self._embedder.dimension,
            generation=number,
            folder=self._index / f"g{number}",
        )
        self._place = place
        previous = self._placed(self.current) if self.current else None
        self._writer = GenerationWriter(place, previous)
        for name in stale:
            self._writer.remove(name)
        for record in touched:
            self._writer.put_file(record)

    def _name(self) -> str:
        """Return the name of the index, which it keeps when it is built anew."""
        if self.current:
            return self.current.name
        try:
            unusable = read_manifest(self._docs, self._index)
        except IndexDamagedError:
            unusable = None
        return unusable.name if unusable else f"yinju_{secrets.token_hex(6)}"

    def _placed(self, manifest: Manifest) -> Place:
        return manifest.place(self._index, self._store, self._embedder.dimension)

    def _read(
        self,
        paths: dict[str, Path],
        records: dict[str, FileRecord],
        progress: Progress,
        workers: Workers | None,
    ) -> dict[str, FileReport]:
        """Read files into the new generation; return a row for each."""
        rows: dict[str, FileReport] = {}
        if self._writer is None:
            return rows
        from rag.preparing import preparer
        from rag.workers import alone, beside

        prepare = preparer(self._docs, self._embedder, self._options)
        workers = workers or (beside if self._embedder.portable else alone)
        ready = workers(paths, prepare)
        total, done = sum(records[name].size for name in paths), 0
        for name in paths:
            progress(Reading(file=name, share=done / total if total else 0.0))
            file = next(ready)
            done += records[name].size
            record = replace(records[name], reason=file.reason, counts=file.counts)
            self._writer.put_file(record)
            self._writer.add(file)
            rows[name] = _row(record, "updated" if name in self.known else "added")
            progress(rows[name])
        return rows

    def finish(self) -> int:
        """Put the new generation, if there is one, in force, and remove the others; return its number of chunks."""
        if self._writer:
            built_with = fingerprint(self._embedder, self._options, self._store)
            self.current = self._writer.commit(built_with, self.current)
            self.current.write(self._index)
            backend(self._store).retire(self._place)
        assert self.current is not None  # an index was in force, or has just been written
        for folder in self._index.glob("g*"):
            if folder.name != self.current.generation and folder.name[1:].isdigit():
                shutil.rmtree(folder)
        return self.current.chunks


def _row(record: FileRecord, status: Status) -> FileReport:
    counts = record.counts
    return FileReport(
        file=record.name,
        status="failed" if record.reason else status,
        reason=record.reason,
        articles=counts.articles,
        paragraphs=counts.paragraphs,
        chunks=counts.chunks,
        characters=counts.characters,
        noise_characters=counts.noise,
    )
