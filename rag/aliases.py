"""The names that one thing goes by: 工信部 and 工业和信息化部, AI and 人工智能 (`models/aliases.txt`)."""

from __future__ import annotations

from collections.abc import Sequence
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


def forms(asked: Sequence[str], question: str) -> list[tuple[str, ...]]:
    """Return for each word of a folded question the forms that it may stand in: itself first.

    A part of a name may stand in another name of the same thing (信息化 of 工业和信息化部: 工信部).
    """
    names = [(question[name.span.start : name.span.end], name.others) for name in named(question)]
    found = []
    for word in asked:
        others = [other for name, others in names if word in name for other in others]
        others += [word.replace(name, other) for name, others in names if name in word for other in others]
        found.append((word, *dict.fromkeys(other for other in others if other != word)))
    return found


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
