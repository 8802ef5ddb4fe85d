"""Where a quote, or all that its ellipses join, stands word for word."""

from __future__ import annotations

from itertools import pairwise

from rag.quoting.alignment import Block
from rag.quoting.asked import Quote
from rag.quoting.edges import edges
from rag.quoting.passages import Passage
from rag.quoting.stream import Stream

# Of what an ellipsis joins from several paragraphs, each part has more comparable characters than this: shorter
# ones stand somewhere by chance.
_APART = 4


def verbatim(stream: Stream, quote: Quote, most: int) -> list[Passage]:
    """Return up to `most` places of the quote's words, in the order of the sources.

    A passage has differences where its ends cut a number or leave a negation outside; what stands there
    counts as the source's in the Indel similarity.
    """
    text = quote.key.text
    places = [[Block(quote=0, source=at, length=len(text))] for at in stream.occurrences(text, most)]
    if not places and quote.joints:
        places = _elided(stream, quote, most)
    found = []
    for blocks in places:
        differences = edges(stream, quote, blocks)
        beyond = sum(len(difference.source) - len(difference.given) for difference in differences)
        found.append(
            Passage(
                start=0,
                end=len(text),
                ranges=tuple((block.source, block.source + block.length) for block in blocks),
                blocks=tuple(blocks),
                similarity=2 * len(text) / (2 * len(text) + beyond),
                shared=1.0,
                differences=tuple(differences),
            )
        )
    return found


def _elided(stream: Stream, quote: Quote, most: int) -> list[list[Block]]:
    """Return where the parts between the ellipses stand in order within one paragraph, or else one article."""
    bounds = list(pairwise([0, *sorted(quote.joints), len(quote.key.text)]))
    longest = max(range(len(bounds)), key=lambda number: bounds[number][1] - bounds[number][0])
    anchors = stream.occurrences(quote.key.text[slice(*bounds[longest])], most)
    pieces = [stream.piece(at) for at in anchors]
    found = [
        blocks
        for at, piece in zip(anchors, pieces, strict=True)
        if (blocks := _around(stream, quote, bounds, longest, at, (piece.start, piece.end)))
    ]
    if found or min(end - start for start, end in bounds) <= _APART:
        return found
    return [
        blocks
        for at in anchors
        if (blocks := _around(stream, quote, bounds, longest, at, stream.article(at)))
    ]


def _around(
    stream: Stream,
    quote: Quote,
    bounds: list[tuple[int, int]],
    anchor: int,
    at: int,
    within: tuple[int, int],
) -> list[Block] | None:
    """Return the parts of a quote nearest around the one that stands at `at`, or None where one is missing."""
    starts = {anchor: at}
    for number in range(anchor - 1, -1, -1):
        part = quote.key.text[slice(*bounds[number])]
        starts[number] = stream.text.rfind(part, within[0], starts[number + 1])
        if starts[number] < 0:
            return None
    for number in range(anchor + 1, len(bounds)):
        part = quote.key.text[slice(*bounds[number])]
        last = bounds[number - 1]
        starts[number] = stream.text.find(part, starts[number - 1] + last[1] - last[0], within[1])
        if starts[number] < 0:
            return None
    return [
        Block(quote=start, source=starts[number], length=end - start)
        for number, (start, end) in enumerate(bounds)
    ]
