"""The docs folder to `index/`: built aside, swapped in one step, updated file by file.

`index/manifest.json` names the generation folder that is in force, what it was built with, and the size
and SHA-256 of each of its files. A build works in a folder of its own and then replaces the manifest, so
whatever happens meanwhile the old index stays whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from rag.chunking import ChunkingOptions, chunk
from rag.datatypes import Chunk
from rag.document_store import DocumentStore, FileRecord
from rag.embedding import Embedder
from rag.errors import IndexDamagedError, ReadingError, UsageError
from rag.lexical import LexicalIndex
from rag.reading import READERS, read
from rag.structure import parse
from rag.text import fold
from rag.vector_store import FaissStore

FORMAT = 1
"""Raised whenever what is stored, or how a source is read and cut, changes."""
HASHED_BYTES = 16 * 2**20
"""An index up to this size is checked by hash on opening (some milliseconds), a larger one by size."""

DOCUMENTS, VECTORS, LEXICAL = "documents.sqlite", "vectors.faiss", "lexical"
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
class OpenIndex:
    """An index that was found whole, opened for reading."""

    documents: DocumentStore
    vectors: FaissStore
    lexical: LexicalIndex
    embedder: Embedder


def scan(docs: Path) -> dict[str, Path]:
    """Return the files of the docs folder by their name relative to it; hidden files are passed over.

    Raises:
        UsageError: the folder is missing, is not a folder, or has no file.
    """
    if not docs.is_dir():
        raise UsageError(f"找不到文档文件夹 {docs}；请建好它并放入文档，或用 --docs 指定另一个")
    found = {
        path.relative_to(docs).as_posix(): path
        for path in sorted(docs.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(docs).parts)
    }
    if not found:
        raise UsageError(f"文档文件夹 {docs} 是空的；请放入 {'、'.join(READERS)} 文件后重试")
    return found


def _fingerprint(embedder: Embedder, options: ChunkingOptions) -> dict[str, Any]:
    """Return what an index depends on besides the documents."""
    return {"format": FORMAT, "embedder": embedder.fingerprint, "chunking": asdict(options)}


def _mend(docs: Path, index: Path) -> str:
    return f"请运行 python -m rag index --docs {docs} --index {index} 重建"


def read_manifest(docs: Path, index: Path) -> dict[str, Any] | None:
    """Return the manifest in the folder `index`, None where there is no index.

    Raises:
        IndexDamagedError: there is one that cannot be read.
    """
    path = index / "manifest.json"
    if not path.exists():
        return None
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        if not {"generation", "built_with", "files", "chunks"} <= manifest.keys():
            raise ValueError("keys are missing")
    except (OSError, ValueError, AttributeError) as error:
        raise IndexDamagedError(f"索引 {index} 的 manifest.json 损坏；{_mend(docs, index)}") from error
    return dict(manifest)


def open_index(docs: Path, index: Path, embedder: Embedder, options: ChunkingOptions) -> OpenIndex:
    """Open the index in the folder `index`.

    Raises:
        IndexDamagedError: it is missing, damaged, or was built by another version, embedder or chunk size.
    """
    manifest = read_manifest(docs, index)
    if manifest is None:
        raise IndexDamagedError(f"索引 {index} 还没有建；{_mend(docs, index)}")
    if manifest["built_with"] != _fingerprint(embedder, options):
        raise IndexDamagedError(f"索引 {index} 是用另一个版本、嵌入模型或切分设置建的；{_mend(docs, index)}")
    folder = index / manifest["generation"]
    if not _whole(folder, manifest["files"]):
        raise IndexDamagedError(f"索引 {index} 的文件缺失或损坏；{_mend(docs, index)}")
    try:
        opened = OpenIndex(
            documents=DocumentStore.open(folder / DOCUMENTS),
            vectors=FaissStore.open(folder / VECTORS),
            lexical=LexicalIndex(folder / LEXICAL),
            embedder=embedder,
        )
        counts = {opened.documents.count(), opened.vectors.count(), opened.lexical.count()}
    except (sqlite3.DatabaseError, RuntimeError, ValueError, OSError) as error:
        raise IndexDamagedError(f"索引 {index} 打不开；{_mend(docs, index)}") from error
    if counts != {manifest["chunks"]}:
        raise IndexDamagedError(f"索引 {index} 各部分的条数不一致；{_mend(docs, index)}")
    return opened


def changed(index: OpenIndex, files: dict[str, Path]) -> bool:
    """Whether the files of the docs folder are others than those indexed, by name, size and time."""
    known = index.documents.files()
    return known.keys() != files.keys() or any(
        (known[name].size, known[name].modified) != (path.stat().st_size, path.stat().st_mtime_ns)
        for name, path in files.items()
    )


def _inventory(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the size and SHA-256 of every file in a generation folder, lock files aside."""
    return {
        path.relative_to(folder).as_posix(): {
            "size": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".lock"
    }


def _whole(folder: Path, files: dict[str, dict[str, Any]]) -> bool:
    """Whether the files of a generation are all there and as they were written."""
    for name, expected in files.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != expected["size"]:
            return False
    if sum(expected["size"] for expected in files.values()) > HASHED_BYTES:
        return True
    return all(
        hashlib.sha256((folder / name).read_bytes()).hexdigest() == expected["sha256"]
        for name, expected in files.items()
    )


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
    docs: Path, index: Path, embedder: Embedder, options: ChunkingOptions, report: Report
) -> IndexReport:
    """Bring the index up to date with the docs folder, building it where it is missing or unusable.

    Args:
        docs: the docs folder.
        index: the index folder; made where it is missing.
        embedder: what turns chunks into vectors.
        options: the sizes of chunks.
        report: called with a line in Chinese for what takes time.

    Raises:
        UsageError: the docs folder is missing or empty.
    """
    started = time.perf_counter()
    files = scan(docs)
    index.mkdir(parents=True, exist_ok=True)
    with _only_writer(index):
        usable = _usable(docs, index, embedder, options)
        if usable is None:
            report(f"正在为 {docs} 建索引……")
        run = _Update(docs, index, usable, embedder)
        rows = run.apply(files, options, report)
        chunks = run.finish(_fingerprint(embedder, options))
    return IndexReport(files=tuple(rows), chunks=chunks, seconds=round(time.perf_counter() - started, 3))


