"""Words of a question that have one character wrong, as the texts spell them.

Nothing but the texts is a dictionary here: a question is held against the passages that were found for
it, so that a collection of any size costs the same, and a word is only ever spelt as they do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rag.datatypes import Span
from rag.informativeness import known
from rag.text import fold
from rag.words import is_function_word, words

_HAN = re.compile(r"[一-鿿]+")
_REACH = 2
"""Characters beside a word that are looked at, on either side."""
_AGREEING = 2
"""Characters that must agree for a word of two; a single character must have one more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Respelling:
    """A word of a folded question, how the texts spell it, and how many characters beside it agree."""

    span: Span
    spelling: str
    beside: int


def respell(question: str, texts: Iterable[str]) -> list[Respelling]:
    """Return the words of `question` that the folded `texts` have with one other character, in order.

    福化机构 is respelt 孵化 where a text has 孵化机构. The characters beside a word must agree, as far as two
    on either side, or those of the word itself where it has three at least; and only one spelling may. What is
    a word, or stands in a text, is left alone: 金星计划 is not 木星计划.
    """
    folded = fold(question)
    units = [span for span in _units(folded) if span.end - span.start == 1 or not known(_at(folded, span))]
    if not units:
        return []
    text = "\n".join(texts)
    found = (_respelt(span, folded, text) for span in units if not _stands(span, folded, text))
    return [respelling for respelling in found if respelling]


def _at(folded: str, span: Span) -> str:
    return folded[span.start : span.end]


def _stands(span: Span, folded: str, text: str) -> bool:
    """Whether the text has a word of the folded question; a single character, with one beside it."""
    if span.end - span.start > 1:
        return _at(folded, span) in text
    pairs = [folded[at : at + 2] for at in (span.start - 1, span.start) if at >= 0]
    return any(_HAN.fullmatch(pair) and pair in text for pair in pairs)


def _units(folded: str) -> list[Span]:
    """Return the spans of the Han words that carry a topic, single characters beside each other as one.

    A wrong character often leaves its word cut into single ones.
    """
    units: list[Span] = []
    single = False
    for word, span in words(folded):
        if not _HAN.fullmatch(word) or is_function_word(word):
            continue
        if single and len(word) == 1 and units[-1].end == span.start:
            units[-1] = Span(start=units[-1].start, end=span.end)
        else:
            units.append(span)
        single = len(word) == 1
    return units


def _respelt(span: Span, folded: str, text: str) -> Respelling | None:
    """Return the one spelling of a word that the most characters beside it agree with, None without one."""
    length = span.end - span.start
    for beside in range(_REACH, -1, -1):
        spellings: set[str] = set()
        for low in range(max(span.start - beside, 0), span.start + 1):
            for high in range(span.end, min(span.end + beside, len(folded)) + 1):
                window = folded[low:high]
                enough = high - low >= max(_AGREEING + 1 + (length == 1), length + beside)
                if enough and _HAN.fullmatch(window):
                    spellings |= _spellings(window, span.start - low, length, text)
        if spellings:
            one = len(spellings) == 1
            return Respelling(span=span, spelling=spellings.pop(), beside=beside) if one else None
    return None


def _spellings(window: str, start: int, length: int, text: str) -> set[str]:
    """Return how `text` spells the characters from `start` of a window of which one is another there."""
    found = set()
    for i in range(start, start + length):
        before, behind = window[:i], window[i + 1 :]
        # The longer part is searched for, the shorter compared: a pattern would be tried at every character.
        part, offset = (before, len(before)) if len(before) >= len(behind) else (behind, -1)
        at = text.find(part)
        while at >= 0:
            place = at + offset
            stands = place >= len(before) and text[place - len(before) : place] == before
            if stands and text.startswith(behind, place + 1) and _HAN.match(text, place):
                found.add(window[start:i] + text[place] + window[i + 1 : start + length])
            at = text.find(part, at + 1)
    return found
