"""What a metric looks at: one question, what became of it, and the raw texts. A new metric needs no other seam."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from eval.dataset import Question
from rag.datatypes import Answer, Hit

ANSWER, EVIDENCE, REFUSAL, SEARCH, AS_PUBLISHED = "回答", "依据与引文", "拒答", "检索", "题集自己的指标"
"""The tables that metrics stand in."""

ReadRaw = Callable[[str], str]
"""From a file's name to its raw text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question with its gold, its answer, and the hits for it, best first; `seconds` is the wall time of `ask`."""

    question: Question
    answer: Answer
    hits: Sequence[Hit]
    seconds: float
    read: ReadRaw


def always(_: Question) -> bool:
    """Say that a metric is for every question."""
    return True


def answerable(question: Question) -> bool:
    """Whether the documents answer the question."""
    return question.answerable


def unanswerable(question: Question) -> bool:
    """Whether the question is to be refused."""
    return not question.answerable


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric: its score of a case, and what is needed to sum it up and to show it.

    `score` returns None where there is nothing to count (nothing was cited, say); it is asked only of the
    questions that `applies` takes; a metric without one is told by a judge afterwards. A run's figure is the mean of the scores (the median where `median`).
    `failed` is the score of a question that ended in an error, None to leave it out. `title`,
    `meaning` and `formula` are what is said of it, `group` is the table that it stands in. The gate looks at those that are `guarded`.
    """

    name: str
    title: str
    group: str
    meaning: str = ""
    formula: str
    score: Callable[[Case], float | None] | None
    applies: Callable[[Question], bool] = always
    failed: float | None = None
    unit: Literal["share", "characters", "tokens", "seconds"] = "share"
    better: Literal["more", "less"] = "more"
    median: bool = False
    guarded: bool = False
