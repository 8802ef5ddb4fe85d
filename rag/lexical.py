"""The lexical index: BM25 over our own terms, kept by tantivy.

Terms are cut by `rag.words` in text and query alike; queries are built from weighted terms and never parsed,
so no character of a question has a meaning of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import tantivy
from numpy.typing import NDArray

_HEAP_BYTES = 128 * 1024 * 1024

FEW = 2_000
"""Up to so many admitted chunks the index is asked for these by id; of more, enough are among its first hits."""
_MORE = 4
"""How many times as many hits are asked for when too few of them were admitted."""


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("id", stored=False, indexed=True, fast=True)
    builder.add_text_field("body", stored=False, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


class LexicalWriter:
    """Adds and removes chunks in one folder, beside the thread that calls it; nothing counts before `commit`."""

    def __init__(self, folder: Path) -> None:
        """Open the index in `folder` for writing, making it where there is none."""
        self._schema = _schema()
        new = not folder.exists()
        folder.mkdir(exist_ok=True)
        index = tantivy.Index(self._schema, path=str(folder)) if new else tantivy.Index.open(str(folder))
        self._writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)

    def remove(self, ids: Sequence[int]) -> None:
        """Remove chunks by id; one of those ids can be added again afterwards."""
        if ids:
            # By query: deletion by term takes the ids for signed numbers and finds none.
            self._writer.delete_documents_by_query(
                tantivy.Query.term_set_query(self._schema, "id", list(ids))
            )

    def add(self, first_id: int, bodies: Sequence[str]) -> None:
        """Add chunks numbered from `first_id`, each given as its index terms joined by blanks."""
        for identifier, body in enumerate(bodies, start=first_id):
            document = tantivy.Document()
            document.add_unsigned("id", identifier)
            document.add_text("body", body)
            self._writer.add_document(document)

    def commit(self) -> None:
        """Make what was removed and added durable, and end writing."""
        self._writer.commit()
        self._writer.wait_merging_threads()


class LexicalIndex:
    """The terms of all chunks, in one folder."""

    def __init__(self, folder: Path) -> None:
        """Open what a `LexicalWriter` wrote.

        Raises:
            ValueError: the folder is missing or damaged.
        """
        self._schema = _schema()
        self._searcher = tantivy.Index.open(str(folder)).searcher()

    def count(self) -> int:
        """Return the number of chunks."""
        return int(self._searcher.num_docs)

    def search(
        self, weights: Mapping[str, float], k: int, allowed: NDArray[np.int64] | None = None
    ) -> list[tuple[int, float]]:
        """Return up to `k` (chunk id, score), best first: the sum over terms of weight times BM25.

        There are none where no term is known. A weighted term costs what a term does: boosts are handed down
        to the scorers of the terms, which skip what cannot be among the best.

        Args:
            weights: the weight of each term.
            k: how many at most.
            allowed: ascending ids, int64 of one dimension, that alone may be returned; None if all may.
        """
        clauses = [
            (tantivy.Occur.Should, tantivy.Query.boost_query(self._term(term), weight))
            for term, weight in weights.items()
        ]
        if not clauses or k < 1:
            return []
        query = tantivy.Query.boolean_query(clauses)
        if allowed is None:
            return self._found(query, k)
        if len(allowed) <= FEW:
            return self._among(query, k, allowed)
        return self._admitted(query, k, allowed)

    def _among(self, query: tantivy.Query, k: int, allowed: NDArray[np.int64]) -> list[tuple[int, float]]:
        """Return the first `k` hits of those few that are allowed."""
        few = tantivy.Query.const_score_query(
            tantivy.Query.term_set_query(self._schema, "id", allowed.tolist()), 0.0
        )
        both = [(tantivy.Occur.Must, query), (tantivy.Occur.Must, few)]
        return self._found(tantivy.Query.boolean_query(both), k)

    def _admitted(self, query: tantivy.Query, k: int, allowed: NDArray[np.int64]) -> list[tuple[int, float]]:
        """Return the first `k` hits that are allowed, going down the list as far as it takes."""
        depth = k * self.count() // len(allowed) + k
        while True:
            found = self._found(query, depth)
            identifiers = np.array([identifier for identifier, _ in found], dtype=np.int64)
            admitted = np.flatnonzero(np.isin(identifiers, allowed, assume_unique=True))[:k]
            if len(admitted) == k or len(found) < depth:
                return [found[number] for number in admitted.tolist()]
            depth *= _MORE

    def _found(self, query: tantivy.Query, k: int) -> list[tuple[int, float]]:
        hits = self._searcher.search(query, k, count=False).hits
        identifiers = self._searcher.fast_field_values("id", [address for _, address in hits]) if hits else []
        return list(zip(identifiers, (score for score, _ in hits), strict=True))

    def _term(self, term: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, "body", term, index_option="freq")
