"""The index as it lies in its folder: the manifest, what it promises, and opening what keeps the promise.

`manifest.json` names the generation folder that is in force, what it was built with, and the size and
SHA-256 of each of its files.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rag.chunking import ChunkingOptions
from rag.document_store import DocumentStore
from rag.embedding import Embedder
from rag.errors import IndexDamagedError
from rag.lexical import LexicalIndex
from rag.stores import FILES, Place, VectorStore, backend
from rag.trigrams import TrigramIndex

FORMAT = 8
"""Raised whenever what is stored, or how a source is read and cut, changes."""
HASHED_BYTES = 16 * 2**20
"""An index up to this size is checked by hash on opening (some milliseconds), a larger one by size."""

MANIFEST = "manifest.json"
LEXICAL, TRIGRAMS = "lexical", "trigrams"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file of a generation as it was written."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What is in force: a generation folder, what it was built with, its chunks and its files.

    `name` is the index's own, by which a server that keeps its vectors tells it from others.
    """

    name: str
    generation: str
    built_with: Mapping[str, Any]
    chunks: int
    files: Mapping[str, StoredFile]

    @classmethod
    def describe(
        cls, place: Place, built_with: Mapping[str, Any], chunks: int, earlier: Manifest | None
    ) -> Manifest:
        """Return the manifest of a generation folder that has just been written; lock files are left out.

        Its files are made durable. One that is linked from the `earlier` generation is not read again.
        """
        files = {}
        for path in sorted(place.folder.rglob("*")):
            if path.is_file() and path.suffix != ".lock":
                name = path.relative_to(place.folder).as_posix()
                known = earlier.files.get(name) if earlier and path.stat().st_nlink > 1 else None
                files[name] = known or _stored(path)
        return cls(
            name=place.name,
            generation=place.folder.name,
            built_with=built_with,
            chunks=chunks,
            files=files,
        )

    def place(self, index: Path, url: str, dimension: int) -> Place:
        """Return where the vectors of the generation lie, for the setting `store`."""
        return Place(
            url=url,
            name=self.name,
            dimension=dimension,
            generation=int(self.generation[1:]),
            folder=index / self.generation,
        )

    def write(self, index: Path) -> None:
        """Put the manifest in force; at any moment either the old or the new one is there, whole."""
        aside = index / f"{MANIFEST}.new"
        with aside.open("w", encoding="utf-8") as stream:
            json.dump(asdict(self), stream, ensure_ascii=False, indent=1)
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(index / MANIFEST)

    def holds(self, folder: Path) -> bool:
        """Whether the files of the generation are all there and as they were written."""
        for name, stored in self.files.items():
            path = folder / name
            if not path.is_file() or path.stat().st_size != stored.size:
                return False
        if sum(stored.size for stored in self.files.values()) > HASHED_BYTES:
            return True
        return all(
            hashlib.sha256((folder / name).read_bytes()).hexdigest() == stored.sha256
            for name, stored in self.files.items()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIndex:
    """An index that was found whole, opened for reading."""

    documents: DocumentStore
    vectors: VectorStore
    lexical: LexicalIndex
    trigrams: TrigramIndex
    embedder: Embedder


# What an index is built with, and what a user is told has changed.
_BUILT_WITH = {
    "format": "程序版本",
    "embedder": "嵌入模型（或它的提示词）",
    "chunking": "切分设置",
    "store": "向量库",
}


def fingerprint(embedder: Embedder, options: ChunkingOptions, store: str) -> dict[str, Any]:
    """Return what an index depends on besides the documents; of a store's address, what is no secret."""
    return {
        "format": FORMAT,
        "embedder": embedder.fingerprint,
        "chunking": asdict(options),
        "store": store.partition("?")[0].rpartition("@")[2] if "://" in store else store,
    }


def _stored(path: Path) -> StoredFile:
    """Return what a file is, once it is safe on the disk."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return StoredFile(size=os.fstat(stream.fileno()).st_size, sha256=digest)


def _mend(docs: Path, index: Path) -> str:
    return f"请运行 python -m rag index --docs {docs} --index {index} 重建"


def read_manifest(docs: Path, index: Path) -> Manifest | None:
    """Return the manifest in the folder `index`, None where there is no index.

    Raises:
        IndexDamagedError: there is one that cannot be read.
    """
    path = index / MANIFEST
    if not path.exists():
        return None
    try:
        return _manifest(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise IndexDamagedError(f"索引 {index} 的 {MANIFEST} 损坏；{_mend(docs, index)}") from error


def _manifest(record: Any) -> Manifest:  # noqa: ANN401 - whatever stands in the file
    """Return the manifest that `record` is; raise one of the errors that `read_manifest` expects if none."""
    if not re.fullmatch(r"g\d+", record["generation"]):
        raise ValueError("not the name of a generation")
    files = {
        name: StoredFile(size=int(stored["size"]), sha256=str(stored["sha256"]))
        for name, stored in record["files"].items()
    }
    return Manifest(
        name=str(record["name"]),
        generation=record["generation"],
        built_with=dict(record["built_with"]),
        chunks=int(record["chunks"]),
        files=files,
    )


def open_index(
    docs: Path, index: Path, embedder: Embedder, options: ChunkingOptions, store: str = FILES
) -> OpenIndex:
    """Open the index in the folder `index`.

    Raises:
        IndexDamagedError: it is missing, damaged, or was built by another version, embedder, chunk size or store.
        StoreError: the server that keeps the vectors cannot be reached.
    """
    while True:
        manifest = read_manifest(docs, index)
        if manifest is None:
            raise IndexDamagedError(f"索引 {index} 还没有建；{_mend(docs, index)}")
        now = fingerprint(embedder, options, store)
        others = [_BUILT_WITH[key] for key in now if manifest.built_with.get(key) != now[key]]
        if others:
            raise IndexDamagedError(f"索引 {index} 是用另一个{'、'.join(others)}建的；{_mend(docs, index)}")
        try:
            return _open_generation(docs, index, manifest, embedder, store)
        except IndexDamagedError:
            # An update may have put another generation in force and removed this one meanwhile.
            if read_manifest(docs, index) == manifest:
                raise


def _open_generation(
    docs: Path, index: Path, manifest: Manifest, embedder: Embedder, store: str
) -> OpenIndex:
    folder = index / manifest.generation
    try:
        if not manifest.holds(folder):
            raise IndexDamagedError(f"索引 {index} 的文件缺失或损坏；{_mend(docs, index)}")
        opened = OpenIndex(
            documents=DocumentStore(folder),
            vectors=backend(store).read(manifest.place(index, store, embedder.dimension)),
            lexical=LexicalIndex(folder / LEXICAL),
            trigrams=TrigramIndex(folder / TRIGRAMS),
            embedder=embedder,
        )
        counts = {opened.documents.count(), opened.vectors.count(), opened.lexical.count()}
        windows = opened.documents.count_windows(), opened.trigrams.count()
    except (sqlite3.DatabaseError, RuntimeError, ValueError, OSError) as error:
        raise IndexDamagedError(f"索引 {index} 打不开；{_mend(docs, index)}") from error
    if counts != {manifest.chunks} or windows[0] != windows[1]:
        raise IndexDamagedError(f"索引 {index} 各部分的条数不一致；{_mend(docs, index)}")
    return opened
