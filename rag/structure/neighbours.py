"""Questions about a line that only the lines around it answer: does a title begin here, is this a caption."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.structure.joining import POINT, straddles
from rag.structure.lines import Line
from rag.structure.metadata import dateline
from rag.structure.numbering import is_article, is_division
from rag.structure.official import is_document_title, is_organisation, is_unfinished_title
from rag.structure.people import post_and_name
from rag.structure.regions import ANNOUNCING, NOISE, STATED

_MOST_TITLE_LINES = 4
_SIGNATURE_LINES = 6
"""Lines of a signature with its date; several bodies may sign, or one whose name is set a character a line."""
_LONGEST_HEADING = 32
"""Characters: a numbered line with a comma in it that is longer is the beginning of a paragraph."""
_MOST_BROKEN_LINES = 12
"""Lines: no paragraph on the newspaper pages looked at is broken into more."""
_LEAST_BODY = 60
"""Characters: what follows a heading that ends in a full stop is at least this long."""
_SECTIONS = (5, 6)
"""Ranks of 一、 and （一）, which head sections, see `numbering.rank`."""
_BARE_DIVISION = re.compile(r"第[一二三四五六七八九十百零]+[编章节]")
_CAPTION = re.compile(r"图为|[图照]片?(?:显示|中)|[上下左右]图|资料[图照]片?")
_CAPTION_OPENS = re.compile(r"(?:图为|图片|[上下左右]图|图\d?[:,])")


SUBTITLE = re.compile(r"--|专?访|\(?\d{4}年\d{1,2}月\d{1,2}日在.{4,40}(?:上|会|会议)\)?$")
"""How a subtitle begins, in folded text: ——…, 访某部部长…, 2026年3月5日在…会议上."""


class Neighbours:
    """The lines of one source, asked about by index."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines

    def line(self, index: int) -> Line | None:
        """Return a line, None before the first and behind the last."""
        return self.lines[index] if 0 <= index < len(self.lines) else None

    def kind(self, index: int) -> str:
        """Return a line's kind, "" before the first and behind the last."""
        line = self.line(index)
        return line.kind if line else ""

    def is_display(self, index: int) -> bool:
        """Whether a short line stands by itself rather than breaking off in the middle of a sentence."""
        line, following = self.lines[index], self.line(index + 1)
        if line.kind != "text" or not line.short or (line.terminal and not line.folded.endswith("--")):
            return False
        if POINT.match(line.folded) or "," in line.folded:
            return False
        return following is None or line.whole or not straddles(line.text, following.text)

    def announces(self, index: int, *, begun: bool, lines: int = 3) -> bool:
        """Whether what follows a short line is what follows a title: a byline, a document number, a dateline.

        Up to `lines` short lines, a title and its subtitles, may stand above it. `begun` says whether there
        was text before, which a date alone may belong to as well.
        """
        following = self.line(index + 1)
        if following is None or self.lines[index].folded.endswith(":"):
            return False
        if following.kind == "reporter" and self.kind(index + 2) == "credit":
            return False  # a photo credit on two lines
        if following.kind in ANNOUNCING:
            return not (begun and following.kind == "dateline" and self.closes(index + 2))
        if lines > 1 and following.gap <= 1 and not following.rank and self.is_display(index + 1):
            return self.announces(index + 1, begun=begun, lines=lines - 1)
        return dateline(following.text)[0] > 0

    def title_lines(self, index: int) -> int:
        """Return how many lines the title that begins at `index` is set on."""
        text, count = self.lines[index].text, 1
        while (line := self.line(index + count)) is not None and count < _MOST_TITLE_LINES:
            if line.kind != "text" or not line.short or line.terminal or line.rank:
                break
            ends = is_document_title(line.text) and not is_document_title(text) and "关于" in text
            if not is_unfinished_title(text) and (line.gap or not (ends or straddles(text, line.text))):
                break
            text += line.text
            count += 1
        return count

    def heads(self, index: int, previous: str) -> bool:
        """Whether a short line with a number heads what follows, rather than being an item of a list.

        `previous` is the role of the block before it.
        """
        line, before, following = self.lines[index], self.line(index - 1), self.line(index + 1)
        if is_division(line.rank):
            return True
        if is_article(line.folded) or line.terminal or following is None or following.rank == line.rank:
            return False
        if before is not None and before.rank == line.rank and previous == "paragraph":
            return False
        if line.whole or "," not in line.folded:
            return True
        return len(line.text) <= _LONGEST_HEADING and not straddles(line.text, following.text)

    def is_heading_sentence(self, index: int, previous: str) -> bool:
        """Whether a numbered line heads what follows though it ends in a full stop: （一）加大治理力度。"""
        line, before, following = self.lines[index], self.line(index - 1), self.line(index + 1)
        if line.rank not in _SECTIONS or line.folded.find("。") != len(line.folded) - 1 or following is None:
            return False
        item = before is not None and before.rank == line.rank and previous == "paragraph"
        runs_on = following.kind == "text" and not following.rank and len(following.text) > _LEAST_BODY
        return len(line.text) <= _LONGEST_HEADING and runs_on and not item

    def heading_lines(self, index: int) -> int:
        """Return how many lines a heading is set on: more than one where its number stands alone (第一章|总|则)."""
        if not _BARE_DIVISION.fullmatch(self.lines[index].folded):
            return 1
        count = 1
        while (line := self.line(index + count)) is not None and line.kind == "text" and count < 5:
            if line.terminal or len(line.text) > _LONGEST_HEADING or line.rank or is_article(line.folded):
                break
            count += 1
            if len(line.text) > 1:
                break
        return count

    def in_table(self, index: int) -> bool:
        """Whether a line of cells has another one next to it, a rule between them aside."""
        for step in (1, -1):
            near = index + step
            if self.kind(near) == "rule":
                near += step
            if self.kind(near) == "row":
                return True
        return False

    def is_body(self, index: int) -> bool:
        """Whether a line is body text: long, or a sentence ends in it."""
        line = self.line(index)
        return line is not None and (not line.short or line.terminal)

    def leads_to_end(self, index: int) -> bool:
        """Whether a short line that ends no sentence is followed by lines that lead to the end of one."""
        for ahead in range(index, min(index + _MOST_BROKEN_LINES, len(self.lines))):
            line = self.lines[ahead]
            if line.kind in ("credit", "furniture", "reporter"):
                continue
            if line.kind != "text" or line.rank or line.whole:
                return False
            if line.terminal:
                return True
        return False

    def signs(self, index: int) -> int:
        """Return how many lines at `index` name one organisation that signs, with the date below: 0 for none.

        A name may be set a character a line.
        """
        spelt = index
        while spelt < len(self.lines) and len(self.lines[spelt].text) == 1:
            spelt += 1
        for ahead in range(max(spelt, index + 1), min(index + _SIGNATURE_LINES, len(self.lines))):
            if self.lines[ahead].kind == "dateline":
                return max(1, spelt - index) if self.closes(ahead + 1) else 0
            if not self._names(ahead):
                return 0
        return 0

    def _names(self, index: int) -> bool:
        """Whether a line is the name of an organisation, or of a person with their post."""
        line = self.lines[index]
        plain = line.kind == "text" and not line.terminal and not line.rank
        return plain and (is_organisation(line.text) or post_and_name(line.text) is not None)

    def is_signatory(self, index: int) -> bool:
        """Whether a line can be the first of a signature."""
        return self._names(index) or len(self.lines[index].text) == 1

    def closes(self, index: int) -> bool:
        """Whether an article is over at `index`: nothing follows, or what stands below a signature."""
        line = self.line(index)
        if line is None or line.kind in (*STATED, *NOISE, "heading", "related", "jump", "contact"):
            return line is None or line.kind not in ("dateline", "byline")
        return line.short and not line.terminal

    def credited(self, index: int) -> bool:
        """Whether a photo's credit stands at `index`, on one line or two."""
        return self.kind(index) == "credit" or (
            self.kind(index) == "reporter" and self.kind(index + 1) == "credit"
        )

    def interrupts(self, index: int) -> bool:
        """Whether a line may stand in the middle of a sentence: a photo's caption or credit, a page number."""
        line = self.line(index)
        if line is None:
            return False
        caption = line.kind == "text" and _CAPTION_OPENS.match(line.folded) and self.credited(index + 1)
        return bool(caption) or line.kind in ("credit", "furniture") or self.credited(index)

    def is_caption(self, paragraph: Sequence[Line], index: int) -> bool:
        """Whether a paragraph is a photo's caption: it says what the picture shows, and a credit follows at `index`."""
        return self.credited(index) and bool(_CAPTION.search("".join(line.text for line in paragraph)))
