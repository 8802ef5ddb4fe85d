"""Whether what a quote puts before its source's words names who said them, and when, as the source does."""

from __future__ import annotations

import re
from typing import Literal

from rag.claims import TITLED, same_name
from rag.datatypes import Difference, Span, locate
from rag.quoting.asked import Quote
from rag.quoting.stated import persons
from rag.quoting.stream import Stream
from rag.quoting.tokens import same_value, tokens
from rag.structure.people import POST, SPEECH, people
from rag.text import fold, sentences

Kind = Literal["name", "organisation", "date", "number"]


_SPEAKS = re.compile(
    rf"\s*(?:{POST})?(?:(?:\d+[年月日]|[今昨当][天日年])+)?(?:[在对就向][^，,。;；]{{1,30}}?)?(?:[进一还也则并又]*步?){SPEECH}"
)
_HE_SAYS = re.compile(rf"[他她](?:[进一还也则并又]*步?){SPEECH}")
_OPENED = re.compile(r"[“「『][^“”「」『』]*$")
_CLOSED = re.compile(r"[^“”「」『』]*[”」』][,，]?\s*")


def misattributed(stream: Stream, quote: Quote, lead: Span, position: int) -> list[Difference]:
    """Return what a lead-in names otherwise than the source of the words that it leads in to.

    A person is held against who says the words (see `_sayers`), a body, a date or a number against those that
    the sentence has named by then. What the source is silent about is no difference. Who is named outside the
    paragraph has an empty range before these words.

    Args:
        stream: the sources.
        quote: the quote.
        lead: its lead-in.
        position: where in the stream these words begin.
    """
    piece = stream.piece(position)
    offset, at = stream.origin[position], stream.raw(position)
    begins = _sentence(piece.text, offset)
    ours = _named(quote.text, lead.start, lead.end)
    stated = _named(piece.text, begins, offset)
    said, certain = _sayers(piece.text, offset)
    theirs: list[tuple[Kind, str, tuple[int, int]]] = []
    for kind, name, span in [
        *(("name", piece.text[one.start : one.end], one) for one in said),
        *(one for one in stated if one[0] != "name"),
    ]:
        spans = locate(piece.spans, span.start, span.end)
        theirs.append((kind, name, (spans[0].start, spans[-1].end)))
    if not certain:
        speaking = (piece.speaker,) if piece.speaker else (*piece.article.speakers, *piece.article.authors)
        theirs += [("name", name, (at, at)) for name in speaking if name]
    # Where nobody is said to speak, whoever the sentence names may be meant.
    silent = [] if said or piece.speaker else [one for one in stated if one[0] == "name"]
    identified = any(_same(one, other) for one in ours for other in (*theirs, *silent) if one[0] == "name")
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
                    given_at=(span.start, span.end),
                    source_at=rivals[0][2],
                )
            )
    return found


def _sayers(text: str, offset: int) -> tuple[list[Span], bool]:
    """Return where a paragraph names who says what stands at `offset`, if it does, and whether that is certain.

    It is who speaks last in the sentence before the words, for a quotation in marks before these or right
    behind them; else, which is not certain, who speaks last in the sentence before it.
    """
    opened = _OPENED.search(text, 0, offset)
    anchor = opened.start() if opened else offset
    begins = _sentence(text, anchor)
    own = _speaking(text, begins, anchor)
    closed = _CLOSED.match(text, offset) if opened else None
    if not own and closed:
        own = [span for span in _speaking(text, closed.end(), len(text)) if span.start == closed.end()]
    if own or not begins:
        return own[-1:], bool(own)
    return _speaking(text, _sentence(text, begins - 1), begins)[-1:], False


def _speaking(text: str, start: int, end: int) -> list[Span]:
    """Return where text[start:end] names persons with a verb of speech behind them, or behind a 他 for them."""
    around = [span for kind, _, span in _named(text, start, end) if kind == "name"]
    found = {span for span in around if _SPEAKS.match(text, span.end, end)}
    for match in _HE_SAYS.finditer(text, start, end):
        found.update([span for span in around if span.end <= match.start()][-1:])
    return sorted(found, key=lambda span: span.start)


def _sentence(text: str, offset: int) -> int:
    """Return where the sentence begins that `offset` lies in."""
    return max((span.start for span in sentences(text) if span.start <= offset), default=0)


def _same(one: tuple[Kind, str, object], other: tuple[Kind, str, object]) -> bool:
    """Whether two things of a kind are the same: one date, one number, one person, one body."""
    kind, left, right = one[0], one[1], other[1]
    if kind != other[0]:
        return False
    if kind in ("date", "number"):
        return same_value(left, right)
    return same_name(left, right) if kind == "organisation" else left in right or right in left


def _named(text: str, start: int, end: int) -> list[tuple[Kind, str, Span]]:
    """Return the persons, bodies, dates and numbers of text[start:end]: kind, words and place in `text`."""
    words = text[start:end]
    named = {(span.start, span.end) for _, span in people(words)}
    named |= {match.span("name") for match in TITLED.finditer(fold(words))}
    named |= {(item.span.start, item.span.end) for item in persons(fold(words))}
    places: list[tuple[Kind, int, int]] = [("name", low, high) for low, high in sorted(named)]
    for token in tokens(words):
        if token.kind == "organisation" or token.kind == "date" or token.kind == "number":
            places.append((token.kind, token.start, token.end))
    return [(kind, words[low:high], Span(start=start + low, end=start + high)) for kind, low, high in places]
