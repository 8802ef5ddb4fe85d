"""Put every question and quote to an assistant and keep what came of it as rows."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol, TypeVar

from eval.dataset import Question, Quote
from eval.matching import RawTexts
from eval.metrics import METRICS, failed, scores
from eval.metrics.answers import characters, forbidden_words, missing_facts
from eval.metrics.case import Case, Metric
from eval.metrics.citations import place_faults, pointer_faults
from eval.metrics.quotes import quote_faults
from eval.metrics.retrieval import has_gold
from eval.metrics.support import unsupported
from rag.datatypes import Answer, Hit, QuoteReport, Turn
from rag.records import place_json

DEPTH = 50
"""Hits that are asked for; more than any retrieval metric counts, since hits of one document are one."""


_Asked = TypeVar("_Asked", Question, Quote)
_Row = TypeVar("_Row")


class Assistant(Protocol):
    """The seam to the program: what the evaluation needs of `rag.assistant`."""

    def ask(
        self, question: str, *, history: Sequence[Turn] = (), passages: Sequence[str] | None = None
    ) -> Answer:
        """Answer a question, from `passages` alone where they are given."""

    def search(self, query: str, k: int = 10) -> list[Hit]:
        """Return up to `k` hits for a query, best first."""

    def cite(self, quote: str) -> QuoteReport:
        """Say where a quote comes from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow:
    """What became of one question. `error` is the traceback where asking or judging failed.

    `facts` are the gold's with their accepted forms, `expected` the same, or the reference answer, in words.
    `scores` are the metrics that apply, by name; `unsupported` the sentences that their citations do not bear
    out, `faults` the broken pointers, `notice` why the language model was not used, `missing` and `forbidden`
    what should and should not have been said; `citations` the places as `rag.records.place_json` writes them, with their number as `n`. `judge` is what
    a language model said of the answer, where one was asked.
    """

    id: str
    type: str
    split: str
    question: str
    history: tuple[Mapping[str, str], ...] = ()
    answerable: bool
    expected: str = ""
    facts: tuple[tuple[str, ...], ...] = ()
    standalone: str = ""
    reason: str | None = None
    answer: str = ""
    notice: str | None = None
    citations: tuple[Mapping[str, Any], ...] = ()
    characters: int = 0
    limit: int
    missing: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    judge: Mapping[str, Any] | None = None
    seconds: float
    error: str | None = None

    @property
    def right(self) -> bool:
        """Whether the question was answered rightly, or rightly refused."""
        return self.scores.get("right") == 1

    @property
    def refused(self) -> bool:
        """Whether the answer was a refusal."""
        return self.reason is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRow:
    """What became of one quote: `wrong` is what the report got wrong, `faults` its false pointers.

    `found` is the best match's file and words, `expected` the right verdict, `also` are those right as well;
    `scores` are 1 or 0 for each of `verdict`, `place` and `difference` that the gold tells.
    """

    id: str
    kind: str
    split: str
    quote: str
    expected: str
    also: tuple[str, ...] = ()
    verdict: str | None = None
    found: str = ""
    right: bool = False
    wrong: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    seconds: float
    error: str | None = None


def run_questions(
    assistant: Assistant,
    questions: Sequence[Question],
    texts: RawTexts,
    *,
    metrics: Mapping[str, Metric] = METRICS,
    asks: bool = True,
    workers: int = 1,
    done: Callable[[], object] = lambda: None,
) -> tuple[AnswerRow, ...]:
    """Return one row per question, in order; a question that fails is a row with its traceback.

    Args:
        assistant: the program that is judged.
        questions: what is asked, with its gold.
        texts: the raw files, read apart from the program.
        metrics: what is measured.
        asks: without it the questions are only searched for, not answered.
        workers: how many questions are under way at once.
        done: called after each question, from any thread.
    """

    def row(question: Question) -> AnswerRow:
        return _answer_row(assistant, question, texts, metrics, asks=asks)

    def lost(question: Question, seconds: float, error: str) -> AnswerRow:
        told = {**_gold(question), "seconds": seconds, "error": error}
        return AnswerRow(**told, scores=failed(question, metrics))

    return _in_threads(row, lost, questions, workers, done)


