"""Lists in prose: what an article enumerates, over sentences, paragraphs or headings.

An enumeration is known by its form alone: points that open with 一是 or 第二 or ——, paragraphs that each
open with a short sentence, headings in a row. Its lead is what introduces it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.answering.candidates import paragraph_sentences
from rag.datatypes import Article, Paragraph, Span, locate
from rag.text import clauses, fold

LEAD_SENTENCE = 32
"""Characters: a paragraph's opening sentence up to this length can be the name of a point."""
LONG_ITEM = 70
"""Characters: of a longer sentence only the clause that names the point is taken."""

LEAST_NAME = 12
"""Characters: shorter opening clauses (首先，) do not name a point by themselves."""

_ORDINALS = "一二三四五六七八九十"
# Families of markers: an enumeration uses one family, its first marker, then its later ones in order.
_FAMILIES: tuple[tuple[re.Pattern[str], ...], ...] = tuple(
    tuple(re.compile(pattern) for pattern in patterns)
    for patterns in (
        [rf"{n}(?:是|要)" for n in _ORDINALS],
        [rf"其{n}" for n in _ORDINALS],
        [rf"第{n}[,，、]" for n in _ORDINALS],
        [
            r"(?:首先|第一)(?:是|,|，|要|、)?",
            *[rf"(?:第{n}|其次|再次|此外|最后)(?:是|,|，|要|、)?" for n in _ORDINALS[1:]],
        ],
        [rf"[(（]{n}[)）]" for n in _ORDINALS],
        [rf"{n}、" for n in _ORDINALS],
        [rf"(?<!\d){n}[.．、](?!\d)" for n in range(1, 11)],
        [rf"[(（]{n}[)）]" for n in range(1, 11)],
    )
)
_DASH = re.compile(r"——")
_ASIDE = re.compile(r"(?:在|从)?[^,，。]{2,20}(?:方面|来看|层面|看)[,，]")


@dataclass(frozen=True, slots=True)
class Item:
    """One item: the words that name it, at `span` of its paragraph's text (of the heading's, for a heading)."""

    text: str
    paragraph: Paragraph | None
    span: Span
    raw: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Enumeration:
    """A list and what introduces it: the lead's text, and the paragraph that the first item stands in."""

    article: Article
    items: tuple[Item, ...]
    lead: str


def enumerations(article: Article) -> list[Enumeration]:
    """Return the lists of an article: inside paragraphs, over paragraphs, and by its headings."""
    found = [e for paragraph in article.paragraphs for e in _inside(article, paragraph)]
    found += _over_paragraphs(article)
    found += _by_headings(article)
    return found


def _item(paragraph: Paragraph, start: int, end: int) -> Item:
    return Item(
        paragraph.text[start:end], paragraph, Span(start=start, end=end), locate(paragraph.spans, start, end)
    )


def _named(paragraph: Paragraph, sentence: Span) -> Item:
    """Return the item that a sentence names: the sentence, or the first clauses of a long one."""
    text = paragraph.text[sentence.start : sentence.end]
    end = sentence.end
    if len(text) > LONG_ITEM:
        end = sentence.start + next(span.end for span in clauses(text) if span.end >= LEAST_NAME)
    return _item(paragraph, sentence.start, end)


def _inside(article: Article, paragraph: Paragraph) -> Iterator[Enumeration]:
    """Yield the lists whose markers open sentences or clauses of one paragraph."""
    spans = paragraph_sentences(paragraph)
    starts = [(span, piece) for span in spans for piece in _openings(paragraph.text, span)]
    for family in _FAMILIES:
        items: list[Span] = []
        for _, piece in starts:
            text = paragraph.text[piece.start : piece.end]
            if family[0].match(text):
                yield from _finish(article, paragraph, items)
                items = [piece]
            elif items and len(items) < len(family) and family[len(items)].match(text):
                items.append(piece)
        yield from _finish(article, paragraph, items)


