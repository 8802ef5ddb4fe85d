"""One place that a quote comes from: which stretches of the stream, and how the quote departs from them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import Opcode

from rag.datatypes import Difference
from rag.quoting.alignment import Block, extend, operations, similarity
from rag.quoting.asked import Quote
from rag.quoting.differences import Side, differences
from rag.quoting.edges import cut_edge, falsified, gaps
from rag.quoting.stream import Piece, Stream
from rag.text import sentences

# Characters of a paragraph around a passage that its tokens may reach into.
_CONTEXT = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """The stretches of the stream that stand behind [start, end) of a quote's key.

    Several stretches, where the quote marks what it leaves out with an ellipsis or runs past a heading.
    `blocks` are the words that stand in both. `shared` is the share of the quote's characters that stand
    there, `similarity` counts against it what the source has besides.
    """

    start: int
    end: int
    ranges: tuple[tuple[int, int], ...]
    blocks: tuple[Block, ...]
    similarity: float
    shared: float
    differences: tuple[Difference, ...]

    @property
    def slips(self) -> float:
        """The share of the characters by which quote and source part that do so alone: exchanged, lost or put in.

        What copying, recognition and dictation get wrong are such; who words anew exchanges words. 0 where they
        part nowhere.
        """
        first, last = self.blocks[0], self.blocks[-1]
        apart = [first.quote - self.start, self.end - last.quote - last.length]
        for before, after in pairwise(self.blocks):
            given = after.quote - before.quote - before.length
            apart.append(max(given, after.source - before.source - before.length))
        return apart.count(1) / sum(apart) if any(apart) else 0.0

    def overlaps(self, other: Passage) -> bool:
        """Whether the two reach over a common stretch of the stream."""
        return self.ranges[0][0] < other.ranges[-1][1] and other.ranges[0][0] < self.ranges[-1][1]


def groups(stream: Stream, quote: Quote, chained: Sequence[Block]) -> list[list[Block]]:
    """Split a chain of blocks wherever the next one does not go on from the one before.

    It goes on in the same article, forwards, past no more than one sentence, or past what an ellipsis
    stands for.
    """
    found: list[list[Block]] = []
    for block in chained:
        if found and _goes_on(stream, quote, found[-1][-1], block):
            found[-1].append(block)
        else:
            found.append([block])
    return found


def _goes_on(stream: Stream, quote: Quote, last: Block, block: Block) -> bool:
    start, end = last.source + last.length, block.source
    before, after = stream.piece(start - 1), stream.piece(end)
    if before.home != after.home or end < start:
        return False
    elided = any(last.quote + last.length <= joint <= block.quote for joint in quote.joints)
    if elided:
        return True
    if end - start <= block.quote - last.quote - last.length + _CONTEXT:
        return True
    return sentences_between(stream, start, end) <= 1


def sentences_between(stream: Stream, start: int, end: int) -> int:
    """Return how many sentences, whole or in part, [start, end) of the stream holds, headings aside."""
    return sum(
        len(sentences(piece.text[stream.origin[low] : stream.origin[high - 1] + 1]))
        for piece, low, high in stream.covered(start, end)
        if piece.number or (low, high) != (piece.start, piece.end)
    )


def sentences_around(stream: Stream, group: Sequence[Block]) -> tuple[int, int]:
    """Return where the sentences begin and end that a group of blocks stands in; `align` looks no farther."""
    first, last = group[0], group[-1]
    return _sentence(stream, first.source)[0], _sentence(stream, last.source + last.length - 1)[1]


def align(stream: Stream, quote: Quote, group: Sequence[Block], start: int, end: int) -> Passage:
    """Hold the quote's key characters [start, end) against the source around a group of blocks."""
    text, first, last = quote.key.text, group[0], group[-1]
    low, high = first.source, last.source + last.length
    begins, ends = sentences_around(stream, group)
    clause = low - next((at for at in range(low - 1, begins, -1) if _parted(stream, at)), begins)
    more_quote, more_source = extend(text[start : first.quote][::-1], stream.text[begins:low][::-1], clause)
    left, low = first.quote - more_quote, low - more_source
    clause = next((at for at in range(high + 1, ends) if _parted(stream, at)), ends) - high
    more_quote, more_source = extend(text[last.quote + last.length : end], stream.text[high:ends], clause)
    right, high = last.quote + last.length + more_quote, high + more_source
    edits = operations(text[left:right], stream.text[low:high])
    low, high = low + edits[0].dest_start, low + edits[-1].dest_end
    edits = [
        Opcode(edit.tag, edit.src_start, edit.src_end, edit.dest_start - shift, edit.dest_end - shift)
        for shift in (edits[0].dest_start,)
        for edit in edits
    ]
    edits, ranges = _license(stream, quote, edits, left, low)
    found = _added(quote, start, left, stream.raw(low))
    found += differences(*_sides(stream, quote, (left, right), (low, high)), edits)
    found += _added(quote, right, end, stream.raw(high - 1) + 1)
    if left == start and edits[0].tag == "equal":
        found += _apart(cut_edge(stream, low, quote, start, begins=True), found)
    if right == end and edits[-1].tag == "equal":
        found += _apart(cut_edge(stream, high, quote, end, begins=False), found)
    standing = [
        Block(quote=left + edit.src_start, source=low + edit.dest_start, length=edit.src_end - edit.src_start)
        for edit in edits
        if edit.tag == "equal" and edit.src_end > edit.src_start
    ]
    for gap in gaps(quote, standing):
        found += falsified(stream, quote, gap)
    found.sort(key=lambda one: one.given_at)
    kept = "".join(stream.text[a:b] for a, b in ranges)
    return Passage(
        start=start,
        end=end,
        ranges=tuple(ranges),
        blocks=tuple(standing),
        similarity=similarity(text[start:end], kept) if found else 1.0,
        shared=sum(edit.src_end - edit.src_start for edit in edits if edit.tag == "equal") / (end - start),
        differences=tuple(found),
    )


