"""Where a quote, or all that its ellipses join, stands word for word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.manifest import OpenIndex
from rag.quoting.alignment import Block
from rag.quoting.asked import Quote
from rag.quoting.candidates import stretches
from rag.quoting.edges import edges
from rag.quoting.layout import OVERLAP
from rag.quoting.passages import Passage
from rag.quoting.standing import standing
from rag.quoting.stream import Stream

# Of what an ellipsis joins from several paragraphs, each part has more comparable characters than this: shorter
# ones stand somewhere by chance.
_APART = 4
# So many places are looked at closely, the likely ones first, before a quote counts as falsified by where it is cut.
_MOST_CHECKED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Verbatim:
    """The passages that a quote's words stand in, best first, in a stream of their own.

    A passage has differences where its ends cut a number or leave a negation outside; the passages are those
    without, if there are any, and `places` counts as many such places as there seem to be in all.
    """

    stream: Stream
    passages: tuple[Passage, ...]
    places: int


def verbatim(index: OpenIndex, quote: Quote, most: int) -> Verbatim:
    """Return up to `most` places of the quote's words, in the order of `standing`."""
    text = quote.key.text
    found = standing(index, text)
    if not found and quote.joints:
        return _elided(index, quote, most)
    best = Verbatim(stream=Stream(index.documents.document, ()), passages=(), places=0)
    for first in range(0, min(len(found), _MOST_CHECKED), most):
        batch = found[first : first + most]
        around = stretches(index, [one.window.id for one in batch], max(0, len(text) - OVERLAP))
        stream = Stream(index.documents.document, around)
        starts = (stream.at(one.article, one.start) for one in batch)
        passages = tuple(
            _passage(stream, quote, [Block(quote=0, source=at, length=len(text))]) for at in starts
        )
        clean = tuple(passage for passage in passages if not passage.differences)
        if clean:
            more = sum(not one.cut for one in found[first + most :])
            return Verbatim(stream=stream, passages=clean, places=len(clean) + more)
        if not first:
            best = Verbatim(stream=stream, passages=passages, places=len(found))
    return best


def _passage(stream: Stream, quote: Quote, blocks: Sequence[Block]) -> Passage:
    """Return the passage of these blocks; what was cut counts as the source's in the Indel similarity."""
    length = len(quote.key.text)
    differences = edges(stream, quote, blocks)
    beyond = sum(len(difference.source) - len(difference.given) for difference in differences)
    return Passage(
        start=0,
        end=length,
        ranges=tuple((block.source, block.source + block.length) for block in blocks),
        blocks=tuple(blocks),
        similarity=2 * length / (2 * length + beyond),
        shared=1.0,
        differences=tuple(differences),
    )


def _elided(index: OpenIndex, quote: Quote, most: int) -> Verbatim:
    """Return where the parts between the ellipses stand in order within one paragraph, or else one article."""
    bounds = list(pairwise([0, *sorted(quote.joints), len(quote.key.text)]))
    places = [standing(index, quote.key.text[start:end]) for start, end in bounds]
    longest = max(range(len(bounds)), key=lambda number: bounds[number][1] - bounds[number][0])
    articles = set.intersection(*({one.article for one in found} for found in places))
    anchors = [one for one in places[longest] if one.article in articles][:most]
    ids: dict[tuple[str, int], list[int]] = {one.article: [] for one in anchors}
    for one in (one for found in places for one in found if one.article in ids):
        ids[one.article].append(one.window.id)
    spanned = (identifier for own in ids.values() for identifier in range(min(own), max(own) + 1))
    stream = Stream(index.documents.document, stretches(index, spanned, len(quote.key.text)))
    starts = [stream.at(one.article, one.start) for one in anchors]
    pieces = [stream.piece(at) for at in starts]
    found = [
        blocks
        for at, piece in zip(starts, pieces, strict=True)
        if (blocks := _around(stream, quote, bounds, longest, at, (piece.start, piece.end)))
    ]
    if not found and min(end - start for start, end in bounds) > _APART:
        found = [
            blocks for at in starts if (blocks := _around(stream, quote, bounds, longest, at, stream.run(at)))
        ]
    passages = [_passage(stream, quote, blocks) for blocks in found]
    clean = [passage for passage in passages if not passage.differences]
    return Verbatim(stream=stream, passages=tuple(clean or passages), places=len(clean or passages))


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
