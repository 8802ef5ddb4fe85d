"""Where words stand in a raw text, and whether an answer states a fact."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from rag.datatypes import Span
from rag.errors import ReadingError, UsageError
from rag.indexing import scan
from rag.reading import read
from rag.text import fold, squeeze

# A number that goes on beyond the digit it borders on.
_NUMBER_BEFORE = re.compile(r"\d[.,]?\Z")
_NUMBER_AFTER = re.compile(r"[.,]?\d")


class RawTexts:
    """The texts of the docs folder. Plain text is read here and not by the program that is judged.

    Offsets count code points as decoded from UTF-8, a byte order mark not counted, line endings untouched.
    Other encodings and formats are decoded as the program decodes them (`rag.reading`).
    """

    def __init__(self, docs: Path) -> None:
        """Read from the folder `docs`; a file is read when it is first asked for."""
        self._docs = docs
        self._texts: dict[str, str] = {}

    def __getitem__(self, file: str) -> str:
        """Return the text of `file`; `NAME.jsonl#ID` is one line of a `.jsonl`.

        Raises:
            UsageError: there is no such file, or it cannot be read.
        """
        if file not in self._texts:
            self._texts |= self._read(file)
        if file not in self._texts:
            raise UsageError(f"文档 {self._docs / file} 里没有这一条：请检查 --docs")
        return self._texts[file]

    def all(self) -> dict[str, str]:
        """Return the texts of the folder by source, those that cannot be read left out."""
        for name in scan(self._docs):
            if name not in self._texts:
                with suppress(UsageError):
                    self._texts |= self._read(name)
        return dict(sorted(self._texts.items()))

    def _read(self, file: str) -> dict[str, str]:
        path = self._docs / file.partition("#")[0]
        try:
            if path.suffix == ".txt":
                return {file: path.read_bytes().decode("utf-8-sig")}
        except UnicodeDecodeError:
            pass
        except OSError as error:
            raise UsageError(f"读不到文档 {path}：请检查 --docs") from error
        try:
            return {source.file: source.text for source in read(path, self._docs)}
        except ReadingError as error:
            raise UsageError(f"读不了文档 {path}：{error}") from error


def plain(text: str) -> str:
    """Return the form in which facts are compared: folded, without white space."""
    return squeeze(fold(text))


def states(text: str, form: str) -> bool:
    """Whether `text` holds `form`, both folded, white space aside, and not as part of a longer number.

    `500个` does not stand in `1500个`, nor `18%` in `0.18%`; white space ends a number.
    """
    text, form = fold(text), fold(form)
    return any(
        not (form[0].isdecimal() and _NUMBER_BEFORE.search(text[: span.start]))
        and not (form[-1].isdecimal() and _NUMBER_AFTER.match(text[span.end :]))
        for span in occurrences(text, form)
    )


def occurrences(text: str, wanted: str) -> list[Span]:
    """Return every place where `wanted` stands in `text`, white space aside; none for a blank `wanted`.

    A span runs from the first to the last character found and may have white space inside.
    """
    offsets = [offset for offset, character in enumerate(text) if not character.isspace()]
    text, wanted = squeeze(text), squeeze(wanted)
    found = []
    start = text.find(wanted) if wanted else -1
    while start >= 0:
        last = start + len(wanted) - 1
        found.append(Span(start=offsets[start], end=offsets[last] + 1))
        start = text.find(wanted, start + 1)
    return found


def visible(raw: str, spans: Iterable[Span]) -> frozenset[int]:
    """Return the offsets of the characters of `raw` inside `spans` that are not white space."""
    return frozenset(
        offset
        for span in spans
        for offset in range(span.start, min(span.end, len(raw)))
        if not raw[offset].isspace()
    )
