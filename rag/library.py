"""The docs folder as a library: what the index holds of each file; files put into the folder and taken out of it.

The folder is what counts: after a file was added or removed, the index is to be updated.
"""

from __future__ import annotations

import filecmp
import os
import secrets
import shutil
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from rag.datatypes import named
from rag.errors import UsageError
from rag.indexing import scan
from rag.manifest import OpenIndex
from rag.reading import MAX_BYTES, READERS, unread

Added = Literal["added", "same", "replaced"]

_MAX_NAME = 255
"""Bytes of a file name that file systems take."""
_UNSAFE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Kinds of characters that a file name shall not have: what breaks a line, is not seen, or turns the order."""


class NameTakenError(UsageError):
    """The docs folder has a file of this name with other bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """An article as the catalogue lists it; `source` is the name under which its document is found."""

    source: str
    name: str
    date: str | None
    outlet: str | None
    paragraphs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file as the index holds it: its size in bytes, and its articles in order.

    `characters` are those of its text, white space aside; `reason` says why it could not be read, and what to do.
    """

    file: str
    size: int
    works: tuple[Work, ...] = ()
    chunks: int = 0
    characters: int = 0
    reason: str | None = None

    @property
    def paragraphs(self) -> int:
        """How many paragraphs its articles have."""
        return sum(work.paragraphs for work in self.works)


def catalogue(index: OpenIndex) -> tuple[Entry, ...]:
    """Return an entry for each file of the index, by name, those that could not be read among them."""
    works: defaultdict[str, list[Work]] = defaultdict(list)
    for file, source, title, opening, date, outlet, paragraphs in index.documents.works():
        name = named(title, opening)
        works[file].append(Work(source=source, name=name, date=date, outlet=outlet, paragraphs=paragraphs))
    return tuple(
        Entry(
            file=file,
            size=record.size,
            works=tuple(works[file]),
            chunks=record.counts.chunks,
            characters=record.counts.characters,
            reason=record.reason,
        )
        for file, record in index.documents.files().items()
    )


def add(docs: Path, name: str, path: Path, aside: Path | None = None) -> Added:
    """Copy the file at `path` into the docs folder; it is there whole or not at all.

    Args:
        docs: the docs folder.
        name: what the file is called there.
        path: where its bytes are.
        aside: where a copy of another file of this name goes that is to be replaced; None if none may be.

    Returns:
        `same` where just these bytes are there under this name already.

    Raises:
        NameTakenError: the name belongs to another file, and `aside` is None.
        UsageError: the name or the format will not do, the file is too large, or cannot be copied.
    """
    _check_name(name)
    target = docs / name
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"{name} 超过 {MAX_BYTES // 2**20} MB；请拆分后重试")
        taken = target.exists()
        if taken and filecmp.cmp(path, target, shallow=False):
            return "same"
        if taken and aside is None:
            raise NameTakenError(f"已有同名而内容不同的 {name}；请改名后再添加，或换掉原有的")
        if taken and aside is not None:
            shutil.copy2(target, _free(docs, aside / name))
        _copy(path, target)
    except OSError as error:
        raise UsageError(
            f"{name} 没能放进 {docs}（{error.strerror}）；请检查磁盘空间和写权限后重试"
        ) from error
    return "replaced" if taken else "added"


def remove(docs: Path, file: str, aside: Path) -> Path:
    """Move a file of the docs folder into the folder `aside`, and return where it lies now.

    Args:
        docs: the docs folder.
        file: its name, relative to the docs folder, as the catalogue has it.
        aside: the folder that keeps what was removed; made where it is missing.

    Raises:
        UsageError: there is no such file, it is the last one or a link that leads out of the docs folder, or
            it cannot be moved.
    """
    files = scan(docs)
    path = files.get(file)
    if path is None:
        raise UsageError(f"文档文件夹 {docs} 里没有 {file}；可能已被移走")
    if len(files) == 1:
        raise UsageError(f"{file} 是最后一个文件，移出后就没有可问的了；请先添加别的文件")
    if not path.resolve().is_relative_to(docs.resolve()):
        raise UsageError(f"{file} 是通向 {docs} 以外的链接，不由这里移动；请自己删去这个链接")
    try:
        place = _free(docs, aside / file)
        shutil.move(path, place)
    except OSError as error:
        raise UsageError(
            f"{file} 没能移到 {aside}（{error.strerror}）；请检查磁盘空间和写权限后重试"
        ) from error
    return place


def _check_name(name: str) -> None:
    """Refuse a name that is none for a file of the docs folder.

    Raises:
        UsageError: it has a path in it, is hidden, has unsafe characters, is too long, or of a format not read.
    """
    shown = "".join("�" if unicodedata.category(character) in _UNSAFE else character for character in name)
    if name != PurePosixPath(name).name or "\\" in name or name.startswith(".") or not name:
        raise UsageError(f"“{shown}”不能作文件名：不要带路径，也不要以点开头；请改名后重试")
    if shown != name:
        raise UsageError(f"“{shown}”的文件名里有看不见的控制字符；请改名后重试")
    if len(name.encode()) > _MAX_NAME:
        raise UsageError(f"文件名“{name[:20]}……”有 {len(name.encode())} 字节，超过 {_MAX_NAME}；请改短后重试")
    suffix = PurePosixPath(name).suffix
    if suffix.lower() not in READERS:
        raise UsageError(unread(suffix))


def _copy(path: Path, target: Path) -> None:
    """Copy a file under a hidden name, which the index passes over, and put it in place in one step."""
    part = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with path.open("rb") as given, part.open("xb") as kept:
            shutil.copyfileobj(given, kept)
            kept.flush()
            os.fsync(kept.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _free(docs: Path, place: Path) -> Path:
    """Return `place`, or where something is there already the like with a number; its folder is made.

    Raises:
        UsageError: the place is in the docs folder, where what lies there is indexed.
    """
    if place.resolve().is_relative_to(docs.resolve()):
        inner = place.resolve().relative_to(docs.resolve())
        if not any(part.startswith(".") for part in inner.parts):
            raise UsageError(
                f"放移出文件的 {place.parent} 在文档文件夹 {docs} 里面；请把 [web] 的 data 设到别处"
            )
    place.parent.mkdir(parents=True, exist_ok=True)
    free, number = place, 2
    while os.path.lexists(free):
        free = place.with_name(f"{place.stem} ({number}){place.suffix}")
        number += 1
    return free
