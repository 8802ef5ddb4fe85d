"""The quote lookup: where does a sentence come from, and is it quoted rightly?

A quote is first sought verbatim. Otherwise the windows that share its rarest trigrams, whole or in part, are
taken from the index, the stretches shared with them are chained, and the quote is held against what the chain
runs through: one place that differs (`altered`), or several that do not adjoin (`spliced`). What that leaves
open is held against the chunks most like it in content: the sentences that say the same in other words
(`paraphrase`), with a fact changed (`altered`), or none (`not_found`).
"""

from __future__ import annotations

import re

from rag.datatypes import QuoteMatch, QuoteReport
from rag.errors import UsageError
from rag.manifest import OpenIndex
from rag.quoting.alignment import key, similarity
from rag.quoting.asked import Quote
from rag.quoting.candidates import candidates
from rag.quoting.comparison import MOST_MATCHES, Comparison
from rag.quoting.joined import joined
from rag.quoting.marked import plain
from rag.quoting.paraphrase import Restatement, restatements
from rag.quoting.stream import Stream
from rag.quoting.thresholds import Thresholds
from rag.quoting.verbatim import verbatim

LONGEST = 5000
# A quote of at most this many comparable characters must stand verbatim.
_SHORT = 4
# No more places of a verbatim quote than this are listed.
MOST_PLACES = 100
# A question states nothing, so that no statement restates it.
_ASKING = re.compile(r"[?？][”’」』\"']*\s*$")


class QuoteIndex:
    """Finds where quotes come from in the documents of an open index."""

    def __init__(self, index: OpenIndex, thresholds: Thresholds | None = None) -> None:
        self._index = index
        self._thresholds = thresholds or Thresholds()

    def lookup(self, quote: str) -> QuoteReport:
        """Return where `quote` comes from and how it departs from its source.

        Returns:
            The verdict and the matches, best first: every place of a verbatim quote (at most
            `MOST_PLACES`), every part of a spliced one, up to `MOST_MATCHES` places otherwise. Where nothing was
            found there are none, and the passages most like the quote are the `nearest`.

        Raises:
            UsageError: the quote has no letter or digit, or is longer than `LONGEST` characters.
        """
        if len(quote) > LONGEST:
            raise UsageError(
                f"引文有{len(quote)}个字符，超过{LONGEST}个的上限："
                "请只给出要核对的句子，整篇稿件用 cite --manuscript 核查。"
            )
        asked = Quote.read(quote)
        if not asked.key.text:
            raise UsageError("引文里没有文字：请贴出要核对的句子，例如一整句话或其中一个分句。")
        found = verbatim(self._index, asked, MOST_PLACES)
        if not found.passages and (bare := plain(self._index, asked)) is not asked:
            asked = bare
            found = verbatim(self._index, asked, MOST_PLACES)
        standing = Comparison(found.stream, self._thresholds)
        clean = [passage for passage in found.passages if not passage.differences]
        if clean:
            return standing.verified(asked, clean, found.places)
        if len(asked.key.text) <= _SHORT:
            return QuoteReport(quote=quote, verdict="not_found")
        if found.passages:
            matches = standing.matches(asked, found.passages[:MOST_MATCHES])
            return QuoteReport(quote=quote, verdict="altered", matches=matches, places=found.places)
        stream = Stream(self._index.documents.document, candidates(self._index, asked.key.text))
        by_words, certain = Comparison(stream, self._thresholds).compare(asked)
        if certain:
            return by_words
        parts = joined(self._index, asked, self._thresholds)
        if parts:
            return QuoteReport(quote=quote, verdict="spliced", matches=parts)
        return self._in_other_words(asked, by_words)

    def _in_other_words(self, quote: Quote, by_words: QuoteReport) -> QuoteReport:
        """Return the report on a quote by its content, or by its words where these tell more.

        Args:
            quote: the quote.
            by_words: what its words say; of two that find it altered this one shows every difference in its
                place.
        """
        found = restatements(self._index, quote.text)[:MOST_MATCHES]
        stated = found and (found[0].asks or not _ASKING.search(quote.text))
        likely = found[0].probability if stated else 0.0
        if likely >= min(self._thresholds.restated, self._thresholds.disputed):
            best = _restated(quote, found[0])
            if not best.differences and likely >= self._thresholds.restated:
                return QuoteReport(quote=quote.text, verdict="paraphrase", matches=(best,))
            if best.differences and likely >= self._thresholds.disputed and not by_words.matches:
                return QuoteReport(quote=quote.text, verdict="altered", matches=(best,))
        if by_words.matches:
            return by_words
        like = (_restated(quote, one) for one in found)
        near = [match for match in like if match.similarity >= self._thresholds.nearest]
        near.sort(key=lambda match: -match.similarity)
        return QuoteReport(quote=quote.text, verdict="not_found", nearest=tuple(near))


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
