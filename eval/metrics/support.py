"""Is what an answer says borne out by what it cites, and by what was found?

Both metrics ask `rag.grounding`, whose own precision and recall `eval.grounding` measures. The texts are
read from the raw files at the cited spans, not taken from the answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from eval.metrics.case import Case
from rag.datatypes import Evidence, Place, Sentence, cut
from rag.grounding import states_fact, support


def _factual(case: Case) -> list[Sentence]:
    """Return the sentences that state a fact; those of a refusal state none."""
    return [] if case.answer.refused else [one for one in case.answer.sentences if states_fact(one.text)]


def _evidence(case: Case, numbers: Sequence[int]) -> list[Evidence]:
    """Return the cited places of those numbers, with the words that stand there."""
    return [
        Evidence(n=citation.n, place=replace(place, quote=cut(case.read(place.file), place.spans)))
        for citation in case.answer.citations
        if citation.n in numbers and (place := citation.place).spans
    ]


def unsupported(case: Case) -> Iterator[str]:
    """Yield every sentence that states a fact and is not supported by its own citations, with what is missing."""
    for sentence in _factual(case):
        found = support(sentence.text, _evidence(case, sentence.citations))
        if not found.supported:
            yield f"“{sentence.text}”" + (f"（{'、'.join(found.missing)}）" if found.missing else "")


def sentence_support(case: Case) -> float | None:
    """Return factual sentences supported by their own citations / factual sentences; None without any.

    After citation recall in ALCE (Gao et al., 2023): a sentence with the wrong marker counts as unsupported.
    """
    factual = _factual(case)
    return 1 - len(list(unsupported(case))) / len(factual) if factual else None


def faithfulness(case: Case) -> float | None:
    """Return factual sentences that something found supports / factual sentences; None without any.

    After faithfulness in RAGAS (Es et al., 2024), sentences in place of a model's claims: the markers do not
    matter, what stands in the hits or in any cited place does.
    """
    factual = _factual(case)
    if not factual:
        return None
    places = [citation.place for citation in case.answer.citations if citation.place.spans]
    places += [
        Place(file=chunk.file, article=chunk.context, paragraph=0, spans=chunk.spans, quote="")
        for chunk in (hit.chunk for hit in case.hits)
    ]
    found = [
        Evidence(n=n, place=replace(place, quote=cut(case.read(place.file), place.spans)))
        for n, place in enumerate(places, start=1)
    ]
    return sum(support(sentence.text, found).supported for sentence in factual) / len(factual)
