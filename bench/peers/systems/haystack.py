"""Haystack's in-memory store with its BM25 and embedding retrievers, joined by reciprocal ranks in a pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haystack import Document, Pipeline, component
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore

from bench.peers.harness import DEPTH
from bench.peers.material import passages
from bench.peers.systems.common import TOKEN, embed, joined

LIBRARIES = ("haystack-ai", "jieba", "numpy")
_STORE = "store.json"


@component
class _Embedder:
    """The program's embedder as a component for queries."""

    @component.output_types(embedding=list[float])  # type: ignore[untyped-decorator]
    def run(self, text: str) -> dict[str, Any]:
        return {"embedding": embed([text])[0].tolist()}


def build(folder: Path, store: Path) -> int:
    """Save the store by its own method; it cuts texts when it is opened again, too."""
    rows = passages(folder)
    vectors = embed([row.text for row in rows])
    documents = InMemoryDocumentStore(bm25_tokenization_regex=TOKEN)
    documents.write_documents(
        [
            Document(id=str(row.id), content=joined(row.text), embedding=vector.tolist())
            for row, vector in zip(rows, vectors, strict=True)
        ]
    )
    documents.save_to_disk(str(store / _STORE))
    return len(rows)


@dataclass(frozen=True, slots=True)
class Opened:
    """The pipeline, and its embedding retriever."""

    pipeline: Pipeline
    vectors: InMemoryEmbeddingRetriever

    def search(self, query: str, k: int) -> Sequence[int]:
        """Return the first of the joined list."""
        found = self.pipeline.run({"embedder": {"text": query}, "lexical": {"query": joined(query)}})
        return [int(document.id) for document in found["joiner"]["documents"][:k]]

    def nearest(self, query: str, k: int) -> Sequence[int]:
        """Return what the embedding retriever finds."""
        found = self.vectors.run(query_embedding=embed([query])[0].tolist(), top_k=k)
        return [int(document.id) for document in found["documents"]]


def opened(folder: Path, store: Path) -> Opened:
    """Open the store."""
    documents = InMemoryDocumentStore.load_from_disk(str(store / _STORE))
    vectors = InMemoryEmbeddingRetriever(documents, top_k=DEPTH)
    pipeline = Pipeline()
    pipeline.add_component("embedder", _Embedder())
    pipeline.add_component("dense", vectors)
    pipeline.add_component("lexical", InMemoryBM25Retriever(documents, top_k=DEPTH))
    pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion"))
    pipeline.connect("embedder.embedding", "dense.query_embedding")
    pipeline.connect("dense", "joiner")
    pipeline.connect("lexical", "joiner")
    return Opened(pipeline, vectors)
