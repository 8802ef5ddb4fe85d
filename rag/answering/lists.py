"""Lists in prose: what an article enumerates, over sentences, paragraphs or headings.

An enumeration is known by its form alone: points that open with 一是 or 第二 or ——, paragraphs that each
open with a short sentence, the sentences of a paragraph that says first what it is about, headings in a row.
Lists inside one sentence are in `rag.answering.runs`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from typing import Literal

from rag.answering.candidates import paragraph_sentences
from rag.datatypes import Article, Paragraph, Span, locate
from rag.numerals import chinese_numeral
from rag.text import clauses, fold

LEAD_SENTENCE = 32
"""Characters: a paragraph's opening sentence up to this length can be the name of a point."""
LONG_ITEM = 70
"""Characters: of a longer sentence only the clause that names the point is taken."""
LEAST_NAME = 12
"""Characters: shorter opening clauses (首先，) do not name a point by themselves."""
REMEMBERED = 256
"""Articles whose lists are kept: those of a corpus come up again and again; a long one has some hundred."""
LONGEST = 60
"""Items of a numbered list that are followed."""
APART = 6
"""Paragraphs that may stand between two points: what is said of the first."""

Form = Literal["marked", "leads", "headings", "sentences", "run", "clauses"]
"""How a list is made: marked points, short opening sentences, headings, the sentences of one paragraph, items
between 、 or ; inside one sentence, or its clauses."""

_ORDINALS = "一二三四五六七八九十"
# Families of markers: an enumeration uses one family, its first marker, then its later ones in order.
_FAMILIES: tuple[Sequence[str], ...] = (
    [rf"{n}(?:是|要)" for n in _ORDINALS],
    [rf"其{n}" for n in _ORDINALS],
    [rf"第{n}[,，、]" for n in _ORDINALS],
    [
        r"(?:首先|第一)(?:是|,|，|要|、)?",
        *[rf"(?:第{n}|其次|再次|此外|最后)(?:是|,|，|要|、)?" for n in _ORDINALS[1:]],
    ],
    [rf"[(（]{chinese_numeral(n)}[)）]" for n in range(1, LONGEST + 1)],
    [rf"{chinese_numeral(n)}、" for n in range(1, LONGEST + 1)],
    [rf"(?<!\d){n}[.．、](?!\d)" for n in range(1, LONGEST + 1)],
    [rf"[(（]{n}[)）]" for n in range(1, LONGEST + 1)],
)
# There are hundreds, and a text has few.
_marker = cache(re.compile)
_MARKER = re.compile(r"[一二三四五六七八九十首再此最]|第|其|[(（]|\d")
_DASH = re.compile(r"——")
# Where a marker can open a point inside a sentence: behind ; and :, and 二是 behind a comma, 一是 anywhere.
_OPENING = re.compile(r"[;；:：]|(?<=[,，])(?=[一二三四五六七八九]是)|(?<![之第唯统同单])(?=一是)")
_ASIDE = re.compile(r"(?:在|从)?[^,，。]{2,24}(?:方面|来看|层面|看)[,，]")
_SAYS = re.compile(
    r"[^,，。:：]{2,24}(?:强调|指出|要求|提出|表示|认为|部署|介绍|建议|规定|明确)(?:说|,|，|:|：)+"
)
# An item of a law is one phrase up to its end: what comes behind its commas belongs to it.
_WHOLE = re.compile(r"(?:[;；]|的[。;；])$")
# A clause that only sets the scene does not name a point: it is not cut from what follows.
_SCENE = re.compile(
    r"^[^一-鿿]*(?:[一二三四五六七八九十]是)?(?:在|对|对于|为|为了|如|如果|若|除|当|凡|经|按|按照|根据|针对|围绕)|(?:时|后|下|前|的|者|方面)[,，]$"
)


@dataclass(frozen=True, slots=True)
class Item:
    """One item: the words that name it, at `span` of its paragraph's text (of the heading's, for a heading)."""

    text: str
    paragraph: Paragraph | None
    span: Span
    raw: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Enumeration:
    """A list and what introduces it.

    The texts are folded: `introduction` are the words that lead straight into it, `lead` is what stands before
    them; of a list inside a sentence they are the sentence's other words and the paragraph's, and `sentence` is
    its span there. `setting` is what is known of it from outside: titles, issuer, authors, speakers, headings,
    the year; `named` are its items.
    """

    article: Article
    form: Form
    items: tuple[Item, ...]
    introduction: str
    lead: str
    setting: str
    named: str
    sentence: Span | None

    @property
    def paragraph(self) -> Paragraph | None:
        """The paragraph that the first item stands in, None for headings."""
        return self.items[0].paragraph


