"""Where a quote, or all that its ellipses join, stands word for word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.datatypes import Window
from rag.manifest import OpenIndex
from rag.quoting.alignment import Block
from rag.quoting.asked import Quote
from rag.quoting.candidates import stretches
from rag.quoting.edges import edges
from rag.quoting.layout import OVERLAP
from rag.quoting.passages import Passage
from rag.quoting.stream import Stream
from rag.quoting.tokens import NEGATORS
from rag.trigrams import trigrams

MOST_WINDOWS = 10_000
"""No more windows than this are looked through for a quote; places beyond are neither counted nor shown."""
# So many places are looked at closely, the likely ones first, before a quote counts as falsified by where it is cut.
_MOST_CHECKED = 1000
# The trigrams of a very long quote are weighed at about so many points.
_PROBES = 256
# Of what an ellipsis joins from several paragraphs, each part has more comparable characters than this: shorter
# ones stand somewhere by chance. And the parts lie within so many of the longest one.
_APART = 4
_WITHIN = 5000
_NUMERAL = frozenset("0123456789.,:%〇零一二三四五六七八九十百千万亿两")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A place where words stand: where in the article's key, and a window that holds some of them.

    `cut` tells whether a number seems to be cut there, or a negation left outside.
    """

    window: Window
    start: int
    cut: bool


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
    """Return up to `most` places of the quote's words.

    The best come first: those where the words seem whole at their ends (500 begins inside 1500), then those in a
    paragraph rather than in a title, a heading or an aside, then by the article's date, the earliest first
    since later ones reprint it, the undated last, then by file, article and offset.
    """
    text = quote.key.text
    found = standing(index, text)
    if not found and quote.joints:
        return _elided(index, quote, most)
    best = Verbatim(stream=Stream(index.documents.document, ()), passages=(), places=0)
    for first in range(0, min(len(found), _MOST_CHECKED), most):
        stream, starts = _laid(index, found[first : first + most], len(text))
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


def standing(index: OpenIndex, words: str) -> list[Standing]:
    """Return every place of the key `words` in `MOST_WINDOWS` windows at most, in the order of `verbatim`."""
    offset = _rarest(index, words)
    probe = words[offset : offset + OVERLAP]
    found: dict[tuple[str, int, int], Standing] = {}
    for window in index.documents.windows(index.trigrams.holding(probe, MOST_WINDOWS)).values():
        for at in _occurrences(window.text, probe):
            start = window.start + at - offset
            place = (window.file, window.article, start)
            if start >= 0 and place not in found:
                cut = _cut(window.text, words, at - offset)
                found[place] = Standing(window=window, start=start, cut=cut)
    if len(words) > len(probe):
        found = {place: one for place, one in found.items() if _stands(index, words, one)}
    return sorted(found.values(), key=_rank)


def _rarest(index: OpenIndex, words: str) -> int:
    """Return where in `words` the stretch of `OVERLAP` characters with its rarest trigram begins."""
    if len(words) <= OVERLAP:
        return 0
    every = trigrams(words)
    points = range(0, len(every), -(-len(every) // _PROBES))
    rarest = min(points, key=lambda at: index.trigrams.frequency(every[at]))
    return max(0, min(rarest - OVERLAP // 2, len(words) - OVERLAP))


def _occurrences(text: str, words: str) -> Iterator[int]:
    at = text.find(words)
    while at >= 0:
        yield at
        at = text.find(words, at + 1)


def _stands(index: OpenIndex, words: str, one: Standing) -> bool:
    """Whether all of `words` stands where a part of it does."""
    (stretch,) = stretches(index, [one.window.id], len(words))
    at = one.start - stretch.start
    return stretch.text[at : at + len(words)] == words


def _rank(one: Standing) -> tuple[bool, bool, str, str, int, int]:
    """Return what places are sorted by."""
    window = one.window
    at = max(0, one.start - window.start)
    outside = any(low <= at < high for low, high in window.lines)
    return one.cut, outside, window.date or "9999", window.file, window.article, one.start


def _cut(text: str, words: str, at: int) -> bool:
    """Whether a number seems to be cut, or a negation left outside, where `words` stand at `at` in `text`."""
    before, after = text[max(0, at - 1) : max(0, at)], text[at + len(words) :][:1]
    return (
        before in NEGATORS
        or (before in _NUMERAL and words[0] in _NUMERAL)
        or (after in _NUMERAL and words[-1] in _NUMERAL)
    )


def _laid(index: OpenIndex, places: Sequence[Standing], length: int) -> tuple[Stream, list[int]]:
    """Return the stream around places of so many characters, and where each begins in it."""
    around = stretches(index, [one.window.id for one in places], max(0, length - OVERLAP))
    stream = Stream(index.documents.document, around)
    return stream, [stream.at((one.window.file, one.window.article), one.start) for one in places]


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
    longest = max(range(len(bounds)), key=lambda number: bounds[number][1] - bounds[number][0])
    low, high = bounds[longest]
    anchors = standing(index, quote.key.text[low:high])[:most]
    stream, starts = _laid(index, anchors, high - low)
    pieces = [stream.piece(at) for at in starts]
    found = [
        blocks
        for at, piece in zip(starts, pieces, strict=True)
        if (blocks := _around(stream, quote, bounds, longest, at, (piece.start, piece.end)))
    ]
    if not found and min(end - start for start, end in bounds) > _APART:
        stream, starts = _laid(index, anchors, _WITHIN)
        found = [
            blocks for at in starts if (blocks := _around(stream, quote, bounds, longest, at, stream.run(at)))
        ]
    passages = [_passage(stream, quote, blocks) for blocks in found]
    clean = tuple(passage for passage in passages if not passage.differences)
    return Verbatim(stream=stream, passages=clean or tuple(passages), places=len(clean or passages))


def _around(
    stream: Stream,
    quote: Quote,
    bounds: Sequence[tuple[int, int]],
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
