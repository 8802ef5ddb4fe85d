"""The sets that can be run: our own, a user's file of questions; those of a data folder are in `eval.external`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from eval.dataset import Question, Quote, load_questions, load_quotes
from eval.grounding import LabelledSentence, load_labelled
from eval.matching import RawTexts
from eval.metrics import METRICS
from eval.metrics.case import Metric
from eval.own.questions import load_own
from eval.own.tables import is_table

HERE = Path(__file__).parent
QUESTIONS = HERE / "questions.jsonl"
QUOTES = HERE / "quotes.jsonl"
MANUSCRIPTS = HERE / "manuscript.jsonl"
SENTENCES = HERE / "grounding.jsonl"
ALTERED = HERE / "altered.jsonl"
OURS = "yinju"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationSet:
    """What is asked, looked up, and judged by the grounding metric. `fingerprints` are the SHA-256 of the files that it was read from.

    Without `asks` the questions are only searched for, not answered. With `documents`, the lines of a
    `.jsonl`, the set is run over these and not over the docs folder; `mode` is how an external set is put.
    `remarks` are to be told before it is run, one line each.
    """

    name: str
    questions: tuple[Question, ...]
    quotes: tuple[Quote, ...] = ()
    sentences: tuple[LabelledSentence, ...] = ()
    asks: bool = True
    metrics: Mapping[str, Metric] = field(default_factory=lambda: METRICS)
    documents: tuple[Mapping[str, Any], ...] = ()
    mode: str | None = None
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    def half(self, split: str) -> EvaluationSet:
        """Return the part of the set that is for this split."""
        return replace(
            self,
            questions=tuple(question for question in self.questions if question.split == split),
            quotes=tuple(quote for quote in self.quotes if quote.split == split),
            sentences=tuple(sentence for sentence in self.sentences if sentence.split == split),
        )


def load_set(name: str, texts: RawTexts) -> EvaluationSet:
    """Return the set of that name, or the one in the file of that name.

    Raises:
        UsageError: there is no such set, or an entry of it contradicts the documents.
    """
    if is_table(name):
        questions, remarks = load_own(Path(name), texts)
        return EvaluationSet(
            name=Path(name).name,
            questions=questions,
            fingerprints=fingerprints(Path(name)),
            remarks=remarks,
        )
    return EvaluationSet(
        name=name,
        questions=load_questions(QUESTIONS, texts),
        quotes=load_quotes(QUOTES, texts),
        sentences=load_labelled(SENTENCES, texts),
        fingerprints=fingerprints(QUESTIONS, QUOTES, SENTENCES),
    )


def fingerprints(*files: Path) -> dict[str, str]:
    """Return the SHA-256 of files by name."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
