"""An index of documents that a test made itself, written and opened as any other."""

from __future__ import annotations

import atexit
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from rag.chunking import ChunkingOptions, chunk
from rag.datatypes import Document
from rag.document_store import DocumentStore, FileRecord
from rag.embedding import builtin
from rag.lexical import LexicalIndex
from rag.manifest import OpenIndex
from rag.quoting.layout import windows
from rag.trigrams import TrigramIndex, TrigramWriter
from rag.vector_store import FaissStore

_FOLDERS = TemporaryDirectory(prefix="yinju-test-")
atexit.register(_FOLDERS.cleanup)


def opened(documents: Sequence[Document]) -> OpenIndex:
    """Return an index of these documents, each a file of its own, in a folder that goes when the test run ends."""
    folder = Path(mkdtemp(dir=_FOLDERS.name))
    store = DocumentStore.build(folder / "documents.sqlite")
    grams = TrigramWriter(folder / "trigrams")
    for document in documents:
        name = document.source.file
        store.put_file(FileRecord(name=name, sha256="", size=0, modified=0))
        chunks = chunk(document, store.next_id("chunk"), ChunkingOptions())
        cut = windows(document, store.next_id("window"))
        store.add(name, 0, document, chunks, cut)
        grams.add(cut)
    found = store.all_chunks()
    lexical = LexicalIndex(folder / "lexical", create=True)
    lexical.update([], found)
    store.close()
    grams.commit()
    embedder = builtin()
    vectors = FaissStore.create(embedder.dimension)
    texts = [f"{one.context}\n{one.text}" for one in found]
    vectors.update([], [one.id for one in found], embedder.encode_passages(texts))
    return OpenIndex(
        documents=DocumentStore.open(folder / "documents.sqlite"),
        vectors=vectors,
        lexical=lexical,
        trigrams=TrigramIndex(folder / "trigrams"),
        embedder=embedder,
    )
