"""What readers of marked-up formats hand over: parts in reading order, composed into a text with its marks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.datatypes import Mark, Span

Kind = Literal["heading", "text", "row", "note", "furniture"]

_SPACES = re.compile(r"[ \t\x0b\x0c\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f]+")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufffe\uffff]"
)
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60\uffe0-\uffe6\u201c\u201d\u2018\u2019\u2014\u2026"
_TERMINAL = re.compile(r"[。！？；：!?;:…][”’\"'」』）)】]*$")
_INDENT = re.compile(r"[\u3000\u2003]|[ \xa0\u2002]{2}")
_NUMBERS = "一二三四五六七八九十百千零〇两"
_POINT = re.compile(
    rf"第[{_NUMBERS}\d]+[编章节条款]|[{_NUMBERS}]{{1,3}}、|[(（](?:[{_NUMBERS}]{{1,3}}|\d{{1,2}})[)）]"
    r"|\d{1,2}[.．、](?!\d)|附件|\d{4}年\d{1,2}月\d{1,2}日$"
)
_LEVELS = [
    (re.compile(pattern), level)
    for pattern, level in (
        (rf"第[{_NUMBERS}\d]+编", 2),
        (rf"第[{_NUMBERS}\d]+[章篇]", 3),
        (rf"第[{_NUMBERS}\d]+节", 4),
        (rf"[(（][{_NUMBERS}]{{1,3}}[)）]", 3),
        (r"\d{1,2}[.．、](?!\d)", 4),
    )
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A heading, a paragraph, a table's row, a note: the lines it is set on, none of them blank."""

    kind: Kind
    lines: tuple[str, ...]
    level: int = 0


class Composer:
    """A text that grows line by line; each line's span is known as it is added."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self.length = 0

    def write(self, piece: str) -> Span | None:
        """Add `piece` and return its span, None for an empty piece."""
        if not piece:
            return None
        self._pieces.append(piece)
        self.length += len(piece)
        return Span(start=self.length - len(piece), end=self.length)

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self._pieces)


def compose(parts: Sequence[Part]) -> tuple[str, tuple[Mark, ...]]:
    """Return the text that the parts make, and their marks: a blank line between parts, none between rows."""
    composer = Composer()
    marks = []
    before = ""
    for part in parts:
        if before:
            composer.write("\n" if before == part.kind == "row" else "\n\n")
        spans = []
        for number, line in enumerate(part.lines):
            composer.write("\n" if number else "")
            span = composer.write(
                line + "".join(joint(line, after) for after in part.lines[number + 1 : number + 2])
            )
            if span:
                spans.append(span)
        marks.append(Mark(kind=part.kind, spans=tuple(spans), level=part.level))
        before = part.kind
    return composer.text, tuple(marks)


def vocabulary(words: str) -> frozenset[str]:
    """Return the set of the words, which stand with blanks between them."""
    return frozenset(words.split())


def tidy(line: str) -> str:
    """Return one line as it reads: no characters without a glyph, runs of blanks as one, none at the ends."""
    return _SPACES.sub(" ", _INVISIBLE.sub("", line)).strip()


def squash(text: str) -> str:
    """Return `text` on one line: a line break between two wide characters goes, any other is a blank."""
    text = re.sub(rf"(?<=[{_WIDE}])[ \t]*[\r\n][ \t\r\n]*(?=[{_WIDE}])", "", text)
    return re.sub(r"[ \t]*[\r\n][ \t\r\n]*", " ", text)


def joint(before: str, after: str) -> str:
    """Return what stands between two lines of one paragraph when they are joined: a blank between words."""
    return " " if re.search(r"[A-Za-z0-9,.;:)]$", before) and re.match(r"[A-Za-z0-9(]", after) else ""


def paragraphs(text: str) -> list[tuple[str, ...]]:
    """Return the paragraphs of `text`, whose line breaks were set by its author, each as its lines.

    A blank line, an indent, the end of a sentence and the number of a point begin a new paragraph; a line that breaks
    off in the middle (a title set on two lines) goes on in the next.
    """
    found: list[list[str]] = []
    broken = True
    for raw in text.split("\n"):
        line = tidy(raw)
        if not line:
            broken = True
            continue
        if broken or _INDENT.match(raw) or _POINT.match(line) or ends_sentence(found[-1][-1]):
            found.append([])
        found[-1].append(line)
        broken = False
    return [tuple(lines) for lines in found]


def heading_level(text: str) -> int:
    """Return the level that the number at the opening of a heading speaks for: 编 2, 章 3, 节 4, 一、 2, （一） 3."""
    return next((level for pattern, level in _LEVELS if pattern.match(text)), 2)


def ends_sentence(text: str) -> bool:
    """Whether a line ends as a sentence or a lead-in does."""
    return bool(_TERMINAL.search(text))


def is_numbered(text: str) -> bool:
    """Whether a line opens with the number of a chapter, a section or a point."""
    return bool(_POINT.match(text)) and not text.startswith("附件")


def is_headline(text: str) -> bool:
    """Whether a line that is set apart can be a heading by its words: short, and no sentence ends in it."""
    return 2 <= len(text) <= 45 and not re.search(r"[。！；;，,]|[：:]$", text)


def only_text(parts: Iterable[Part]) -> str:
    """Return the text of the parts on one line, as a table's cell holds it."""
    lines = [line for part in parts for line in part.lines]
    text = ""
    for line in lines:
        text += (" " if text and not ends_sentence(text) and joint(text, line) else "") + line
    return text
