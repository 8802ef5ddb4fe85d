"""How fast the embedder encodes passages, and how fast a fresh process has it at hand."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.datatypes import Chunk
from rag.embedding import Embedder

_PROCESSES = 3
_LOADING = """
import json, sys, time
start = time.perf_counter()
from rag.embedding import load_embedder
load_embedder(sys.argv[1]).encode_queries(["政策"])
print(json.dumps({"seconds": time.perf_counter() - start, "torch": "torch" in sys.modules}))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """Passages that were encoded, the characters they have together, and the seconds it took."""

    passages: int
    characters: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Passages encoded in a second."""
        return self.passages / self.seconds

    @property
    def mean_characters(self) -> float:
        """Characters of a passage, its context among them."""
        return self.characters / self.passages


def encoding(embedder: Embedder, chunks: Sequence[Chunk]) -> Encoding:
    """Encode chunks as an index does, with as many threads as the embedder takes, and return how that went."""
    texts = [f"{chunk.context}\n{chunk.text}" for chunk in chunks]
    start = time.perf_counter()
    embedder.encode_passages(texts)
    seconds = time.perf_counter() - start
    return Encoding(passages=len(texts), characters=sum(map(len, texts)), seconds=seconds)


def together(encodings: Iterable[Encoding]) -> Encoding:
    """Return the sum of several encodings."""
    every = list(encodings)
    return Encoding(
        passages=sum(one.passages for one in every),
        characters=sum(one.characters for one in every),
        seconds=sum(one.seconds for one in every),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """How long a fresh process needs from its first import to the first vector, and whether torch came with it."""

    seconds: float
    torch: bool


def loading(embedder: str) -> Loading:
    """Load the embedder of that name or path in fresh processes, one after the other; return the quickest."""
    found = []
    for _ in range(_PROCESSES):
        done = subprocess.run(
            [sys.executable, "-c", _LOADING, embedder], capture_output=True, text=True, check=True
        )
        found.append(Loading(**json.loads(done.stdout)))
    return min(found, key=lambda one: one.seconds)
