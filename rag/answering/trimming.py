"""A long sentence cut to the clauses that answer, where the cut cannot change what it says."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.offers import answers_type
from rag.datatypes import Span
from rag.question import Question
from rag.text import clauses, fold

LONG, LONG_CLAUSES = 60, 80
"""Characters from which a sentence is cut at its semicolons, and at its commas."""
# Words that tie a clause to what stands around it: conditions, negations, contrasts, references.
_TIED = re.compile(
    r"[若如]果?|除|但|然而|不|未|没|无|其|此|该|这|那|即|其中|分别|前者|后者|同比|较|比|截至|累计"
)
_LEANS = re.compile(
    r"[若如]果?|除|但|然而|而|且|并|也|还|又|其|此|该|这|那|即|从而|进而|同时|因此|所以|以及|分别"
)
_PAIRS = (("(", ")"), ("《", "》"), ("【", "】"), ("[", "]"))


def trim(question: Question, text: str, sentence: Span) -> Span:
    """Return the part of a sentence that answers a question.

    The part is a run of whole clauses that has every word of the question that the sentence has, and the number or
    date that is asked for. Parts between semicolons stand by themselves; at a comma a sentence is cut only for a
    question for a number or a date, and only where nothing that is left out offers one too or could bear on the
    meaning (a condition, a negation, a contrast). A shorter sentence stays whole, and no quotation is torn.
    """
    span = sentence
    if span.end - span.start > LONG:
        span = _cut(question, text, span, _by_semicolon(text[span.start : span.end]), strict=False)
    if span.end - span.start > LONG_CLAUSES and question.kind in ("number", "date"):
        span = _cut(question, text, span, clauses(text[span.start : span.end]), strict=True)
    return span


def _cut(question: Question, text: str, sentence: Span, parts: Sequence[Span], *, strict: bool) -> Span:
    """Return the shortest run of parts that answers, the whole where nothing may be left out."""
    whole = text[sentence.start : sentence.end]
    folded = fold(whole)
    asked = {word for word in question.words if word in folded}
    if len(parts) < 2 or not asked:
        return sentence
    runs = sorted(
        (parts[j].end - parts[i].start, i, j) for i in range(len(parts)) for j in range(i, len(parts))
    )
    for _, i, j in runs:
        low, high = parts[i].start, parts[j].end
        inside = folded[low:high]
        if all(word in inside for word in asked) and answers_type(question, inside) == answers_type(
            question, folded
        ):
            left = [folded[part.start : part.end] for part in (*parts[:i], *parts[j + 1 :])]
            bears = strict and (_bears(question, left) or _TIED.match(inside))
            kept = bears or _torn(inside) or (low > 0 and _LEANS.match(inside))
            return sentence if kept else Span(start=sentence.start + low, end=sentence.start + high)
    return sentence


def _bears(question: Question, left: Sequence[str]) -> bool:
    """Whether folded clauses that are left out may be the answer as well, or bear on it."""
    return any(_TIED.search(clause) or answers_type(question, clause) == 1 for clause in left)


def _torn(part: str) -> bool:
    """Whether a folded part has one end of a quotation or bracket alone."""
    return any(part.count(a) != part.count(b) for a, b in _PAIRS) or part.count('"') % 2 == 1


def _by_semicolon(whole: str) -> list[Span]:
    """Return the parts of a sentence between its semicolons."""
    ends = [match.end() for match in re.finditer("[;；]", whole)]
    starts = [0, *ends]
    return [Span(start=a, end=b) for a, b in zip(starts, [*ends, len(whole)], strict=True) if a < b]
