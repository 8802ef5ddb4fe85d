"""What every system is given: the documents, the same cut into passages, and the queries, in one folder.

Read with nothing but the standard library, since each system reads it in its own environment.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

DOCS = "docs"
"""The folder of the documents, as `.jsonl` files of some hundreds each."""
PASSAGES, ALONE, TOGETHER = "passages.jsonl", "alone.jsonl", "together.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A passage: its number, from 0, the source that it is of, and what is embedded and indexed of it."""

    id: int
    file: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question, and the sources that are to be found."""

    id: str
    text: str
    wanted: Sequence[str]


def passages(folder: Path) -> list[Passage]:
    """Return the passages in a folder, by number."""
    return [Passage(**json.loads(line)) for line in _lines(folder / PASSAGES)]


def queries(folder: Path, name: str) -> list[Query]:
    """Return the queries of the file `name`, `ALONE` or `TOGETHER`."""
    return [Query(**json.loads(line)) for line in _lines(folder / name)]


def write(path: Path, rows: Iterable[Passage | Query]) -> None:
    """Write passages or queries, a JSON object a line."""
    path.write_text(
        "".join(json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows), encoding="utf-8"
    )


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").split("\n") if line]
