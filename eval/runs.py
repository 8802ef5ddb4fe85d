"""Runs and the baseline on disk.

A run is a folder: `answers.jsonl` and `quotes.jsonl` (one row a line) and, written last, `run.json` (what was
run, with which settings, and the metrics). The baseline is one committed file: which questions and quotes
are right, and the metrics of the run that was accepted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eval.metrics import summary
from eval.runner import AnswerRow, QuoteRow
from rag.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run: its rows, and what it was run with (a path becomes a string on disk)."""

    answers: tuple[AnswerRow, ...]
    quotes: tuple[QuoteRow, ...]
    configuration: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The accepted state: id -> right, for questions and quotes, and the metrics (None: nothing to count)."""

    questions: Mapping[str, bool]
    quotes: Mapping[str, bool]
    metrics: Mapping[str, float | None]


def baseline_of(run: Run) -> Baseline:
    """Return what a run looks like as the baseline of later ones."""
    return Baseline(
        questions={row.id: row.right for row in run.answers},
        quotes={row.id: row.right for row in run.quotes},
        metrics=summary(run.answers, run.quotes),
    )


def write_run(folder: Path, run: Run) -> Path:
    """Write a run into a new folder under `folder`, named by the UTC time, and return it."""
    path = folder / datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    path.mkdir(parents=True)
    _write_rows(path / "answers.jsonl", run.answers)
    _write_rows(path / "quotes.jsonl", run.quotes)
    metrics = summary(run.answers, run.quotes)
    _write(path / "run.json", {"configuration": dict(run.configuration), "metrics": metrics})
    return path


def newest_run(folder: Path) -> Run:
    """Return the newest finished run under `folder`.

    Raises:
        UsageError: there is none.
    """
    finished = sorted(folder.glob("*/run.json"))
    if not finished:
        raise UsageError(f"{folder} 里还没有评测结果：请先运行 python -m eval run")
    path = finished[-1].parent
    configuration = json.loads(finished[-1].read_text(encoding="utf-8"))["configuration"]
    return Run(
        answers=tuple(AnswerRow(**row) for row in _read_rows(path / "answers.jsonl")),
        quotes=tuple(QuoteRow(**row) for row in _read_rows(path / "quotes.jsonl")),
        configuration=configuration,
    )


def read_baseline(path: Path) -> Baseline | None:
    """Return the committed baseline, or None where none was accepted yet."""
    if not path.exists():
        return None
    return Baseline(**json.loads(path.read_text(encoding="utf-8")))


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write the baseline, one question a line, so that a change of it reads well in a diff."""
    _write(path, asdict(baseline))


def _write(path: Path, value: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n", encoding="utf-8")


def _write_rows(path: Path, rows: Sequence[AnswerRow | QuoteRow]) -> None:
    lines = (json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows)
    path.write_text("".join(lines), encoding="utf-8")


def _read_rows(path: Path) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
        for row in rows
    ]
