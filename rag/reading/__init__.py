"""Files to sources: a table of readers by suffix, each in a module of its own that is loaded when it is used.

A reader takes a file's bytes and its name relative to the docs folder. Formats that know structure hand it
over in `Source.marks`; offsets count in the text that the reader lays out, which is the same every time.
"""

from __future__ import annotations

import errno
import importlib
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from rag.datatypes import Source
from rag.errors import ReadingError
from rag.reading.identify import UNREAD, check
from rag.reading.jsonl import read_jsonl
from rag.reading.text import decode, read_text

__all__ = ["IMAGES", "MAX_BYTES", "READERS", "Reader", "decode", "extract", "load", "read", "unread"]

Reader = Callable[[bytes, str], list[Source]]

MAX_BYTES = 50 * 1024 * 1024
"""Larger files are refused: five hundred times a newspaper page, and one file is held in memory at a time."""

IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")
"""Read where the OCR extra is installed."""


def _late(module: str, name: str) -> Reader:
    """Return a reader that loads its module, and the library behind it, with the first file it is given."""

    def reader(data: bytes, file: str) -> list[Source]:
        sources: list[Source] = getattr(importlib.import_module(f"rag.reading.{module}"), name)(data, file)
        return sources

    return reader


READERS: dict[str, Reader] = {
    ".txt": read_text,
    ".md": read_text,
    ".jsonl": read_jsonl,
    ".html": _late("html", "read_html"),
    ".htm": _late("html", "read_html"),
    ".docx": _late("docx", "read_docx"),
    ".pdf": _late("pdf", "read_pdf"),
}
"""Suffix to reader."""
if find_spec("rapidocr_onnxruntime"):
    READERS |= dict.fromkeys(IMAGES, _late("ocr", "read_image"))


def read(path: Path, docs: Path) -> list[Source]:
    """Return the sources in the file at `path`, named relative to the folder `docs`.

    Raises:
        ReadingError: the file cannot be read; the message says why and what to do, in one line.
    """
    name, data = load(path, docs)
    return extract(data, name)


def load(path: Path, docs: Path) -> tuple[str, bytes]:
    """Return the name of the file at `path` relative to `docs`, and its bytes.

    Raises:
        ReadingError: its format is not read, it is too large, or the system does not hand it over.
    """
    name = path.relative_to(docs).as_posix()
    if not _is_unicode(name):
        raise ReadingError("文件名的编码不是 UTF-8；请改名后重试")
    if path.suffix.lower() not in READERS:
        raise ReadingError(unread(path.suffix))
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ReadingError(f"文件超过 {MAX_BYTES // 2**20} MB；请拆分后重试")
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise ReadingError(_unreadable(error)) from error
    if len(data) > MAX_BYTES:
        raise ReadingError(f"文件超过 {MAX_BYTES // 2**20} MB；请拆分后重试")
    return name, data


def extract(data: bytes, name: str) -> list[Source]:
    """Return the sources in the bytes of the file `name`, whose suffix says how to read it.

    Raises:
        ReadingError: the bytes cannot be read, or are not what the suffix says.
    """
    suffix = PurePosixPath(name).suffix.lower()
    reader = READERS.get(suffix)
    if reader is None:
        raise ReadingError(unread(PurePosixPath(name).suffix))
    check(data, suffix)
    return reader(data, name)


def unread(suffix: str) -> str:
    """Return why a file with this suffix is not read, and what to do."""
    if suffix.lower() in IMAGES:
        return f"读 {suffix} 图片要装文字识别：pip install -r requirements-ocr.txt"
    advice = UNREAD.get(suffix.lower(), f"目前可读 {'、'.join(READERS)}")
    return f"不支持 {suffix or '无后缀'} 文件；{advice}"


def _unreadable(error: OSError) -> str:
    if error.errno == errno.ENOENT:
        return "读不了：读的时候文件已不在；请放回或重新运行"
    if error.errno == errno.EACCES:
        return "读不了：没有读这个文件的权限；请改权限后重试"
    return f"读不了：{error.strerror or error}；请检查磁盘和文件"


def _is_unicode(name: str) -> bool:
    """Whether a file name was decoded rightly: no byte of it stands as half a surrogate pair."""
    return not any("\ud800" <= character <= "\udfff" for character in name)
