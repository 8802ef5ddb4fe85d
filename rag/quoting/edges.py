"""What a quotation falsifies by where it begins, where it ends, and what it leaves out for an ellipsis."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from rag.datatypes import Difference, Span, locate
from rag.quoting.alignment import Block, key
from rag.quoting.asked import Quote
from rag.quoting.governing import CLAUSE_END, governing
from rag.quoting.stream import Stream
from rag.quoting.tokens import HAN_NUMERAL, NEGATIVE_WORDS, NEGATORS, PLAIN_STARTS, tokens
from rag.text import fold, squeeze, worded

_RUN = re.compile(
    rf"(?:百分之)?(?:\d+(?:[.,:]\d+)*|[{HAN_NUMERAL}两百千]+(?:点[{HAN_NUMERAL}]+)?)[多余]?[万亿千百]*[%‰]?"
)
# Two characters that `_RUN` may match, and those that negations are written with.
_WITHIN = re.compile(rf"[\d.,:{HAN_NUMERAL}两百千万亿分之点多余%‰]{{2}}")
_DENYING = frozenset().union(NEGATORS, *NEGATIVE_WORDS)
# How far around the end of a quotation its tokens are looked at, in characters.
_AROUND = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch of the stream, [start, end), that an ellipsis before the quote's key character `at` stands for."""

    at: int
    start: int
    end: int


def gaps(quote: Quote, blocks: Sequence[Block]) -> list[Gap]:
    """Return what the quote's ellipses stand for where these blocks of it stand."""
    return [
        Gap(at=after.quote, start=before.source + before.length, end=after.source)
        for before, after in pairwise(blocks)
        if after.quote in quote.joints and before.source + before.length < after.source
    ]


def edges(stream: Stream, quote: Quote, blocks: Sequence[Block]) -> list[Difference]:
    """Return what a quote falsifies that stands word for word in these blocks: a number cut, a negation left out."""
    first, last = blocks[0], blocks[-1]
    return [
        *cut_edge(stream, first.source, quote, first.quote, begins=True),
        *(found for gap in gaps(quote, blocks) for found in falsified(stream, quote, gap)),
        *cut_edge(stream, last.source + last.length, quote, last.quote + last.length, begins=False),
    ]


def cut_edge(
    stream: Stream, edge: int, quote: Quote, at: int, *, begins: bool, since: int = 0
) -> list[Difference]:
    """Return what is falsified where the quote, at its key character `at`, begins or ends in the stream.

    What an ellipsis leaves out begins at `since` in the stream; a denial before it is quoted.
    """
    piece = stream.piece(edge if begins else edge - 1)
    offset = stream.origin[edge] if begins else stream.origin[edge - 1] + 1
    found = _cut_short(piece.text, offset, begins=begins)
    if found is None and begins:
        found = _governed(piece.text, offset, stream.origin[since] if since >= piece.start else 0)
    if found is None:
        return []
    given, source, kind = found
    count = len(key(piece.text[given.start : given.end]).text)
    low, high = (at, min(at + count, len(quote.key.text))) if begins else (max(at - count, 0), at)
    spans = locate(piece.spans, source.start, source.end)
    return [
        Difference(
            given=quote.words(low, high),
            source=squeeze(piece.text[source.start : source.end]),
            kind=kind,
            given_at=quote.at(low, high),
            source_at=(spans[0].start, spans[-1].end),
        )
    ]


def _cut_short(
    text: str, edge: int, *, begins: bool
) -> tuple[Span, Span, Literal["number", "date", "negation"]] | None:
    """Return what a quotation falsifies by where it begins or ends, or None.

    A number that is cut (500个 out of 1500个) and a negation left standing outside (得更改 out of
    不得更改) change what is said; a clause, a unit or a year left out does not.

    Args:
        text: the paragraph quoted from.
        edge: the offset in it where the quotation begins or ends.
        begins: whether it begins there.

    Returns:
        Where in `text` the words stand that are quoted, where the source's words do, and what they are.
    """
    beside = fold(text[max(edge - 1, 0) : edge + 1])
    if not _WITHIN.fullmatch(beside) and not (begins and beside[0] in _DENYING):
        return None
    low = max(0, edge - _AROUND)
    around = text[low : edge + _AROUND]
    at = edge - low
    found = tokens(around)
    for number, token in enumerate(found):
        whole = around[token.start : token.end]
        source = Span(start=low + token.start, end=low + token.end)
        if token.start < at < token.end and (token.kind == "number" or token.kind == "date"):
            runs = (
                (token.start + run.start(), token.start + run.end()) for run in _RUN.finditer(fold(whole))
            )
            if any(start < at < end for start, end in runs):
                given = Span(start=edge, end=source.end) if begins else Span(start=source.start, end=edge)
                return given, source, token.kind
        # A word that begins with a negator denies the rest of itself: 不想, and not 不断完善.
        denying = token.kind == "negation" or (
            at == token.start + 1 and whole[0] in NEGATORS and not fold(whole).startswith(PLAIN_STARTS)
        )
        if begins and denying and token.start < at <= token.end:
            following = found[number + 1 : number + 2] if at == token.end else []
            end = following[0].end if following else token.end
            return Span(start=edge, end=low + end), Span(start=source.start, end=low + end), "negation"
    return None


def _governed(text: str, edge: int, low: int) -> tuple[Span, Span, Literal["negation"]] | None:
    """Return what `_cut_short` does where a denial in text[low:edge] governs what goes on at `edge`, or None."""
    denial = governing(text, edge, low)
    if denial is None:
        return None
    ahead = text[edge : edge + _AROUND]
    end = edge + next((token.end for token in tokens(ahead) if worded(ahead[token.start : token.end])), 0)
    return Span(start=edge, end=end), Span(start=denial.start, end=end), "negation"


def falsified(stream: Stream, quote: Quote, gap: Gap) -> list[Difference]:
    """Return what an ellipsis falsifies: a number cut on either side, a negation of what goes on behind it."""
    return cut_edge(stream, gap.start, quote, gap.at, begins=False) + (
        cut_edge(stream, gap.end, quote, gap.at, begins=True, since=gap.start) or _turned(stream, quote, gap)
    )


def _turned(stream: Stream, quote: Quote, gap: Gap) -> list[Difference]:
    """Return the negation that was left out of the clause that goes on behind a gap: 平台……更改, 平台不得随意更改."""
    piece = stream.piece(gap.end)
    low = stream.origin[gap.start] if gap.start >= piece.start else 0
    left_out = piece.text[low : stream.origin[gap.end]]
    begun = max((match.end() for match in CLAUSE_END.finditer(left_out)), default=0)
    denying = [token for token in tokens(left_out[begun:]) if token.kind == "negation"]
    if not denying:
        return []
    start = low + begun + denying[0].start
    spans = locate(piece.spans, start, stream.origin[gap.end])
    point = quote.key.origin[gap.at]
    return [
        Difference(
            given="",
            source=squeeze(piece.text[start : stream.origin[gap.end]]),
            kind="negation",
            given_at=(point, point),
            source_at=(spans[0].start, spans[-1].end),
        )
    ]