def _usable(docs: Path, index: Path, embedder: Embedder, options: ChunkingOptions) -> Path | None:
    """Return the generation folder that an update can start from, None where all must be built."""
    try:
        opened = open_index(docs, index, embedder, options)
        manifest = read_manifest(docs, index)
    except IndexDamagedError:
        return None
    opened.documents.close()
    return index / manifest["generation"] if manifest else None


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

    def apply(self, files: dict[str, Path], options: ChunkingOptions, report: Report) -> list[FileReport]:
        """Read what changed into a new generation; return a row a file."""
        records = {name: self._record(name, path) for name, path in files.items()}
        stale = [name for name, old in self.known.items() if name not in records or self._differs(old, records[name])]
        fresh = [name for name in records if name not in self.known or name in stale]
        if stale or fresh or self.changed:
            self._begin()
        assert self.store is not None  # a generation was in force, or _begin made one
        for name in stale:
            self.removed += self.store.remove_file(name)
        rows = []
        for name, record in records.items():
            status: Status = "unchanged"
            if name in fresh:
                report(f"正在读 {name}")
                status = self._add(record, files[name], options)
            rows.append(self._row(name, status))
        gone = [FileReport(file=name, status="removed") for name in stale if name not in records]
        return rows + gone

    def _record(self, name: str, path: Path) -> FileRecord:
        """Return a file's record; its bytes are hashed only where size or time differ from what is known."""
        stat = path.stat()
        old = self.known.get(name)
        if old and (old.size, old.modified) == (stat.st_size, stat.st_mtime_ns):
            return old
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return FileRecord(name=name, sha256=digest, size=stat.st_size, modified=stat.st_mtime_ns)

    @staticmethod
    def _differs(old: FileRecord, new: FileRecord) -> bool:
        return (old.sha256, old.size) != (new.sha256, new.size)

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

    def _add(self, record: FileRecord, path: Path, options: ChunkingOptions) -> Status:
        """Read one file into the new generation; a file that cannot be read leaves its reason."""
        assert self.store is not None  # _begin has been called
        status: Status = "updated" if record.name in self.known else "added"
        reason = None
        try:
            sources = read(path, self.docs)
        except ReadingError as error:
            sources, status, reason = [], "failed", str(error)
        self.store.put_file(
            FileRecord(
                name=record.name,
                sha256=record.sha256,
                size=record.size,
                modified=record.modified,
                reason=reason,
            )
        )
        for ordinal, source in enumerate(sources):
            document = parse(source)
            chunks = chunk(document, self.store.next_id(), options)
            self.store.add(record.name, ordinal, document, chunks)
            self.added += chunks
        return status

    def _row(self, name: str, status: Status) -> FileReport:
        assert self.store is not None  # called after apply has begun
        reason = self.store.files()[name].reason if status == "failed" or name in self.known else None
        articles, paragraphs, chunks, characters, noise = self.store.counts(name)
        return FileReport(
            file=name,
            status="failed" if reason else status,
            reason=reason,
            articles=articles,
            paragraphs=paragraphs,
            chunks=chunks,
            characters=characters,
            noise_characters=noise,
        )

    def finish(self, built_with: dict[str, Any]) -> int:
        """Write vectors and lexical index, put the new generation in force; return its number of chunks."""
        assert self.store is not None  # apply has run
        chunks = self.store.count()
        self.store.close()
        if not self.changed:
            return chunks
        self._write_vectors()
        new = not (self.folder / LEXICAL).exists()
        LexicalIndex(self.folder / LEXICAL, create=new).update(self.removed, self.added)
        manifest = {
            "generation": self.folder.name,
            "built_with": built_with,
            "chunks": chunks,
            "files": _inventory(self.folder),
        }
        _replace(self.index / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))
        for folder in self.index.glob("g*"):
            if folder != self.folder and folder.name[1:].isdigit():
                shutil.rmtree(folder)
        return chunks

    def _write_vectors(self) -> None:
        path = self.folder / VECTORS
        store = FaissStore.open(path, writable=True) if path.exists() else FaissStore.create(self.embedder.dimension)
        texts = [fold(f"{chunk.context}\n{chunk.text}") for chunk in self.added]
        store.update(self.removed, [chunk.id for chunk in self.added], self.embedder.encode(texts))
        store.save(path)


def _replace(path: Path, text: str) -> None:
    """Write a file so that at any moment either its old or its new content is there."""
    aside = path.with_suffix(".new")
    with aside.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(path)
