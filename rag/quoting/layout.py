"""The windows of a document: stretches of its comparable characters, by which quotes are sought."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

from rag.datatypes import Article, Document, Source, Span, Window
from rag.quoting.alignment import comparable

OVERLAP = 32
"""Any words of at most this many comparable characters stand whole in a window."""
STRIDE = 224
"""How far apart windows begin. Shorter ones tell places apart better and make more rows: 256 characters are
about a paragraph of news."""

Laid = tuple[int, str, tuple[Span, ...], str | None]


def laid_out(source: Source, article: Article) -> list[Laid]:
    """Return an article's pieces in reading order: number, text, spans, speaker; none overlaps another.

    A paragraph has its number, a line outside the paragraphs (title, heading, metadata) has 0.
    """
    lines = sorted(
        [block.span for block in article.metadata] + [heading.span for heading in article.headings]
    )
    alone: list[Laid] = [
        (0, source.text[span.start : span.end], (span,), None)
        for i, span in enumerate(lines)
        if not i or span.start >= lines[i - 1].end
    ]
    paragraphs = [
        (paragraph.number, paragraph.text, paragraph.spans, paragraph.speaker)
        for paragraph in article.paragraphs
        if paragraph.spans
    ]
    return sorted([*alone, *paragraphs], key=lambda piece: piece[2][0].start)


def windows(document: Document, first_id: int) -> list[Window]:
    """Return the windows of a document's articles and asides, in order, numbered from `first_id`."""
    found: list[Window] = []
    for number, article in enumerate(document.pieces):
        pieces = laid_out(document.source, article)
        keys = [comparable(text) for _, text, _, _ in pieces]
        text = "".join(keys)
        bounds = [0, *accumulate(map(len, keys))]
        lines = [
            (start, end)
            for (paragraph, *_), start, end in zip(pieces, bounds, bounds[1:], strict=False)
            if not paragraph
        ]
        piece = 0
        for start in _starts(len(text)):
            end = min(len(text), start + STRIDE + OVERLAP)
            while bounds[piece + 1] <= start:
                piece += 1
            found.append(
                Window(
                    id=first_id + len(found),
                    file=document.source.file,
                    article=number,
                    start=start,
                    text=text[start:end],
                    piece=piece,
                    piece_start=bounds[piece],
                    lines=tuple(_within(lines, start, end)),
                    date=article.date,
                )
            )
    return found


def _starts(length: int) -> range:
    """Return where the windows of so many characters begin; the last one reaches past the overlap."""
    return range(0, max(length - OVERLAP, min(length, 1)), STRIDE)


def _within(lines: Sequence[tuple[int, int]], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of `lines` within [start, end), counted from `start`."""
    for low, high in lines:
        if max(low, start) < min(high, end):
            yield max(low, start) - start, min(high, end) - start
