"""The default answerer: the sentences of the documents that answer, as few as do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from rag.answering.candidates import Candidate, GetDocument, gather, paragraph_sentences
from rag.answering.evidence import sentence_place
from rag.answering.features import TYPED, table
from rag.answering.listing import best_list, named_item, names_several
from rag.answering.lists import LEAD_SENTENCE
from rag.answering.matching import Array, Matcher, Vectors
from rag.answering.offers import answers_type, unfit
from rag.answering.provisions import provision
from rag.answering.refusal import refuse, screen
from rag.answering.scoring import best_of, models, probability
from rag.answering.trimming import trim
from rag.datatypes import Answer, Citation, Hit, Place, Sentence, Span
from rag.polarity import unmet
from rag.question import Question
from rag.text import fold, unlike_markers

BEHIND = 2.0
"""How far behind the best sentence, in log odds, a further one may be."""
CLOSE = 10
"""Sentences among which a document number is looked for that no line above the text states."""
_DOCUMENT_NUMBER = re.compile(r"[\[〔(]20\d\d[\]〕)]第?\d+号")
_PREMISE = "文档提到了相关内容，但没有说“{}”，问题的前提在文档里没有依据。"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractiveOptions:
    """How long an answer is.

    `sentences` at most are quoted where one does not do; a further one must add `gain`, a share of the
    question's information.
    """

    sentences: int = 3
    gain: float = 0.2


@dataclass(frozen=True, slots=True)
class _Found:
    """The candidates with their scores, best first, and the probability that the first answers the question.

    `present` is the share of the question's information in all of them, `nearby` that in the first and its setting.
    """

    candidates: list[Candidate]
    scores: Array
    matcher: Matcher
    probability: float = 0.0
    present: float = 0.0
    nearby: float = 0.0


def answer_extractively(
    question: Question,
    hits: Sequence[Hit],
    document: GetDocument,
    vectors: Vectors,
    options: ExtractiveOptions,
) -> Answer:
    """Return the answer to `question` in the words of the documents, or a refusal with its reason."""
    screened = screen(question)
    if screened:
        return screened
    found = _score(question, hits, document, vectors)
    if not found.candidates:
        return refuse(question, "not_in_documents")
    looked_up = _looked_up(question, found, hits, document)
    if looked_up:
        return looked_up
    best = found.candidates[0]
    if (
        found.probability < models().threshold
        or unfit(question, best)
        or unmet(fold(question.text), best.setting)
        or not found.matcher.names_stand(best.setting)
    ):
        return _said(question, hits, document, vectors) or _refuse(question, found)
    if question.occasion in ("piece", "where"):
        return _occasion(question, best) or _refuse(question, found)
    if question.attribution:
        from rag.answering.attribution import attributed

        return attributed(question, best)
    return _compose(
        question, [_quoted(question, c) for c in _choose(question, found, options)], listing=False
    )


def _looked_up(
    question: Question, found: _Found, hits: Sequence[Hit], document: GetDocument
) -> Answer | None:
    """Return what is told by something other than the best sentence: a line about a piece, an article of a law, a list."""
    if question.fields:
        from rag.answering.publication import answer_from_metadata

        answer = answer_from_metadata(question, hits, document, found.matcher)
        coded = _coded(found) if "number" in question.fields else None
        if answer and answer.refused and coded:  # no line states the number, but the text does
            return _compose(question, [_quoted(question, coded)], listing=False)
        if answer or question.kind == "metadata":
            return answer or _refuse(question, found)
    provided = provision(question, found.candidates)
    if provided is not None:
        return _compose(question, provided, listing=False) if provided else _refuse(question, found)
    if question.kind == "list" or question.ordinal:
        listed = best_list(question, found.candidates, found.matcher)
        if listed:
            return _compose(question, listed, listing=True)
        if question.kind == "list" and not names_several(question, found.candidates[0]):
            return _refuse(question, found)
    told = named_item(question, found.candidates)
    return _compose(question, told, listing=False) if told else None


def _coded(found: _Found) -> Candidate | None:
    """Return the first of the best sentences that has a document number, None where none has."""
    return next((c for c in found.candidates[:CLOSE] if _DOCUMENT_NUMBER.search(c.folded)), None)


def _said(question: Question, hits: Sequence[Hit], document: GetDocument, vectors: Vectors) -> Answer | None:
    """Return when something was said, where no sentence tells both what and when; None where that is not asked."""
    if question.occasion != "when":
        return None
    found = _score(replace(question, kind="open", occasion=None), hits, document, vectors)
    best = found.candidates[0]
    likely = found.probability >= models().threshold
    stands = likely and not unfit(found.matcher.question, best) and found.matcher.names_stand(best.setting)
    return _occasion(question, best) if stands else None


def _occasion(question: Question, best: Candidate) -> Answer | None:
    """Return in which piece, when or on what occasion the best sentence was said, None where nothing says so."""
    from rag.answering.attribution import on_occasion

    return on_occasion(question, best)


def _score(question: Question, hits: Sequence[Hit], document: GetDocument, vectors: Vectors) -> _Found:
    candidates = gather(hits, document)
    matcher = Matcher(question, vectors, " ".join(dict.fromkeys(c.setting for c in candidates)))
    if not candidates:
        return _Found([], np.zeros(0, dtype=np.float32), matcher)
    described = table(candidates, matcher)
    scores = models().scores(described)
    order = np.argsort(-scores, kind="stable")
    best = best_of(described, scores)
    ordered = [candidates[i] for i in order]
    return _Found(ordered, scores[order], matcher, probability(best), 1 - best["unsaid"], best["said_all"])


def _choose(question: Question, found: _Found, options: ExtractiveOptions) -> list[Candidate]:
    """Return the best sentence, and further ones while each adds enough of what the question is about."""
    chosen = [found.candidates[0]]
    if question.kind == "list":
        return chosen
    covered = found.matcher.stands(chosen[0].setting)
    for candidate, score in zip(found.candidates[1:], found.scores[1:], strict=True):
        if len(chosen) == options.sentences or score < found.scores[0] - BEHIND:
            break
        if question.kind in TYPED and answers_type(question, candidate.folded) < 1:
            continue
        stands = found.matcher.stands(candidate.folded)
        if found.matcher.share(np.maximum(stands - covered, 0)) >= options.gain:
            chosen.append(candidate)
            covered = np.maximum(covered, stands)
    chosen += _explained(chosen[0])
    return chosen


def _explained(best: Candidate) -> list[Candidate]:
    """Return the sentence behind a paragraph's short opening sentence, which only names what it is about."""
    spans = paragraph_sentences(best.paragraph)
    if best.span != spans[0] or len(spans) == 1 or len(best.text) > LEAD_SENTENCE:
        return []
    following = fold(best.paragraph.text[spans[1].start : spans[1].end])
    return [replace(best, span=spans[1], folded=following)]