def enumeration(
    article: Article,
    form: Form,
    items: Sequence[Item],
    introduction: str,
    lead: str,
    sentence: Span | None = None,
) -> Enumeration:
    """Return the list with its texts folded."""
    paragraph = items[0].paragraph
    speakers = [paragraph.speaker] if paragraph and paragraph.speaker else article.speakers
    path = paragraph.path if paragraph else ()
    known = (article.kicker, article.title, article.subtitle, article.issuer, *article.authors, *speakers)
    setting = " ".join(filter(None, (*known, *path, article.date and f"{article.date[:4]}年")))
    return Enumeration(
        article,
        form,
        tuple(items),
        fold(introduction),
        fold(lead),
        fold(setting),
        fold("".join(item.text for item in items)),
        sentence,
    )


Sentences = Sequence[tuple[Paragraph, Sequence[Span]]]


@lru_cache(maxsize=REMEMBERED)
def enumerations(article: Article) -> tuple[Enumeration, ...]:
    """Return the lists of an article that are longer than a sentence, each form in the order of the text."""
    split = [(paragraph, paragraph_sentences(paragraph)) for paragraph in article.paragraphs]
    return (
        *_marked(article, split),
        *_opening_alike(article, split),
        *_sentences(article, split),
        *_by_headings(article),
    )


def item(paragraph: Paragraph, start: int, end: int) -> Item:
    """Return the item at these characters of a paragraph's text."""
    return Item(
        paragraph.text[start:end], paragraph, Span(start=start, end=end), locate(paragraph.spans, start, end)
    )


def _named(paragraph: Paragraph, sentence: Span) -> Item:
    """Return the item that a sentence names: the sentence, or the first clauses of a long one."""
    text = paragraph.text[sentence.start : sentence.end]
    if len(text) > LONG_ITEM and not _WHOLE.search(text):
        named = next(span for span in clauses(text) if span.end >= LEAST_NAME)
        if not _SCENE.search(text[: named.end]):
            return item(paragraph, sentence.start, sentence.start + named.end)
    return item(paragraph, sentence.start, sentence.end)


def _marked(article: Article, split: Sentences) -> Iterator[Enumeration]:
    """Yield the lists whose points open with the markers of one family, in order, wherever they stand."""
    openings = [
        (paragraph, piece)
        for paragraph, spans in split
        for piece in _openings(paragraph, spans)
        if _MARKER.match(paragraph.text, piece.start)
    ]
    for family in _FAMILIES:
        found: list[tuple[Paragraph, Span]] = []
        for paragraph, piece in openings:
            text = paragraph.text[piece.start : piece.end]
            if _marker(family[0]).match(text):
                yield from _finished(article, "marked", found)
                found = [(paragraph, piece)]
            elif found and len(found) < len(family) and _marker(family[len(found)]).match(text):
                last = found[-1][0]
                if paragraph.path == last.path and paragraph.number - last.number <= APART:
                    found.append((paragraph, piece))
        yield from _finished(article, "marked", found)


def _openings(paragraph: Paragraph, sentences: Sequence[Span]) -> Iterator[Span]:
    """Yield the pieces of a paragraph that a marker can open: from a sentence's start, and from inside it."""
    for sentence in sentences:
        text = paragraph.text[sentence.start : sentence.end]
        inside = [sentence.start + match.end() for match in _OPENING.finditer(text) if match.end()]
        starts = [sentence.start, *(start for start in inside if start < sentence.end)]
        for start, end in zip(starts, [*starts[1:], sentence.end], strict=True):
            if start < end:
                yield Span(start=start, end=end)


def _finished(article: Article, form: Form, found: Sequence[tuple[Paragraph, Span]]) -> Iterator[Enumeration]:
    """Yield the list of these points, if they are more than one, with what introduces it."""
    if len(found) < 2:
        return
    first, piece = found[0]
    before = first.text[: piece.start].strip()
    lead = f"{lead_before(article, first)} {before}".strip()
    *_, introduction = re.split(r"(?<=[。！？!?])(?=.)", lead)
    yield enumeration(
        article,
        form,
        tuple(_named(paragraph, span) for paragraph, span in found),
        f"{introduction} {'' if before else first.heading or ''}".strip(),
        f"{lead} {first.heading or ''}",
    )


