"""What the page asks of the assistant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from rag.answering.endpoint import LLMOptions
from rag.config import Settings
from rag.datatypes import Document, ManuscriptReport, Place, QuoteReport, Source, Turn, Update


class Assistant(Protocol):
    """The page's view of the assistant. It is called from several threads at once."""

    @property
    def settings(self) -> Settings:
        """What it works with."""

    def use_model(self, llm: LLMOptions) -> None:
        """Ask this language model from the next question on."""

    def stream(self, question: str, *, history: Sequence[Turn] = ()) -> Iterator[Update]:
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
