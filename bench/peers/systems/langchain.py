"""LangChain as its guides put it together: FAISS and BM25Retriever, fused by EnsembleRetriever."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_community.vectorstores import FAISS
from langchain_core.embeddings import Embeddings

from bench.peers.harness import DEPTH
from bench.peers.material import passages
from bench.peers.systems.common import embed, words

LIBRARIES = (
    "langchain-core",
    "langchain-community",
    "langchain-classic",
    "faiss-cpu",
    "rank-bm25",
    "jieba",
    "numpy",
)
_BM25 = "bm25.pickle"


class _Embedder(Embeddings):
    """The program's embedder in LangChain's interface."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = embed(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


def build(folder: Path, store: Path) -> int:
    """Save FAISS by its own method; BM25Retriever has none, and is pickled, as its users do."""
    rows = passages(folder)
    texts, metadatas = [row.text for row in rows], [{"id": row.id} for row in rows]
    FAISS.from_texts(texts, _Embedder(), metadatas=metadatas).save_local(str(store))
    lexical = BM25Retriever.from_texts(texts, metadatas=metadatas, preprocess_func=words)
    with (store / _BM25).open("wb") as stream:
        pickle.dump(lexical, stream)
    return len(rows)


@dataclass(frozen=True, slots=True)
class Opened:
    """The two indexes and what fuses them, by reciprocal ranks with equal weights."""

    vectors: FAISS
    ensemble: EnsembleRetriever

    def search(self, query: str, k: int) -> Sequence[int]:
        """Return the first of the fused list."""
        return [document.metadata["id"] for document in self.ensemble.invoke(query)[:k]]

    def nearest(self, query: str, k: int) -> Sequence[int]:
        """Return what FAISS finds."""
        return [document.metadata["id"] for document in self.vectors.similarity_search(query, k)]


def opened(folder: Path, store: Path) -> Opened:
    """Open the two indexes; both lists are as long as the program's."""
    vectors = FAISS.load_local(str(store), _Embedder(), allow_dangerous_deserialization=True)
    with (store / _BM25).open("rb") as stream:
        lexical = pickle.load(stream)  # noqa: S301 - written by this bench a moment ago
    lexical.k = DEPTH
    dense = vectors.as_retriever(search_kwargs={"k": DEPTH})
    return Opened(vectors, EnsembleRetriever(retrievers=[lexical, dense], id_key="id"))
