"""The sentences that may answer: those of the passages found and of their neighbours."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from rag.datatypes import Article, Document, Hit, Paragraph, Span
from rag.text import clauses, fold, sentences

GetDocument = Callable[[str], Document]

REMEMBERED = 20_000
"""Paragraphs whose sentences are kept: those of a corpus come up again and again; about 2 kB each."""
_SPEAKER_LABEL = re.compile(r"[问答][:：]")
_CUT_OFF = re.compile(r"(?:…|[.。]{2,})[.。…\s]*$")
_CLOSING = ',，;；:：。!！?？”’」』》）)"'


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a paragraph near a hit; `span` counts in the paragraph's text.

    `setting` is the folded text that it is read in: its paragraph, headings, speaker, date; `folded` is its
    own, `clauses` the same cut at its commas. `hit_score` is the score of its hit, 0 beside one.
    """

    document: Document
    article: Article
    paragraph: Paragraph
    span: Span
    setting: str
    folded: str
    clauses: tuple[str, ...]
    hit_score: float

    @property
    def text(self) -> str:
        """The sentence as it stands in its paragraph."""
        return self.paragraph.text[self.span.start : self.span.end]


def paragraph_sentences(paragraph: Paragraph) -> tuple[Span, ...]:
    """Return the sentences of a paragraph, the 问： or 答： in front of the first left out."""
    return tuple(span for span, _, _ in _cut(paragraph.text))


@lru_cache(maxsize=REMEMBERED)
def _cut(text: str) -> tuple[tuple[Span, str, tuple[str, ...]], ...]:
    """Return the sentences of a paragraph's text: their spans, themselves folded, and their folded clauses."""
    found = sentences(text)
    label = _SPEAKER_LABEL.match(text)
    if label and found and label.end() < found[0].end:
        found[0] = Span(start=label.end(), end=found[0].end)
    folded = fold(text)
    cut = []
    for span in found:
        sentence = folded[span.start : span.end]
        parts = tuple(sentence[part.start : part.end] for part in clauses(sentence))
        cut.append((span, sentence, parts or (sentence,)))
    return tuple(cut)


def gather(hits: Sequence[Hit], document: GetDocument) -> list[Candidate]:
    """Return the sentences of the hits' paragraphs and of those next to them, once each, paragraph by paragraph.

    A sentence next to a hit, not in it, has the hit score 0. Of a hit's copies the sentences count that it lacks.
    """
    scores: dict[tuple[str, int, int], float] = {}
    for hit in hits:
        chunk = hit.chunk
        first, last = chunk.paragraphs
        for number in range(first - 1, last + 2):
            key = (chunk.file, chunk.article, number)
            score = hit.score if first <= number <= last else 0.0
            scores[key] = max(scores.get(key, 0.0), score)
    found: list[Candidate] = []
    for (file, index, number), score in scores.items():
        source = document(file)
        for paragraph in _numbered(source.pieces[index], number):
            found += _candidates(source, index, paragraph, score)
    return found + _unsaid(hits, {candidate.folded for candidate in found}, document)


def _numbered(article: Article, number: int) -> Sequence[Paragraph]:
    """Return the paragraph of this number, the lines of an aside for 0, nothing where there is none."""
    if not article.paragraphs:
        return aside_lines(article) if number == 0 else ()
    return article.paragraphs[number - 1 : number] if number > 0 else ()


def aside_lines(aside: Article) -> list[Paragraph]:
    """Return the lines of an aside as paragraphs numbered 0.

    A line that is cut off (….) ends with its last whole clause where it has one.
    """
    found = []
    for block in aside.metadata:
        length = len(block.text)
        if cut_off := _CUT_OFF.search(block.text):
            ends = [span.end for span in clauses(block.text[: cut_off.start()])]
            whole = [end for end in ends if block.text[end - 1] in _CLOSING]
            length = whole[-1] if whole else cut_off.start()
        span = Span(start=block.span.start, end=block.span.start + length)
        found.append(Paragraph(number=0, text=block.text[:length], spans=(span,)))
    return found


def _candidates(source: Document, index: int, paragraph: Paragraph, score: float) -> list[Candidate]:
    """Return the sentences of a paragraph of an article, or of a line of an aside."""
    article = source.pieces[index]
    setting = surroundings(article, paragraph)
    return [
        Candidate(source, article, paragraph, span, setting, sentence, parts, score)
        for span, sentence, parts in _cut(paragraph.text)
    ]


def _unsaid(hits: Sequence[Hit], said: Set[str], document: GetDocument) -> list[Candidate]:
    """Return the sentences of the hits' copies that are not among those said, once each."""
    found: dict[str, Candidate] = {}
    for hit in hits:
        for copy in hit.copies:
            for number in range(copy.paragraphs[0], copy.paragraphs[1] + 1):
                source = document(copy.file)
                for paragraph in _numbered(source.pieces[copy.article], number):
                    for candidate in _candidates(source, copy.article, paragraph, hit.score):
                        if candidate.folded not in said and candidate.text in copy.text:
                            found.setdefault(candidate.folded, candidate)
    return list(found.values())


def surroundings(article: Article, paragraph: Paragraph) -> str:
    """Return the folded text that a paragraph's sentences are read in.

    It is the paragraph with its headings, speaker and date, and the article's first paragraph, which says of
    what occasion the others speak; for a line of an aside, all its lines.
    """
    if not article.paragraphs:
        return _joined(tuple(block.text for block in article.metadata))
    return _joined(
        (
            article.kicker,
            article.title,
            article.subtitle,
            paragraph.heading,
            paragraph.speaker,
            *article.authors,
            article.outlet,
            article.date and f"{article.date[:4]}年",
            article.paragraphs[0].text,
            paragraph.text,
        )
    )


@lru_cache(maxsize=REMEMBERED)
def _joined(parts: tuple[str | None, ...]) -> str:
    """Return the texts there are, folded, as one."""
    return fold(" ".join(filter(None, parts)))
