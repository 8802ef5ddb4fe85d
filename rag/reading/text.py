"""Bytes to text: the encoding found, what is not text refused; plain text and Markdown files."""

from __future__ import annotations

import hashlib
import re
from functools import cache

from rag.datatypes import Source
from rag.errors import ReadingError

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_SAMPLE = 20_000
_PLAUSIBLE = 0.8
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_PLAIN = re.compile(r"[\t-\r -~]")
_ASKED = "请用记事本打开，另存为 UTF-8 后重试"


def decode(data: bytes) -> str:
    """Return the text of `data`: by its byte order mark, else UTF-8, UTF-16, GB18030 or Big5, whichever fits.

    Line ends are left as they are; the byte order mark is not part of the text. A few NUL and control characters
    stay in the text; many are the sign of a file that is not text.

    Raises:
        ReadingError: no encoding fits, or what one gives is not text.
    """
    text = _decoded(data)
    controls = len(_CONTROLS.findall(text))
    if controls > 8 and controls * 20 > len(text):
        raise ReadingError(f"含有大量空字节或控制字符，不像文本文件；若确是文本，{_ASKED}")
    return text


def _decoded(data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            text = attempt(data, encoding)
            if text is None:
                raise ReadingError(f"编码无法识别（开头标明 {encoding[:6].upper()}，后面却不是）；{_ASKED}")
            return text
    text = attempt(data, "utf-8")
    if text is not None and "\0" not in text:
        return text
    wide = [attempt(data, encoding) for encoding in ("utf-16-le", "utf-16-be")] if data else []
    best = max((candidate for candidate in wide if candidate is not None), key=plausibility, default="")
    if best and plausibility(best) >= _PLAUSIBLE and (text is None or data.count(0) * 5 > len(data)):
        return best
    if text is not None:
        return text
    for encoding in ("gb18030", "big5hkscs"):
        text = attempt(data, encoding)
        if text is not None and plausibility(_CONTROLS.sub("", text)) >= _PLAUSIBLE:
            return text
    raise ReadingError(f"编码无法识别（试过 UTF-8、UTF-16、GB18030、Big5）；{_ASKED}")


def attempt(data: bytes, encoding: str) -> str | None:
    """Return `data` decoded strictly, None where it is not in that encoding."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def plausibility(text: str) -> float:
    """Return the share (0 to 1) of common Han characters and Chinese punctuation in the opening of `text`, ASCII aside.

    Han characters count as common where GB 2312 or the first plane of Big5 has them; what a wrong encoding
    makes of Chinese is mostly others, kana and private use. Text in ASCII alone scores 1.
    """
    sample = [character for character in text[:_SAMPLE] if not _PLAIN.match(character)]
    return sum(map(_is_usual, sample)) / len(sample) if sample else 1.0


@cache
def _is_usual(character: str) -> bool:
    if "\u4e00" <= character <= "\u9fff":
        return has_character(character, "gb2312") or "\xa4" <= _big5_lead(character) <= "\xc6"
    return (
        "\u2010" <= character <= "\u2312"
        or "\u2460" <= character <= "\u2642"
        or "\u3000" <= character <= "\u3020"
        or "\uff01" <= character <= "\uff5e"
        or "\uffe0" <= character <= "\uffe5"
        or "\u3220" <= character <= "\u33ff"
        or character in "\xa0\xa5\xa7\xb0\xb1\xb7\xd7\xf7\u2002\u2003"
    )


def has_character(character: str, encoding: str) -> bool:
    """Whether `character` exists in the encoding."""
    try:
        return bool(character.encode(encoding))
    except UnicodeEncodeError:
        return False


def _big5_lead(character: str) -> str:
    return chr(character.encode("big5")[0]) if has_character(character, "big5") else "\0"


def read_text(data: bytes, file: str) -> list[Source]:
    """Return the one source of a text or Markdown file.

    Raises:
        ReadingError: the file is empty or is not text.
    """
    text = decode(data)
    if not text.strip():
        raise ReadingError("文件是空的")
    return [Source(file=file, text=text, sha256=hashlib.sha256(data).hexdigest())]
