"""The quote lookup: where does a sentence come from, and is it quoted rightly?

A quote is first sought verbatim. Otherwise the regions that share most character pairs with it, or with a
part of it, are taken from the index, the stretches shared with them are chained, and the quote is held
against what the chain runs through: one place that differs (`altered`), several that do not adjoin
(`spliced`), or one that says the same in other words (`paraphrase`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.datatypes import QuoteMatch, QuoteReport, QuoteVerdict
from rag.errors import UsageError
from rag.manifest import OpenIndex
from rag.quoting.alignment import Block, chain, key, similarity
from rag.quoting.asked import Quote
from rag.quoting.candidates import candidates
from rag.quoting.leadin import misattributed
from rag.quoting.marked import marked, plain, replaced
from rag.quoting.paraphrase import Restatement, restatements
from rag.quoting.passages import Passage, align, groups, sentences_between
from rag.quoting.stream import Integers, Stream, blocks
from rag.quoting.tokens import same_value
from rag.quoting.verbatim import verbatim

LONGEST = 5000
# A quote of at most this many comparable characters must stand verbatim.
SHORT = 4
# No more places of a verbatim quote than this are listed, nor of one that is altered or restated.
MOST_PLACES = 100
MOST_MATCHES = 3

# A quote is sought whole, and piece by piece: pieces of this many characters, this far apart.
_PIECE = 24
_STEP = 12
_REGIONS_WHOLE = 6
_REGIONS_PIECE = 4
# The least comparable characters that a part of a spliced quote shares with its place.
SPLICED_LENGTH = 8
# A quote that departs from a place in no more than this many points is altered, not restated.
_FEW = 2
# Of these kinds a difference changes what is said.
_FACTS = ("number", "date", "name", "organisation", "modality")
# A place is looked at closely if it shares at least this much of what the best one shares.
_RIVAL = 0.7
# Only where one place leaves this many characters unexplained may a part come from elsewhere: of a part of
# `SPLICED_LENGTH` characters some stand in any other place by chance.
_UNEXPLAINED = SPLICED_LENGTH / 2
# Shorter stretches say nothing about a place that only a part of the quote comes from.
_SHARED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Where the verdicts part, all of them shares from 0 to 1.

    training/fit_quotes.py measures them: the verdicts hardly change within 0.1 of each, so that of equally
    good values those are taken that leave a freely worded restatement a restatement (`altered`) and show a source that more than half of the quote comes from (`loose`).

    `slight`: from this share of its characters on, a place from which a quote differs in a point or two stands
    behind it; `altered`: likewise where it differs in more points, if a fact or a negation is among them or the
    two are so similar by the whole (`close`, an Indel similarity); `loose`: down
    to here likewise where no words are exchanged, or where so large a share of what differs is one character by itself
    (`slips`), and the place still stands behind any quote, unless that restates it.
    `part`, `cover`: how much of each part of a spliced quote stands in its place, and how much of the
    quote in all places together.
    `restated`: how probable it must be that sentences stand behind a quote for it to be their paraphrase;
    `disputed`: the same where a number, date, name or negation does not agree, for the quote to be an
    alteration of them rather than another matter; `nearest`: for them to be shown where nothing was found.
    These three are probabilities of the model that training/fit_restatement.py fits; of what no passage of
    its corpora says 5 % lies above `restated`, 3 % above `disputed`.
    """

    altered: float = 0.8
    slight: float = 0.75
    close: float = 0.85
    loose: float = 0.55
    slips: float = 0.35
    part: float = 0.8
    cover: float = 0.85
    restated: float = 0.4
    disputed: float = 0.6
    nearest: float = 0.05


