"""Holding a quote against what stands in a stream, words against words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from rag.datatypes import QuoteMatch, QuoteReport, QuoteVerdict
from rag.quoting.alignment import Block, chain, in_common
from rag.quoting.asked import ITEM, Quote
from rag.quoting.leadin import misattributed
from rag.quoting.marked import marked, replaced
from rag.quoting.passages import Passage, align, groups, sentences_around, sentences_between
from rag.quoting.shared import Shared
from rag.quoting.stream import Stream
from rag.quoting.thresholds import Thresholds
from rag.quoting.tokens import same_value

MOST_MATCHES = 3
"""No more places of a quote that is altered or restated are listed."""

# A quote is sought whole, and piece by piece: pieces of this many characters, this far apart.
_PIECE = 24
_STEP = 12
_REGIONS_WHOLE = 6
_REGIONS_PIECE = 4
# The least comparable characters that a part of a spliced quote shares with its place.
_SPLICED_LENGTH = 8
# A quote that departs from a place in no more than this many points is altered, not restated.
_FEW = 2
# Of these kinds a difference changes what is said.
_FACTS = ("number", "date", "name", "organisation", "modality")
# A place is looked at closely if it shares at least this much of what the best one shares.
_RIVAL = 0.7
# Only where one place leaves this many characters unexplained may a part come from elsewhere: of a part of
# `_SPLICED_LENGTH` characters some stand in any other place by chance.
_UNEXPLAINED = _SPLICED_LENGTH / 2
# Shorter stretches say nothing about a place that only a part of the quote comes from.
_SHARED = 4


class Comparison:
    """Holds quotes against what stands in a stream."""

    def __init__(self, stream: Stream, thresholds: Thresholds) -> None:
        self._stream = stream
        self._thresholds = thresholds

    def compare(self, quote: Quote) -> tuple[QuoteReport, bool]:
        """Return the report on a quote that stands nowhere verbatim, by its words, and whether that is certain.

        What is not certain is `altered` where a place shares much with the quote, else `not_found`.
        """
        length = len(quote.key.text)
        common = Shared(quote.key.text, self._stream.text)
        regions = common.regions(0, length, _REGIONS_WHOLE)
        singles = self._singles(quote, common, regions)
        same = [passage for passage in singles if not passage.differences]
        if same:
            return self.verified(quote, same, len(same)), True
        best = singles[0].shared if singles else 0.0
        parts = self._parts(quote, common, regions) if (1 - best) * length >= _UNEXPLAINED else []
        if len(parts) == 1 and parts[0].shared > best:
            singles = parts + [one for one in singles if not one.overlaps(parts[0])]
            best = singles[0].shared
        covers = self._cover(quote, parts)
        if covers and any(self._apart(a, b) for a, b in pairwise(parts)):
            parts.sort(key=lambda part: -part.similarity)
            return QuoteReport(quote=quote.text, verdict="spliced", matches=self.matches(quote, parts)), True
        alike = [one for one in singles if one.shared >= max(self._thresholds.loose, best - 0.1)]
        matches = self.matches(quote, alike[:MOST_MATCHES])
        # Parts that cover the quote in another order are not held against their order.
        turned = covers and any(a.ranges > b.ranges for a, b in pairwise(parts))
        certain = bool(singles) and not turned and best >= self._sure(singles[0])
        verdict: QuoteVerdict = "altered" if matches else "not_found"
        return QuoteReport(quote=quote.text, verdict=verdict, matches=matches), certain

    def _sure(self, passage: Passage) -> float:
        """Return how much of a quote must stand in a place for the quote to be altered from it and not restated."""
        told = passage.differences
        # Whose words all stand there, beside others put in, numbers written otherwise or slips, does not restate them.
        if passage.slips >= self._thresholds.slips or all(
            one.kind == "addition" or (one.kind == "word" and same_value(one.given, one.source))
            for one in told
        ):
            return self._thresholds.loose
        if len(told) <= _FEW:
            return self._thresholds.slight
        falsified = any(
            one.kind == "negation" or (one.kind in _FACTS and one.given and one.source) for one in told
        )
        return (
            self._thresholds.altered
            if falsified or passage.similarity >= self._thresholds.close
            else math.inf
        )

    def _singles(self, quote: Quote, common: Shared, regions: Sequence[tuple[int, int]]) -> list[Passage]:
        """Return for each region the one passage that stands behind most of the quote, best first.

        Those of which even the loosest verdict would need more are left out.
        """
        length = len(quote.key.text)
        best: dict[int, list[Block]] = {}
        most = 0
        for low, high in regions:
            shared = common.blocks([(low - length // 2, high + length // 2)], 2)
            if not shared or _covered(shared) < _RIVAL * most:
                continue
            group = max(groups(self._stream, quote, self._chain(shared)), key=_weight)
            best.setdefault(group[0].source, group)
            most = max(most, _weight(group))
        found: list[Passage] = []
        for group in best.values():
            if _weight(group) >= _RIVAL * most and self._may_stand(quote, group):
                found.append(align(self._stream, quote, group, 0, length))
        found.sort(key=lambda passage: (-passage.shared, -passage.similarity))
        return [one for i, one in enumerate(found) if not any(one.overlaps(other) for other in found[:i])]

    def _may_stand(self, quote: Quote, group: Sequence[Block]) -> bool:
        """Whether so much of a quote may stand around a group of blocks that it is altered from there."""
        start, end = sentences_around(self._stream, group)
        most = in_common(quote.key.text, self._stream.text[start:end])
        return most >= self._thresholds.loose * len(quote.key.text)

    def _parts(self, quote: Quote, common: Shared, regions: Sequence[tuple[int, int]]) -> list[Passage]:
        """Return the passages that stand behind the quote's parts, wherever they are, in its order.

        One alone where ellipses join stretches that lie far apart in one article.
        """
        length = len(quote.key.text)
        wide = list(regions)
        for start in range(0, max(1, length - _STEP), _STEP):
            wide += common.regions(start, start + _PIECE, _REGIONS_PIECE)
        chained = self._chain(common.blocks(sorted(set(wide)), _SHARED))
        strong = [
            block
            for group in groups(self._stream, quote, chained)
            if _weight(group) >= _SPLICED_LENGTH
            for block in group
        ]
        joined = groups(self._stream, quote, strong)
        if not joined or (len(joined) == 1 and not quote.joints):
            return []
        bounds = [0]
        for left, right in pairwise(joined):
            bounds.append(quote.seam(left[-1].quote + left[-1].length, right[0].quote))
        bounds.append(length)
        return [
            align(self._stream, quote, group, start, end)
            for group, start, end in zip(joined, bounds, bounds[1:], strict=False)
        ]

    def _cover(self, quote: Quote, parts: Sequence[Passage]) -> bool:
        """Whether each of several parts is like its place and they make up the quote together."""
        covered = sum(part.shared * (part.end - part.start) for part in parts)
        return (
            len(parts) > 1
            and min(part.shared for part in parts) >= self._thresholds.part
            and covered >= self._thresholds.cover * len(quote.key.text)
        )

    def _apart(self, left: Passage, right: Passage) -> bool:
        """Whether two parts lie in different articles, or with more than a sentence between them."""
        low, high = sorted((left.ranges, right.ranges))
        end, start = low[-1][1], high[0][0]
        if self._stream.piece(end - 1).home != self._stream.piece(start).home:
            return True
        return start > end and sentences_between(self._stream, end, start) > 1

    def _chain(self, found: Sequence[Block]) -> list[Block]:
        return chain(found, [self._stream.piece(block.source).home for block in found])

    def verified(self, quote: Quote, passages: Sequence[Passage], places: int) -> QuoteReport:
        """Return the report on a quote whose words stand there: exact, unless said to be someone else's.

        Args:
            quote: the quote.
            passages: where its words stand.
            places: in how many places they do, of which the passages may be the first.
        """
        matches = self.matches(quote, passages)
        clean = tuple(match for match in matches if not match.differences)
        return QuoteReport(
            quote=quote.text,
            verdict="exact" if clean else "altered",
            matches=clean or matches[:MOST_MATCHES],
            places=places - len(matches) + len(clean) if clean else places,
        )

    def matches(self, quote: Quote, passages: Sequence[Passage]) -> tuple[QuoteMatch, ...]:
        """Return the match of each of these passages of the stream."""
        return tuple(self._match(quote, passage) for passage in passages)

    def _match(self, quote: Quote, passage: Passage) -> QuoteMatch:
        found, asides = replaced(quote, passage.differences)
        said = [
            difference
            for aside in asides
            if passage.start == 0
            and aside.start < quote.key.origin[0]
            and not ITEM.fullmatch(quote.text, aside.start, aside.end)
            for difference in misattributed(self._stream, quote, aside, passage.blocks[0].source)
        ]
        part = (passage.start, passage.end)
        return QuoteMatch(
            place=self._stream.place(passage.ranges, quote.around(*part)),
            similarity=passage.similarity,
            differences=(*said, *found),
            marked=tuple(marked(self._stream, quote, part, passage.blocks, asides)),
            given_at=quote.part(*part),
        )


def _covered(shared: Sequence[Block]) -> int:
    """Return how many of the quote's characters stand in these blocks: no chain of them has a greater weight."""
    return len({at for block in shared for at in range(block.quote, block.quote + block.length)})


def _weight(group: Sequence[Block]) -> int:
    return sum(block.length for block in group)
