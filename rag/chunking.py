"""Articles to chunks: whole sentences, about a passage each, sized in tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag import tokens
from rag.datatypes import Article, Block, Chunk, Document, Paragraph, Span, cut, locate
from rag.text import sentences, squeeze

_RECORD = ("number", "record", "signature")
"""Lines by which an official document is asked for: a chunk of their own, since each paragraph would be too many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkingOptions:
    """Sizes in tokens.

    A chunk holds at most `max_tokens`, but a single longer sentence stays whole; neighbouring paragraphs of
    one section are joined while the sum is at most `join_tokens`.
    """

    max_tokens: int = 200
    join_tokens: int = 80


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of whole sentences of one paragraph."""

    paragraph: Paragraph
    spans: tuple[Span, ...]
    tokens: int


def chunk(document: Document, first_id: int, options: ChunkingOptions) -> list[Chunk]:
    """Return the chunks of a document, numbered from `first_id`; every sentence is in exactly one.

    Those of the asides come last; an aside whose words stand in an earlier one (a running head) has none.
    """
    chunks: list[Chunk] = []
    for index, article in enumerate(document.articles):
        for group in _joined(article, options):
            spans = tuple(span for piece in group for span in piece.spans)
            chunks.append(
                Chunk(
                    id=first_id + len(chunks),
                    file=document.source.file,
                    article=index,
                    paragraphs=(group[0].paragraph.number, group[-1].paragraph.number),
                    text=cut(document.source.text, spans),
                    spans=spans,
                    context=context(article, group[0].paragraph),
                )
            )
        record = [block for block in article.metadata if block.kind in _RECORD]
        chunks += _line_chunks(document, index, record, first_id + len(chunks), options)
    said: set[str] = set()
    for index, aside in enumerate(document.asides, start=len(document.articles)):
        words = squeeze("".join(block.text for block in aside.metadata))
        if words not in said:
            said.add(words)
            chunks += _line_chunks(document, index, aside.metadata, first_id + len(chunks), options)
    return chunks


def _line_chunks(
    document: Document, index: int, lines: Sequence[Block], first_id: int, options: ChunkingOptions
) -> Iterator[Chunk]:
    """Yield the chunks of lines outside paragraphs, from `first_id`: as many lines each as `max_tokens` allow."""
    runs: list[list[Span]] = []
    size = 0
    for block in lines:
        count = tokens.count(block.text)
        if not runs or size + count > options.max_tokens:
            runs.append([])
            size = 0
        runs[-1].append(block.span)
        size += count
    for number, run in enumerate(runs, start=first_id):
        yield Chunk(
            id=number,
            file=document.source.file,
            article=index,
            paragraphs=(0, 0),
            text=cut(document.source.text, run),
            spans=tuple(run),
            context="",
        )


def context(article: Article, paragraph: Paragraph) -> str:
    """Return what is embedded and indexed with a paragraph, and never quoted: title, heading, who writes or speaks."""
    parts = (article.kicker, article.title, *paragraph.path, *article.authors, paragraph.speaker)
    return " ".join(part for part in parts if part)


def _joined(article: Article, options: ChunkingOptions) -> Iterator[list[_Piece]]:
    """Yield the pieces of each chunk: short neighbours under one heading together, others alone."""
    group: list[_Piece] = []
    for paragraph in article.paragraphs:
        for piece in _pieces(paragraph, options.max_tokens):
            same_section = bool(group) and group[-1].paragraph.path == paragraph.path
            if same_section and sum(p.tokens for p in group) + piece.tokens <= options.join_tokens:
                group.append(piece)
                continue
            if group:
                yield group
            group = [piece]
    if group:
        yield group


def _pieces(paragraph: Paragraph, limit: int) -> Iterator[_Piece]:
    """Yield runs of whole sentences of a paragraph, each of at most `limit` tokens where sentences allow."""
    run: list[Span] = []
    size = 0
    for span in sentences(paragraph.text):
        count = tokens.count(paragraph.text[span.start : span.end])
        if run and size + count > limit:
            yield _piece(paragraph, run, size)
            run, size = [], 0
        run.append(span)
        size += count
    if run:
        yield _piece(paragraph, run, size)


def _piece(paragraph: Paragraph, run: Sequence[Span], size: int) -> _Piece:
    return _Piece(paragraph, locate(paragraph.spans, run[0].start, run[-1].end), size)
