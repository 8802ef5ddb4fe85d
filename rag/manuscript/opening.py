"""A manuscript from a file, from bytes, or from pasted text."""

from __future__ import annotations

from pathlib import Path

from rag.datatypes import Source
from rag.errors import ReadingError, UsageError
from rag.reading import extract, load


def read_manuscript(path: Path) -> Source:
    """Return the manuscript in a file of any format that sources can have.

    Raises:
        UsageError: there is no such file, or it cannot be read; the message says why.
    """
    if path.is_dir():
        raise UsageError(f"稿件 {path} 是文件夹；请给出其中的一个文件")
    if not path.is_file():
        raise UsageError(f"找不到稿件 {path}；请检查路径")
    try:
        name, data = load(path, path.parent)
    except ReadingError as error:
        raise UsageError(f"读不了稿件 {path}：{error}") from error
    return manuscript_in(data, name)


def manuscript_in(data: bytes, name: str) -> Source:
    """Return the manuscript in the bytes of a file, whose suffix says how to read it.

    Raises:
        UsageError: the bytes cannot be read, or hold several texts.
    """
    try:
        sources = extract(data, name)
    except ReadingError as error:
        raise UsageError(f"读不了稿件 {name}：{error}") from error
    if len(sources) != 1:
        raise UsageError(f"{name} 里有 {len(sources)} 篇文字；请一次核查一篇")
    return sources[0]


def pasted(text: str) -> Source:
    """Return a manuscript of pasted text."""
    return Source(file="", text=text, sha256="")
