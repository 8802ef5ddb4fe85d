"""What users thought of answers: one JSON object a line, as the page stores it.

| field | is |
|---|---|
| `time` | when, ISO 8601 |
| `question` | as it was asked |
| `history` | optional: the earlier turns, `[{"role", "content"}]` |
| `answer` | the answer, as `ask --json` prints it |
| `rating` | `right` or `wrong` |
| `note` | optional: what the user remarked |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

from eval.dataset import DatasetError
from eval.own.tables import Row, read_table
from rag.datatypes import Place, Turn
from rag.errors import UsageError
from rag.feedback import Rating
from rag.records import citations_from_json, turns_from_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What one user thought of one answer. `said` is the answer's sentences, `places` what they cite."""

    time: str
    question: str
    history: tuple[Turn, ...] = ()
    said: tuple[str, ...]
    refused: bool
    places: tuple[Place, ...] = ()
    rating: Rating
    note: str = ""


def load_feedback(path: Path) -> list[Feedback]:
    """Return the rows of a file of feedback, in its order.

    Raises:
        DatasetError: the file cannot be read, or a line is not such a row.
    """
    if path.suffix.lower() != ".jsonl":
        raise DatasetError(f"反馈文件 {path.name} 应是 .jsonl")
    found = []
    for row in read_table(path):
        try:
            found.append(_feedback(row))
        except (UsageError, KeyError, TypeError) as error:
            raise DatasetError(f"{path.name} 第 {row.number} 行不是一条反馈：{_reason(error)}") from error
    return found


def _feedback(row: Row) -> Feedback:
    values = row.values
    answer = cast(Mapping[str, Any], values["answer"])
    rating = cast(Rating, values["rating"])
    if rating not in get_args(Rating):
        raise DatasetError(f"rating 是 {rating}，应是 right 或 wrong")
    question = values["question"]
    if not isinstance(question, str) or not question.strip():
        raise DatasetError("question 应是一句话")
    return Feedback(
        time=str(values["time"]),
        question=question.strip(),
        history=turns_from_json(cast(list[Mapping[str, Any]], values.get("history") or [])),
        said=tuple(str(sentence["text"]) for sentence in answer["sentences"]),
        refused=bool(answer["refused"]),
        places=tuple(citation.place for citation in citations_from_json(answer)),
        rating=rating,
        note=str(values.get("note") or "").strip(),
    )


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"缺少 {error.args[0]}"
    return str(error) if isinstance(error, UsageError) else "answer 应是 ask --json 打印的对象"
