"""Whether what a quote puts before its source's words names who said them, and when, as the source does."""

from __future__ import annotations

from typing import Literal

from rag.claims import TITLED, same_name
from rag.datatypes import Difference, Span, locate
from rag.quoting.asked import Quote
from rag.quoting.stream import Stream
from rag.quoting.tokens import same_value, tokens
from rag.structure.people import people
from rag.text import fold, sentences

Kind = Literal["name", "organisation", "date", "number"]


def misattributed(stream: Stream, quote: Quote, lead: Span, position: int) -> list[Difference]:
    """Return what a lead-in names otherwise than the source of the words that it leads in to.

    A person, a body, a date or a number is held against those that the sentence has named by then; a person
    besides against who speaks there and the authors. What the source is silent about is no difference. Who
    is named outside the sentence has an empty range before these words.

    Args:
        stream: the sources.
        quote: the quote.
        lead: its lead-in.
        position: where in the stream these words begin.
    """
    piece = stream.piece(position)
    offset, at = stream.origin[position], stream.raw(position)
    begins = max((span.start for span in sentences(piece.text) if span.start <= offset), default=0)
    ours = _named(quote.text[lead.start : lead.end])
    around = (piece.speaker, *piece.article.speakers, *piece.article.authors)
    theirs: list[tuple[Kind, str, tuple[int, int]]] = [("name", name, (at, at)) for name in around if name]
    for kind, name, span in _named(piece.text[begins:offset]):
        spans = locate(piece.spans, begins + span.start, begins + span.end)
        theirs.append((kind, name, (spans[0].start, spans[-1].end)))
    identified = any(_same(one, other) for one in ours for other in theirs if one[0] == "name")
    found = []
    for one in ours:
        kind, name, span = one
        rivals = [other for other in theirs if other[0] == kind]
        # Who is named rightly need not be called by the same post, and may have said it with others.
        if (identified and kind in ("name", "organisation")) or not rivals:
            continue
        if not any(_same(one, other) for other in rivals):
            found.append(
                Difference(
                    given=name,
                    source=rivals[0][1],
                    kind=kind,
                    given_at=(lead.start + span.start, lead.start + span.end),
                    source_at=rivals[0][2],
                )
            )
    return found


def _same(one: tuple[Kind, str, object], other: tuple[Kind, str, object]) -> bool:
    """Whether two things of a kind are the same: one date, one number, one person, one body."""
    kind, left, right = one[0], one[1], other[1]
    if kind != other[0]:
        return False
    if kind in ("date", "number"):
        return same_value(left, right)
    return same_name(left, right) if kind == "organisation" else left in right or right in left


def _named(text: str) -> list[tuple[Kind, str, Span]]:
    """Return the persons, bodies, dates and numbers of a text, each with its kind, its words and its place."""
    persons = {span for _, span in people(text)}
    persons |= {
        Span(start=match.start("name"), end=match.end("name")) for match in TITLED.finditer(fold(text))
    }
    found: list[tuple[Kind, str, Span]] = [
        ("name", text[span.start : span.end], span) for span in sorted(persons)
    ]
    for token in tokens(text):
        if token.kind == "organisation" or token.kind == "date" or token.kind == "number":
            span = Span(start=token.start, end=token.end)
            found.append((token.kind, text[token.start : token.end], span))
    return found
