"""Does a source passage say in other words what a quote says?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.datatypes import Difference
from rag.quoting.agreement import conflicts
from rag.quoting.alignment import key
from rag.quoting.stream import Stream
from rag.text import sentences
from rag.words import content_words

# A quote is held against at most this many neighbouring sentences.
_MOST_SENTENCES = 3
# What a further sentence must bring in coverage to be taken in.
_WORTH = 0.05
# What a content word counts of which the characters stand in the passage apart, and how far apart.
_SCATTERED = 0.5
_NEAR = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Restatement:
    """Sentences that may say what a quote says.

    `coverage` is the share, by characters, of the quote's content words (numbers aside) that stand there;
    `conflicts` are the numbers, dates, names and negations of the quote that the sentences do not bear out.
    """

    start: int
    end: int
    text: str
    coverage: float
    conflicts: tuple[Difference, ...]


def restatement(stream: Stream, quote: str, regions: Sequence[tuple[int, int]]) -> Restatement | None:
    """Return the sentences in these regions of the stream that cover most of the quote's content, or None."""
    # Numbers are compared by value below.
    wanted = [word for word, _ in content_words(quote) if not word[0].isdigit()]
    length = sum(map(len, wanted))
    best: tuple[float, float, int, int, str] | None = None
    for region in regions:
        spans = _sentences(stream, region)
        for first in range(len(spans)):
            text = ""
            for last in range(first, min(first + _MOST_SENTENCES, len(spans))):
                if spans[last][0] != spans[first][0]:
                    break
                text += spans[last][3]
                plain = key(text).text
                share = sum(_presence(word, plain) * len(word) for word in wanted) / length if length else 0.0
                worth = share - _WORTH * (last - first)
                if best is None or worth > best[0]:
                    best = (worth, share, spans[first][1], spans[last][2], text)
    if best is None:
        return None
    _, share, start, end, text = best
    piece = stream.piece(start)
    around = (piece.speaker, piece.article.outlet, *piece.article.speakers, *piece.article.authors)
    found = conflicts(quote, text, [name for name in around if name])
    return Restatement(start=start, end=end, text=text, coverage=share, conflicts=tuple(found))


def _sentences(stream: Stream, region: tuple[int, int]) -> list[tuple[int, int, int, str]]:
    """Return the sentences that reach into a region: article, start and end in the stream, text."""
    found = []
    for piece, low, high in stream.covered(*region):
        for span in sentences(piece.text):
            inside = [i for i in range(piece.start, piece.end) if span.start <= stream.origin[i] < span.end]
            if inside and inside[0] < high and inside[-1] >= low:
                found.append((piece.home, inside[0], inside[-1] + 1, piece.text[span.start : span.end]))
    return found


def _presence(word: str, passage: str) -> float:
    """Return 1 where the word stands in the passage, `_SCATTERED` where it does in pieces: 占比 in 占GDP的比重."""
    if word in passage:
        return 1.0
    pieces = re.search(f".{{,{_NEAR}}}".join(map(re.escape, word)), passage)
    return _SCATTERED if len(word) > 1 and pieces else 0.0
