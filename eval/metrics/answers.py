"""What an answer says: key facts, correctness, length, and whether it was right to refuse."""

from __future__ import annotations

from eval.matching import states
from eval.metrics.case import Case
from rag.datatypes import Answer, Evidence, Place, Span
from rag.grounding import support
from rag.text import sentences, squeeze
from rag.tokens import count


def words(answer: Answer) -> str:
    """Return what the answer says, without its markers."""
    return " ".join(sentence.text for sentence in answer.sentences)


def characters(answer: Answer) -> int:
    """Return the length of the answer in characters, white space and markers not counted."""
    return len(squeeze(words(answer)))


def wanted(case: Case) -> tuple[tuple[str, ...], ...]:
    """Return the key facts of a question, each with its accepted forms.

    Where none are given, the sentences of the reference answer are the facts.
    """
    if case.question.facts or not case.question.reference:
        return case.question.facts
    text = case.question.reference
    return tuple((text[span.start : span.end].strip(),) for span in sentences(text))


def missing_facts(case: Case) -> tuple[str, ...]:
    """Return the facts that the answer does not state, each in its first accepted form.

    A fact is stated where one of its forms stands in the answer. A sentence of a reference answer is also
    stated where the answer supports it (`rag.grounding`), whatever its words.
    """
    said = words(case.answer)
    free = not case.question.facts
    return tuple(
        forms[0]
        for forms in wanted(case)
        if not any(states(said, form) for form in forms) and not (free and _implied(forms[0], said))
    )


def _implied(sentence: str, said: str) -> bool:
    """Whether an answer, taken as evidence, supports a sentence of the reference answer."""
    if not said:
        return False
    place = Place(file="", article="", paragraph=0, spans=(Span(start=0, end=len(said)),), quote=said)
    return support(sentence, [Evidence(n=1, place=place)]).supported


def forbidden_words(case: Case) -> tuple[str, ...]:
    """Return what the answer says and a right answer must not."""
    said = words(case.answer)
    return tuple(form for form in case.question.forbidden if states(said, form))


def fact_recall(case: Case) -> float:
    """Return stated facts / facts, in [0, 1]; 0 for a refusal, whatever it mentions."""
    if case.answer.refused:
        return 0.0
    return 1 - len(missing_facts(case)) / len(wanted(case))


def right(case: Case) -> float:
    """Return 1 for a right answer, else 0.

    Answerable: not refused, every fact stated, nothing forbidden said, `characters` within `max_chars`.
    Unanswerable: refused.
    """
    question, answer = case.question, case.answer
    if not question.answerable:
        return float(answer.refused)
    return float(
        not answer.refused
        and not missing_facts(case)
        and not forbidden_words(case)
        and characters(answer) <= question.max_chars
    )


def brevity(case: Case) -> float | None:
    """Return the characters of an answer, white space and markers not counted; None for a refusal."""
    return None if case.answer.refused else float(characters(case.answer))


def refusal_precision(case: Case) -> float | None:
    """Return 1 where a refused question was to be refused, else 0; None where nothing was refused."""
    return float(not case.question.answerable) if case.answer.refused else None


def refused(case: Case) -> float:
    """Return 1 for a refusal, else 0: refusal recall over the unanswerable, over-refusal over the answerable."""
    return float(case.answer.refused)


def answered(case: Case) -> float:
    """Return 1 for an answer, else 0: over the unanswerable, under-refusal."""
    return float(not case.answer.refused)


def latency(case: Case) -> float:
    """Return the wall time of the answer in seconds."""
    return case.seconds


def tokens(case: Case) -> float:
    """Return the tokens of the answer (`rag.tokens`), markers and refusals included."""
    return float(count(case.answer.text))
