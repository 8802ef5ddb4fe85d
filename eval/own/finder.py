"""Where words stand in all the documents."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from eval.dataset import Passage
from eval.matching import RawTexts, occurrences, plain
from rag.text import fold


class Finder:
    """Where words stand in the documents: the form they are compared in is made once a document."""

    def __init__(self, texts: RawTexts) -> None:
        """Look in these texts."""
        self._texts = texts
        self._plain: dict[str, str] = {}

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The documents that can be read."""
        return tuple(self._texts.all())

    def check(self, files: Iterable[str]) -> None:
        """Raise UsageError where one of the files is not among the documents."""
        for file in files:
            self._texts[file]

    def places(self, words: str, files: Iterable[str]) -> tuple[Passage, ...]:
        """Return every place of `words` in the files, white space, width and quotation marks aside."""
        wanted = plain(words)
        found = []
        for file in files:
            text = self._texts[file]
            if file not in self._plain:
                self._plain[file] = plain(text)
            if wanted and wanted in self._plain[file]:
                spans = occurrences(fold(text), fold(words))
                found += [Passage(file=file, quote=words, span=span) for span in spans]
        return tuple(found)
