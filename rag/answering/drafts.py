"""A language model's drafts as answers: citations narrowed and numbered, its refusal, or the extract instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.answering.candidates import GetDocument
from rag.answering.evidence import narrowed
from rag.answering.generative import Generator
from rag.answering.writing import Draft
from rag.datatypes import Answer, Citation, Place, Refusal, Sentence
from rag.errors import ModelError
from rag.grounding import support
from rag.text import unlike_markers


def answerable(found: Answer) -> bool:
    """Whether a model is asked at all: not about what is off topic, unsafe or not in the documents."""
    return found.refusal is None or found.refusal.reason == "not_stated"


def written(
    generator: Generator, found: Answer, places: Sequence[Place], document: GetDocument
) -> Iterator[Answer]:
    """Yield the model's answer as it grows; where none is asked, or the model fails, the extractive one.

    None is asked without passages, nor about what is off topic, unsafe or not in the documents.

    Args:
        generator: writes the answer.
        found: the extractive answer, or a refusal, to the same question.
        places: the passages it may rest on, best first.
        document: returns a source by its name.
    """
    if not places or not answerable(found):
        yield found
        return
    model = generator.options.model
    try:
        for draft in generator.stream(found.standalone_question, places):
            yield declined(found) if draft.refused else from_draft(found, draft, document, model)
    except ModelError as error:
        instead = "摘录原文也没有答案" if found.refused else "以下是摘录原文的回答"
        yield replace(found, notice=f"{error}；{instead}")


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
