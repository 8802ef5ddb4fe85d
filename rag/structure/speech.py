"""Who speaks in which paragraph: by labels (阴和俊：, 答：), by 某某说, by the person whom a title introduces."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from rag.structure.people import POST, is_name, is_ordinary_word

_ASKS = re.compile(r"(?:问|【问】|主持人|.{0,24}(?:记者|主播))\s*[:：]")
_ANSWERS = re.compile(r"(?:答|【答】)\s*[:：]")
_LABEL = re.compile(rf"(?:.{{0,28}}(?:{POST}))?\s*([一-鿿]{{2,3}})\s*[:：]")
_LEAST_LABELS = 2
"""Times that a name must label paragraphs for it to be one that nothing else shows to be a person's."""


def attribute(
    paragraphs: Sequence[str], said: Sequence[Sequence[str]], introduced: Sequence[str], *, throughout: bool
) -> list[str | None]:
    """Return who speaks in each paragraph of an article, None where nothing says so.

    A label holds for the paragraphs that follow, up to the next label or question; 某某说 for its own.

    Args:
        paragraphs: their texts, in order.
        said: whom each of them names in front of 说 and the like, see `people.speakers`.
        introduced: whom a kicker or a subtitle introduces.
        throughout: whether the first of them speaks wherever nobody else does.
    """
    labels = [_label(text) for text in paragraphs]
    times = Counter(labels)
    known = {*introduced, *(name for names in said for name in names)}
    known |= {name for name in times if name and times[name] >= _LEAST_LABELS}
    first = introduced[0] if introduced else None
    turn: str | None = None
    found: list[str | None] = []
    for text, names, label in zip(paragraphs, said, labels, strict=True):
        if _ASKS.match(text):
            turn = None
            found.append(None)
            continue
        if label in known:
            turn = label
        elif _ANSWERS.match(text):
            turn = first or next((name for name in found if name), None)
        spoken = turn or (names[0] if names else None)
        found.append(spoken or (first if throughout else None))
    return found


def _label(text: str) -> str | None:
    """Return the name that a paragraph is labelled with, None where its label can be no name."""
    match = _LABEL.match(text)
    if not match or not is_name(match.group(1)) or is_ordinary_word(match.group(1)):
        return None
    return match.group(1)
