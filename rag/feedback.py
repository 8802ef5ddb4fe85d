"""What users thought of answers: a file of JSON lines, which `eval.own.feedback` documents and reads."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Literal

from rag.datatypes import Answer, Turn
from rag.errors import UsageError, YinjuError
from rag.records import answer_json, line, turns_json

Rating = Literal["right", "wrong"]
MAX_NOTE = 1000
"""Characters of a note."""
_LOCK = Lock()


def append(file: Path, answer: Answer, history: Sequence[Turn], rating: Rating, note: str = "") -> None:
    """Add what a user thought of an answer to the file, which is made with its folder where there is none.

    Several threads and processes may do so at once.

    Args:
        file: a `.jsonl` file.
        answer: the answer as it was shown.
        history: the turns before it, oldest first.
        rating: whether the user found it right.
        note: what the user remarked, at most `MAX_NOTE` characters.

    Raises:
        YinjuError: the note is too long, or the file cannot be written.
    """
    note = note.strip()
    if len(note) > MAX_NOTE:
        raise UsageError(f"备注有 {len(note)} 个字，超过 {MAX_NOTE} 字的上限；请缩短后重试")
    row = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "question": answer.question,
        "history": turns_json(history),
        "answer": answer_json(answer),
        "rating": rating,
        "note": note,
    }
    try:
        data = line(row) + b"\n"
        with _LOCK:
            _append(file, data)
    except UnicodeEncodeError as error:
        raise UsageError("反馈里有不成字的编码，存不下来；请改正后重试") from error
    except OSError as error:
        raise YinjuError(f"反馈存不下来：{file} 写不进去（{error.strerror}）") from error


def _append(file: Path, data: bytes) -> None:
    """Append to a file that only this user may read, in one write: what others append stands before or after it."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        if os.write(handle, data) != len(data):
            raise OSError(None, "磁盘已满")
    finally:
        os.close(handle)
