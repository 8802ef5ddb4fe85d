"""Lines in view of their neighbours: which continue a paragraph, which are titles, headings or noise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.structure.lines import Line
from rag.structure.metadata import dateline, is_name
from rag.words import words

_POINT = re.compile(
    r"(?:[一二三四五六七八九十]是|其[一二三四五六七八九十]|第[一二三四五六七八九十]|首先|最后|——|[问答][:：]|[-•●·*]\s)"
)
_META = ("byline", "dateline", "reporter")
_NOISE = ("credit", "masthead", "guide", "qr", "furniture")

Labelled = tuple[str, list[Line]]


def label(lines: Sequence[Line]) -> Iterator[Labelled]:
    """Yield (role, lines) in order.

    Roles: `paragraph` (with all the lines it was broken into), `title`, `heading`, `kicker`, `subtitle`,
    `byline`, `endnote`, `jump`, `caption`, and the kinds of noise (`credit`, `masthead`, `guide`, `qr`,
    `furniture`, `related`). A photo credit inside a broken paragraph is yielded before the paragraph.
    """
    layout = _Layout(lines)
    index = 0
    while index < len(lines):
        role, count = layout.role(index)
        if role != "paragraph":
            yield role, list(lines[index : index + count])
            index += count
            continue
        paragraph, aside, index = layout.paragraph(index)
        for line in aside:
            yield "credit", [line]
        yield ("caption" if layout.is_caption(paragraph, index) else "paragraph"), paragraph


class _Layout:
    """The lines of one source, and the questions that need more than one of them."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.marked = any(line.kind == "heading" for line in lines)
        self.masthead = next((i for i, line in enumerate(lines[:8]) if line.kind == "masthead"), -1)
        self.last_body = max((i for i, line in enumerate(lines) if line.terminal), default=-1)
        self.titled = False
        self.previous = ""

    def role(self, index: int) -> tuple[str, int]:
        """Return the role of the block that begins at `index`, and how many lines it has if no paragraph."""
        role, count = self._role(index)
        self.previous = role
        self.titled = self.titled or role == "title"
        return role, count

    def _role(self, index: int) -> tuple[str, int]:
        line = self.lines[index]
        if index <= self.masthead:
            return "masthead", 1
        if line.kind == "related":
            return "related", len(self.lines) - index
        if line.kind == "reporter" and self._kind(index + 1) == "credit":
            return "credit", 1
        if line.kind in _META or line.kind == "colophon":
            return ("endnote" if line.kind == "colophon" else "byline"), 1
        if line.kind == "heading":
            return ("title" if line.level == 1 else "heading"), 1
        if line.kind in ("jump", "endnote", *_NOISE):
            return line.kind, 1
        if not line.short or (line.terminal and not line.text.endswith(("——", ":", "："))):
            return "paragraph", 1
        return self._display(index), 1

    def _display(self, index: int) -> str:
        """Return what a short line is that no sentence ends in."""
        line, following = self.lines[index], self._line(index + 1)
        if index > self.last_body:
            return "byline" if is_name(line.text) and self.previous == "paragraph" else "furniture"
        if is_name(line.text) and self.previous == "paragraph" and self._kind(index + 1) != "text":
            return "byline"
        if self.marked:
            after_title = self.previous == "title" and following is not None and not line.terminal
            return "subtitle" if after_title else "paragraph"
        if self._announces_article(index):
            return "title"
        if line.text.endswith((":", "：")):
            return "kicker" if following is not None and self._is_display(index + 1) else "paragraph"
        if self.previous == "kicker" or not self.titled:
            return "title"
        if line.text.endswith("——") or line.numbered:
            return "heading"
        if self.previous == "title" and following is not None and following.gap and not following.short:
            return "subtitle" if line.text.startswith(("——", "访", "专访")) else "heading"
        return "heading" if self._is_display(index) else "paragraph"

    def _announces_article(self, index: int) -> bool:
        """Whether what follows a short line is what follows a title: a byline or a dateline."""
        following = self._line(index + 1)
        if following is None or self.lines[index].text.endswith((":", "：")):
            return False
        if following.kind == "reporter" and self._kind(index + 2) == "credit":
            return False  # a photo credit on two lines
        return following.kind in _META or dateline(following.text)[0] > 0

    def _is_display(self, index: int) -> bool:
        """Whether a short line stands by itself rather than breaking off in the middle of a sentence."""
        line, following = self.lines[index], self._line(index + 1)
        if line.kind != "text" or not line.short or (line.terminal and not line.text.endswith("——")):
            return False
        if _POINT.match(line.text) or re.search(r"[,，]", line.text):
            return False
        return following is None or not straddles(line.text, following.text)

    def paragraph(self, index: int) -> tuple[list[Line], list[Line], int]:
        """Return the lines of the paragraph at `index`, the photo credits inside it, and where it ends."""
        paragraph = [self.lines[index]]
        aside: list[Line] = []
        index += 1
        while index < len(self.lines) and not paragraph[-1].terminal:
            following = index
            while self._kind(following) in ("credit", "furniture") or (
                self._kind(following) == "reporter" and self._kind(following + 1) == "credit"
            ):
                following += 1
            line = self._line(following)
            if line is None or not self._continues(paragraph[-1], line, following):
                break
            aside += self.lines[index:following]
            paragraph.append(line)
            index = following + 1
        return paragraph, aside, index

    def _continues(self, before: Line, line: Line, index: int) -> bool:
        """Whether `line` goes on where `before` broke off in the middle of a sentence."""
        if line.kind != "text" or _POINT.match(line.text):
            return False
        if not line.short or self.marked or line.terminal:
            return True
        return straddles(before.text, line.text) or not self._announces_article(index)

    def is_caption(self, paragraph: Sequence[Line], index: int) -> bool:
        """Whether a paragraph is a photo's caption: it says what the picture shows, and a credit follows."""
        text = "".join(line.text for line in paragraph)
        credited = self._kind(index) == "credit" or (
            self._kind(index) == "reporter" and self._kind(index + 1) == "credit"
        )
        return credited and bool(re.search(r"图为|[图照]片?(?:显示|中)|[上下左右]图|资料[图照]片?", text))

    def _line(self, index: int) -> Line | None:
        return self.lines[index] if index < len(self.lines) else None

    def _kind(self, index: int) -> str:
        line = self._line(index)
        return line.kind if line else ""


def straddles(before: str, after: str) -> bool:
    """Whether a dictionary word lies across the border of two lines, so that the break is in its middle.

    A long word that falls into two words just there (基础产业) says nothing: one side must be one character.
    """
    left, right = before[-4:], after[:4]
    return any(
        span.start < len(left) < span.end and 1 in (len(left) - span.start, span.end - len(left))
        for _, span in words(left + right)
    )
