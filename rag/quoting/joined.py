"""A quote whose clauses all stand word for word, but in places apart: joined from them, however short they are."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from rag.datatypes import QuoteMatch, Span
from rag.manifest import OpenIndex
from rag.quoting.asked import Quote
from rag.quoting.comparison import Comparison
from rag.quoting.thresholds import Thresholds
from rag.quoting.verbatim import verbatim
from rag.text import clauses

# A clause of fewer comparable characters stands somewhere by chance.
_LEAST = 5
# A quote of more clauses is not looked at so.
_MOST = 8
# So many places of a clause are looked at.
_PLACES = 20
# Parts that lie within so many characters of one another, in either order, are of one passage.
_NEAR = 200


def joined(index: OpenIndex, quote: Quote, thresholds: Thresholds) -> tuple[QuoteMatch, ...]:
    """Return the parts of a quote and where each stands word for word, in its order; none where it is not joined.

    A part is as many clauses as stand together. There are none either where two parts in a row lie near one
    another: a passage in another order is no splice.
    """
    spans = clauses(quote.text)
    if quote.asides or not 1 < len(spans) <= _MOST:
        return ()
    parts: list[tuple[QuoteMatch, ...]] = []
    first = 0
    while first < len(spans):
        for last in range(len(spans), first, -1):
            whole = Span(start=spans[first].start, end=spans[last - 1].end)
            found = _standing(index, quote, whole, thresholds) if (first, last) != (0, len(spans)) else ()
            if found:
                break
        else:
            return ()
        parts.append(found)
        first = last
    if any(_near(one, other) for before, after in pairwise(parts) for one in before for other in after):
        return ()
    return tuple(found[0] for found in parts)


def _standing(index: OpenIndex, quote: Quote, part: Span, thresholds: Thresholds) -> tuple[QuoteMatch, ...]:
    """Return where a part of a quote stands word for word, nothing cut."""
    asked = Quote.read(quote.text[part.start : part.end])
    if len(asked.key.text) < _LEAST:
        return ()
    found = verbatim(index, asked, _PLACES)
    clean = [passage for passage in found.passages if not passage.differences]
    matches = Comparison(found.stream, thresholds).matches(asked, clean)
    return tuple(replace(match, given_at=(part.start, part.end)) for match in matches)


def _near(one: QuoteMatch, other: QuoteMatch) -> bool:
    """Whether two places are of one passage."""
    low, high = sorted((one.place.spans, other.place.spans))
    return one.place.file == other.place.file and high[0].start - low[-1].end < _NEAR
