"""Which written words may stand for what is said: 抓贪官 for 反腐败, 小公司 for 中小企业 (`models/thesaurus.txt`).

A line `said … > written …` holds one way only; a line `written = written` holds each way. They are not names of one
thing, as those of `rag.aliases` are: a near word speaks for a passage and proves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from rag.datatypes import Span
from rag.informativeness import idf
from rag.text import fold
from rag.words import words

_THESAURUS = Path(__file__).parent / "models" / "thesaurus.txt"
TELLING = 3.0
"""A near word that tells less (in the units of `idf`: one in 20 passages has it) is met by chance."""
_UNMISTAKABLE = 4
"""A form of so many characters does not come about by chance where other words meet."""


@cache
def _written() -> dict[str, str]:
    """Return for every form said what its lines have for it, in order, as it stands there: a question has few of them."""
    found: dict[str, str] = {}
    for line in fold(_THESAURUS.read_text(encoding="utf-8")).splitlines():
        said, one_way, written = line.partition(" > ")
        if not one_way:
            said = written = line.replace(" = ", " ")
        for form in said.split():
            found[form] = f"{found[form]} {written}" if form in found else written
    return found


@cache
def _longest() -> int:
    return max(map(len, _written()))


@cache
def near(form: str) -> tuple[str, ...]:
    """Return the forms that may be written for a folded form, the nearest first, itself left out; most have none."""
    written = dict.fromkeys(_written().get(form, "").split())
    return tuple(word for word in written if word != form and idf(word) >= TELLING)


def thesaurus() -> dict[str, tuple[str, ...]]:
    """Return for every form said the forms that may be written for it, as `near` does for one."""
    return {form: near(form) for form in _written() if near(form)}


def said(text: str) -> list[tuple[Span, tuple[str, ...]]]:
    """Return what a text says that may be written otherwise, in order, with the other forms; of overlapping the longest.

    A short form does not begin or end inside a word of the text.
    """
    folded = fold(text)
    cut = [span for _, span in words(folded)]
    borders = {span.start for span in cut} | {span.end for span in cut}
    found: list[tuple[Span, tuple[str, ...]]] = []
    position = 0
    while position < len(folded):
        for length in range(min(_longest(), len(folded) - position), 1, -1):
            form = folded[position : position + length]
            whole = length >= _UNMISTAKABLE or {position, position + length} <= borders
            if whole and form in _written() and near(form):
                found.append((Span(start=position, end=position + length), near(form)))
                position += length - 1
                break
        position += 1
    return found


def near_forms(asked: Sequence[str], question: str) -> list[tuple[str, ...]]:
    """Return for each word of a folded question the forms that may be written for it, or for a phrase that it is part of."""
    phrases = [(question[span.start : span.end], forms) for span, forms in said(question)]
    return [
        tuple(
            dict.fromkeys(
                form for phrase, forms in phrases if word in phrase or phrase in word for form in forms
            )
        )
        for word in asked
    ]
