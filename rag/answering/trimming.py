"""A long sentence cut to the clauses that answer, where the cut cannot change what it says."""

from __future__ import annotations

import re

from rag.answering.offers import answers_type
from rag.datatypes import Span
from rag.question import Question
from rag.text import clauses, fold

LONG = 80
"""Characters: a shorter sentence is quoted whole."""
_TYPED = ("number", "date")
# Words that tie a clause to what stands around it: conditions, negations, contrasts, references.
_TIED = re.compile(r"[若如]果?|除|但|然而|不|未|没|无|其|此|该|这|那|即|其中|分别|前者|后者|同比|较|比")


def trim(question: Question, text: str, sentence: Span) -> Span:
    """Return the part of a sentence that answers a question for a number or a date.

    The part is a run of whole clauses that has the number or date and every word of the question that the
    sentence has. A sentence up to `LONG` characters, one with a quotation, and one whose left-out clauses
    could bear on the meaning (a condition, a negation, a contrast) stay whole.
    """
    whole = text[sentence.start : sentence.end]
    if question.kind not in _TYPED or len(whole) <= LONG or re.search(r"[“”\"「」]", whole):
        return sentence
    parts = clauses(whole)
    asked = {word for word in question.words if word in fold(whole)}
    runs = sorted(
        (parts[j].end - parts[i].start, i, j) for i in range(len(parts)) for j in range(i, len(parts))
    )
    for _, i, j in runs:
        low, high = parts[i].start, parts[j].end
        inside = fold(whole[low:high])
        if not all(word in inside for word in asked) or answers_type(question, inside) < 1:
            continue
        if _TIED.search(whole[:low]) or _TIED.search(whole[high:]) or _TIED.match(inside):
            return sentence
        return Span(start=sentence.start + low, end=sentence.start + high)
    return sentence
