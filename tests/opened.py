"""An index of documents that a test made itself, written and opened as any other."""

from __future__ import annotations

import atexit
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from rag.chunking import ChunkingOptions
from rag.datatypes import Document
from rag.document_store import DocumentStore, FileRecord
from rag.embedding import builtin
from rag.generation import GenerationWriter
from rag.lexical import LexicalIndex
from rag.manifest import OpenIndex
from rag.preparing import Prepared, prepared_document
from rag.stores import FILES, Place, backend
from rag.trigrams import TrigramIndex

_FOLDERS = TemporaryDirectory(prefix="yinju-test-")
atexit.register(_FOLDERS.cleanup)


def opened(documents: Sequence[Document]) -> OpenIndex:
    """Return an index of these documents, each a file of its own, in a folder that goes when the test run ends."""
    folder = Path(mkdtemp(dir=_FOLDERS.name))
    embedder = builtin()
    place = Place(url=FILES, name="test", dimension=embedder.dimension, generation=1, folder=folder / "g1")
    writer = GenerationWriter(place, None)
    for document in documents:
        name = document.source.file
        writer.put_file(FileRecord(name=name, sha256="", size=0, modified=0))
        prepared = prepared_document(document, embedder, ChunkingOptions())
        writer.add(Prepared(file=name, documents=(prepared,)))
    writer.commit({}, None)
    return OpenIndex(
        documents=DocumentStore(place.folder),
        vectors=backend(FILES).read(place),
        lexical=LexicalIndex(place.folder / "lexical"),
        trigrams=TrigramIndex(place.folder / "trigrams"),
        embedder=embedder,
    )
