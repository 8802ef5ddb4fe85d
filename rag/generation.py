"""A generation of the index, written upon the one before: documents, vectors, words, trigrams, side by side.

What the one before has is linked, not copied, where it is large: an update costs what it changes.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import Any

from rag.document_store import DocumentStore, FileRecord
from rag.document_writer import DocumentWriter
from rag.lexical import LexicalWriter
from rag.linking import link_folder
from rag.manifest import LEXICAL, TRIGRAMS, Manifest
from rag.preparing import Prepared
from rag.stores import Place, backend
from rag.trigrams import TrigramWriter
from rag.words import terms

REWRITTEN_CHUNKS = 20_000
"""Up to here (two seconds) the lexical index is written anew when chunks go: tantivy goes on counting deleted
ones in its statistics until it merges them away, and an updated index is to rank as one built from scratch."""


class GenerationWriter:
    """Writes one generation, by one thread; it can be opened when its manifest is in force."""

    def __init__(self, place: Place, previous: Place | None) -> None:
        """Begin in the new folder of `place` with what `previous` has, or with nothing."""
        self._place = place
        place.folder.mkdir()
        self._documents = DocumentWriter(place.folder, previous.folder if previous else None)
        self._vectors = backend(place.url).write(place, previous)
        if previous:
            for part in (LEXICAL, TRIGRAMS):
                link_folder(previous.folder / part, place.folder / part)
        self._lexical = LexicalWriter(place.folder / LEXICAL)
        self._trigrams = TrigramWriter(place.folder / TRIGRAMS)
        self._removed = False

    def remove(self, file: str) -> None:
        """Remove a file with all that was read of it."""
        chunks, windows = self._documents.remove_file(file)
        self._vectors.remove(chunks)
        self._lexical.remove(chunks)
        self._trigrams.remove(windows)
        self._removed = self._removed or bool(chunks)

    def put_file(self, record: FileRecord) -> None:
        """Insert or replace what is known of a file."""
        self._documents.put_file(record)

    def add(self, prepared: Prepared) -> None:
        """Add what was read of a file."""
        for ordinal, document in enumerate(prepared.documents):
            rows = document.rows
            first_chunk, first_window = self._documents.add(prepared.file, ordinal, rows)
            self._vectors.add(range(first_chunk, first_chunk + len(rows.chunks)), document.vectors)
            self._lexical.add(first_chunk, document.terms)
            self._trigrams.add(first_window, [row[4] for row in rows.windows])

    def commit(self, built_with: Mapping[str, Any], earlier: Manifest | None) -> Manifest:
        """Make the generation whole, and return its manifest, which is to be put in force."""
        chunks = self._documents.chunks
        self._documents.close()
        self._vectors.commit()
        if self._removed and chunks <= REWRITTEN_CHUNKS:
            self._rewrite_lexical()
        self._lexical.commit()
        self._trigrams.commit()
        return Manifest.describe(self._place, built_with, chunks, earlier)

    def _rewrite_lexical(self) -> None:
        """Begin the lexical index again, with all chunks."""
        self._lexical.commit()
        folder = self._place.folder / LEXICAL
        shutil.rmtree(folder)
        self._lexical = LexicalWriter(folder)
        documents = DocumentStore(self._place.folder)
        for chunk in documents.all_chunks():
            self._lexical.add(chunk.id, [" ".join(terms(f"{chunk.context} {chunk.text}"))])
        documents.close()
