"""Where a quote and its source differ, word by word: what a report marks in each of the two texts. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rag.datatypes import Counterpart, QuoteMatch, Span


class Stretch(NamedTuple):
    """A stretch of a text, and what is told of it: None for words that both texts have.

    `text` is "" where only the other text has something. `owned` says that the quote itself tells of it, by
    an ellipsis or brackets.
    """

    text: str
    told: Counterpart | None = None
    owned: bool = False


def quote_marked(quote: str, match: QuoteMatch) -> list[Stretch]:
    """Return the part of a quote that comes from a place, in stretches; joined they are that part."""
    low, high = match.given_at
    return _stretches(
        quote[low:high],
        [(each.given_at[0] - low, each.given_at[1] - low, each) for each in _told(match)],
        match,
    )


def source_marked(match: QuoteMatch) -> list[Stretch]:
    """Return the words of the source in stretches; joined they are the place's quote."""
    spans = match.place.spans
    ranges = [
        (_joined(spans, each.source_at[0]), _joined(spans, each.source_at[1]), each) for each in _told(match)
    ]
    return _stretches(match.place.quote, ranges, match)


def _told(match: QuoteMatch) -> tuple[Counterpart, ...]:
    return (*match.differences, *match.marked)


def _joined(spans: Sequence[Span], at: int) -> int:
    """Return where the source's offset `at` lies in the join of the spans, at an end of it where it is outside."""
    return sum(min(max(at - span.start, 0), span.end - span.start) for span in spans)


def _stretches(text: str, ranges: Sequence[tuple[int, int, Counterpart]], match: QuoteMatch) -> list[Stretch]:
    found = []
    at = 0
    for start, end, told in sorted(ranges, key=lambda one: one[:2]):
        if at <= start and end <= len(text):
            found += [Stretch(text[at:start]), Stretch(text[start:end], told, told in match.marked)]
            at = end
    return [stretch for stretch in (*found, Stretch(text[at:])) if stretch.text or stretch.told]
