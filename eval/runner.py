"""Put every question and quote to an assistant and keep what came of it as rows."""

from __future__ import annotations

import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from eval import judging
from eval.dataset import Question, Quote
from eval.matching import RawTexts
from rag.datatypes import Answer, Document, QuoteReport, Turn


class Assistant(Protocol):
    """The seam to the program: what the evaluation needs of `rag.assistant`."""

    def ask(self, question: str, *, history: Sequence[Turn] = ()) -> Answer:
        """Answer a question."""

    def cite(self, quote: str) -> QuoteReport:
        """Say where a quote comes from."""

    def document(self, file: str) -> Document:
        """Return a document as it was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow:
    """What became of one question. `error` is the traceback where asking or judging failed.

    `fact_recall` and `citation_recall` are None for an unanswerable question, `citation_precision` where
    nothing is cited; `seconds` is the wall time of `ask`.
    """

    id: str
    type: str
    split: str
    question: str
    answerable: bool
    right: bool = False
    refused: bool = False
    reason: str | None = None
    answer: str = ""
    characters: int = 0
    limit: int
    missing: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    fact_recall: float | None = None
    citation_precision: float | None = None
    citation_recall: float | None = None
    faults: tuple[str, ...] = ()
    seconds: float
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRow:
    """What became of one quote: `wrong` is what the report got wrong, `faults` its false pointers."""

    id: str
    kind: str
    quote: str
    expected: str
    verdict: str | None = None
    right: bool = False
    wrong: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    seconds: float
    error: str | None = None


def run_questions(
    assistant: Assistant, questions: Sequence[Question], texts: RawTexts
) -> tuple[AnswerRow, ...]:
    """Return one row per question, in order; a question that fails is a row with its traceback."""
    read = _reader(assistant, texts)
    return tuple(_answer_row(assistant, question, read) for question in questions)


def run_quotes(assistant: Assistant, quotes: Sequence[Quote], texts: RawTexts) -> tuple[QuoteRow, ...]:
    """Return one row per quote, in order; a quote that fails is a row with its traceback."""
    read = _reader(assistant, texts)
    return tuple(_quote_row(assistant, quote, read) for quote in quotes)


def _reader(assistant: Assistant, texts: RawTexts) -> judging.ReadRaw:
    """Return how a source's raw text is read: plain text by ourselves, other formats as the program did."""
    return lambda file: texts[file] if file.endswith(".txt") else assistant.document(file).source.text


def _answer_row(assistant: Assistant, question: Question, read: judging.ReadRaw) -> AnswerRow:
    start = time.perf_counter()
    try:
        answer = assistant.ask(question.question, history=question.history)
        return _judged(question, answer, read, time.perf_counter() - start)
    except Exception:  # noqa: BLE001 - one failing question must not end the run; its traceback is kept
        return AnswerRow(
            id=question.id,
            type=question.type,
            split=question.split,
            question=question.question,
            answerable=question.answerable,
            limit=question.max_chars,
            fact_recall=0.0 if question.answerable else None,
            citation_recall=0.0 if question.answerable else None,
            seconds=time.perf_counter() - start,
            error=traceback.format_exc(),
        )


def _judged(question: Question, answer: Answer, read: judging.ReadRaw, seconds: float) -> AnswerRow:
    answerable = question.answerable
    return AnswerRow(
        id=question.id,
        type=question.type,
        split=question.split,
        question=question.question,
        answerable=answerable,
        right=judging.is_right(question, answer),
        refused=answer.refused,
        reason=answer.refusal.reason if answer.refusal else None,
        answer=answer.text,
        characters=judging.characters(answer),
        limit=question.max_chars,
        missing=judging.missing_facts(question, answer),
        forbidden=judging.forbidden_words(question, answer),
        fact_recall=judging.fact_recall(question, answer) if answerable else None,
        citation_precision=judging.citation_precision(question, answer, read) if answerable else None,
        citation_recall=judging.citation_recall(question, answer, read) if answerable else None,
        faults=judging.pointer_faults(answer, read),
        seconds=seconds,
    )


def _quote_row(assistant: Assistant, quote: Quote, read: judging.ReadRaw) -> QuoteRow:
    start = time.perf_counter()
    try:
        report = assistant.cite(quote.quote)
        seconds = time.perf_counter() - start
        wrong = judging.quote_faults(quote, report)
        return QuoteRow(
            id=quote.id,
            kind=quote.kind,
            quote=quote.quote,
            expected=quote.verdict,
            verdict=report.verdict,
            right=not wrong,
            wrong=wrong,
            faults=judging.place_faults([match.place for match in report.matches], read),
            seconds=seconds,
        )
    except Exception:  # noqa: BLE001 - as above
        return QuoteRow(
            id=quote.id,
            kind=quote.kind,
            quote=quote.quote,
            expected=quote.verdict,
            seconds=time.perf_counter() - start,
            error=traceback.format_exc(),
        )
