"""The names that one thing goes by: 工信部 and 工业和信息化部, AI and 人工智能 (`models/aliases.txt`)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rag.datatypes import Span
from rag.informativeness import known
from rag.text import fold
from rag.words import words

_ALIASES = Path(__file__).parent / "models" / "aliases.txt"

_UNMISTAKABLE = 4
"""A name of so many characters does not come about by chance where other words meet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A place where a text names something, and the other names of that thing, folded."""

    span: Span
    others: tuple[str, ...]


@cache
def aliases() -> dict[str, tuple[str, ...]]:
    """Return for every name in `models/aliases.txt` all the names of the same thing, itself included."""
    groups = (tuple(line.split()) for line in _ALIASES.read_text(encoding="utf-8").splitlines())
    return {name: group for group in groups for name in group}


@cache
def _longest_first() -> tuple[str, ...]:
    return tuple(sorted(aliases(), key=lambda name: (-len(name), name)))


def named(text: str) -> list[Named]:
    """Return what `text` names, in order; of overlapping names the longest.

    A name does not begin or end inside another word: 中央行政 does not name the 央行, nor `maintain` AI.
    """
    folded = fold(text)
    found: list[Named] = []
    for name in _longest_first():
        at = folded.find(name)
        while at >= 0:
            span = Span(start=at, end=at + len(name))
            if not any(_overlap(span, other.span) for other in found) and _whole(span, folded):
                others = tuple(other for other in aliases()[name] if other != name)
                found.append(Named(span=span, others=others))
            at = folded.find(name, at + 1)
    return sorted(found, key=lambda name: name.span.start)


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _whole(span: Span, folded: str) -> bool:
    """Whether no known word of the folded text, and no run of letters or digits, goes over an end of `span`."""
    if folded.startswith("部门", span.end - 1):
        return False
    short = span.end - span.start < _UNMISTAKABLE
    for word, place in words(folded):
        if not _overlap(span, place):
            continue
        inside = span.start <= place.start and place.end <= span.end
        around = place.start <= span.start and span.end <= place.end
        if not inside and (word.isascii() or (short and known(word) and not around)):
            return False
    return True
