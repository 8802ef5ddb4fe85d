"""Reads the training sets: JSON lines, xz-compressed, one folder a set.

The folder is given on the command line; nothing of the sets themselves belongs into the repository.
"""

from __future__ import annotations

import json
import lzma
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rag.text import fold, sentences

PASSAGE_LENGTH = 250
_DATELINE = re.compile(
    r"^.{0,12}(?:(?:本报|新华社|人民网|中新网|中新社|央视网|光明网|环球网)[^，。]{0,24}?电|IT之家.{0,14}?消息)"
    r"\s*(?:[（(][^）)]{0,30}[）)])?[，,：:]?"
)
_BLANKS = re.compile(r"\s+")


def read(folder: Path, name: str) -> list[dict[str, Any]]:
    """Return the records of set file `name` (say `laws/docs`) under `folder`.

    Raises:
        FileNotFoundError: there is no such file.
    """
    with lzma.open(folder / f"{name}.jsonl.xz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def clean(text: str) -> str:
    """Return `text` in compatibility form and folded, without a dateline and superfluous blanks."""
    plain = fold(unicodedata.normalize("NFKC", text)).strip()
    return _BLANKS.sub(" ", _DATELINE.sub("", plain)).strip()


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a text, line by line, cleaned; blank ones are left out."""
    found = []
    for line in text.splitlines():
        plain = clean(line)
        found += [plain[span.start : span.end] for span in sentences(plain)]
    return found


def passages(pieces: list[str], limit: int = PASSAGE_LENGTH) -> Iterator[list[str]]:
    """Group sentences into passages of at most `limit` characters; a longer sentence stands alone."""
    passage: list[str] = []
    length = 0
    for piece in pieces:
        if passage and length + len(piece) > limit:
            yield passage
            passage, length = [], 0
        passage.append(piece)
        length += len(piece)
    if passage:
        yield passage


def split(records: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the records to learn from, and those kept back to fit the fusion on: every tenth."""
    return [record for place, record in enumerate(records) if place % 10], records[::10]
