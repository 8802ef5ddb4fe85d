"""The default answerer: the sentences of the documents that answer, as few as do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rag.answering.candidates import Candidate, GetDocument, gather, paragraph_sentences
from rag.answering.evidence import sentence_place, speaker_place
from rag.answering.features import features
from rag.answering.listing import best_list, names_several
from rag.answering.lists import LEAD_SENTENCE
from rag.answering.matching import Matcher, Vectors, shortlist
from rag.answering.offers import answers_type, echoes, unfit
from rag.answering.publication import answer_from_metadata
from rag.answering.refusal import refuse, screen
from rag.answering.scoring import probability, support, weights
from rag.answering.trimming import trim
from rag.datatypes import Answer, Citation, Hit, Place, RefusalReason, Sentence, Span
from rag.question import Question
from rag.text import fold, unlike_markers

OFF_TOPIC = 0.35
"""A question of whose information the passages found have less than this share is called off topic."""
UNFIT = 100.0
"""What a sentence loses that cannot answer, whatever it has of the question: all those that can go before it."""
TYPED = ("number", "date", "who", "organisation", "where")
"""Kinds of question for one thing: a further sentence is quoted only where it offers such a thing too."""
STATED_NEARBY = 0.7
"""From this share in one sentence and its surroundings on, the matter is there and only the answer is not."""


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
    """The candidates with their features and scores, best first."""

    candidates: list[Candidate]
    rows: NDArray[np.float32]
    scores: NDArray[np.float32]
    matcher: Matcher


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
    if question.kind == "metadata" or question.person:
        answer = answer_from_metadata(question, hits, document, found.matcher)
        if answer:
            return answer
    if question.kind == "list" or question.ordinal:
        listed = best_list(question, found.candidates, found.matcher)
        if listed:
            return _compose(question, listed, listing=True)
        if question.kind == "list" and not names_several(question, found.candidates[0]):
            return _refuse(question, found)
    best = found.candidates[0]
    if (
        probability(_support(found)) < weights().threshold
        or unfit(question, best)
        or not found.matcher.names_stand(best.setting)
    ):
        return _refuse(question, found)
    if question.attribution and best.paragraph.speaker:
        return _attributed(question, best, best.paragraph.speaker)
    return _compose(
        question, [_quoted(question, c) for c in _choose(question, found, options)], listing=False
    )


def _score(question: Question, hits: Sequence[Hit], document: GetDocument, vectors: Vectors) -> _Found:
    gathered = gather(hits, document)
    matcher = Matcher(question, vectors, " ".join(dict.fromkeys(c.setting for c in gathered)))
    candidates = shortlist(gathered, matcher)
    rows = features(candidates, matcher)
    scores = rows @ weights().sentence
    scores -= [
        UNFIT * (unfit(question, c) or echoes(c, matcher) or not matcher.names_stand(c.setting))
        for c in candidates
    ]
    order = np.argsort(-scores, kind="stable")
    return _Found([candidates[i] for i in order], rows[order], scores[order], matcher)


def _support(found: _Found) -> NDArray[np.float32]:
    everything = fold(" ".join(candidate.text for candidate in found.candidates))
    return support(found.candidates[0], found.rows[0], everything, found.matcher)


def _choose(question: Question, found: _Found, options: ExtractiveOptions) -> list[Candidate]:
    """Return the best sentence, and further ones while each adds enough of what the question is about."""
    chosen = [found.candidates[0]]
    if question.kind == "list":
        return chosen
    covered = found.matcher.stands(chosen[0].setting)
    for candidate, score in zip(found.candidates[1:], found.scores[1:], strict=True):
        if len(chosen) == options.sentences or score < found.scores[0] / 2:
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


def _attributed(question: Question, best: Candidate, speaker: str) -> Answer:
    """Return who said the best sentence, with the sentence and the place that names the speaker."""
    place = sentence_place(best.document, best.article, best.paragraph, best.span)
    said = best.text if speaker in best.text else f"{speaker}：{best.text}"
    places = [place]
    if speaker not in best.text:
        naming = speaker_place(best.document, best.article, best.paragraph, speaker)
        places += [naming] if naming else []
    return Answer(
        question=question.text,
        standalone_question=question.text,
        sentences=(Sentence(text=unlike_markers(said), citations=tuple(range(1, len(places) + 1))),),
        citations=tuple(Citation(n=n, place=place) for n, place in enumerate(places, start=1)),
    )


def merge(question: str, answers: Sequence[Answer]) -> Answer:
    """Return the answers to the parts of a question as one; refused parts count only where all are."""
    given = [answer for answer in answers if not answer.refused]
    if not given:
        return answers[0]
    places = dict.fromkeys(citation.place for answer in given for citation in answer.citations)
    numbers = {place: n for n, place in enumerate(places, start=1)}
    sentences: dict[str, Sentence] = {}
    for answer in given:
        own = {citation.n: numbers[citation.place] for citation in answer.citations}
        for sentence in answer.sentences:
            renumbered = replace(sentence, citations=tuple(own[n] for n in sentence.citations))
            sentences.setdefault(sentence.text, renumbered)
    kept = tuple(sentences.values())
    used = {n for sentence in kept for n in sentence.citations}
    return replace(
        given[0],
        question=question,
        standalone_question=question,
        sentences=kept,
        citations=tuple(Citation(n=n, place=place) for place, n in numbers.items() if n in used),
        listing=any(answer.listing for answer in given),
    )


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
    setting = found.matcher.share(found.matcher.stands(found.candidates[0].setting))
    everything = fold(" ".join(candidate.text for candidate in found.candidates))
    present = found.matcher.share(found.matcher.stands(everything))
    if present < OFF_TOPIC:
        return refuse(question, "off_topic", list(nearest.values()))
    reason: RefusalReason = "not_stated" if setting >= STATED_NEARBY else "not_in_documents"
    return refuse(question, reason, list(nearest.values()))
