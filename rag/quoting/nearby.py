"""Where in an index a quote may be restated: what its lexical and its dense list have first."""

from __future__ import annotations

from rag.datatypes import Chunk
from rag.expansion import ExpansionOptions, expand
from rag.manifest import OpenIndex

DEPTH = 6
"""Chunks taken of each list."""


def nearby(index: OpenIndex, quote: str) -> list[Chunk]:
    """Return the chunks of an index that come first for a quote, at most `DEPTH` of each list, in no order."""
    vector = index.embedder.encode_queries([quote])[0]
    dense = index.vectors.search(vector, DEPTH) if vector.any() else []
    lexical = index.lexical.search(expand(quote, ExpansionOptions()), DEPTH)
    return list(index.documents.chunks(sorted({number for number, _ in (*dense, *lexical)})).values())
