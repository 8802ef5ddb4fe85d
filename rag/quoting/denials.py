"""Which clauses of a restatement deny what their source states, or state what it denies."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.datatypes import Difference, Span
from rag.quoting.tokens import NEGATORS, negations
from rag.text import clauses
from rag.words import content_words

_DENYING = re.compile("禁止|严禁|杜绝|不足|不够|缺乏|缺少|欠缺")
_DOUBLE = re.compile("不[得能可会]不|无不|没有不")


def denials(quote: str, source: str) -> Iterator[Difference]:
    """Yield the clauses of the quote that deny what one of the source states, then those the other way round."""
    for said, other, flip in ((quote, source, False), (source, quote, True)):
        there = [(_words(text), _denies(text)) for _, text in _clauses(other)]
        for span, clause in _clauses(said):
            wanted = _words(clause)
            if not _denies(clause) or not wanted:
                continue
            shared, denied = max(
                ((len(wanted & words), denies) for words, denies in there), default=(0, False)
            )
            if shared * 2 > len(wanted) and not denied:
                at = (span.start, span.end)
                pair = ("", clause) if flip else (clause, "")
                places = ((0, 0), at) if flip else (at, (0, 0))
                yield Difference(
                    given=pair[0], source=pair[1], kind="negation", given_at=places[0], source_at=places[1]
                )


def _denies(clause: str) -> bool:
    """Whether a clause denies something; two negations (不得不) affirm."""
    plain, count = _DENYING.subn("", _DOUBLE.sub("", clause))
    if not NEGATORS.isdisjoint(plain):
        count += negations(plain)
    return count % 2 == 1


def _clauses(text: str) -> list[tuple[Span, str]]:
    return [(span, text[span.start : span.end]) for span in clauses(text)]


def _words(clause: str) -> set[str]:
    """Return the content words of a clause that a negation in it may deny."""
    return {word for word, _ in content_words(clause) if NEGATORS.isdisjoint(word)}
