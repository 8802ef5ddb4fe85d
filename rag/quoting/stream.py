"""All sources as one stream of comparable characters, searchable by character pairs.

Every article's pieces (title and metadata lines, headings, paragraphs) stand in the stream in reading
order without a break, so that a quote may run over a paragraph's end; the noise of a document follows its
articles, and a separator that no key contains stands between articles.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.datatypes import Article, Chunk, Document, Place, Source, Span, cut, locate
from rag.quoting.alignment import Block, key
from rag.text import fold

_SEPARATOR = "\n"
# Regions of the stream are compared in buckets of this many characters: about a clause.
_BUCKET = 32

# No more blocks than this enter a chain; the longest are kept.
_MOST_BLOCKS = 1200

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A paragraph (number from 1) or a metadata line, title or heading (number 0) in the stream.

    `start` and `end` are its place in the stream, `home` numbers its article through all documents.
    """

    source: Source
    article: Article
    home: int
    number: int
    text: str
    spans: tuple[Span, ...]
    speaker: str | None
    start: int
    end: int


class Stream:
    """The keys of all documents in a row, with what leads from a position back to its source."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.pieces: list[Piece] = []
        self.origin: list[int] = []
        texts: list[str] = []
        self._homes: dict[tuple[str, int], list[Piece]] = {}
        home = 0
        for document in documents:
            for ordinal, article in enumerate(document.pieces):
                first = len(self.pieces)
                for number, text, spans, speaker in _pieces(document.source, article):
                    found = key(text)
                    start = len(self.origin)
                    self.origin.extend(found.origin)
                    texts.append(found.text)
                    self.pieces.append(
                        Piece(
                            source=document.source,
                            article=article,
                            home=home,
                            number=number,
                            text=text,
                            spans=spans,
                            speaker=speaker,
                            start=start,
                            end=len(self.origin),
                        )
                    )
                self._homes[document.source.file, ordinal] = self.pieces[first:]
                self.origin.append(0)
                texts.append(_SEPARATOR)
                home += 1
        self.text = "".join(texts)
        self._starts = [piece.start for piece in self.pieces]
        pairs = _pairs(self.text)
        self._order = np.argsort(pairs, kind="stable")
        self._sorted = pairs[self._order]

    def piece(self, position: int) -> Piece:
        """Return the piece that the character at `position` belongs to."""
        return self.pieces[bisect_right(self._starts, position) - 1]

    def region(self, chunk: Chunk) -> tuple[int, int]:
        """Return where the paragraphs of a chunk lie in the stream, from the first's start to the last's end."""
        low, high = chunk.paragraphs
        inside = [piece for piece in self._homes[chunk.file, chunk.article] if low <= piece.number <= high]
        return inside[0].start, inside[-1].end

    def covered(self, start: int, end: int) -> Iterator[tuple[Piece, int, int]]:
        """Yield the pieces that [start, end) reaches into, each with the part of it that is covered."""
        for number in range(bisect_right(self._starts, start) - 1, len(self.pieces)):
            piece = self.pieces[number]
            if piece.start >= end:
                return
            if max(start, piece.start) < min(end, piece.end):
                yield piece, max(start, piece.start), min(end, piece.end)

    def occurrences(self, words: str, limit: int) -> list[int]:
        """Return the first `limit` positions where the key `words` stands, in order."""
        found: list[int] = []
        position = self.text.find(words)
        while position >= 0 and len(found) < limit:
            found.append(position)
            position = self.text.find(words, position + 1)
        return found

    def hits(self, quote: str) -> tuple[Integers, Integers]:
        """Return every pair of equal character pairs: its position in `quote`, its position in the stream."""
        pairs = _pairs(quote)
        low = np.searchsorted(self._sorted, pairs, "left")
        counts = np.searchsorted(self._sorted, pairs, "right") - low
        at = np.repeat(np.arange(len(pairs)), counts)
        within = np.arange(len(at)) - np.repeat(np.cumsum(counts) - counts, counts)
        return at, self._order[np.repeat(low, counts) + within]

    def regions(
        self, at: Integers, where: Integers, start: int, end: int, most: int
    ) -> list[tuple[int, int]]:
        """Return the `most` regions that share most with the quote's characters [start, end), best first.

        Each pair of characters counts once a bucket, the more the rarer it is. Regions may overlap.
        """
        chosen = (at >= start) & (at < end)
        if not chosen.any():
            return []
        weight = np.log(1 + len(self.text) / np.bincount(at[chosen]).clip(1))
        buckets = len(self.text) // _BUCKET + 1
        once = np.unique(at[chosen] * buckets + where[chosen] // _BUCKET)
        score = np.bincount(once % buckets, weights=weight[once // buckets], minlength=buckets)
        width = (end - start) // _BUCKET + 2
        total = np.concatenate(([0.0], np.cumsum(score)))
        window = total[width:] - total[:-width] if buckets > width else total[-1:]
        found: list[tuple[int, int]] = []
        for _ in range(most):
            best = int(window.argmax())
            if window[best] <= 0:
                break
            found.append((best * _BUCKET, (best + width) * _BUCKET))
            window[max(0, best - width // 2) : best + width // 2 + 1] = 0
        return found

    def place(self, ranges: Sequence[tuple[int, int]], around: tuple[str, str] = ("", "")) -> Place:
        """Return the place of these stretches of the stream, all of one article, in order.

        Args:
            ranges: half-open stretches, none empty.
            around: what stands in the quote before and after its comparable characters (quotation marks,
                a full stop); as much of it as stands in the source as well becomes part of the place.
        """
        parts = [part for start, end in ranges for part in self.covered(start, end)]
        spans: list[Span] = []
        for number, (piece, start, end) in enumerate(parts):
            low, high = self.origin[start], self.origin[end - 1] + 1
            if number == 0:
                low -= _shared(piece.text[:low][::-1], around[0][::-1])
            elif start == piece.start and piece is not parts[number - 1][0]:
                low = 0
            if number == len(parts) - 1:
                high += _shared(piece.text[high:], around[1])
            elif end == piece.end and piece is not parts[number + 1][0]:
                high = len(piece.text)
            spans.extend(locate(piece.spans, low, high))
        first = next((piece for piece, _, _ in parts if piece.number), parts[0][0])
        return Place(
            file=first.source.file,
            article=first.article.name,
            paragraph=first.number,
            spans=tuple(spans),
            quote=cut(first.source.text, spans),
            date=first.article.date,
            outlet=first.article.outlet,
            speaker=first.speaker,
            page=first.source.page_of(spans[0].start),
        )


def blocks(at: Integers, where: Integers, regions: Sequence[tuple[int, int]], shortest: int) -> list[Block]:
    """Return the longest stretches, of at least `shortest` characters, that a quote shares with regions."""
    inside = np.zeros(len(where), dtype=bool)
    for start, end in regions:
        inside |= (where >= start) & (where < end)
    at, where = at[inside], where[inside]
    order = np.lexsort((at, where - at))
    at, where = at[order], where[order]
    breaks = np.flatnonzero((np.diff(where - at) != 0) | (np.diff(at) != 1)) + 1
    starts = np.concatenate(([0], breaks)).astype(np.int64)[: len(at)]
    lengths = np.diff(np.concatenate((starts, [len(at)]))) + 1
    longest = np.argsort(-lengths, kind="stable")[:_MOST_BLOCKS]
    return [
        Block(quote=int(at[starts[i]]), source=int(where[starts[i]]), length=int(lengths[i]))
        for i in longest[lengths[longest] >= shortest]
    ]


def _pieces(source: Source, article: Article) -> list[tuple[int, str, tuple[Span, ...], str | None]]:
    """Return an article's pieces in reading order: number, text, spans, speaker; none overlaps another."""
    lines = sorted(
        [block.span for block in article.metadata] + [heading.span for heading in article.headings]
    )
    alone = [
        (0, source.text[span.start : span.end], (span,), None)
        for i, span in enumerate(lines)
        if not i or span.start >= lines[i - 1].end
    ]
    paragraphs = [
        (paragraph.number, paragraph.text, paragraph.spans, paragraph.speaker)
        for paragraph in article.paragraphs
        if paragraph.spans
    ]
    return sorted([*alone, *paragraphs], key=lambda piece: piece[2][0])


def _pairs(text: str) -> Integers:
    """Return a number for each pair of neighbouring characters."""
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    return (codes[:-1] << 21) | codes[1:]


def _shared(source: str, quote: str) -> int:
    """Return how many characters at the beginning of `source` the beginning of `quote` has as well."""
    left, right = fold(source), fold("".join(quote.split()))
    count = 0
    while count < min(len(left), len(right)) and left[count] == right[count]:
        count += 1
    return count
