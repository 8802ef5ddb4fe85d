"""Texts that come with a question, searched in place of the index."""

from __future__ import annotations

from collections.abc import Sequence

from rag.chunking import ChunkingOptions, chunk
from rag.datatypes import Chunk, Document, Hit, Source
from rag.embedding import Embedder
from rag.retrieval import RetrievalOptions, rank_passages
from rag.structure import parse


class Passages:
    """Texts given with a question, in place of the index."""

    def __init__(
        self, texts: Sequence[str], embedder: Embedder, chunking: ChunkingOptions, retrieval: RetrievalOptions
    ) -> None:
        sources = (Source(file=f"passages#{n}", text=text, sha256="") for n, text in enumerate(texts))
        self.documents = {source.file: parse(source) for source in sources if source.text.strip()}
        self.embedder = embedder
        self.chunking = chunking
        self.retrieval = retrieval

    def document(self, file: str) -> Document:
        """Return a text with its structure."""
        return self.documents[file]

    def hits(self, query: str) -> list[Hit]:
        """Return the chunks of the texts, ranked for `query`."""
        chunks: list[Chunk] = []
        for document in self.documents.values():
            chunks += chunk(document, len(chunks), self.chunking)
        return rank_passages(chunks, query, self.embedder, self.retrieval)
