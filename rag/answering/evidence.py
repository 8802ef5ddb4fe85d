"""Places for what is quoted: sentences, list items, whole passages as numbered evidence."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import zip_longest

from rag.datatypes import (
    Answer,
    Article,
    Chunk,
    Document,
    Hit,
    Paragraph,
    Place,
    Span,
    cut,
    locate,
)
from rag.text import fold, sentences

MAX_PASSAGES = 8
"""Passages that a language model is given; more of them make small models lose the thread."""
ORDERS = re.compile(
    r"(?:忽略|无视|忘记|忘掉|不要理会|不用管|不要管)[^。!?]{0,4}(?:以上|上述|上面|之前|此前|先前|前面|所有|一切|你的)"
    r"[^。!?]{0,8}(?:指令|指示|提示|要求|规则|设定|内容|资料)"
    r"|(?:ignore|disregard|forget)\s+(?:all\s+|any\s+)?(?:of\s+)?(?:the\s+|your\s+)?(?:previous|prior|above|earlier)\b"
)
"""What a text says that is meant for the program which reads it, and not for its readers."""


def place_of(
    document: Document, article: Article, paragraph: Paragraph | None, spans: tuple[Span, ...]
) -> Place:
    """Return the place of raw spans in an article; without a paragraph it is a heading or a metadata line."""
    return Place(
        file=document.source.file,
        article=article.name,
        paragraph=paragraph.number if paragraph else 0,
        spans=spans,
        quote=cut(document.source.text, spans),
        date=article.date,
        outlet=article.outlet,
        speaker=paragraph.speaker if paragraph else None,
        page=document.source.page_of(spans[0].start),
    )


def sentence_place(document: Document, article: Article, paragraph: Paragraph, span: Span) -> Place:
    """Return the place of the characters `span` of a paragraph's text."""
    return place_of(document, article, paragraph, locate(paragraph.spans, span.start, span.end))


def speaker_place(document: Document, article: Article, paragraph: Paragraph, speaker: str) -> Place | None:
    """Return the place that names the speaker of a paragraph: the nearest sentence before, else a line above."""
    for earlier in reversed(article.paragraphs[: paragraph.number]):
        for span in sentences(earlier.text):
            if speaker in earlier.text[span.start : span.end]:
                return sentence_place(document, article, earlier, span)
    named = next((block for block in article.metadata if speaker in block.text), None)
    return place_of(document, article, None, (named.span,)) if named else None


def passages_of(hits: Sequence[Hit], document: Callable[[str], Document], found: Answer) -> tuple[Place, ...]:
    """Return the passages for a language model: those the extractive answer rests on, then the best hits.

    A passage is a hit's whole chunk, or what the answer cites where no hit holds it (a byline). One that
    holds the words of an earlier one is not repeated, and one that gives orders to a language model is left out.
    There are `MAX_PASSAGES`, or more where the extractive answer rests on more.
    """
    hit_places = [_chunk_place(hit.chunk, document) for hit in hits]
    copied = [_chunk_place(copy, document) for hit in hits for copy in hit.copies]
    cited = [citation.place for citation in found.citations]
    first = {
        next((place for place in [*hit_places, *copied] if _holds(place, small)), small) for small in cited
    }
    best = [place for place in [*hit_places, *copied, *cited] if place in first]
    places: dict[str, Place] = {}
    for place in [*best, *hit_places]:
        if not ORDERS.search(fold(place.quote)):
            places.setdefault(place.quote, place)
    return tuple(places.values())[: max(MAX_PASSAGES, len(first))]


def _chunk_place(chunk: Chunk, document: Callable[[str], Document]) -> Place:
    """Return the place of a chunk, with a speaker where one person speaks all of it."""
    source = document(chunk.file)
    article = source.pieces[chunk.article]
    first, last = chunk.paragraphs
    if not first:
        return place_of(source, article, None, chunk.spans)
    place = place_of(source, article, article.paragraphs[first - 1], chunk.spans)
    one_speaks = len({paragraph.speaker for paragraph in article.paragraphs[first - 1 : last]}) == 1
    return place if one_speaks else replace(place, speaker=None)


def narrowed(place: Place, spans: tuple[Span, ...], document: Callable[[str], Document]) -> Place:
    """Return the place of `spans` inside a passage: in the paragraph that they begin in, with its speaker."""
    source = document(place.file)
    for article in source.articles if place.paragraph else ():
        for paragraph in article.paragraphs:
            if any(span.start <= spans[0].start < span.end for span in paragraph.spans):
                return place_of(source, article, paragraph, spans)
    return replace(place, spans=spans, quote=cut(source.source.text, spans))  # of a line above the text


def interleaved(lists: Sequence[Sequence[Hit]]) -> list[Hit]:
    """Return the hits of several searches in turn: the best of each, then the second of each, and so on."""
    return [hit for row in zip_longest(*lists) for hit in row if hit is not None]


def _holds(large: Place, small: Place) -> bool:
    """Whether the spans of `small` lie within those of `large`."""
    return large.file == small.file and all(
        any(outer.start <= span.start and span.end <= outer.end for outer in large.spans)
        for span in small.spans
    )
