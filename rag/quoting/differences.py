"""How a quote departs from its source: whole numbers, dates, names, negations, words left out or put in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Opcode

from rag.claims import LIMITS
from rag.datatypes import Difference, FactKind
from rag.quoting.tokens import (
    MODALS,
    NEGATORS,
    NUMERALS,
    Token,
    TokenKind,
    negations,
    rounded,
    same_value,
    tokens,
)
from rag.text import squeeze


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a comparison: a text, and for each of its comparable characters its offset there.

    `places` are their offsets in what is told to the reader: the quote as given, the file. `first` is the
    number of the first comparable character that is compared. Those before it, and those behind the last
    compared one, are context: they belong to a difference whose token they are part of.
    """

    text: str
    origin: Sequence[int]
    places: Sequence[int]
    first: int = 0

    def cut(self, numbers: Sequence[int]) -> str:
        """Return the words from the first to the last of these comparable characters, or ""."""
        if not numbers:
            return ""
        return squeeze(self.text[self.origin[numbers[0]] : self.origin[numbers[-1]] + 1])

    def at(self, numbers: Sequence[int], following: int) -> tuple[int, int]:
        """Return where these comparable characters stand; where there are none, the point before `following`."""
        if numbers:
            return self.places[numbers[0]], self.places[numbers[-1]] + 1
        if following < len(self.places):
            return self.places[following], self.places[following]
        return self.places[-1] + 1, self.places[-1] + 1


@dataclass(slots=True)
class _Column:
    """One step of the alignment: a comparable character of the quote, of the source, or of both.

    `tokens` are the numbers of the tokens that they belong to; `edited` tells whether the two differ,
    `shown` whether the column is part of a difference once that is widened to whole tokens.
    """

    numbers: tuple[int | None, int | None]
    tokens: tuple[int | None, int | None]
    edited: bool
    shown: bool


def differences(quote: Side, source: Side, edits: Sequence[Opcode]) -> list[Difference]:
    """Return what differs, in order, each widened to whole tokens on both sides.

    Args:
        quote: the quote, or a part of it.
        source: the text it is held against.
        edits: what turns the one into the other; offsets count comparable characters from `first`.
    """
    cut = (tokens(quote.text), tokens(source.text))
    columns = _columns(quote, source, edits, cut)
    extents = _extents(columns)
    _widen(columns, extents.values())
    found = []
    for start, end in _segments(columns, extents, cut):
        segment = columns[start:end]
        left = [number for column in segment if (number := column.numbers[0]) is not None]
        right = [number for column in segment if (number := column.numbers[1]) is not None]
        given, there = (
            "".join(
                text.text[text.origin[number]]
                for column in segment
                if column.edited and (number := column.numbers[side]) is not None
            )
            for side, text in enumerate((quote, source))
        )
        following = [_following(columns, end, side) for side in (0, 1)]
        words = difference(quote.cut(left), source.cut(right), (given, there))
        found.append(
            replace(words, given_at=quote.at(left, following[0]), source_at=source.at(right, following[1]))
        )
    return found


def _following(columns: Sequence[_Column], end: int, side: int) -> int:
    """Return the number of one side's comparable character at or behind column `end`; of none, one too many."""
    behind = (column.numbers[side] for column in columns[end:])
    before = (column.numbers[side] for column in reversed(columns[:end]))
    number = next((number for number in behind if number is not None), None)
    if number is None:
        return 1 + next((number for number in before if number is not None), -1)
    return number


def _columns(
    quote: Side, source: Side, edits: Sequence[Opcode], cut: tuple[Sequence[Token], Sequence[Token]]
) -> list[_Column]:
    """Lay the alignment out character by character, with the source's context around it."""
    starts = [[token.start for token in found] for found in cut]

    def column(left: int | None, right: int | None, edited: bool) -> _Column:
        owners = (
            None if left is None else bisect_right(starts[0], quote.origin[left]) - 1,
            None if right is None else bisect_right(starts[1], source.origin[right]) - 1,
        )
        return _Column((left, right), owners, edited, edited)

    end = source.first + (edits[0].dest_start if edits else 0)
    columns = [column(None, number, False) for number in range(end)]
    for edit in edits:
        left = range(quote.first + edit.src_start, quote.first + edit.src_end)
        right = range(source.first + edit.dest_start, source.first + edit.dest_end)
        end = right.stop
        for i in range(max(len(left), len(right))):
            pair = (left[i] if i < len(left) else None, right[i] if i < len(right) else None)
            columns.append(column(*pair, edit.tag != "equal"))
    columns.extend(column(None, number, False) for number in range(end, len(source.origin)))
    return columns


