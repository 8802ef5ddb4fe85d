"""The trigram index: which windows hold these characters, or most of them; kept by tantivy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import tantivy

_HEAP_BYTES = 128 * 1024 * 1024
_SIZE = 3
# Stands behind a window's text, so that its last characters begin a trigram too; no window has a line break.
_PADDING = "\n" * (_SIZE - 1)
_CUT = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.ngram(_SIZE, _SIZE, False)).build()


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("id", stored=False, indexed=True, fast=True)
    # Neither frequencies nor positions: a trigram seldom stands twice in a window, and what is found is verified.
    builder.add_text_field("body", stored=False, tokenizer_name="trigrams", index_option="basic")
    return builder.build()


def trigrams(words: str) -> list[str]:
    """Return the runs of three characters of `words`, in order; none where they are fewer."""
    return [words[i : i + _SIZE] for i in range(len(words) - _SIZE + 1)]


class TrigramWriter:
    """Adds and removes windows in one folder, beside the thread that calls it; nothing counts before `commit`."""

    def __init__(self, folder: Path) -> None:
        """Open the index in `folder` for writing, making it where there is none."""
        self._schema = _schema()
        new = not folder.exists()
        folder.mkdir(exist_ok=True)
        self._index = (
            tantivy.Index(self._schema, path=str(folder)) if new else tantivy.Index.open(str(folder))
        )
        self._index.register_tokenizer("trigrams", _CUT)
        self._writer = self._index.writer(heap_size=_HEAP_BYTES, num_threads=1)

    def remove(self, ids: Sequence[int]) -> None:
        """Remove windows by id; one of those ids can be added again afterwards."""
        if ids:
            # By query: deletion by term takes the ids for signed numbers and finds none.
            self._writer.delete_documents_by_query(
                tantivy.Query.term_set_query(self._schema, "id", list(ids))
            )

    def add(self, first_id: int, texts: Iterable[str]) -> None:
        """Add windows numbered from `first_id`, given as the characters in them."""
        for identifier, text in enumerate(texts, start=first_id):
            document = tantivy.Document()
            document.add_unsigned("id", identifier)
            document.add_text("body", text + _PADDING)
            self._writer.add_document(document)

    def commit(self) -> None:
        """Make what was removed and added durable, and end writing."""
        self._writer.commit()
        self._writer.wait_merging_threads()


class TrigramIndex:
    """The trigrams of all windows, in one folder."""

    def __init__(self, folder: Path) -> None:
        """Open what a `TrigramWriter` wrote.

        Raises:
            ValueError: the folder is missing or damaged.
        """
        self._schema = _schema()
        self._searcher = tantivy.Index.open(str(folder)).searcher()

    def count(self) -> int:
        """Return the number of windows."""
        return int(self._searcher.num_docs)

    def frequency(self, trigram: str) -> int:
        """Return how many windows hold a trigram, those removed since segments were merged included."""
        return int(self._searcher.doc_freq("body", trigram))

    def holding(self, words: str, most: int) -> list[int]:
        """Return the ids of up to `most` windows that hold every trigram of `words`; these may stand apart.

        Of words of one or two characters those are returned that hold them.
        """
        if len(words) < _SIZE:
            return self._found(self._beginning(words), most)
        return self._found(
            self._all(tantivy.Occur.Must, map(self._term, dict.fromkeys(trigrams(words)))), most
        )

    def nearest(self, wanted: Iterable[str], most: int, share: float) -> list[int]:
        """Return the ids of the windows with the highest BM25 over these trigrams, best first.

        Args:
            wanted: trigrams; there are no windows where there are none.
            most: how many windows at most.
            share: the least score of a window, as a share of the best one's, 0 to 1.
        """
        clauses = [self._term(trigram) for trigram in dict.fromkeys(wanted)]
        return self._found(self._all(tantivy.Occur.Should, clauses), most, share) if clauses else []

    def pairs(self, words: str, most: int) -> list[int]:
        """Return the ids of up to `most` windows that hold most of the pairs of neighbours in `words`, best first."""
        clauses = [self._beginning(words[i : i + 2]) for i in range(len(words) - 1)]
        return self._found(self._all(tantivy.Occur.Should, clauses), most) if clauses else []

    def _found(self, query: tantivy.Query, most: int, share: float = 0.0) -> list[int]:
        hits = self._searcher.search(query, most, count=False).hits
        likely = [address for score, address in hits if score >= share * hits[0][0]]
        return self._searcher.fast_field_values("id", likely) if likely else []

    def _all(self, occur: tantivy.Occur, clauses: Iterable[tantivy.Query]) -> tantivy.Query:
        return tantivy.Query.boolean_query([(occur, clause) for clause in clauses])

    def _term(self, trigram: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, "body", trigram, index_option="basic")

    def _beginning(self, words: str) -> tantivy.Query:
        """Return the query for windows with a trigram that begins with `words`."""
        return tantivy.Query.regex_query(self._schema, "body", f"{re.escape(words)}(.|\\n)*")
