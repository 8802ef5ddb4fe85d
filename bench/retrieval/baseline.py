"""The baseline: BM25 over jieba's words and character pairs in one index, and nothing else.

It shares with the program how words and pairs are cut (`rag.words.terms`), and no more: aliases, fields and
whatever else the program's lexical side learns are not for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import tantivy

from rag.datatypes import Chunk
from rag.words import terms

_HEAP_BYTES = 256 * 1024 * 1024
_BODY, _PLACE = "body", "place"


class Baseline:
    """Chunks in an index of their own, each as the terms of its context and text.

    k1 is 1.2 and b 0.75, which tantivy has built in (Robertson and Zaragoza, 2009).
    """

    def __init__(self, folder: Path, chunks: Sequence[Chunk]) -> None:
        """Index the chunks in `folder`, which is there and empty."""
        builder = tantivy.SchemaBuilder()
        builder.add_unsigned_field(_PLACE, stored=True)
        builder.add_text_field(_BODY, tokenizer_name="whitespace", index_option="freq")
        self._schema = builder.build()
        index = tantivy.Index(self._schema, path=str(folder))
        writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
        for chunk in chunks:
            document = tantivy.Document()
            document.add_unsigned(_PLACE, chunk.id)
            document.add_text(_BODY, " ".join(terms(f"{chunk.context} {chunk.text}")))
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self._searcher = index.searcher()

    def search(self, query: str, k: int) -> list[tuple[int, float]]:
        """Return up to `k` (chunk id, BM25 score), best first, ties by id; none where no term is known."""
        clauses = [
            (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, _BODY, term, index_option="freq"))
            for term in terms(query)
        ]
        if not clauses:
            return []
        found = self._searcher.search(tantivy.Query.boolean_query(clauses), k).hits
        ranked = [(self._searcher.doc(address)[_PLACE][0], score) for score, address in found]
        return sorted(ranked, key=lambda pair: (-pair[1], pair[0]))
