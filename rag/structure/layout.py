"""Lines in view of their neighbours: which continue a paragraph, which are titles, headings or noise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.structure.joining import LABELLED, breaks_off, continues, ended, never_begins
from rag.structure.lines import Line
from rag.structure.neighbours import SUBTITLE, Neighbours
from rag.structure.numbering import is_article
from rag.structure.official import is_document_title
from rag.structure.people import is_name, is_person_line
from rag.structure.regions import NOISE, STATED, contents, foot, masthead, teasers, wrap_width

# The role of a line of these kinds, whatever stands around it.
_ROLES = {
    **{kind: kind for kind in (*STATED, *NOISE, "jump", "row")},
    "dateline": "byline",
    "reporter": "byline",
    "colophon": "endnote",
    "rule": "furniture",
    "original": "title",
    "note": "paragraph",
    "contact": "paragraph",
    "signed_by": "endnote",
}
_LETTERHEAD = re.compile(r"[一-鿿、 ]{4,40}文件")
_COLUMN_NAME = 6
"""Characters: names of columns (人民时评) are no longer, titles seldom as short."""
_REGIONS = {"related": teasers, "contents": contents}
_LONGEST_TITLE = 90
_ABOVE_TEXT = ("title", "subtitle", "number", "adoption", "byline")
_SIGNED = ("paragraph", "signature", "attachment", "release")

Labelled = tuple[str, list[Line]]


def label(lines: Sequence[Line], title: str | None = None) -> Iterator[Labelled]:
    """Yield (role, lines) in order.

    Roles: `paragraph` (with all the lines it was broken into), `title`, `heading`, `kicker`, `subtitle`,
    `jump`, `caption`; what states something of the article (`byline`, `endnote`, `number`, `record`,
    `adoption`, `signature`, `release`, `attachment`); and the kinds of noise (`credit`, `masthead`,
    `guide`, `qr`, `furniture`, `related`, `contents`). A photo's caption and credit inside a broken
    paragraph are yielded before the paragraph. `title` is the one that the source's container declares.
    """
    layout = _Layout(lines, title)
    index = 0
    while index < len(lines):
        role, count = layout.role(index)
        if role != "paragraph":
            yield role, list(lines[index : index + count])
            index += count
            continue
        paragraph, aside, index = layout.paragraph(index)
        for line in aside:
            yield ("caption" if line.kind == "text" else "credit"), [line]
        yield ("caption" if layout.near.is_caption(paragraph, index) else "paragraph"), paragraph


class _Layout:
    """One pass over the lines of a source, with what it has come by so far."""

    def __init__(self, lines: Sequence[Line], title: str | None) -> None:
        self.lines = lines
        self.near = Neighbours(lines)
        self.declared = title
        self.marked = any(line.kind == "heading" and not line.rank for line in lines)
        self.masthead = masthead(lines)
        self.foot = foot(lines)
        self.width = wrap_width(lines)
        self.titled = title is not None
        self.begun = False
        self.previous = ""

    def role(self, index: int) -> tuple[str, int]:
        """Return the role of the block that begins at `index`, and how many lines it has if no paragraph."""
        role, count = self._role(index)
        self.previous = role
        self.titled = self.titled or role == "title"
        self.begun = self.begun or role == "paragraph"
        return role, count

    def _role(self, index: int) -> tuple[str, int]:
        line = self.lines[index]
        if index < self.masthead:
            return "masthead", 1
        if self._is_long_title(line):
            return "title", 1
        if line.kind in _REGIONS:
            return line.kind, _REGIONS[line.kind](self.lines, index)
        if line.kind != "text" and (role := self._role_of_kind(index)):
            return role, 1
        if self.near.is_heading_sentence(index, self.previous):
            return "heading", 1
        if not line.short or (line.terminal and not line.folded.endswith(("--", ":"))):
            return "paragraph", 1
        if self._full(line) or self._breaks_off(index):
            return "paragraph", 1
        return self._display(index)

    def _role_of_kind(self, index: int) -> str | None:
        """Return the role of a line that is something by itself, None where its neighbours make it plain text."""
        line = self.lines[index]
        match line.kind:
            case "reporter" if self.near.credited(index):
                return "credit"
            case "heading":
                return "title" if line.level == 1 and not line.rank else "heading"
            case "row" if line.whole or not self.near.in_table(index):
                return "paragraph"
            case "label" if self.previous == "record":
                return "record"
            case "dateline" if self.previous in _SIGNED and self.near.closes(index + 1):
                return "signature"
            case "rule" if self._breaks_off(index):
                return None
        return _ROLES.get(line.kind)

    def _breaks_off(self, index: int) -> bool:
        return breaks_off(self.lines[index], self.near.line(index + 1))

    def _is_long_title(self, line: Line) -> bool:
        """Whether a line that opens a flattened text or a marked one is its title, longer than most."""
        opens = line.whole and line.kind == "text" and not self.titled and not self.begun
        return (
            opens and not line.terminal and len(line.text) <= _LONGEST_TITLE and is_document_title(line.text)
        )

    def _display(self, index: int) -> tuple[str, int]:
        """Return what a short line is that no sentence ends in, and how many lines belong to it."""
        line = self.lines[index]
        signed = self._signature(index)
        if signed:
            return "signature", signed
        if index >= self.foot:
            named = is_name(line.text) and self.previous == "paragraph"
            return ("byline" if named else "furniture"), 1
        if line.rank and self.previous == "attachment":
            return "attachment", 1
        if line.rank or is_article(line.folded):
            heads = self.near.heads(index, self.previous)
            return ("heading", self.near.heading_lines(index)) if heads else ("paragraph", 1)
        if is_name(line.text) and self.previous == "paragraph" and self.near.kind(index + 1) != "text":
            return "byline", 1
        opens = not self.titled and not self.begun and not line.folded.endswith(":")
        if line.whole and opens:
            return "title", self.near.title_lines(index)
        if self.marked:
            below_title = self.previous == "title" and index + 1 < len(self.lines) and not line.terminal
            below_title = below_title and (not line.whole or bool(SUBTITLE.match(line.folded)))
            return ("subtitle" if below_title else "paragraph"), 1
        return self._unmarked(index)

    def _signature(self, index: int) -> int:
        """Return how many lines at `index` name who signs the text above, 0 for none."""
        if not self.begun or self.previous not in _SIGNED or not self.near.is_signatory(index):
            return 0
        return self.near.signs(index)

    def _unmarked(self, index: int) -> tuple[str, int]:
        """Return what a short line is in a source that does not mark its headings."""
        line, text = self.lines[index], self.lines[index].folded
        count = self.near.title_lines(index)
        announces = self.near.announces(index + count - 1, begun=self.begun)
        if self._is_column_name(index):
            return "kicker", 1
        if not self.begun and not self.titled and _LETTERHEAD.fullmatch(text):
            return "record", 1
        if self.previous in ("title", "subtitle") and (announces or SUBTITLE.match(text)):
            return "subtitle", 1
        if self.previous in _ABOVE_TEXT and not self.begun and is_person_line(line.text):
            return "byline", 1
        ended = self.previous in _SIGNED[1:] or self.near.kind(index - 1) == "signed_by"
        if announces or (ended and self.near.line(index + count) is not None):
            return "title", count
        if text.endswith(":"):
            display = index + 1 < len(self.lines) and self.near.is_display(index + 1)
            return ("kicker" if display else "paragraph"), 1
        if (line.whole and text[0].isdigit()) or (self.titled and LABELLED.match(text)):
            return "paragraph", 1
        if self.previous == "kicker" or (not self.titled and not self.begun) or self._is_declared(line):
            return "title", count
        if text.endswith("--") or ((self.begun or self.previous == "title") and self.near.is_display(index)):
            listed = self.previous == "heading" and not self.near.is_body(index + 1)
            return ("paragraph" if listed else "heading"), 1
        return "paragraph", 1

    def _is_column_name(self, index: int) -> bool:
        """Whether a line is the name of a newspaper's column above a title: very short, with a longer line below."""
        line, following = self.lines[index], self.near.line(index + 1)
        if len(line.text) > _COLUMN_NAME or following is None or following.kind != "text" or self.titled:
            return False
        longer = (
            2 * _COLUMN_NAME > len(following.text) > _COLUMN_NAME + 2
            or len(following.text) > 2 * _COLUMN_NAME
        )
        display = self.near.is_display(index) and following.short and not following.terminal
        return display and longer and not SUBTITLE.match(following.folded)

    def _is_declared(self, line: Line) -> bool:
        """Whether a line is the title that the container declares."""
        return not self.begun and line.text == self.declared

    def paragraph(self, index: int) -> tuple[list[Line], list[Line], int]:
        """Return the lines of the paragraph at `index`, the captions and credits inside it, and where it ends."""
        paragraph = [self.lines[index]]
        aside: list[Line] = []
        index += 1
        while index < len(self.lines) and not (
            paragraph[-1].terminal and not never_begins(self.lines[index])
        ):
            following = index
            while self.near.interrupts(following):
                following += 1
            candidates = [following] if self.near.kind(index) == "text" else [index, following]
            taken = next((i for i in dict.fromkeys(candidates) if self._goes_on(paragraph, i)), None)
            if taken is None:
                break
            aside += self.lines[index:taken]
            paragraph.append(self.lines[taken])
            index = taken + 1
        return paragraph, aside, index

    def _goes_on(self, paragraph: list[Line], index: int) -> bool:
        line = self.near.line(index)
        if line is None:
            return False
        if ended(paragraph):
            return never_begins(line) and not line.whole and not paragraph[-1].whole
        if self._full(paragraph[-1]) and line.kind == "text" and not line.whole and not line.rank:
            return True
        displayed = self.near.announces(index, begun=self.begun) or not self.near.leads_to_end(index)
        return continues(paragraph, line, marked=self.marked, displayed=displayed)

    def _full(self, line: Line) -> bool:
        """Whether a line is as long as lines get in a hard-wrapped source, so that its paragraph may go on."""
        return self.width > 0 and len(line.text) >= self.width - 3 and not line.terminal
