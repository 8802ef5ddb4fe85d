"""One file to all that the index will hold of it: read, parsed, cut, embedded.

Nothing of the index itself is needed, so it can be done by this process, by others beside it, on other machines.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.chunking import ChunkingOptions, chunk
from rag.datatypes import Document
from rag.document_store import NOTHING, Counts
from rag.embedding import Embedder
from rag.errors import ReadingError
from rag.quoting.layout import windows
from rag.reading import read
from rag.rows import Rows, rows
from rag.structure import parse
from rag.words import terms


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedDocument:
    """A document's rows; of each chunk its index terms, joined by blanks, and its vector.

    `vectors` are float32 of shape (chunks, dimension), rows of length 1 or zeros.
    """

    rows: Rows
    terms: tuple[str, ...]
    vectors: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A file as the index takes it in; `reason` says why it could not be read."""

    file: str
    counts: Counts = NOTHING
    documents: tuple[PreparedDocument, ...] = ()
    reason: str | None = None


class Prepare(Protocol):
    """Prepares a file by its name and path."""

    def __call__(self, name: str, path: Path) -> Prepared:
        """Return what the index is to hold of it."""


def preparer(docs: Path, embedder: Embedder, options: ChunkingOptions) -> Prepare:
    """Return what prepares the files of a docs folder; it can be sent to another process."""
    return partial(prepare, docs=docs, embedder=embedder, options=options)


def prepare(name: str, path: Path, *, docs: Path, embedder: Embedder, options: ChunkingOptions) -> Prepared:
    """Return what the index is to hold of the file at `path`, called `name` there."""
    try:
        sources = read(path, docs)
    except ReadingError as error:
        return Prepared(file=name, reason=str(error))
    documents = [parse(source) for source in sources]
    prepared = tuple(prepared_document(document, embedder, options) for document in documents)
    return Prepared(file=name, counts=_counts(documents, prepared), documents=prepared)


def prepared_document(document: Document, embedder: Embedder, options: ChunkingOptions) -> PreparedDocument:
    """Return what the index is to hold of a document."""
    chunks = chunk(document, 0, options)
    return PreparedDocument(
        rows=rows(document, chunks, windows(document, 0)),
        terms=tuple(" ".join(terms(f"{one.context} {one.text}")) for one in chunks),
        vectors=embedder.encode_passages([f"{one.context}\n{one.text}" for one in chunks]),
    )


def _counts(documents: list[Document], prepared: tuple[PreparedDocument, ...]) -> Counts:
    articles = [article for document in documents for article in document.articles]
    return Counts(
        articles=len(articles),
        paragraphs=sum(len(article.paragraphs) for article in articles),
        chunks=sum(len(one.rows.chunks) for one in prepared),
        characters=sum(len("".join(document.source.text.split())) for document in documents),
        noise=sum(len("".join(block.text.split())) for document in documents for block in document.noise),
    )
