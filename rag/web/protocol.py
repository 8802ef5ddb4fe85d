"""What the page asks of the assistant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from rag.datatypes import Document, Filters, ManuscriptReport, Place, QuoteReport, Source, Turn, Update


class Assistant(Protocol):
    """The page's view of the assistant. It is called from several threads at once."""

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Iterator[Update]:
        """Answer a question step by step; raises `YinjuError` for one that cannot be worked with."""
        ...

    def cite(self, quote: str) -> QuoteReport:
        """Say where a sentence comes from and whether it is quoted rightly."""
        ...

    def check(self, manuscript: Source) -> ManuscriptReport:
        """Say of each sentence of a manuscript what it quotes and whether rightly."""
        ...

    def document(self, file: str) -> Document:
        """Return a file with its articles and paragraphs; raises `KeyError` for one that is not indexed."""
        ...

    def verify(self, places: Sequence[tuple[int, Place]]) -> list[str]:
        """Return a line for each numbered place whose quote does not stand in the file as it is now."""
        ...
