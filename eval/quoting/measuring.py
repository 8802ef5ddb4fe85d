"""Quotes made out of the program's own documents, or of a data folder's, put to the program."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from eval.altering.texts import policy_texts
from eval.dataset import Split
from eval.external.running import laid_out
from eval.matching import RawTexts
from eval.program import open_program
from eval.quoting.corpus import Corpus
from eval.quoting.drawing import draw_quotes
from eval.runner import Assistant, QuoteRow, run_quotes
from eval.sets import EvaluationSet
from rag.datatypes import Document
from rag.text import sentences

OF_SET = 80
"""Documents of a set at most: half of them are indexed, the others are where sentences come from that are not found."""


class _Opened(Assistant, Protocol):
    def document(self, file: str) -> Document:
        """Return a source with its structure."""


def run_made(
    assistant: _Opened,
    texts: RawTexts,
    splits: Sequence[Split],
    each: int | None,
    outside: Sequence[str] = (),
) -> tuple[QuoteRow, ...]:
    """Return a row per quote made of the documents that the program answers from.

    Args:
        assistant: the program that is judged.
        texts: the raw files.
        splits: the halves that quotes are made for.
        each: quotes of a kind and half at most, None for all.
        outside: sentences of other documents.
    """
    corpus = Corpus([assistant.document(name) for name in texts.all()], outside)
    return run_quotes(assistant, draw_quotes(corpus, splits, each), texts)


def run_drawn(folder: Path, splits: Sequence[Split], each: int | None) -> tuple[QuoteRow, ...]:
    """Return a row per quote made of policy texts of a data folder, half of which are indexed for it.

    Raises:
        UsageError: as `policy_texts`.
    """
    inside, outside = [], []
    for rows in policy_texts(folder, OF_SET).values():
        half = (len(rows) + 1) // 2
        inside += rows[:half]
        outside += rows[half:]
    foreign = [
        line[span.start : span.end]
        for row in outside
        for line in row["text"].splitlines()
        for span in sentences(line)
    ]
    asked = EvaluationSet(name="quotes", questions=(), documents=tuple(inside))
    with laid_out(asked, Path(), None) as (docs, index), open_program(docs, index) as (assistant, _):
        return run_made(assistant, RawTexts(docs), splits, each, foreign)
