"""A quote whose clauses all stand word for word, but in places apart: joined from them, however short they are."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from rag.datatypes import QuoteMatch
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
        found: tuple[QuoteMatch, ...] = ()
        end = first
        # What does not stand word for word does not with more behind it either.
        for last in range(first + 1, len(spans) + 1):
            part = Quote.read(quote.text[spans[first].start : spans[last - 1].end])
            if len(part.key.text) < _LEAST:
                continue
            more = _standing(index, part, spans[first].start, thresholds)
            if not more:
                break
            found, end = more, last
        if not found:
            return ()
        parts.append(found)
        first = end
    if len(parts) < 2:
        return ()
    if any(_near(one, other) for before, after in pairwise(parts) for one in before for other in after):
        return ()
    return tuple(found[0] for found in parts)


def _standing(index: OpenIndex, part: Quote, at: int, thresholds: Thresholds) -> tuple[QuoteMatch, ...]:
    """Return where a part, from `at` on in its quote, stands word for word, nothing cut."""
    found = verbatim(index, part, _PLACES)
    clean = [passage for passage in found.passages if not passage.differences]
    matches = Comparison(found.stream, thresholds).matches(part, clean)
    return tuple(replace(match, given_at=(at, at + len(part.text))) for match in matches)


def _near(one: QuoteMatch, other: QuoteMatch) -> bool:
    """Whether two places are of one passage."""
    low, high = sorted((one.place.spans, other.place.spans))
    return one.place.file == other.place.file and high[0].start - low[-1].end < _NEAR
