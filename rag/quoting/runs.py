"""Neighbouring sentences of a stream: what a quote in other words is held against."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.datatypes import Span
from rag.quoting.stream import Piece, Stream
from rag.text import sentences

LONGEST = 3
"""Sentences of a run at most."""
_split = lru_cache(maxsize=4096)(sentences)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence with its place in the stream, half-open, and its span in the text of its piece."""

    piece: Piece
    start: int
    end: int
    span: Span

    @property
    def text(self) -> str:
        """The words of the sentence, without line breaks."""
        return self.piece.text[self.span.start : self.span.end]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Neighbouring sentences of one article, by number: `first` to `last`, both included."""

    first: int
    last: int


def sentences_of(stream: Stream) -> list[Sentence]:
    """Return the sentences of a stream that have comparable characters, in its order."""
    return [sentence for piece in stream.pieces for sentence in _sentences(stream, piece)]


def runs_of(found: Sequence[Sentence]) -> list[Run]:
    """Return every run of up to `LONGEST` sentences that adjoin within one article."""
    runs = []
    for first in range(len(found)):
        for last in range(first, min(first + LONGEST, len(found))):
            apart = last > first and found[last].start != found[last - 1].end
            if apart or found[last].piece.home != found[first].piece.home:
                break
            runs.append(Run(first=first, last=last))
    return runs


def _sentences(stream: Stream, piece: Piece) -> list[Sentence]:
    """Return the sentences of a piece that have comparable characters."""
    found = []
    for span in _split(piece.text):
        start, end = _place(stream, piece, span)
        if start < end:
            found.append(Sentence(piece=piece, start=start, end=end, span=span))
    return found


def _place(stream: Stream, piece: Piece, span: Span) -> tuple[int, int]:
    """Return where the comparable characters of a part of a piece's text lie in the stream."""
    start = bisect_left(stream.origin, span.start, piece.start, piece.end)
    return start, bisect_left(stream.origin, span.end, start, piece.end)
