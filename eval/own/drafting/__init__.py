"""Questions proposed by rule from documents and from feedback, for a person to edit.

A rule is a function from an article to candidates; `RULES` is the table of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from eval.own import cells
from eval.own.drafting.candidate import Candidate, Piece
from eval.own.drafting.choice import UNANSWERABLE, choose
from eval.own.drafting.figures import dates, figures
from eval.own.drafting.lists import lists
from eval.own.drafting.pieces import issuers, origins, parts, speeches
from eval.own.drafting.points import enumerations
from eval.own.drafting.statements import definitions
from eval.own.drafting.unanswerable import unanswerable
from eval.own.tables import write_table
from rag.errors import ReadingError
from rag.indexing import scan
from rag.reading import read
from rag.structure import parse

COLUMNS = ("question", "reference", "facts", "file", "quote", "type", "answerable", "history", "note")
"""The columns of a draft; `eval.own.questions` reads all but the note."""

Rule = Callable[[Piece], Iterator[Candidate]]

RULES: tuple[Rule, ...] = (
    *(figures, dates, definitions),
    *(lists, enumerations, parts, issuers),
    *(origins, speeches),
)


def draft(docs: Path, limit: int) -> tuple[list[Candidate], list[str]]:
    """Return up to `limit` candidates from the documents, and why files could not be read, one line each.

    One in `UNANSWERABLE` is a question that the documents do not answer, as far as such can be made.
    """
    found: list[Candidate] = []
    texts: list[str] = []
    failures: list[str] = []
    for name, path in scan(docs).items():
        try:
            documents = [parse(source) for source in read(path, docs)]
        except ReadingError as error:
            failures.append(f"没有读 {name}：{error}")
            continue
        for document in documents:
            texts.append(document.source.text)
            for number in range(len(document.articles)):
                piece = Piece(document, number)
                found += [candidate for rule in RULES for candidate in rule(piece)]
    refused = choose(unanswerable(found, texts), limit // UNANSWERABLE)
    return [*choose(found, limit - len(refused)), *refused], failures


def write_draft(path: Path, candidates: Iterable[Candidate]) -> None:
    """Write candidates to a new CSV or JSONL file that a person edits and `--set` reads.

    Raises:
        UsageError: the file exists or cannot be written.
    """
    write_table(path, COLUMNS, [_row(candidate) for candidate in candidates])


def _row(candidate: Candidate) -> dict[str, object]:
    several = len(candidate.quotes) > 1
    return {
        "question": candidate.question,
        "reference": candidate.reference,
        "facts": cells.write_facts(candidate.facts),
        "file": candidate.file if candidate.answerable else "",
        "quote": list(candidate.quotes) if several else "".join(candidate.quotes),
        "type": candidate.type,
        "answerable": candidate.answerable,
        "history": [asdict(turn) for turn in candidate.history] or None,
        "note": "；".join(filter(None, (f"规则：{candidate.rule}", candidate.note))),
    }
