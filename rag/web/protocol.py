"""What the page asks of the assistant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from rag import calls
from rag.answering.endpoint import LLMOptions
from rag.config import Settings
from rag.datatypes import Document, Filters, Place, Turn, Update
from rag.indexing import IndexReport, Progress
from rag.library import Added, Entry


class Assistant(calls.Assistant, Protocol):
    """The page's view of the assistant. It is called from several threads at once."""

    @property
    def settings(self) -> Settings:
        """What it works with."""

    def use_model(self, llm: LLMOptions) -> None:
        """Ask this language model from the next question on."""

    def warm(self) -> None:
        """Load what answering loads on first use."""
        ...

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Iterator[Update]:
        """Answer a question step by step; raises `YinjuError` for one that cannot be worked with."""
        ...

    def document(self, file: str) -> Document:
        """Return a file with its articles and paragraphs; raises `KeyError` for one that is not indexed."""
        ...

    def verify(self, places: Sequence[tuple[int, Place]]) -> list[str]:
        """Return a line for each numbered place whose quote does not stand in the file as it is now."""
        ...

    def catalogue(self) -> tuple[Entry, ...]:
        """Return what the index holds, an entry a file."""
        ...

    def add(self, name: str, path: Path, aside: Path | None = None) -> Added:
        """Copy a file into the docs folder; raises `NameTakenError`, and `UsageError` for what cannot be added."""
        ...

    def remove(self, file: str, aside: Path) -> Path:
        """Move a file out of the docs folder into `aside`; raises `UsageError` where it cannot be."""
        ...

    def update(self, progress: Progress) -> IndexReport:
        """Bring the index up to date with the docs folder; `progress` is told of each file that is read."""
        ...

    def readable(self) -> bool:
        """Return whether the index is there and can be read."""
        ...
