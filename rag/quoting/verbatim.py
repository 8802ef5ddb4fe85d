"""Where a quote, or all that its ellipses join, stands word for word."""

from __future__ import annotations

from itertools import pairwise

from rag.quoting.asked import Quote
from rag.quoting.passages import Passage, edges
from rag.quoting.stream import Stream


def verbatim(stream: Stream, quote: Quote, most: int) -> list[Passage]:
    """Return up to `most` places of the quote's words, in the order of the sources.

    A passage has differences where its ends cut a number or leave a negation outside; what stands there
    counts as the source's in the Indel similarity.
    """
    text = quote.key.text
    places = [[(at, at + len(text))] for at in stream.occurrences(text, most)]
    if not places and quote.joints:
        places = _elided(stream, quote, most)
    found = []
    for ranges in places:
        differences = edges(stream, quote, ranges)
        beyond = sum(len(difference.source) - len(difference.given) for difference in differences)
        found.append(
            Passage(
                start=0,
                end=len(text),
                ranges=tuple(ranges),
                similarity=2 * len(text) / (2 * len(text) + beyond),
                shared=1.0,
                differences=tuple(differences),
            )
        )
    return found


def _elided(stream: Stream, quote: Quote, most: int) -> list[list[tuple[int, int]]]:
    """Return where the parts between the ellipses stand in order within one paragraph."""
    bounds = [0, *sorted(quote.joints), len(quote.key.text)]
    parts = [quote.key.text[a:b] for a, b in pairwise(bounds)]
    found = []
    anchors = stream.occurrences(max(parts, key=len), most)
    for start, end in sorted({(stream.piece(at).start, stream.piece(at).end) for at in anchors}):
        ranges: list[tuple[int, int]] = []
        position = start
        for part in parts:
            at = stream.text.find(part, position, end)
            if at < 0:
                break
            position = at + len(part)
            ranges.append((at, position))
        if len(ranges) == len(parts):
            found.append(ranges)
    return found
