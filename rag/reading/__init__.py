"""Files to sources: a table of readers by suffix, and the decoding that they share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from rag.datatypes import Source
from rag.errors import ReadingError

MAX_BYTES = 50 * 1024 * 1024
"""Larger files are refused: five hundred times a newspaper page, and one file is held in memory at a time."""

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DECLARED = ("title", "date", "source", "author", "url")


def decode(data: bytes) -> str:
    """Return the text of `data`: by its byte order mark, else UTF-8, else GB18030.

    Line ends are left as they are; the byte order mark is not part of the text.

    Raises:
        ReadingError: no encoding fits, or the bytes hold NUL characters as binary files do.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            candidates = [encoding]
            break
    else:
        candidates = ["utf-8", "gb18030"]
    for encoding in candidates:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise ReadingError("含有空字节，不像文本文件；请转成 UTF-8 文本后重试")
        return text
    raise ReadingError("编码无法识别（试过 UTF-8、UTF-16、GB18030）；请另存为 UTF-8 后重试")


def _read_text(data: bytes, file: str) -> list[Source]:
    """Read one text or Markdown file as one source."""
    text = decode(data)
    if not text.strip():
        raise ReadingError("文件是空的")
    return [Source(file=file, text=text, sha256=hashlib.sha256(data).hexdigest())]


def _read_jsonl(data: bytes, file: str) -> list[Source]:
    """Read a `.jsonl` file, one document a line: `{"id", "text"}` and what else is known of it."""
    sources: dict[str, Source] = {}
    for number, line in enumerate(decode(data).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            identifier, text = str(record["id"]), record["text"]
            json.dumps(record, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise ReadingError(f"第 {number} 行含有半个代理对，不是完整的文字") from error
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ReadingError(f"第 {number} 行不是含 id 和 text 的 JSON 对象") from error
        if not isinstance(text, str) or not text.strip():
            raise ReadingError(f"第 {number} 行的 text 是空的")
        if "\0" in text:
            raise ReadingError(f"第 {number} 行的 text 含有空字节")
        name = f"{file}#{identifier}"
        if name in sources:
            raise ReadingError(f"第 {number} 行的 id“{identifier}”前面已经有了")
        sources[name] = Source(
            file=name,
            text=text,
            sha256=hashlib.sha256(line.encode()).hexdigest(),
            declared={key: str(record[key]) for key in _DECLARED if record.get(key)},
        )
    if not sources:
        raise ReadingError("文件是空的")
    return list(sources.values())


READERS: dict[str, Callable[[bytes, str], list[Source]]] = {
    ".txt": _read_text,
    ".md": _read_text,
    ".jsonl": _read_jsonl,
}
"""Suffix to reader; a reader takes a file's bytes and its name relative to the docs folder."""


def read(path: Path, docs: Path) -> list[Source]:
    """Return the sources in the file at `path`, named relative to the folder `docs`.

    Raises:
        ReadingError: the file cannot be read; the message says why, in one line.
    """
    name = path.relative_to(docs).as_posix()
    if not _is_unicode(name):
        raise ReadingError("文件名的编码不是 UTF-8；请改名后重试")
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise ReadingError(f"不支持 {path.suffix or '无后缀'} 文件；目前可读 {'、'.join(READERS)}")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ReadingError(f"文件超过 {MAX_BYTES // 2**20} MB；请拆分后重试")
        data = path.read_bytes()
    except OSError as error:
        raise ReadingError(f"读不了：{error.strerror}") from error
    return reader(data, name)


def _is_unicode(name: str) -> bool:
    """Whether a file name was decoded rightly: no byte of it stands as half a surrogate pair."""
    return not any("\ud800" <= character <= "\udfff" for character in name)