def lead_before(article: Article, paragraph: Paragraph) -> str:
    """Return the text before a paragraph that introduces it: the paragraph before, and a question above."""
    earlier = [p for p in article.paragraphs if p.number < paragraph.number and p.path == paragraph.path]
    if not earlier:
        return ""
    asked = next(
        (p.text for p in reversed(earlier) if p.text.startswith(("问:", "问：", "记者:", "记者："))), ""
    )
    last = earlier[-1].text
    return f"{asked} {last}" if last != asked else last


def _opening_alike(article: Article, split: Sentences) -> Iterator[Enumeration]:
    """Yield the lists whose points are neighbouring paragraphs under one heading that all open in one style."""
    styled = [(_style(paragraph, spans), paragraph, spans) for paragraph, spans in split]
    for (style, _), group in groupby(styled, key=lambda row: (row[0], row[1].path)):
        if style:
            form: Form = "marked" if style == "dash" else "leads"
            yield from _finished(article, form, [(paragraph, spans[0]) for _, paragraph, spans in group])


def _style(paragraph: Paragraph, spans: Sequence[Span]) -> str:
    """Return how a paragraph opens as a point: with a dash, with 在……方面, with a short sentence; else nothing."""
    if not spans:
        return ""
    opening = paragraph.text[spans[0].start : spans[0].end]
    if _DASH.match(opening):
        return "dash"
    if any(_marker(marker).match(opening) for family in _FAMILIES for marker in family[:2]):
        return ""
    if _ASIDE.match(opening) and opening.startswith(("在", "从")):
        return "aside"
    named = len(opening) <= LEAD_SENTENCE and opening.endswith("。") and fold(opening[0]) != '"'
    if named and len(spans) > 1 and spans[0].start == 0:
        # What something is, said before a list of tasks, is no task: 农业是安天下的产业。
        return "is" if "是" in opening else "short"
    return ""


def _sentences(article: Article, split: Sentences) -> Iterator[Enumeration]:
    """Yield the sentences of each paragraph that says first what they are about, or who says them."""
    for paragraph, found in split:
        if len(found) < 3 or sum(_is_marked(paragraph, span) for span in found) > 1:
            continue
        spans = list(found)
        first = spans[0]
        opening = paragraph.text[first.start : first.end]
        before = lead_before(article, paragraph)
        topic = _ASIDE.match(opening) or _SAYS.match(opening)
        if topic and first.start + topic.end() < first.end:
            spans[0] = Span(start=first.start + topic.end(), end=first.end)
            introduction = topic.group()
        elif len(opening) <= LEAD_SENTENCE:
            introduction, spans = opening, spans[1:]
        else:
            continue
        items = tuple(item(paragraph, span.start, span.end) for span in spans)
        yield enumeration(article, "sentences", items, introduction, f"{before} {paragraph.heading or ''}")


def _is_marked(paragraph: Paragraph, sentence: Span) -> bool:
    """Whether a sentence opens with the marker of a point."""
    return _MARKER.match(paragraph.text, sentence.start) is not None and any(
        _marker(marker).match(paragraph.text, sentence.start) for family in _FAMILIES for marker in family
    )


def _by_headings(article: Article) -> Iterator[Enumeration]:
    """Yield the headings of an article, and those under each of its headings, where they are more than one."""
    parents: list[str] = []
    under: dict[tuple[str, ...], list[Item]] = {}
    for heading in article.headings:
        parents = [*parents[: heading.level - 1], *[""] * (heading.level - 1 - len(parents)), heading.text]
        span = Span(start=0, end=len(heading.text))
        under.setdefault(tuple(parents[:-1]), []).append(Item(heading.text, None, span, (heading.span,)))
    for path, items in under.items():
        if len(items) > 1:
            opening = next((p for p in article.paragraphs if items[0].text in p.path), None)
            before = [p.text for p in article.paragraphs if opening and p.number < opening.number]
            introduction = path[-1] if path else article.title or ""
            yield enumeration(article, "headings", tuple(items), introduction, before[-1] if before else "")