def _apart(edge: Sequence[Difference], found: Sequence[Difference]) -> list[Difference]:
    """Return the differences at an edge of the quote of whose words none is part of one found already."""
    return [
        one
        for one in edge
        if all(
            one.given_at[1] <= other.given_at[0] or other.given_at[1] <= one.given_at[0] for other in found
        )
    ]


def _added(quote: Quote, start: int, end: int, point: int) -> list[Difference]:
    """Return the quote's key characters [start, end) as put in at an offset of the source, if there are any."""
    if start == end:
        return []
    words, given_at = quote.words(start, end), quote.at(start, end)
    return [Difference(given=words, source="", kind="addition", given_at=given_at, source_at=(point, point))]


def _sentence(stream: Stream, position: int) -> tuple[int, int]:
    """Return where in the stream the sentence around `position` begins and ends."""
    piece = stream.piece(position)
    origin = stream.origin
    for span in sentences(piece.text):
        if span.end > origin[position]:
            low = bisect_left(origin, span.start, piece.start, piece.end)
            return low, bisect_left(origin, span.end, piece.start, piece.end)
    return piece.start, piece.end


def _license(
    stream: Stream, quote: Quote, edits: Sequence[Opcode], left: int, low: int
) -> tuple[list[Opcode], list[tuple[int, int]]]:
    """Take for equal what the quote may leave out: headings, and what its ellipses stand for.

    Returns:
        The edits, and the stretches of the stream between what was left out so.
    """
    kept: list[Opcode] = []
    ranges = []
    start = low
    for number, edit in enumerate(edits):
        if edit.tag != "insert":
            kept.append(edit)
            continue
        most = min(edits[number - 1].src_end - edits[number - 1].src_start, 40)
        shift, allowed = _slide(
            stream, quote, left + edit.src_start, (low + edit.dest_start, low + edit.dest_end), most
        )
        a, b = edit.dest_start - shift, edit.dest_end - shift
        if shift:
            before = kept.pop()
            kept.append(Opcode("equal", before.src_start, before.src_end - shift, before.dest_start, a))
        at = edit.src_start - shift
        kept.append(Opcode("equal" if allowed else "insert", at, at, a, b))
        if shift:
            kept.append(Opcode("equal", at, edit.src_end, b, edit.dest_end))
        if allowed:
            ranges.append((start, low + a))
            start = low + b
    ranges.append((start, low + edits[-1].dest_end))
    return [edit for edit in kept if edit.src_end > edit.src_start or edit.dest_end > edit.dest_start], ranges


def _slide(stream: Stream, quote: Quote, at: int, gap: tuple[int, int], most: int) -> tuple[int, bool]:
    """Return how far left a gap in the quote is to be moved, and whether it may be left out.

    The same alignment leaves open where equal characters at the ends of a gap belong; it is moved to
    where it is a heading, an ellipsis or a clause.
    """
    best, score = 0, 0
    for shift in range(most + 1):
        start, end = gap[0] - shift, gap[1] - shift
        if shift and stream.text[start] != stream.text[end]:
            break
        pieces = [piece for piece, _, _ in stream.covered(start, end)]
        headings = all(piece.number == 0 for piece in pieces) and _bounds(pieces) == (start, end)
        if headings or at - shift in quote.joints:
            return shift, True
        clean = _parted(stream, start) + _parted(stream, end)
        if clean > score:
            best, score = shift, clean
    return best, False


def _bounds(pieces: Sequence[Piece]) -> tuple[int, int]:
    return pieces[0].start, pieces[-1].end


def _parted(stream: Stream, position: int) -> bool:
    """Whether punctuation or a paragraph's end stands before `position`."""
    return stream.piece(position).start == position or (
        stream.origin[position] - stream.origin[position - 1] > 1
    )


def _sides(
    stream: Stream, quote: Quote, within: tuple[int, int], place: tuple[int, int]
) -> tuple[Side, Side]:
    """Return both sides of a comparison, the source's with a little context around it."""
    texts: list[str] = []
    origin: list[int] = []
    places: list[int] = []
    length = first = 0
    parts = list(stream.covered(*place))
    for number, (piece, low, high) in enumerate(parts):
        start, end = stream.origin[low], stream.origin[high - 1] + 1
        start = max(0, start - _CONTEXT) if number == 0 else 0
        end = min(len(piece.text), end + _CONTEXT) if number == len(parts) - 1 else len(piece.text)
        a = bisect_left(stream.origin, start, piece.start, piece.end)
        b = bisect_left(stream.origin, end, piece.start, piece.end)
        first = low - a if number == 0 else first
        texts.append(piece.text[start:end] + "\n")
        origin.extend(stream.origin[i] - start + length for i in range(a, b))
        places.extend(stream.offsets(a, b))
        length += end - start + 1
    given = quote.key.origin[: within[1]]
    left = Side(text=quote.text, origin=given, places=given, first=within[0])
    return left, Side(text="".join(texts), origin=origin, places=places, first=first)
