"""A language model's drafts as answers: citations narrowed and numbered, or its refusal."""

from __future__ import annotations

from dataclasses import replace

from rag.answering.candidates import GetDocument
from rag.answering.evidence import narrowed
from rag.answering.writing import Draft
from rag.datatypes import Answer, Citation, Place, Refusal, Sentence
from rag.grounding import support
from rag.text import unlike_markers


def declined(found: Answer) -> Answer:
    """Return a refusal: the model has read the evidence and does not find the answer there."""
    if found.refused:
        return found
    message = "检索到的段落没有直接说明这一点。"
    return replace(
        found,
        sentences=(Sentence(text=message),),
        nearest=tuple(citation.place for citation in found.citations[:3]),
        citations=(),
        refusal=Refusal(reason="not_stated", message=message),
    )


def from_draft(found: Answer, draft: Draft, document: GetDocument, model: str) -> Answer:
    """Return the model's grounded sentences as an answer.

    A citation is narrowed from the whole passage to the sentences in it that support what is said; citations
    are numbered in the order in which they are used. The reader is told how many sentences were left out.
    """
    entries = {entry.n: entry for entry in draft.evidence}
    numbers: dict[Place, int] = {}
    said = []
    for sentence in draft.sentences:
        cited = [entries[n] for n in sentence.citations]
        spans = support(sentence.text, cited).spans
        places = [
            narrowed(entry.place, spans[entry.n], document) if entry.n in spans else entry.place
            for entry in cited
        ]
        citations = tuple(numbers.setdefault(place, len(numbers) + 1) for place in dict.fromkeys(places))
        said.append(replace(sentence, text=unlike_markers(sentence.text), citations=citations))
    return replace(
        found,
        sentences=tuple(said),
        citations=tuple(Citation(n=n, place=place) for place, n in numbers.items()),
        refusal=None,
        conflicts=(),
        nearest=(),
        listing=False,
        answerer=f"generative:{model}",
        notice=f"语言模型另有 {draft.dropped} 句没有依据，已删去" if draft.dropped else None,
    )
