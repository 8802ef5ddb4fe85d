"""Lists inside one sentence: items between 、 or ;.

What is around the items is the frame: 加强……等领域科技攻关. Where the first item begins and the last one ends
is told from the length of the others, as nothing marks it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

from rag.answering.lists import Enumeration, Form, enumeration, item
from rag.answering.trimming import LONG
from rag.datatypes import Article, Paragraph, Span
from rag.text import clauses, fold
from rag.words import content_words, words

REMEMBERED = 20_000
"""Sentences whose lists are kept: those of a corpus come up again and again; about 1 kB each."""
BEFORE = 120
"""Characters of the paragraph before a list's sentence that tell what it is about."""
MANY = 5
"""Clauses from which on a sentence may list things by its commas alone."""
_JOINED = re.compile(r"(?:以及|和|与|及)")
_END = re.compile(r"等|[一二两三四五六七八九十\d]{1,2}(?:个|项|类|种|大|方面|家|条)")
_ANNOUNCED = re.compile(r"包括|包含|涵盖|分别(?:是|为)")
_NUMBERED = re.compile(r"[(（]?[一二三四五六七八九十]+[)）]?、?")
# What a clause left out would bear on: a condition, an exception, a negation, a contrast.
_BEARS = re.compile(r"[若如]果?|除|但|然而|不得|未|没有|凡|经|其中|反之|否则")


@lru_cache(maxsize=REMEMBERED)
def runs(article: Article, paragraph: Paragraph, sentence: Span) -> tuple[Enumeration, ...]:
    """Return the lists of a sentence (a span of the paragraph's text), each with its own items and frame."""
    return tuple(_runs(article, paragraph, sentence))


def _runs(article: Article, paragraph: Paragraph, sentence: Span) -> Iterator[Enumeration]:
    text = fold(paragraph.text[sentence.start : sentence.end])
    found: list[tuple[Form, list[Span]]] = [("run", pieces) for pieces in _enumerated(text)]
    found += [("run", pieces) for pieces in _parallel(text)]
    found += [("clauses", pieces) for pieces in _clauses(text)]
    for form, pieces in found:
        items = tuple(
            item(paragraph, sentence.start + piece.start, sentence.start + piece.end) for piece in pieces
        )
        start, high = _clause(text, pieces[0].start).start, _clause(text, pieces[-1].end - 1).end
        low = _said_before(text, start, start)
        frame = f"{text[low : pieces[0].start]} {text[pieces[-1].end : high]}"
        outside = f"{paragraph.text[: sentence.start][-BEFORE:]} {text[:low]} {text[high:]}"
        yield enumeration(article, form, items, frame, outside, sentence)


def _clause(text: str, place: int) -> Span:
    return next(span for span in clauses(text) if span.start <= place < span.end)


def _said_before(text: str, place: int, end: int) -> int:
    """Return where the clauses begin that say something before `end`, `place` or one further to the front."""
    while place and not content_words(text[place:end]):
        place = _clause(text, place - 1).start
    return place


def _enumerated(text: str) -> Iterator[list[Span]]:
    """Yield the items between 、, over neighbouring clauses that have as many each."""
    found = [_between(text, clause) for clause in clauses(text)]
    for number, group in groupby(found, key=len):
        if number:
            yield [piece for pieces in group for piece in pieces]


def _between(text: str, clause: Span) -> list[Span]:
    """Return the items of a clause: what stands between its 、, without the words of the frame."""
    end = clause.end - (text[clause.end - 1] in ",;:。!?")
    numbered = _NUMBERED.match(text, clause.start)
    start = numbered.end() if numbered and text[numbered.end() - 1] in "、)" else clause.start
    cut = [start - 1, *(m.start() for m in re.finditer("、", text[:end]) if m.start() >= start)]
    if len(cut) == 1:
        return []
    announced = _ANNOUNCED.search(text, start, cut[1])
    cut[0] = announced.end() - 1 if announced else cut[0]
    pieces = [(at + 1, stop) for at, stop in zip(cut, [*cut[1:], end], strict=True)]
    start, stop = pieces[-1]
    closing = _END.search(text, start + 1, stop)
    last = closing.start() if closing else stop
    joined = _JOINED.search(text, start + 1, last - 1)
    pieces[-1:] = [(start, joined.start()), (joined.end(), last)] if joined else [(start, last)]
    usual = max([stop - start for start, stop in pieces[1:-1]] or [pieces[0][1] - pieces[0][0]])
    start, stop = pieces[0]
    pieces[0] = (_word_start(text, max(start, stop - usual)), stop)
    if not closing:
        start, stop = pieces[-1]
        pieces[-1] = (start, min(stop, start + usual + 2))
    return [Span(start=low, end=high) for low, high in pieces if low < high]


def _word_start(text: str, place: int) -> int:
    """Return where the word at `place` begins."""
    return next((span.start for _, span in words(text) if span.start <= place < span.end), place)


def _parallel(text: str) -> Iterator[list[Span]]:
    """Yield the parts of a sentence between semicolons, or between commas behind a colon."""
    start = text.find(":") + 1 if ":" in text.partition(";")[0] else 0
    mark = ";" if ";" in text else ","
    if ("、" in text[start:] and mark == ",") or not (start or mark == ";"):
        return
    parts = re.finditer(rf"[^{mark}]+", text[start:])
    pieces = [Span(start=start + part.start(), end=start + part.end()) for part in parts]
    if len(pieces) > 1:
        yield pieces


def _clauses(text: str) -> Iterator[list[Span]]:
    """Yield the clauses behind the first one of a sentence that has many, between commas alone."""
    parts = clauses(text)
    if len(parts) >= MANY and ";" not in text and ":" not in text:
        yield parts[1:]


def quoted(run: Enumeration, sentence: Span) -> Span:
    """Return the part of a list's sentence to quote: the sentence, or the clauses of the list in a long one.

    Those are the clauses with its items, and the one before where they begin with the first item. Where what is
    left out could bear on them, or a quotation would be cut in two, the sentence stays whole.
    """
    paragraph = run.paragraph
    if paragraph is None or run.form == "clauses" or sentence.end - sentence.start <= LONG:
        return sentence
    text = fold(paragraph.text[sentence.start : sentence.end])
    first = run.items[0].span.start - sentence.start
    last = run.items[-1].span.end - sentence.start
    low = _said_before(text, _clause(text, first).start, first)
    high = _clause(text, last - 1).end
    inside, outside = text[low:high], text[:low] + text[high:]
    torn = inside.count("《") != inside.count("》") or inside.count("(") != inside.count(")")
    if torn or inside.count('"') % 2 or _BEARS.search(outside) or _BEARS.match(inside):
        return sentence
    return Span(start=sentence.start + low, end=sentence.start + high)
