"""`.jsonl` files: one document a line."""

from __future__ import annotations

import hashlib
import json

from rag.datatypes import Source
from rag.errors import ReadingError
from rag.reading.text import decode

_DECLARED = ("title", "date", "source", "author", "url")


def read_jsonl(data: bytes, file: str) -> list[Source]:
    """Return a source for each line, `{"id", "text"}` and what else is known of it.

    Raises:
        ReadingError: the file is empty, or a line is not such an object; the message has its number.
    """
    sources: dict[str, Source] = {}
    for number, line in enumerate(decode(data).split("\n"), start=1):
        if not line.strip():
            continue
        source = _source(line, number, file)
        if source.file in sources:
            identifier = source.file.removeprefix(f"{file}#")
            raise ReadingError(f"第 {number} 行的 id“{identifier}”前面已经有了；请改成不重复的")
        sources[source.file] = source
    if not sources:
        raise ReadingError("文件是空的")
    return list(sources.values())


def _source(line: str, number: int, file: str) -> Source:
    try:
        record = json.loads(line)
        identifier, text = record["id"], record["text"]
        json.dumps(record, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ReadingError(f"第 {number} 行含有半个代理对，不是完整的文字；请重新导出这一行") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ReadingError(f"第 {number} 行不是含 id 和 text 的 JSON 对象；请改好后重试") from error
    if not isinstance(text, str) or not text.strip():
        raise ReadingError(f"第 {number} 行的 text 是空的；请补上或删掉这一行")
    if isinstance(identifier, bool) or not isinstance(identifier, (str, int, float)):
        raise ReadingError(f"第 {number} 行的 id 不是文字或数；请改好后重试")
    return Source(
        file=f"{file}#{identifier}",
        text=text,
        sha256=hashlib.sha256(line.encode()).hexdigest(),
        declared={
            key: words for key in _DECLARED if record.get(key) and (words := _words(record[key], key, number))
        },
    )


def _words(value: object, key: str, number: int) -> str:
    """Return what a line declares, as it is given; a list of authors is joined."""
    if key == "author" and isinstance(value, list) and all(isinstance(name, str) for name in value):
        return "、".join(name.strip() for name in value if name.strip())
    if isinstance(value, str) or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        return str(value)
    raise ReadingError(f"第 {number} 行的 {key} 不是文字；请改成用引号括起来的文字后重试")
