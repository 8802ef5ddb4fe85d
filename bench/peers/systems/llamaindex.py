"""LlamaIndex: a vector index over FAISS and BM25Retriever (bm25s), fused by QueryFusionRetriever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bm25s
import faiss
from llama_index.core import StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from llama_index.core.vector_stores.utils import node_to_metadata_dict
from llama_index.retrievers.bm25 import BM25Retriever
from llama_index.vector_stores.faiss import FaissVectorStore

from bench.peers.harness import DEPTH
from bench.peers.material import passages
from bench.peers.systems.common import TOKEN, embed, joined, words
from rag.embedding import builtin

LIBRARIES = (
    "llama-index-core",
    "llama-index-vector-stores-faiss",
    "llama-index-retrievers-bm25",
    "faiss-cpu",
    "bm25s",
    "jieba",
    "numpy",
)
_LEXICAL = "bm25"


class _Embedder(BaseEmbedding):  # type: ignore[misc]
    """The program's embedder in LlamaIndex's interface."""

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = embed(texts).tolist()
        return vectors

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    _get_query_embedding = _get_text_embedding

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


class _Lexical(BM25Retriever):  # type: ignore[misc]
    """BM25Retriever, which cuts by a regular expression, asked in jieba's words."""

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found: list[NodeWithScore] = super()._retrieve(QueryBundle(joined(query_bundle.query_str)))
        return found


def build(folder: Path, store: Path) -> int:
    """Save both by their own methods. FAISS is searched by inner product: of a distance, the fusion takes the farthest first."""
    rows = passages(folder)
    nodes = [TextNode(text=row.text, id_=str(row.id)) for row in rows]
    vectors = FaissVectorStore(faiss_index=faiss.IndexFlatIP(builtin().dimension))
    index = VectorStoreIndex(
        nodes,
        storage_context=StorageContext.from_defaults(vector_store=vectors),
        embed_model=_Embedder(embed_batch_size=256),
    )
    index.storage_context.persist(str(store))
    corpus: list[dict[str, Any]] = [node_to_metadata_dict(node) | {"node_id": node.node_id} for node in nodes]
    lexical = bm25s.BM25(corpus=corpus)
    lexical.index([words(row.text) for row in rows], show_progress=False)
    BM25Retriever(existing_bm25=lexical).persist(str(store / _LEXICAL))
    return len(rows)


@dataclass(frozen=True, slots=True)
class Opened:
    """The vector index's retriever, and what fuses it with the lexical one by reciprocal ranks."""

    vectors: Any
    fusion: Any

    def search(self, query: str, k: int) -> Sequence[int]:
        """Return the first of the fused list."""
        return [int(found.node.node_id) for found in self.fusion.retrieve(query)[:k]]

    def nearest(self, query: str, k: int) -> Sequence[int]:
        """Return what FAISS finds."""
        return [int(found.node.node_id) for found in self.vectors.retrieve(query)[:k]]


def opened(folder: Path, store: Path) -> Opened:
    """Open both indexes; no model writes further queries."""
    storage = StorageContext.from_defaults(
        vector_store=FaissVectorStore.from_persist_dir(str(store)), persist_dir=str(store)
    )
    index = load_index_from_storage(storage, embed_model=_Embedder())
    lexical = _Lexical.from_persist_dir(str(store / _LEXICAL))
    lexical.similarity_top_k, lexical.token_pattern, lexical.skip_stemming = DEPTH, TOKEN, True
    vectors = index.as_retriever(similarity_top_k=DEPTH)
    fusion = QueryFusionRetriever(
        [vectors, lexical],
        llm=MockLLM(),
        mode="reciprocal_rerank",
        similarity_top_k=DEPTH,
        num_queries=1,
        use_async=False,
    )
    return Opened(vectors, fusion)