def _quoted(question: Question, candidate: Candidate) -> tuple[str, Place]:
    """Return what is said and the place that it is quoted from."""
    start, end = candidate.span.start, candidate.span.end
    span = trim(question, candidate.paragraph.text, Span(start=start, end=end))
    place = sentence_place(candidate.document, candidate.article, candidate.paragraph, span)
    return candidate.paragraph.text[span.start : span.end], place


def _compose(question: Question, quoted: Sequence[tuple[str, Place]], *, listing: bool) -> Answer:
    """Return the answer that says what is quoted, each sentence with the citation of its place."""
    return Answer(
        question=question.text,
        standalone_question=question.text,
        sentences=tuple(
            Sentence(text=_sentence(text), citations=(n,)) for n, (text, _) in enumerate(quoted, start=1)
        ),
        citations=tuple(Citation(n=n, place=place) for n, (_, place) in enumerate(quoted, start=1)),
        listing=listing,
    )


def _sentence(text: str) -> str:
    """Return quoted words as a sentence of an answer: a clause's comma at the end becomes a full stop."""
    bare = text.rstrip(",，;；:：、")
    return unlike_markers(bare if bare == text else f"{bare}。")


def _refuse(question: Question, found: _Found) -> Answer:
    """Return the refusal that the best sentence calls for, with the nearest passages."""
    nearest: dict[tuple[str, int, str], Place] = {}
    for candidate in found.candidates:
        key = (candidate.document.source.file, candidate.paragraph.number, candidate.article.name)
        if key not in nearest:
            nearest[key] = sentence_place(
                candidate.document, candidate.article, candidate.paragraph, candidate.span
            )
        if len(nearest) == 3:
            break
    limits = models()
    if found.present < limits.off_topic:
        return refuse(question, "off_topic", list(nearest.values()))
    if found.nearby < limits.nearby:
        return refuse(question, "not_in_documents", list(nearest.values()))
    premise = unmet(fold(question.text), found.candidates[0].setting)
    message = _PREMISE.format(premise) if premise else None
    return refuse(question, "not_stated", list(nearest.values()), message)
