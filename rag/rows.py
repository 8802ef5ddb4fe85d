"""A document as the rows that the document store keeps of it, and back.

Rows are plain tuples of texts and numbers, so that one process can make them and another write them. Chunks and
windows count from 0 within their document there; the store adds what makes the numbers its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rag.datatypes import (
    Article,
    Block,
    Chunk,
    Document,
    Fact,
    Heading,
    Paragraph,
    Source,
    Span,
    Window,
)
from rag.text import fold

_OPENING = 40

ChunkRow = tuple[int, str, int, int, int, str, str, str, str | None, str | None, str]
WindowRow = tuple[int, str, int, int, str, int, int, str | None, str | None]
WorkRow = tuple[str, int, str | None, str, str | None, str | None, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What the store keeps of one document, in the columns' order; `record` is JSON of all but the text."""

    source: str
    text: str
    record: str
    works: tuple[WorkRow, ...]
    chunks: tuple[ChunkRow, ...]
    windows: tuple[WindowRow, ...]


def rows(document: Document, chunks: Sequence[Chunk], windows: Sequence[Window]) -> Rows:
    """Return the rows of a document whose chunks and windows are numbered from 0."""
    source = document.source
    record = {
        "source": {name: getattr(source, name) for name in source.__slots__ if name not in ("text", "marks")},
        "articles": document.articles,
        "noise": document.noise,
        "asides": document.asides,
    }
    return Rows(
        source=source.file,
        text=source.text,
        record=json.dumps(record, ensure_ascii=False, default=_fields),
        works=tuple(_work_row(source.file, *numbered) for numbered in enumerate(document.articles)),
        chunks=tuple(_chunk_row(document, chunk) for chunk in chunks),
        windows=tuple(map(_window_row, windows)),
    )


def _fields(value: Any) -> dict[str, Any]:  # noqa: ANN401 - any of the dataclasses
    """Return the fields of one of the slotted dataclasses, those in it left to the caller."""
    return {name: getattr(value, name) for name in value.__slots__}


def _work_row(file: str, number: int, article: Article) -> WorkRow:
    opening = article.paragraphs[0].text[:_OPENING] if article.paragraphs else ""
    count = len(article.paragraphs)
    return file, number, article.title, opening, article.date, article.outlet, count


def _chunk_row(document: Document, chunk: Chunk) -> ChunkRow:
    article = document.pieces[chunk.article]
    first, last = chunk.paragraphs
    spoken = {p.speaker for p in article.paragraphs[first - 1 : last] if p.speaker}
    return (
        chunk.id,
        chunk.file,
        chunk.article,
        *chunk.paragraphs,
        json.dumps([[span.start, span.end] for span in chunk.spans]),
        chunk.text,
        chunk.context,
        article.outlet and fold(article.outlet),
        article.date,
        named(spoken or (article.speakers if len(article.speakers) == 1 else ())),
    )


def named(names: Iterable[str]) -> str:
    """Return folded names as a column holds them, such that each is found whole."""
    return "".join(f"\n{fold(name)}\n" for name in names)


def chunk_of(row: Sequence[Any]) -> Chunk:
    """Return the chunk that a row holds; what it has behind the context is left out."""
    identifier, file, article, first, last, spans, text, context, *_ = row
    return Chunk(
        id=identifier,
        file=file,
        article=article,
        paragraphs=(first, last),
        text=text,
        spans=tuple(Span(start=start, end=end) for start, end in json.loads(spans)),
        context=context,
    )


def _window_row(window: Window) -> WindowRow:
    return (
        window.id,
        window.file,
        window.article,
        window.start,
        window.text,
        window.piece,
        window.piece_start,
        json.dumps(window.lines) if window.lines else None,
        window.date,
    )


def window_of(row: Sequence[Any]) -> Window:
    """Return the window that a row holds."""
    identifier, file, article, start, text, piece, piece_start, lines, date = row
    return Window(
        id=identifier,
        file=file,
        article=article,
        start=start,
        text=text,
        piece=piece,
        piece_start=piece_start,
        lines=tuple((low, high) for low, high in json.loads(lines)) if lines else (),
        date=date,
    )


def document_of(text: str, record: str) -> Document:
    """Return the document whose text and record `rows` made."""
    values = json.loads(record)
    source = values["source"] | {"text": text, "pages": _spans(values["source"]["pages"])}
    return Document(
        source=Source(**source),
        articles=tuple(_article(article) for article in values["articles"]),
        noise=_blocks(values["noise"]),
        asides=tuple(_article(article) for article in values["asides"]),
    )


def _article(record: dict[str, Any]) -> Article:
    paragraphs = tuple(
        Paragraph(**p | {"spans": _spans(p["spans"]), "path": tuple(p["path"])}) for p in record["paragraphs"]
    )
    rebuilt = {
        "span": Span(**record["span"]),
        "authors": tuple(record["authors"]),
        "speakers": tuple(record["speakers"]),
        "facts": tuple(Fact(**f | {"span": Span(**f["span"])}) for f in record["facts"]),
        "headings": tuple(Heading(**h | {"span": Span(**h["span"])}) for h in record["headings"]),
        "paragraphs": paragraphs,
        "metadata": _blocks(record["metadata"]),
    }
    return Article(**record | rebuilt)


def _blocks(records: list[dict[str, Any]]) -> tuple[Block, ...]:
    return tuple(Block(**record | {"span": Span(**record["span"])}) for record in records)


def _spans(records: list[dict[str, int]]) -> tuple[Span, ...]:
    return tuple(Span(**record) for record in records)
