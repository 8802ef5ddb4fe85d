"""txtai's hybrid index: FAISS as it sets it up, its own BM25, and the texts in SQLite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from txtai import Embeddings

from bench.peers.material import passages
from bench.peers.systems.common import TOKEN, embed, joined, restored

LIBRARIES = ("txtai", "faiss-cpu", "torch", "jieba", "numpy")


def _vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    return embed([restored(text) for text in texts])


def build(folder: Path, store: Path) -> int:
    """Index with the settings of `hybrid: true`, and what is needed for Chinese: how words are told."""
    rows = passages(folder)
    embeddings = Embeddings(
        method="external",
        transform=_vectors,
        content=True,
        scoring={"method": "bm25", "terms": True, "normalize": True, "tokenizer": {"regexp": TOKEN}},
    )
    embeddings.index((row.id, joined(row.text), None) for row in rows)
    embeddings.config.pop("transform")
    embeddings.save(str(store))
    return len(rows)


@dataclass(frozen=True, slots=True)
class Opened:
    """The index, asked by one thread at a time, as txtai's own application does: several at once crash the process."""

    embeddings: Embeddings
    lock: Lock = field(default_factory=Lock)

    def search(self, query: str, k: int) -> Sequence[int]:
        """Return what the hybrid search finds, both sides weighing the same."""
        with self.lock:
            return [int(row["id"]) for row in self.embeddings.search(joined(query), k)]

    def nearest(self, query: str, k: int) -> Sequence[int]:
        """Return what the dense side finds."""
        with self.lock:
            ann, vector = self.embeddings.ann, embed([query])
            return [found for found, _ in ann.search(vector, k)[0]]


def opened(folder: Path, store: Path) -> Opened:
    """Open the index."""
    embeddings = Embeddings()
    embeddings.load(str(store), config={"transform": _vectors})
    return Opened(embeddings)