def run_quotes(
    assistant: Assistant,
    quotes: Sequence[Quote],
    texts: RawTexts,
    *,
    workers: int = 1,
    done: Callable[[], object] = lambda: None,
) -> tuple[QuoteRow, ...]:
    """Return one row per quote, in order; a quote that fails is a row with its traceback."""

    def row(quote: Quote) -> QuoteRow:
        return _quote_row(assistant, quote, texts)

    def lost(quote: Quote, seconds: float, error: str) -> QuoteRow:
        return QuoteRow(**_quoted(quote), seconds=seconds, error=error)

    return _in_threads(row, lost, quotes, workers, done)


def _in_threads(
    row: Callable[[_Asked], _Row],
    lost: Callable[[_Asked, float, str], _Row],
    asked: Sequence[_Asked],
    workers: int,
    done: Callable[[], object],
) -> tuple[_Row, ...]:
    """Return the rows in the order of what was asked; `lost` makes one of the seconds and the traceback of a failure."""

    def kept(one: _Asked) -> _Row:
        start = time.perf_counter()
        try:
            return row(one)
        except Exception:  # noqa: BLE001 - one failure must not end the run; its traceback is kept
            return lost(one, time.perf_counter() - start, traceback.format_exc())
        finally:
            done()

    with ThreadPoolExecutor(workers, thread_name_prefix="eval") as pool:
        return tuple(pool.map(kept, asked))


def _quoted(quote: Quote) -> dict[str, Any]:
    """Return the fields of a row that the gold decides."""
    return {
        "id": quote.id,
        "kind": quote.kind,
        "split": quote.split,
        "quote": quote.quote,
        "expected": quote.verdict,
        "also": quote.also,
    }


def _gold(question: Question) -> dict[str, Any]:
    """Return the fields of a row that the gold decides."""
    facts = "；".join(" / ".join(forms) for forms in question.facts)
    return {
        "id": question.id,
        "type": question.type,
        "split": question.split,
        "question": question.question,
        "history": tuple(asdict(turn) for turn in question.history),
        "answerable": question.answerable,
        "expected": facts or question.reference,
        "facts": question.facts,
        "limit": question.max_chars,
    }


def _answer_row(
    assistant: Assistant,
    question: Question,
    texts: RawTexts,
    metrics: Mapping[str, Metric],
    *,
    asks: bool,
) -> AnswerRow:
    start = time.perf_counter()
    if asks:
        answer = assistant.ask(question.question, history=question.history, passages=question.passages)
    else:
        answer = Answer(question=question.question, standalone_question=question.question, sentences=())
    seconds = time.perf_counter() - start
    given = question.passages
    searched = given is None and (has_gold(question) or not answer.refused)
    hits = assistant.search(answer.standalone_question, k=DEPTH) if searched else []
    case = Case(
        question=question,
        answer=answer,
        hits=hits,
        seconds=seconds,
        read=lambda file: texts[file] if given is None else given[int(file.removeprefix("passages#"))],
    )
    return AnswerRow(
        **_gold(question),
        standalone=answer.standalone_question,
        reason=answer.refusal.reason if answer.refusal else None,
        answer=answer.text,
        notice=answer.notice if answer.answerer == "extractive" else None,
        citations=tuple({"n": citation.n, **place_json(citation.place)} for citation in answer.citations),
        characters=characters(answer),
        missing=missing_facts(case),
        forbidden=forbidden_words(case),
        unsupported=tuple(unsupported(case)),
        faults=pointer_faults(case),
        scores=scores(case, metrics),
        seconds=seconds,
    )


def _quote_row(assistant: Assistant, quote: Quote, texts: RawTexts) -> QuoteRow:
    start = time.perf_counter()
    report = assistant.cite(quote.quote)
    seconds = time.perf_counter() - start
    aspects = quote_faults(quote, report)
    wrong = tuple(fault for faults in aspects.values() for fault in faults)
    places = [match.place for match in report.matches]
    return QuoteRow(
        **_quoted(quote),
        verdict=report.verdict,
        found=f"{places[0].file}：{places[0].quote}" if places else "",
        right=not wrong,
        wrong=wrong,
        scores={aspect: float(not faults) for aspect, faults in aspects.items()},
        faults=place_faults(places, texts.__getitem__),
        seconds=seconds,
    )


def last_line(error: str) -> str:
    """Return the last line of a traceback: what was raised."""
    return error.strip().splitlines()[-1]
