"""What the page asks of the assistant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from rag import calls
from rag.datatypes import Document, Place, Turn, Update


class Assistant(calls.Assistant, Protocol):
    """The page's view of the assistant. It is called from several threads at once."""

    def stream(self, question: str, *, history: Sequence[Turn] = ()) -> Iterator[Update]:
        """Answer a question step by step; raises `YinjuError` for one that cannot be worked with."""
        ...

    def document(self, file: str) -> Document:
        """Return a file with its articles and paragraphs; raises `KeyError` for one that is not indexed."""
        ...

    def verify(self, places: Sequence[tuple[int, Place]]) -> list[str]:
        """Return a line for each numbered place whose quote does not stand in the file as it is now."""
        ...

    def readable(self) -> bool:
        """Return whether the index is there and can be read."""
        ...
