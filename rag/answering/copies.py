"""The other places of what an answer cites: where copies of its passage say the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from rag.answering.candidates import GetDocument, paragraph_sentences
from rag.answering.evidence import place_of
from rag.datatypes import Answer, Article, Hit, Paragraph, Place, Span, locate
from rag.quoting.alignment import key


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence: its comparable characters, the offset of each in its paragraph's text, and its own there."""

    words: str
    origin: tuple[int, ...]
    span: Span
    paragraph: Paragraph

    def inside(self, place: Place) -> list[int]:
        """Return which of its comparable characters a place of its source holds."""
        raw = [at for piece in self.paragraph.spans for at in range(piece.start, piece.end)]
        return [
            number
            for number, offset in enumerate(self.origin)
            if any(span.start <= raw[offset] < span.end for span in place.spans)
        ]


def with_copies(answer: Answer, hits: Sequence[Hit], document: GetDocument) -> Answer:
    """Return the answer with the other places of its citations: where copies of their articles say the same.

    A copy of an article is one with a copy of one of its passages among `hits`, or a copy of a copy. What is
    cited is listed there only where the sentences that it is from stand the same, punctuation and white space
    aside.
    """
    groups = [[(c.file, c.article) for c in (hit.chunk, *hit.copies)] for hit in hits if hit.copies]
    return replace(
        answer,
        citations=tuple(
            replace(citation, also=tuple(_others(citation.place, groups, document)))
            for citation in answer.citations
        ),
    )


def _others(
    place: Place, groups: Sequence[Sequence[tuple[str, int]]], document: GetDocument
) -> Iterator[Place]:
    """Yield the places of a cited place's words in the articles linked to its own by the groups."""
    articles = document(place.file).pieces
    at = place.spans[0].start
    home = place.file, next((i for i, a in enumerate(articles) if a.span.start <= at < a.span.end), -1)
    linked = [home]
    for article in linked:
        near = dict.fromkeys(other for group in groups if article in group for other in group)
        linked += [other for other in near if other not in linked]
    if len(linked) == 1:
        return
    cited = [
        (sentence, inside) for sentence in _sentences(articles[home[1]]) if (inside := sentence.inside(place))
    ]
    for file, index in linked[1:] if cited else ():
        source = document(file)
        copy = source.pieces[index]
        found = _same([sentence.words for sentence, _ in cited], _sentences(copy))
        if found:
            spans = _spans(found, cited[0][1][0], len(cited[-1][0].words) - cited[-1][1][-1])
            yield place_of(source, copy, found[0].paragraph, spans)


def _sentences(article: Article) -> list[_Sentence]:
    """Return the sentences of an article's paragraphs that have a letter or digit."""
    found = []
    for paragraph in article.paragraphs:
        for span in paragraph_sentences(paragraph):
            compared = key(paragraph.text[span.start : span.end])
            origin = tuple(span.start + offset for offset in compared.origin)
            if origin:
                found.append(_Sentence(compared.text, origin, span, paragraph))
    return found


def _same(wanted: Sequence[str], sentences: Sequence[_Sentence]) -> Sequence[_Sentence]:
    """Return the first run of sentences that has the wanted words, empty where there is none."""
    words = [sentence.words for sentence in sentences]
    runs = (i for i in range(len(words)) if words[i : i + len(wanted)] == list(wanted))
    start = next(runs, None)
    return () if start is None else sentences[start : start + len(wanted)]


def _spans(sentences: Sequence[_Sentence], first: int, last: int) -> tuple[Span, ...]:
    """Return the raw spans from a comparable character of the first sentence to one of the last.

    `last` counts from behind, from 1. The marks at a sentence's ends belong to it where the words there do.
    """
    start = sentences[0].origin[first] if first else sentences[0].span.start
    end = sentences[-1].origin[-last] + 1 if last > 1 else sentences[-1].span.end
    found: list[Span] = []
    for _, run in groupby(sentences, key=lambda sentence: sentence.paragraph.number):
        of = list(run)
        low = start if of[0] is sentences[0] else of[0].span.start
        high = end if of[-1] is sentences[-1] else of[-1].span.end
        found += locate(of[0].paragraph.spans, low, high)
    return tuple(found)
