"""A folder of development sets: `SET/FILE.jsonl.xz`, one JSON object a line, there or in its subfolder `dev`."""

from __future__ import annotations

import hashlib
import json
import lzma
from pathlib import Path
from typing import Any

from rag.errors import UsageError

Row = dict[str, Any]


class Data:
    """The rows of a data folder. `fingerprints` are the SHA-256 of the files that have been read, by name."""

    def __init__(self, folder: Path) -> None:
        """Read from `folder`.

        Raises:
            UsageError: there is no such folder.
        """
        if not folder.is_dir():
            raise UsageError(f"没有这个数据文件夹：{folder}")
        self._folder = folder
        self.fingerprints: dict[str, str] = {}

    def has(self, name: str) -> bool:
        """Whether the folder has the file of `name`."""
        return any(place.is_file() for place in self._places(name))

    def _places(self, name: str) -> tuple[Path, Path]:
        return self._folder / f"{name}.jsonl.xz", self._folder / "dev" / f"{name}.jsonl.xz"

    def rows(self, name: str) -> list[Row]:
        """Return the rows of `name`, such as `rgb_zh/int`.

        Raises:
            UsageError: there is no such file, or it is not JSON lines in an xz archive.
        """
        places = self._places(name)
        path = next((place for place in places if place.is_file()), places[0])
        try:
            packed = path.read_bytes()
        except OSError as error:
            raise UsageError(f"读不到数据文件 {path}：请检查 --data") from error
        self.fingerprints[f"{name}.jsonl.xz"] = hashlib.sha256(packed).hexdigest()
        try:
            return [json.loads(line) for line in lzma.decompress(packed).decode("utf-8").split("\n") if line]
        except (lzma.LZMAError, ValueError) as error:
            raise UsageError(f"数据文件 {path} 不是 xz 压缩的 JSONL：{error}") from error
