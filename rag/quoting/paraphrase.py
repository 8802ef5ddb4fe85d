"""Does a source passage say in other words what a quote says?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.datatypes import Difference, Span
from rag.numerals import Number, numbers
from rag.quoting.alignment import key
from rag.quoting.stream import Stream
from rag.quoting.tokens import negations, tokens
from rag.text import clauses, sentences
from rag.words import content_words

# A quote is held against at most this many neighbouring sentences.
_MOST_SENTENCES = 3
# What a further sentence must bring in coverage to be taken in.
_WORTH = 0.05
# What a content word counts of which only the characters stand in the passage, not the word.
_SCATTERED = 0.5


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
    return Restatement(
        start=start, end=end, text=text, coverage=share, conflicts=tuple(_conflicts(quote, text))
    )


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
    if word in passage:
        return 1.0
    return _SCATTERED if all(character in passage for character in word) else 0.0


def _conflicts(quote: str, source: str) -> list[Difference]:
    """Return the facts of the quote that the source's sentences do not state so."""
    found = _number_conflicts(numbers(quote), numbers(source), quote, source)
    plain = key(source).text
    said = {text for difference in found for text in (difference.given,)}
    for token in tokens(quote):
        words = quote[token.start : token.end]
        if token.kind in ("name", "date", "number") and key(words).text not in plain:
            if token.kind != "name" and (numbers(words) or any(words in given for given in said)):
                continue
            found.append(Difference(given=words, source="", kind=token.kind))
    return found + _negation_conflicts(quote, source)


def _number_conflicts(
    given: Sequence[Number], there: Sequence[Number], quote: str, source: str
) -> list[Difference]:
    """Return the numbers of the quote that the source lacks, each beside the one it seems to stand for."""
    found = []
    spare = [b for b in there if not any(_agree(a, b) for a in given)]
    for number in given:
        if any(_agree(number, other) for other in there):
            continue
        fitting = sorted(spare, key=lambda other: other.unit != number.unit)
        words = _words(fitting[0].span, source) if fitting else ""
        kind = "date" if number.unit in ("年", "月", "日", "号") else "number"
        found.append(Difference(given=_words(number.span, quote), source=words, kind=kind))  # type: ignore[arg-type]
    return found


def _agree(left: Number, right: Number) -> bool:
    units = {left.unit, right.unit}
    return left.value == right.value and (len(units) == 1 or "" in units - {"%"})


def _words(span: Span, text: str) -> str:
    return text[span.start : span.end]


def _negation_conflicts(quote: str, source: str) -> list[Difference]:
    """Compare each clause of the quote with the clause of the source that it shares most words with."""
    theirs = [source[span.start : span.end] for span in clauses(source)]
    found = []
    for span in clauses(quote):
        clause = quote[span.start : span.end]
        words = {word for word, _ in content_words(clause)}
        if not words or not theirs:
            continue
        nearest = max(theirs, key=lambda other: sum(word in other for word in words))
        if negations(clause) != negations(nearest) and negations(clause) != negations(source):
            found.append(Difference(given=clause, source=nearest, kind="negation"))
    return found
