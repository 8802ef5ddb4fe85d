"""Do the numbers, dates, names and negations of a restatement agree with its source?"""

from __future__ import annotations

from collections.abc import Collection

from rag.datatypes import Difference
from rag.numerals import Number, numbers
from rag.quoting.alignment import key
from rag.quoting.tokens import amount, negations, same_value, tokens
from rag.text import clauses
from rag.words import content_words

# How a text names its own country.
_HOME = ("中国", "我国", "全国", "国内")


def conflicts(quote: str, source: str, names: Collection[str]) -> list[Difference]:
    """Return the facts of the quote that the source does not bear out.

    Args:
        quote: what says something in other words.
        source: the sentences that it restates.
        names: who else is known to be meant there: the speaker, the outlet.
    """
    return [
        *_number_conflicts(quote, source),
        *_token_conflicts(quote, source, names),
        *_negation_conflicts(quote, source),
    ]


def _number_conflicts(quote: str, source: str) -> list[Difference]:
    """Return the numbers of the quote that the source lacks, each beside the one it seems to stand for."""
    given, there = numbers(quote), numbers(source)
    spare = [other for other in there if not any(_agree(number, other) for number in given)]
    found = []
    for number in given:
        if any(_agree(number, other) for other in there):
            continue
        fitting = sorted(spare, key=lambda other: other.unit != number.unit)
        words = source[fitting[0].span.start : fitting[0].span.end] if fitting else ""
        said = quote[number.span.start : number.span.end]
        if number.unit in ("年", "月", "日", "号"):
            found.append(Difference(given=said, source=words, kind="date"))
        else:
            found.append(Difference(given=said, source=words, kind="number"))
    return found


def _agree(left: Number, right: Number) -> bool:
    """Whether two numbers have the same value, and the same unit or, one of them, none."""
    (value, unit), (other, theirs) = amount(left), amount(right)
    return value == other and (unit == theirs or ("" in (unit, theirs) and "%" not in (unit, theirs)))


def _token_conflicts(quote: str, source: str, names: Collection[str]) -> list[Difference]:
    """Return the names, ordinals and plan periods of the quote that do not stand in the source."""
    plain = key(source).text
    facts = [source[token.start : token.end] for token in tokens(source) if token.kind in ("date", "number")]
    found = []
    for token in tokens(quote):
        words = quote[token.start : token.end]
        if token.kind not in ("name", "organisation", "date", "number") or key(words).text in plain:
            continue
        if token.kind in ("name", "organisation"):
            known = any(words in name or name in words for name in names)
            if known or (words in _HOME and any(home in source for home in _HOME)):
                continue
        elif numbers(words) or any(same_value(words, fact) or _same_rank(words, fact) for fact in facts):
            continue
        found.append(Difference(given=words, source="", kind=token.kind))
    return found


def _same_rank(left: str, right: str) -> bool:
    """Whether two ordinals differ in what they count alone: 第一 and 第一位."""
    return left[:1] == right[:1] == "第" and (left.startswith(right) or right.startswith(left))


def _negation_conflicts(quote: str, source: str) -> list[Difference]:
    """Return clauses of the quote that deny what the source states, or state what it denies."""
    found = []
    for said, other, flip in ((quote, source, False), (source, quote, True)):
        affirmed = {word for clause in _clauses(other) if not negations(clause) for word in _words(clause)}
        denied = {word for clause in _clauses(other) if negations(clause) for word in _words(clause)}
        for clause in _clauses(said):
            shared = _words(clause) & (affirmed | denied)
            if not negations(clause) or len(shared & denied) * 2 >= len(shared) > 0:
                continue
            if flip and len(shared) * 2 < len(_words(clause)):
                continue
            pair = ("", clause) if flip else (clause, "")
            found.append(Difference(given=pair[0], source=pair[1], kind="negation"))
    return found


def _clauses(text: str) -> list[str]:
    return [text[span.start : span.end] for span in clauses(text)]


def _words(clause: str) -> set[str]:
    """Return the content words of a clause that a negation in it may deny."""
    return {word for word, _ in content_words(clause)}
