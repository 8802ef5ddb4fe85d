"""The lexical index: BM25 over our own terms, kept by tantivy.

Terms are cut by `rag.words` in text and query alike; queries are built from weighted terms and never parsed,
so no character of a question has a meaning of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import tantivy

from rag.datatypes import Chunk
from rag.words import terms

_HEAP_BYTES = 64 * 1024 * 1024


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("id", stored=True, indexed=True, fast=True)
    builder.add_text_field("body", stored=False, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


class LexicalIndex:
    """The lexical index in one folder."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self.schema = _schema()
        if create:
            folder.mkdir()
            self.index = tantivy.Index(self.schema, path=str(folder))
        else:
            self.index = tantivy.Index.open(str(folder))
        self.searcher = self.index.searcher()

    def update(self, removed: Sequence[int], added: Sequence[Chunk]) -> None:
        """Remove chunks by id and add others; durable when it returns."""
        writer = self.index.writer(heap_size=_HEAP_BYTES, num_threads=1)
        if removed:
            # By query: deletion by term takes the ids for signed numbers and finds none.
            gone = tantivy.Query.term_set_query(self.schema, "id", list(removed))
            writer.delete_documents_by_query(gone)
        for chunk in added:
            document = tantivy.Document()
            document.add_unsigned("id", chunk.id)
            document.add_text("body", " ".join(terms(f"{chunk.context} {chunk.text}")))
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self.index.reload()
        self.searcher = self.index.searcher()

    def count(self) -> int:
        """Return the number of chunks."""
        return int(self.searcher.num_docs)

    def search(self, weights: Mapping[str, float], k: int) -> list[tuple[int, float]]:
        """Return up to `k` (chunk id, score), best first: the sum over terms of weight times BM25.

        There are none where no term is known. A weighted term costs what a term does: boosts are handed down
        to the scorers of the terms, which skip what cannot be among the best.
        """
        clauses = [
            (tantivy.Occur.Should, tantivy.Query.boost_query(self._term(term), weight))
            for term, weight in weights.items()
        ]
        if not clauses or k < 1:
            return []
        found = self.searcher.search(tantivy.Query.boolean_query(clauses), k)
        return [(self.searcher.doc(address)["id"][0], score) for score, address in found.hits]

    def _term(self, term: str) -> tantivy.Query:
        return tantivy.Query.term_query(self.schema, "body", term, index_option="freq")