def _openings(text: str, sentence: Span) -> list[Span]:
    """Return the places in a sentence where a marker can open a point: its start, and behind ； or ：."""
    openings = [sentence.start]
    openings += [
        sentence.start + match.end()
        for match in re.finditer(
            r"[;；:：]|(?<=[,，])(?=[一二三四五六七八九]是)", text[sentence.start : sentence.end]
        )
        if sentence.start + match.end() < sentence.end
    ]
    borders = [*openings[1:], sentence.end]
    return [Span(start=start, end=end) for start, end in zip(openings, borders, strict=True)]


def _finish(article: Article, paragraph: Paragraph, pieces: Sequence[Span]) -> Iterator[Enumeration]:
    if len(pieces) > 1:
        items = tuple(_named(paragraph, piece) for piece in pieces)
        before = paragraph.text[: pieces[0].start]
        yield Enumeration(article, items, before if before.strip() else lead_before(article, paragraph))


def lead_before(article: Article, paragraph: Paragraph) -> str:
    """Return the text before a paragraph that introduces it: the paragraph before, and a question above."""
    earlier = [
        p for p in article.paragraphs if p.number < paragraph.number and p.heading == paragraph.heading
    ]
    if not earlier:
        return ""
    asked = next(
        (p.text for p in reversed(earlier) if p.text.startswith(("问:", "问：", "记者:", "记者："))), ""
    )
    last = earlier[-1].text
    return f"{asked} {last}" if last != asked else last


def _over_paragraphs(article: Article) -> Iterator[Enumeration]:
    """Yield the lists whose points are paragraphs: by their markers, or by their short opening sentences."""
    run: list[Item] = []
    style: object = None
    first: Paragraph | None = None
    for paragraph in [*article.paragraphs, None]:
        item, kind = _point(paragraph, len(run)) if paragraph else (None, None)
        same = kind is not None and kind == style and first is not None
        if (
            same
            and paragraph is not None
            and first is not None
            and paragraph.heading == first.heading
            and item
        ):
            run.append(item)
            continue
        if len(run) > 1 and first is not None:
            yield Enumeration(article, tuple(run), lead_before(article, first))
        run, style, first = [], None, None
        if paragraph is not None:
            item, kind = _point(paragraph, 0)
            if item is not None:
                run, style, first = [item], kind, paragraph


def _point(paragraph: Paragraph, position: int) -> tuple[Item | None, object]:
    """Return the item that a paragraph would be at `position` (from 0) of a list, and the list's style."""
    spans = paragraph_sentences(paragraph)
    if not spans:
        return None, None
    opening = paragraph.text[spans[0].start : spans[0].end]
    if _DASH.match(opening):
        return _named(paragraph, spans[0]), "dash"
    if position and any(family[0].match(opening) for family in _FAMILIES):
        return None, None
    for number, family in enumerate(_FAMILIES):
        markers = [family[0]] if position == 0 else family[position : position + 1] or [family[-1]]
        last = number == 3 and position > 0 and re.match(r"最后", opening)
        if last or any(marker.match(opening) for marker in markers):
            return _named(paragraph, spans[0]), number
    aside = _ASIDE.match(opening)
    if aside and opening.startswith(("在", "从")):
        return _item(paragraph, spans[0].start, spans[0].end), "aside"
    named = len(opening) <= LEAD_SENTENCE and opening.endswith("。") and fold(opening[0]) != '"'
    if named and len(spans) > 1 and spans[0].start == 0:
        return _item(paragraph, spans[0].start, spans[0].end), "lead"
    return None, None


def _by_headings(article: Article) -> Iterator[Enumeration]:
    """Yield the article's headings as a list, where it has more than one."""
    if len(article.headings) < 2:
        return
    items = tuple(
        Item(heading.text, None, Span(start=0, end=len(heading.text)), (heading.span,))
        for heading in article.headings
    )
    opening = next((p for p in article.paragraphs if p.heading == article.headings[0].text), None)
    before = [p.text for p in article.paragraphs if opening and p.number < opening.number]
    yield Enumeration(article, items, f"{article.title or ''} {before[-1] if before else ''}")
