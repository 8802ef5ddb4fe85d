"""Questions for a list: the enumeration of its own topic, or the one sentence that enumerates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.answering.candidates import Candidate
from rag.answering.evidence import place_of, sentence_place
from rag.answering.lists import Enumeration, Item, enumerations
from rag.answering.matching import Matcher
from rag.answering.offers import unfit
from rag.datatypes import Article, Document, Paragraph, Place, Span
from rag.numerals import numbers, years
from rag.question import Question
from rag.text import fold

INTRODUCTION, LEAD, SETTING, ITEMS, AROUND = 1.0, 0.9, 0.8, 0.6, 0.4
"""What a question's word counts where it stands in the sentence or heading that introduces a list, further up
in its lead, in the article's title or speakers, only in the items, or elsewhere in the paragraph."""
AHEAD = 0.1
"""By how much a single sentence must fit better than a list of as many items as the question says: such a
sentence is often the one that introduces the list (重点抓好4个方面工作。)."""
NO_YEAR = 0.7
"""What is left of the fit of a sentence that does not name the year asked for, though its paragraph may."""
OTHER_COUNT = 0.3
"""What is left of the fit of a list that has another number of items than the question says."""


_NOT_COUNTED = ("年", "月", "日", "号", "%", "届", "期", "版", "次")


@dataclass(frozen=True, slots=True)
class Listed:
    """The places of a list's items with what is said of each, and how well the list fits, 0 to 1."""

    places: list[tuple[str, Place]]
    score: float


def best_list(question: Question, candidates: Sequence[Candidate], matcher: Matcher) -> Listed | None:
    """Return the list that a question asks for, None where no enumeration is about it.

    A list fits as far as its lead, its headings and its items have the question's words; one that has
    another number of items than the question says does not fit.
    """
    best: Listed | None = None
    seen: set[tuple[str, int]] = set()
    for candidate in candidates:
        key = (candidate.document.source.file, candidate.article.span.start)
        if key in seen:
            continue
        seen.add(key)
        for enumeration in enumerations(candidate.article):
            score = _fit(question, enumeration, matcher)
            if best is None or score > best.score:
                best = Listed(_said(question, candidate.document, enumeration), score)
    inline = None if question.ordinal else _inline(question, candidates, matcher)
    if inline and (best is None or inline.score >= best.score + (AHEAD if question.count else 0)):
        return inline
    return best


def _fit(question: Question, enumeration: Enumeration, matcher: Matcher) -> float:
    """Return how well an enumeration is about the question, 0 to 1."""
    first = enumeration.items[0].paragraph
    lead = re.split(r"(?<=[。！？!?])(?=.)", enumeration.lead.strip())
    heading = first.heading if first and first.heading else ""
    layers = (
        (f"{lead[-1]} {heading}", INTRODUCTION),
        (enumeration.lead, LEAD),
        (_setting(enumeration.article, first), SETTING),
        (" ".join(item.text for item in enumeration.items), ITEMS),
        (" ".join(paragraph.text for paragraph in enumeration.article.paragraphs), AROUND),
    )
    fit = _share(layers, matcher)
    if question.count not in (None, len(enumeration.items)) or (question.ordinal or 0) > len(
        enumeration.items
    ):
        fit *= OTHER_COUNT
    return fit


def _setting(article: Article, paragraph: Paragraph | None) -> str:
    """Return what is known of a list from outside its text: titles, authors, speakers, the year."""
    speakers = [paragraph.speaker] if paragraph and paragraph.speaker else article.speakers
    known = (article.kicker, article.title, article.subtitle, *article.authors, *speakers)
    return " ".join(filter(None, (*known, article.date and f"{article.date[:4]}年")))


def _share(layers: Sequence[tuple[str, float]], matcher: Matcher) -> float:
    """Return the share of the question's information in texts, each word at the weight of its best text."""
    best = matcher.stands("") * 0
    for text, weight in layers:
        best = np.maximum(best, matcher.stands(fold(text)) * weight)
    return matcher.share(best)


def _inline(question: Question, candidates: Sequence[Candidate], matcher: Matcher) -> Listed | None:
    """Return the sentence that enumerates what is asked for, None where none does."""
    best: Listed | None = None
    for candidate in candidates:
        text = candidate.folded
        items = inline_items(text)
        if items < 2 or unfit(question, candidate):
            continue
        paragraph = candidate.paragraph
        layers = (
            (text, INTRODUCTION),
            (f"{paragraph.heading or ''} {_setting(candidate.article, paragraph)}", SETTING),
            (paragraph.text, AROUND),
        )
        fit = _share(layers, matcher)
        if question.count is not None and not _has_count(question.count, items, text):
            fit *= OTHER_COUNT
        if question.years and not question.years & years(text):
            fit *= NO_YEAR
        if best is None or fit > best.score:
            place = sentence_place(candidate.document, candidate.article, paragraph, candidate.span)
            best = Listed([(candidate.text, place)], fit)
    return best


def inline_items(text: str) -> int:
    """Return how many items the longest run of 、 (or of ;) in a folded sentence separates, 0 for no run."""
    runs = [1 + part.count("、") for part in re.split(r"[,;:。]", text) if "、" in part]
    semicolons = text.count(";")
    return max([*runs, semicolons + 1 if semicolons else 0], default=0)


def _has_count(count: int, items: int, text: str) -> bool:
    """Whether a sentence has `count` items, or says so in figures (四方面, 6类)."""
    return items == count or any(n.value == count and n.unit not in _NOT_COUNTED for n in numbers(text))


def _said(question: Question, document: Document, enumeration: Enumeration) -> list[tuple[str, Place]]:
    """Return the items with their places, or all that is said of the one item that is asked about."""
    article, items = enumeration.article, enumeration.items
    if question.ordinal is not None and question.ordinal <= len(items):
        item = items[question.ordinal - 1]
        if item.paragraph is None:
            under = [p for p in article.paragraphs if p.heading == item.text]
            return [
                (p.text, sentence_place(document, article, p, Span(start=0, end=len(p.text)))) for p in under
            ]
        following = items[question.ordinal] if question.ordinal < len(items) else None
        return _detail(document, article, item.paragraph, item.span.start, following)
    return [(item.text.strip("—"), place_of(document, article, item.paragraph, item.raw)) for item in items]


def _detail(
    document: Document, article: Article, paragraph: Paragraph, start: int, following: Item | None
) -> list[tuple[str, Place]]:
    """Return the sentences of a paragraph from an item's start to the next item, as one quotation."""
    end = len(paragraph.text)
    if following and following.paragraph is paragraph:
        end = following.span.start
    span = Span(start=start, end=end)
    return [(paragraph.text[start:end], sentence_place(document, article, paragraph, span))]
