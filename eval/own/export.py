"""A run's questions, answers and gold in the columns of ragas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eval.own import cells
from eval.own.tables import write_table
from eval.runner import AnswerRow
from eval.runs import Run

# What ragas calls the question, the answer, the passages found and the gold answer, by version. Only one set
# is written: ragas renames the old columns to the new ones and would fail where it finds both.
RAGAS: Mapping[str, tuple[str, str, str, str]] = {
    "0.2": ("user_input", "response", "retrieved_contexts", "reference"),
    "0.1": ("question", "answer", "contexts", "ground_truth"),
}
# Ours, which ragas passes over and `--set` reads back.
_OURS = ("id", "type", "split", "answerable", "facts", "history")
_MARKER = re.compile(r"\s*\[\d+\]")


def export(run: Run, path: Path, version: str) -> None:
    """Write a run's answers to a CSV or JSONL file that ragas reads and `--set` reads back.

    Args:
        run: whose answers.
        path: the new file; the suffix decides on the format.
        version: the version of ragas, a key of `RAGAS`.

    Raises:
        UsageError: the file exists or cannot be written.
    """
    names = RAGAS[version]
    rows = [dict(zip(names, _ragas(row), strict=True)) | _ours(row) for row in run.answers]
    write_table(path, (*names, *_OURS), rows)


def _ragas(row: AnswerRow) -> tuple[str, str, list[str], str]:
    """Return the question, the answer without its markers, the words that it cites, and the gold answer."""
    gold = "；".join(forms[0] for forms in row.facts) or row.expected
    contexts = list(dict.fromkeys(citation["quote"] for citation in row.citations))
    return row.question, _MARKER.sub("", row.answer), contexts, gold


def _ours(row: AnswerRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "type": row.type,
        "split": row.split,
        "answerable": row.answerable,
        "facts": cells.write_facts(row.facts),
        "history": list(row.history) or None,
    }
