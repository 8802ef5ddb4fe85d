"""What a quote shares with a stream, pair of characters by pair: the regions with most of it, the stretches in them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.quoting.alignment import Block, Integers

# Regions of the stream are compared in buckets of this many characters: about a clause.
_BUCKET = 32
# No more blocks than this enter a chain; the longest are kept.
_MOST_BLOCKS = 1200


class Shared:
    """Every pair of neighbouring characters that stands both in a quote and in a stream, by both places."""

    def __init__(self, quote: str, stream: str) -> None:
        """Find the pairs.

        Args:
            quote: the comparable characters of the quote.
            stream: the text of the stream.
        """
        self._length = len(stream)
        pairs, there = _pairs(quote), _pairs(stream)
        order = np.argsort(there, kind="stable")
        there = there[order]
        low = np.searchsorted(there, pairs, "left")
        counts = np.searchsorted(there, pairs, "right") - low
        at = np.repeat(np.arange(len(pairs)), counts)
        within = np.arange(len(at)) - np.repeat(np.cumsum(counts) - counts, counts)
        where = order[np.repeat(low, counts) + within]
        # Pairs of one stretch adjoin.
        order = np.lexsort((at, where - at))
        self._at, self._where = at[order], where[order]

    def regions(self, start: int, end: int, most: int) -> list[tuple[int, int]]:
        """Return the `most` regions that share most with the quote's characters [start, end), best first.

        Each pair of characters counts once a bucket, the more the rarer it is. Regions may overlap.
        """
        chosen = (self._at >= start) & (self._at < end)
        if not chosen.any():
            return []
        at, where = self._at[chosen], self._where[chosen]
        weight = np.log(1 + self._length / np.bincount(at).clip(1))
        buckets = self._length // _BUCKET + 1
        once = np.unique(at * buckets + where // _BUCKET)
        score = np.bincount(once % buckets, weights=weight[once // buckets], minlength=buckets)
        width = (end - start) // _BUCKET + 2
        total = np.concatenate(([0.0], np.cumsum(score)))
        window = total[width:] - total[:-width] if buckets > width else total[-1:]
        found: list[tuple[int, int]] = []
        for _ in range(most):
            best = int(window.argmax())
            if window[best] <= 0:
                break
            found.append((best * _BUCKET, (best + width) * _BUCKET))
            window[max(0, best - width // 2) : best + width // 2 + 1] = 0
        return found

    def blocks(self, regions: Sequence[tuple[int, int]], shortest: int) -> list[Block]:
        """Return the longest stretches, of at least `shortest` characters, that the quote shares with regions."""
        inside = np.zeros(len(self._where), dtype=bool)
        for start, end in regions:
            inside |= (self._where >= start) & (self._where < end)
        at, where = self._at[inside], self._where[inside]
        breaks = np.flatnonzero((np.diff(where - at) != 0) | (np.diff(at) != 1)) + 1
        starts = np.concatenate(([0], breaks)).astype(np.int64)[: len(at)]
        lengths = np.diff(np.concatenate((starts, [len(at)]))) + 1
        longest = np.argsort(-lengths, kind="stable")[:_MOST_BLOCKS]
        return [
            Block(quote=int(at[starts[i]]), source=int(where[starts[i]]), length=int(lengths[i]))
            for i in longest[lengths[longest] >= shortest]
        ]


def _pairs(text: str) -> Integers:
    """Return a number for each pair of neighbouring characters."""
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    return (codes[:-1] << 21) | codes[1:]
