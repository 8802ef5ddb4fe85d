"""What is put on paper: headings, paragraphs, lists, tables and footnotes, before any format is chosen."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

Style = Literal["plain", "strong", "struck", "added"]
Kind = Literal["title", "heading", "text", "item", "quote", "remark", "closing"]

_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A run of words in one style: `struck` are those that the other text does not have, `added` its own."""

    text: str
    style: Style = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A reference to the sheet's footnote `number`, from 1."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph of a kind: an `item` is one of a list, a `remark` tells about what is above it, `closing` about all."""

    kind: Kind
    parts: tuple[Words | Note, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of cells, as many in each; the first row is the head."""

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Blocks from top to bottom, and the footnotes that they refer to, the first of them number 1."""

    title: str
    blocks: tuple[Block | Table, ...]
    notes: tuple[str, ...] = ()


def block(kind: Kind, *parts: str | Words | Note) -> Block:
    """Return a block of a kind, each stretch of white space in it one blank; a mere text is in plain style."""
    return Block(kind=kind, parts=tuple(map(_part, parts)))


def _part(part: str | Words | Note) -> Words | Note:
    if isinstance(part, Note):
        return part
    words = Words(text=part) if isinstance(part, str) else part
    return replace(words, text=_BLANKS.sub(" ", words.text))


def on_one_line(text: str) -> str:
    """Return `text` with each stretch of white space as one blank, none around it."""
    return " ".join(text.split())
