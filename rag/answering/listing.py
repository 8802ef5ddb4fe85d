"""Questions for a list: the enumeration of its own topic and speaker, its items named, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.answering.candidates import Candidate
from rag.answering.evidence import place_of, sentence_place
from rag.answering.list_scoring import features, probabilities, rough, weights
from rag.answering.lists import Enumeration, Item, enumerations
from rag.answering.matching import Matcher
from rag.answering.runs import quoted, runs
from rag.datatypes import Document, Place, Span
from rag.question import Question
from rag.text import fold
from rag.words import content_words

LEAST_ITEM = 5
"""Characters of an item's name by which a question can mean it."""
_MARKS = re.compile(
    r"^(?:[一二三四五六七八九十]+(?:是|要|、)|其[一二三四五六七八九十]+,?|第[一二三四五六七八九十]+(?:是|要|,|、)?|\d+[.、]|首先(?:是|要|,)?|最后(?:是|要|,)?|--+)"
)
SHORTLIST = 40
"""Lists that are looked at closely: those with most of the question's words in or around them."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A list that may be the one asked for, and the document that it stands in."""

    document: Document
    enumeration: Enumeration


def offered(candidates: Sequence[Candidate], matcher: Matcher) -> list[Offered]:
    """Return the lists of the candidates' articles and sentences, at most `SHORTLIST`, the likely ones."""
    every = list(_offered(candidates))
    if matcher.question.ordinal:  # what is said of one item does not stand inside a sentence
        every = [one for one in every if one.enumeration.sentence is None]
    near = [rough(one.enumeration, matcher) for one in every]
    best = sorted(range(len(every)), key=lambda i: (-near[i], i))[:SHORTLIST]
    return [every[i] for i in sorted(best)]


def _offered(candidates: Sequence[Candidate]) -> Iterator[Offered]:
    seen: set[tuple[str, int]] = set()
    for candidate in candidates:
        for run in runs(candidate.article, candidate.paragraph, candidate.span):
            yield Offered(candidate.document, run)
        key = (candidate.document.source.file, candidate.article.span.start)
        if key not in seen:
            seen.add(key)
            for enumeration in enumerations(candidate.article):
                yield Offered(candidate.document, enumeration)


def list_features(
    lists: Sequence[Offered], candidates: Sequence[Candidate], matcher: Matcher
) -> NDArray[np.float32]:
    """Return the features of the lists offered by the candidates; see `rag.answering.list_scoring.features`."""
    found: dict[tuple[str, int, int], float] = {}
    for c in candidates:
        key = (c.document.source.file, c.article.span.start, c.paragraph.number)
        found[key] = max(found.get(key, 0.0), c.hit_score)
    return features([one.enumeration for one in lists], matcher, [_hit(one, found) for one in lists])


def _hit(one: Offered, found: Mapping[tuple[str, int, int], float]) -> float:
    """Return the best score of a passage found that has the list's beginning or what stands before it."""
    place = one.document.source.file, one.enumeration.article.span.start
    paragraph = one.enumeration.paragraph
    if paragraph is None:
        return max((score for key, score in found.items() if key[:2] == place), default=0.0)
    return max(found.get((*place, n), 0.0) for n in (paragraph.number - 1, paragraph.number))


def best_list(
    question: Question, candidates: Sequence[Candidate], matcher: Matcher
) -> list[tuple[str, Place]] | None:
    """Return what the list says that a question asks for, item by item with its place; None where none is about it.

    Of an item that is asked about by its number all is given; of a list inside a sentence its clauses.
    """
    lists = offered(candidates, matcher)
    if not lists:
        return None
    likely = probabilities(list_features(lists, candidates, matcher), weights())
    best = int(np.argmax(likely))
    if likely[best] < weights().threshold:
        return None
    return _said(question, lists[best])


def named_item(question: Question, candidates: Sequence[Candidate]) -> list[tuple[str, Place]] | None:
    """Return what is said of the item of a list that a question names word for word (与产业链协同怎么做), None for none.

    An item of fewer than `LEAST_ITEM` characters is not told from other words; what says no more than its name does not count.
    """
    folded = fold(question.text)
    if question.kind not in ("how", "open"):
        return None
    seen: set[int] = set()
    for candidate in candidates:
        if id(candidate.article) in seen:
            continue
        seen.add(id(candidate.article))
        for enumeration in enumerations(candidate.article):
            for place, item in enumerate(enumeration.items):
                name = _MARKS.sub("", fold(item.text)).strip("。,;:. ")
                if item.paragraph is not None and len(name) >= LEAST_ITEM and name in folded:
                    told = _details(candidate.document, enumeration, place)
                    if sum(len(text) for text, _ in told) > 2 * len(item.text):
                        return told
    return None


def names_several(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence names several things, as many as the question says where it says so."""
    if re.search(r"[和与及]", candidate.folded) and question.count in (None, 2):
        return True
    inside = runs(candidate.article, candidate.paragraph, candidate.span)
    return any(question.count in (None, len(run.items)) for run in inside)


def _said(question: Question, one: Offered) -> list[tuple[str, Place]]:
    """Return the items asked for with their places, or all that is said of the one that is asked about."""
    document, enumeration = one.document, one.enumeration
    article, items = enumeration.article, enumeration.items
    if enumeration.sentence and enumeration.paragraph:
        span = quoted(enumeration, enumeration.sentence)
        text = enumeration.paragraph.text[span.start : span.end]
        return [(text, sentence_place(document, article, enumeration.paragraph, span))]
    if question.ordinal is not None and question.ordinal <= len(items):
        return _details(document, enumeration, question.ordinal - 1)
    kept = [item for item in items[: question.first] if not _excluded(question, item)] or list(items)
    return [(item.text.strip("—"), place_of(document, article, item.paragraph, item.raw)) for item in kept]


def _excluded(question: Question, item: Item) -> bool:
    """Whether a question leaves out an item that it names (除了……还有哪些)."""
    named = [word for word, _ in content_words(question.excluded)]
    return bool(named) and all(word in fold(item.text) for word in named)


def _details(document: Document, enumeration: Enumeration, place: int) -> list[tuple[str, Place]]:
    """Return what is said of the item at `place`, from 0: the text from its start to the next item, or its section."""
    article, items = enumeration.article, enumeration.items
    item = items[place]
    if item.paragraph is None:
        under = [p for p in article.paragraphs if item.text in p.path]
        return [(p.text, sentence_place(document, article, p, Span(start=0, end=len(p.text)))) for p in under]
    end = len(item.paragraph.text)
    if place + 1 < len(items) and items[place + 1].paragraph is item.paragraph:
        end = items[place + 1].span.start
    span = Span(start=item.span.start, end=end)
    text = item.paragraph.text[span.start : span.end]
    return [(text, sentence_place(document, article, item.paragraph, span))]
