"""A long sentence cut to the clauses that answer, where the cut cannot change what it says."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.features import TYPED
from rag.answering.offers import answers_type
from rag.datatypes import Span
from rag.question import Question
from rag.text import clauses, fold

LONG = 60
"""Characters: a shorter sentence is quoted whole."""
# Words that tie a clause to what stands around it: conditions, negations, contrasts, references.
_TIED = re.compile(r"[若如]果?|除|但|然而|不|未|没|无|其|此|该|这|那|即|其中|分别|前者|后者|同比|较|比|截至|累计")
_LEANS = re.compile(r"[若如]果?|除|但|然而|而|且|并|也|还|又|其|此|该|这|那|即|从而|进而|同时|因此|所以|以及|分别")
_PAIRS = ("“”", "（）", "()", "《》", "「」", "‘’", "【】", "[]")


def trim(question: Question, text: str, sentence: Span) -> Span:
    """Return the part of a sentence that answers a question.

    The part is a run of whole clauses that has every word of the question that the sentence has, and the number, date
    or name that is asked for. Parts between semicolons stand by themselves; at a comma a sentence is cut only
    for a question for one thing. A sentence up to `LONG` characters stays whole, as does one whose left-out
    clauses could bear on the meaning (a condition, a negation, a contrast), and no quotation is torn.
    """
    span = sentence
    if len(text[span.start : span.end]) > LONG:
        span = _cut(question, text, span, _by_semicolon(text[span.start : span.end]), strict=False)
    if len(text[span.start : span.end]) > LONG and question.kind in TYPED:
        span = _cut(question, text, span, clauses(text[span.start : span.end]), strict=True)
    return span


def _cut(question: Question, text: str, sentence: Span, parts: Sequence[Span], *, strict: bool) -> Span:
    """Return the shortest run of parts that answers; with `strict`, nothing that is left out may bear on it."""
    whole = text[sentence.start : sentence.end]
    asked = {word for word in question.words if word in fold(whole)}
    if len(parts) < 2 or not asked:
        return sentence
    runs = sorted(
        (parts[j].end - parts[i].start, i, j) for i in range(len(parts)) for j in range(i, len(parts))
    )
    for _, i, j in runs:
        low, high = parts[i].start, parts[j].end
        inside = fold(whole[low:high])
        if not all(word in inside for word in asked) or answers_type(question, inside) < answers_type(question, fold(whole)):
            continue
        tied = strict and (_TIED.search(whole[:low]) or _TIED.search(whole[high:]) or _TIED.match(inside))
        torn = any(whole[low:high].count(a) != whole[low:high].count(b) for a, b in _PAIRS) or whole[low:high].count('"') % 2
        if tied or torn or (low and _LEANS.match(inside)):
            return sentence
        return Span(start=sentence.start + low, end=sentence.start + high)
    return sentence


def _by_semicolon(whole: str) -> list[Span]:
    """Return the parts of a sentence between its semicolons."""
    ends = [match.end() for match in re.finditer("[;；]", whole)]
    starts = [0, *ends]
    return [Span(start=a, end=b) for a, b in zip(starts, [*ends, len(whole)], strict=True) if a < b]