class QuoteIndex:
    """Finds where quotes come from in the documents of an open index."""

    def __init__(self, index: OpenIndex, thresholds: Thresholds | None = None) -> None:
        self._index = index
        self._thresholds = thresholds or Thresholds()

    def lookup(self, quote: str) -> QuoteReport:
        """Return where `quote` comes from and how it departs from its source.

        Returns:
            The verdict and the matches, best first: every place of a verbatim quote (at most
            `MOST_PLACES`), every part of a spliced one, up to `MOST_MATCHES` places otherwise, none where
            nothing was found.

        Raises:
            UsageError: the quote has no letter or digit, or is longer than `LONGEST` characters.
        """
        if len(quote) > LONGEST:
            raise UsageError(
                f"引文有{len(quote)}个字符,超过{LONGEST}个的上限:请只给出要核对的句子,整篇稿件用 cite --manuscript 核查。"
            )
        asked = Quote.read(quote)
        if not asked.key.text:
            raise UsageError("引文里没有文字:请贴出要核对的句子,例如一整句话或其中一个分句。")
        found = verbatim(self._index, asked, MOST_PLACES)
        if not found.passages and (bare := plain(self._index, asked)) is not asked:
            asked = bare
            found = verbatim(self._index, asked, MOST_PLACES)
        standing = _Comparison(found.stream, self._thresholds)
        clean = [passage for passage in found.passages if not passage.differences]
        if clean:
            return standing.verified(asked, clean, found.places)
        if len(asked.key.text) <= SHORT:
            return QuoteReport(quote=quote, verdict="not_found")
        if found.passages:
            matches = standing.matches(asked, found.passages[:MOST_MATCHES])
            return QuoteReport(quote=quote, verdict="altered", matches=matches, places=found.places)
        stream = Stream(self._index.documents.document, candidates(self._index, asked.key.text))
        by_words, certain = _Comparison(stream, self._thresholds).compare(asked)
        if certain:
            return by_words
        by_content = self._in_other_words(asked)
        # Of two that find it altered, what is aligned shows every difference in its place.
        restated = by_content.verdict == "paraphrase" or not by_words.matches
        return by_content if restated else by_words

    def _in_other_words(self, quote: Quote) -> QuoteReport:
        """Return the report on a quote by its content: restated, with or without a fact altered, or not found."""
        found = restatements(self._index, quote.text)[:MOST_MATCHES]
        like = [one for one in found if one.probability >= self._thresholds.nearest]
        matches = tuple(_restated(quote, one) for one in like)
        if like:
            disputed = bool(matches[0].differences)
            if like[0].probability >= (self._thresholds.disputed if disputed else self._thresholds.restated):
                verdict: QuoteVerdict = "altered" if disputed else "paraphrase"
                return QuoteReport(quote=quote.text, verdict=verdict, matches=matches[:1])
        return QuoteReport(quote=quote.text, verdict="not_found", nearest=matches)


class _Comparison:
    """Holds quotes against what stands in a stream."""

    def __init__(self, stream: Stream, thresholds: Thresholds) -> None:
        self._stream = stream
        self._thresholds = thresholds

    def compare(self, quote: Quote) -> tuple[QuoteReport, bool]:
        """Return the report on a quote that stands nowhere verbatim, by its words, and whether that is certain.

        What is not certain is `altered` where a place shares much with the quote, else `not_found`.
        """
        length = len(quote.key.text)
        at, where = self._stream.hits(quote.key.text)
        regions = self._stream.regions(at, where, 0, length, _REGIONS_WHOLE)
        singles = self._singles(quote, at, where, regions)
        same = [passage for passage in singles if not passage.differences]
        if same:
            return self.verified(quote, same, len(same)), True
        best = singles[0].shared if singles else 0.0
        parts = self._parts(quote, at, where, regions) if (1 - best) * length >= _UNEXPLAINED else []
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

    def _singles(
        self, quote: Quote, at: Integers, where: Integers, regions: Sequence[tuple[int, int]]
    ) -> list[Passage]:
        """Return for each region the one passage that stands behind most of the quote, best first."""
        length = len(quote.key.text)
        best: dict[int, list[Block]] = {}
        most = 0
        for low, high in regions:
            shared = blocks(at, where, [(low - length // 2, high + length // 2)], 2)
            if not shared or _covered(shared) < _RIVAL * most:
                continue
            group = max(groups(self._stream, quote, self._chain(shared)), key=_weight)
            best.setdefault(group[0].source, group)
            most = max(most, _weight(group))
        found: list[Passage] = []
        for group in best.values():
            if _weight(group) >= _RIVAL * most:
                found.append(align(self._stream, quote, group, 0, length))
        found.sort(key=lambda passage: (-passage.shared, -passage.similarity))
        return [one for i, one in enumerate(found) if not any(one.overlaps(other) for other in found[:i])]

    def _parts(
        self, quote: Quote, at: Integers, where: Integers, regions: Sequence[tuple[int, int]]
    ) -> list[Passage]:
        """Return the passages that stand behind the quote's parts, wherever they are, in its order.

        One alone where ellipses join stretches that lie far apart in one article.
        """
        length = len(quote.key.text)
        wide = list(regions)
        for start in range(0, max(1, length - _STEP), _STEP):
            wide += self._stream.regions(at, where, start, start + _PIECE, _REGIONS_PIECE)
        chained = self._chain(blocks(at, where, sorted(set(wide)), _SHARED))
        strong = [
            block
            for group in groups(self._stream, quote, chained)
            if _weight(group) >= SPLICED_LENGTH
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
        return tuple(self._match(quote, passage) for passage in passages)

    def _match(self, quote: Quote, passage: Passage) -> QuoteMatch:
        found, asides = replaced(quote, passage.differences)
        said = [
            difference
            for aside in asides
            if passage.start == 0 and aside.start < quote.key.origin[0]
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


def _restated(quote: Quote, found: Restatement) -> QuoteMatch:
    """Return the match of a quote whose content stands, or may stand, in `found`."""
    facts, disputed = found.compared(quote.text)
    return QuoteMatch(
        place=found.place,
        similarity=similarity(quote.key.text, key(found.text).text),
        differences=disputed,
        facts=facts,
        given_at=(0, len(quote.text)),
    )
