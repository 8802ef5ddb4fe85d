"""The sentences that may answer: those of the passages found and of their neighbours."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.datatypes import Article, Document, Hit, Paragraph, Span
from rag.text import fold, sentences

GetDocument = Callable[[str], Document]

_SPEAKER_LABEL = re.compile(r"[问答][:：]")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a paragraph near a hit; `span` counts in the paragraph's text.

    `setting` is the folded text that it is read in: its paragraph, headings, speaker, date; `folded` is its
    own.
    """

    document: Document
    article: Article
    paragraph: Paragraph
    span: Span
    setting: str
    folded: str
    hit_score: float

    @property
    def text(self) -> str:
        """The sentence as it stands in its paragraph."""
        return self.paragraph.text[self.span.start : self.span.end]


def paragraph_sentences(paragraph: Paragraph) -> list[Span]:
    """Return the sentences of a paragraph, the 问： or 答： in front of the first left out."""
    found = sentences(paragraph.text)
    label = _SPEAKER_LABEL.match(paragraph.text)
    if label and found and label.end() < found[0].end:
        found[0] = Span(start=label.end(), end=found[0].end)
    return found


def gather(hits: Sequence[Hit], document: GetDocument) -> list[Candidate]:
    """Return the sentences of the hits' paragraphs and of those next to them, once each.

    A sentence next to a hit, not in it, has the hit score 0.
    """
    scores: dict[tuple[str, int, int], float] = {}
    for hit in hits:
        chunk = hit.chunk
        first, last = chunk.paragraphs
        for number in range(first - 1, last + 2):
            key = (chunk.file, chunk.article, number)
            score = hit.score if first <= number <= last else 0.0
            scores[key] = max(scores.get(key, 0.0), score)
    found = []
    for (file, index, number), score in scores.items():
        source = document(file)
        article = source.articles[index]
        if not 1 <= number <= len(article.paragraphs):
            continue
        paragraph = article.paragraphs[number - 1]
        setting = surroundings(article, paragraph)
        text = fold(paragraph.text)
        for span in paragraph_sentences(paragraph):
            folded = text[span.start : span.end]
            found.append(Candidate(source, article, paragraph, span, setting, folded, score))
    return found


def surroundings(article: Article, paragraph: Paragraph) -> str:
    """Return the folded text that a paragraph's sentences are read in.

    It is the paragraph with its headings, speaker and date, and the article's first paragraph, which says of
    what occasion the others speak.
    """
    return fold(
        " ".join(
            filter(
                None,
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
                ),
            )
        )
    )
