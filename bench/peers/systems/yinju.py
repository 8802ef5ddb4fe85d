"""The program itself, by what it offers to everybody: build the index of a folder, open it, search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from threadpoolctl import threadpool_limits

from bench.peers.material import DOCS
from rag.assistant import Assistant, build_index, open_assistant
from rag.config import Settings

LIBRARIES = ("faiss-cpu", "tantivy", "rjieba", "numpy")


def _settings(folder: Path, store: Path) -> Settings:
    return Settings(docs=folder / DOCS, index=store)


def build(folder: Path, store: Path) -> int:
    """Index the documents and return how many chunks they make."""
    return build_index(_settings(folder, store)).chunks


@dataclass(frozen=True, slots=True)
class Opened:
    """The assistant over the index."""

    assistant: Assistant

    def search(self, query: str, k: int) -> Sequence[int]:
        """Return what the search finds; a passage is followed by its reprints, and each counts as one."""
        hits = self.assistant.search(query, k)
        return [chunk.id for hit in hits for chunk in (hit.chunk, *hit.copies)][:k]

    def nearest(self, query: str, k: int) -> Sequence[int]:
        """Return what the dense index finds."""
        index = self.assistant.index
        return [found for found, _ in index.vectors.search(index.embedder.encode_queries([query])[0], k)]


def opened(folder: Path, store: Path) -> Opened:
    """Open the index, as it is on disk; BLAS gets one thread, as on the page, since each question has one."""
    threadpool_limits(1, user_api="blas")
    return Opened(open_assistant(_settings(folder, store), update=False))