def _extents(columns: Sequence[_Column]) -> dict[tuple[int, int], tuple[int, int]]:
    """Return for each token of either side, keyed by side and number, its first and last column."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for position, column in enumerate(columns):
        for side, token in enumerate(column.tokens):
            if token is not None:
                found[side, token] = (found.get((side, token), (position, 0))[0], position)
    return found


def _widen(columns: Sequence[_Column], extents: Collection[tuple[int, int]]) -> None:
    """Show every column of a token that a difference touches, until no token is cut."""
    grown = True
    while grown:
        grown = False
        for low, high in extents:
            if len({columns[i].shown for i in range(low, high + 1)}) == 2:
                grown = True
                for i in range(low, high + 1):
                    columns[i].shown = True


def _segments(
    columns: Sequence[_Column],
    extents: dict[tuple[int, int], tuple[int, int]],
    cut: tuple[Sequence[Token], Sequence[Token]],
) -> list[tuple[int, int]]:
    """Return the stretches of columns that are one difference each.

    A number, date, name or negation is a difference of its own; plain words beside each other are one.
    """
    found: list[tuple[int, int]] = []
    wordy = False
    position = 0
    while position < len(columns):
        if not columns[position].shown:
            position += 1
            wordy = False
            continue
        start, end = position, position + 1
        fact = False
        while position < end:
            for side, token in enumerate(columns[position].tokens):
                if token is not None:
                    end = max(end, extents[side, token][1] + 1)
                    fact = fact or cut[side][token].kind != "word"
            position += 1
        if wordy and not fact:
            start = found.pop()[0]
        found.append((start, end))
        wordy = not fact
    return _merged(columns, found)


def _merged(columns: Sequence[_Column], stretches: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join the stretches beside each other that stand on the same side alone: one clause left out or put in."""
    found: list[tuple[int, int]] = []
    last = None
    for start, end in stretches:
        sides = {side for column in columns[start:end] for side in (0, 1) if column.numbers[side] is not None}
        if len(sides) == 1 and sides == last and found[-1][1] == start:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
        last = sides
    return found


# Of words left out or put in of at most so many characters a negator denies what stands beside them (从来没有说过),
# longer ones are a clause with a sense of its own; so does one in a word of so many, not in a phrase (坚定不移).
_DENIAL = 6
_DENYING_WORD = 3


def difference(given: str, source: str, changed: tuple[str, str]) -> Difference:
    """Return the difference between a quote's words and the source's, not yet placed, with its kind.

    Args:
        given: the quote's words, or "".
        source: the source's words, or "".
        changed: the characters of each that do not stand in the other.
    """
    kinds = [{token.kind for token in tokens(text)} for text in (given, source)]
    return Difference(given=given, source=source, kind=_kind(given, source, kinds, changed))


def _denies(words: str) -> bool:
    """Whether words left out or put in turn round what stands beside them."""
    parts = [words[token.start : token.end] for token in tokens(words)]
    return (
        len(words) <= _DENIAL
        and sum(negations(part) for part in parts if len(part) <= _DENYING_WORD) % 2 == 1
    )


def _kind(given: str, source: str, kinds: Sequence[set[TokenKind]], changed: tuple[str, str]) -> FactKind:
    """Return what a difference is: of two things the more telling, what turns the sense round before all."""
    either = kinds[0] | kinds[1]
    if set("".join(changed)) <= NEGATORS or either == {"negation"}:
        return "negation"
    if not given or not source:
        if _denies(given or source):
            return "negation"
        return "modality" if either == {"modality"} else "addition" if given else "omission"
    if negations(given) != negations(source) or ("negation" in kinds[0]) != ("negation" in kinds[1]):
        return "negation"
    if either & {"date", "number"}:
        if not same_value(given, source):
            return "date" if "date" in either else "number"
        return "word" if rounded(given) == rounded(source) else "modality"
    for kind in ("organisation", "name"):
        if kind in either:
            return kind
    if all(changed) and NUMERALS.issuperset("".join(changed)):
        return "word" if same_value(given, source) else "number"
    bound = all(any(limit in words for limit in LIMITS) for words in (given, source))
    modal = bound or "modality" in kinds[0] & kinds[1] or MODALS.issuperset(changed)
    return "modality" if modal else "word"
