"""Do quotes still stand in the source files? Asked before an answer is shown, and of exported answers."""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Collection, Sequence
from pathlib import Path
from threading import Lock

from rag.datatypes import Place, cut
from rag.errors import ReadingError
from rag.reading import extract, load
from rag.text import squeeze

STALE = "源文件在建索引之后改动过，引文已对不上"
"""What a reader is told in place of an answer whose quotes do not stand in their files."""


def verify(docs: Path, places: Sequence[tuple[int, Place]]) -> list[str]:
    """Return a line in Chinese for each numbered place whose quote does not stand in its source file.

    Each file is read anew from the folder `docs`; white space aside, the raw text at a place's spans must
    be its quote.
    """
    texts: dict[str, str] = {}
    problems = []
    for number, place in places:
        if place.file not in texts:
            texts |= _texts(docs, place.file)
        if place.file not in texts:
            problems.append(f"[{number}] 源文件 {place.file} 读不到了")
        elif squeeze(cut(texts[place.file], place.spans)) != squeeze(place.quote):
            problems.append(f"[{number}] {place.file} 的相应位置已不是所引的文字")
    return problems


def check_markers(answer: str, numbers: Collection[int]) -> list[str]:
    """Return a line in Chinese for each `[n]` of an answer without a citation, and each citation without one."""
    marked = {int(number) for number in re.findall(r"\[(\d+)\]", answer)}
    dangling = [f"[{n}] 在回答里出现，却没有这一处引文" for n in sorted(marked - set(numbers))]
    return dangling + [f"[{n}] 这一处引文没有用在回答里" for n in sorted(set(numbers) - marked)]


def _texts(docs: Path, file: str) -> dict[str, str]:
    """Return the texts of the sources in the file that `file` (NAME or NAME.jsonl#ID) lies in, by name.

    A link inside the folder is followed, a name that leads out of it is not; NAME and ID may hold a #.
    """
    if Path(file).is_absolute() or ".." in Path(file).parts:
        return {}
    names = [file, *(file[: match.start()] for match in re.finditer("#", file))]
    path = next((docs / name for name in names if (docs / name).is_file()), docs / file)
    try:
        return _PARSED.texts(*load(path, docs))
    except ReadingError:
        return {}


class _Parsed:
    """The texts of the files read last, by their name and the digest of their bytes: parsing a PDF takes a while.

    The bytes are read anew each time; `limit` is how many characters are kept.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: OrderedDict[tuple[str, bytes], dict[str, str]] = OrderedDict()
        self._lock = Lock()

    def texts(self, name: str, data: bytes) -> dict[str, str]:
        """Return the texts of the sources in the file `name`, whose bytes are `data`, by their names.

        Raises:
            ReadingError: the file cannot be read.
        """
        key = (name, hashlib.sha256(data).digest())
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        texts = {source.file: source.text for source in extract(data, name)}
        with self._lock:
            self._kept[key] = texts
            while self._characters() > self._limit and len(self._kept) > 1:
                self._kept.popitem(last=False)
        return texts

    def _characters(self) -> int:
        return sum(len(text) for texts in self._kept.values() for text in texts.values())


_PARSED = _Parsed(limit=20_000_000)
