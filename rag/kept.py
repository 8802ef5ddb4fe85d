"""Answers that were given a link: a folder with one file an answer, named after what stands in it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.datatypes import Answer, Turn
from rag.errors import UsageError, YinjuError
from rag.records import answer_from_json, answer_json, line, turns_from_json, turns_json

_ID = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """An answer that was given a link, and the turns before it, oldest first."""

    answer: Answer
    history: tuple[Turn, ...] = ()


class Kept:
    """The answers kept in a folder, which is made when the first one is. Safe for several threads and processes.

    At most `files` of them are kept, of `size` bytes together; those kept longest ago make room.
    """

    def __init__(self, folder: Path, files: int = 5000, size: int = 100_000_000) -> None:
        self._folder = folder
        self._files = files
        self._size = size

    def keep(self, answer: Answer, history: Sequence[Turn] = ()) -> str:
        """Keep an answer and return its id: 22 letters, digits, `-` and `_`, the same for the same answer.

        Raises:
            YinjuError: the answer is larger than all that may be kept, or it cannot be written.
        """
        try:
            data = line({"answer": answer_json(answer), "history": turns_json(history)})
        except UnicodeEncodeError as error:
            raise UsageError("回答里有不成字的编码，存不下来；请改正问题后重问") from error
        if len(data) > self._size:
            raise UsageError(f"这条回答有 {len(data)} 字节，超过存放的上限 {self._size} 字节")
        identifier = _identifier(data)
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._write(data, self._path(identifier))
            self._make_room(self._path(identifier))
        except OSError as error:
            raise YinjuError(f"回答存不下来：{self._folder} 写不进去（{error.strerror}）") from error
        return identifier

    def get(self, identifier: str) -> KeptAnswer | None:
        """Return the answer with that id, None where there is none, or none any more.

        Raises:
            UsageError: its file is damaged, or has been changed.
        """
        if not _ID.fullmatch(identifier):
            return None
        try:
            data = self._path(identifier).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UsageError(f"存下的回答 {identifier} 读不出来：{error.strerror}") from error
        if _identifier(data) != identifier:
            raise UsageError(f"存下的回答 {identifier} 已损坏或被改动过，不再提供；请重新提问")
        record = json.loads(data)
        return KeptAnswer(
            answer=answer_from_json(record["answer"]), history=turns_from_json(record["history"])
        )

    def _path(self, identifier: str) -> Path:
        return self._folder / f"{identifier}.json"

    def _write(self, data: bytes, path: Path) -> None:
        """Write a file that only this user may read, whole or not at all."""
        handle, written = tempfile.mkstemp(suffix=".tmp", dir=self._folder)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            Path(written).replace(path)
        except OSError:
            Path(written).unlink(missing_ok=True)
            raise

    def _make_room(self, newest: Path) -> None:
        """Remove the oldest files until no more are there than may be; what a crash left half written (`.tmp`) is one."""
        stated = []
        for path in (*self._folder.glob("*.json"), *self._folder.glob("*.tmp")):
            try:
                stated.append((path != newest, -path.stat().st_mtime_ns, path, path.stat().st_size))
            except FileNotFoundError:
                continue  # another one made room at the same time
        total = 0
        for count, (_, _, path, size) in enumerate(sorted(stated), start=1):
            total += size
            if count > self._files or total > self._size:
                path.unlink(missing_ok=True)


def _identifier(data: bytes) -> str:
    return urlsafe_b64encode(hashlib.sha256(data).digest())[:22].decode()
