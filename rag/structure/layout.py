"""Lines in view of their neighbours: which continue a paragraph, which are titles, headings or noise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.structure.joining import POINT, continues, straddles
from rag.structure.lines import Line
from rag.structure.metadata import dateline
from rag.structure.numbering import is_article, is_division
from rag.structure.official import is_document_title, is_organisation, is_unfinished_title
from rag.structure.people import is_name, post_and_name

_ANNOUNCING = ("byline", "dateline", "reporter", "number", "adoption", "record")
_STATED = (*_ANNOUNCING, "colophon", "endnote", "release", "attachment")
_NOISE = ("credit", "masthead", "guide", "qr", "furniture", "rule")
_MOST_FURNITURE = 6
"""Lines: a page's foot (a site's name, an account to follow) has no more."""
_TEASER = 60
"""Characters: a teaser's line is no longer, or it is cut off by an ellipsis."""

Labelled = tuple[str, list[Line]]


def label(lines: Sequence[Line], title: str | None = None) -> Iterator[Labelled]:
    """Yield (role, lines) in order.

    Roles: `paragraph` (with all the lines it was broken into), `title`, `heading`, `kicker`, `subtitle`,
    `jump`, `caption`; what states something of the article (`byline`, `endnote`, `number`, `record`,
    `adoption`, `signature`, `release`, `attachment`); and the kinds of noise (`credit`, `masthead`,
    `guide`, `qr`, `furniture`, `related`, `contents`). A photo credit inside a broken paragraph is yielded
    before the paragraph. `title` is the one that the source's container declares.
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
            yield "credit", [line]
        yield ("caption" if layout.is_caption(paragraph, index) else "paragraph"), paragraph


class _Layout:
    """The lines of one source, and the questions that need more than one of them."""

    def __init__(self, lines: Sequence[Line], title: str | None) -> None:
        self.lines = lines
        self.declared = title
        self.marked = any(line.kind == "heading" for line in lines)
        self.masthead = next((i for i, line in enumerate(lines[:8]) if line.kind == "masthead"), -1)
        self.last_body = self._last_body()
        self.titled = title is not None
        self.begun = False
        self.previous = ""

    def _last_body(self) -> int:
        """Return the last line that is no page's foot: short lines that nothing ends in, behind all text."""
        terminal = max((i for i, line in enumerate(self.lines) if line.terminal or line.whole), default=-1)
        foot = [line for line in self.lines[terminal + 1 :] if line.kind == "text"]
        if terminal < 0 or len(foot) > _MOST_FURNITURE or any(line.rank for line in foot):
            return len(self.lines)
        return terminal

    def role(self, index: int) -> tuple[str, int]:
        """Return the role of the block that begins at `index`, and how many lines it has if no paragraph."""
        role, count = self._role(index)
        self.previous = role
        self.titled = self.titled or role == "title"
        self.begun = self.begun or role == "paragraph"
        return role, count

    def _role(self, index: int) -> tuple[str, int]:
        line = self.lines[index]
        if index <= self.masthead:
            return "masthead", 1
        match line.kind:
            case "related":
                return "related", self._teasers(index)
            case "contents":
                return "contents", self._contents(index)
            case "reporter" if self._kind(index + 1) == "credit":
                return "credit", 1
            case "heading":
                return ("title" if line.level == 1 and not line.rank else "heading"), 1
            case "row" | "note":
                return "paragraph", 1
            case "original":
                return "title", 1
            case "dateline" if self.previous in ("paragraph", "signature", "attachment") and self._closes(index + 1):
                return "signature", 1
            case "byline" | "dateline" | "reporter":
                return "byline", 1
            case "colophon":
                return "endnote", 1
            case "jump" | "endnote" | "number" | "record" | "adoption" | "release" | "attachment":
                return line.kind, 1
            case kind if kind in _NOISE:
                return ("furniture" if kind == "rule" else kind), 1
        if not line.short or (line.terminal and not line.folded.endswith(("--", ":"))):
            return "paragraph", 1
        return self._display(index)

    def _display(self, index: int) -> tuple[str, int]:
        """Return what a short line is that no sentence ends in, and how many lines belong to it."""
        line, following = self.lines[index], self._line(index + 1)
        if index > self.last_body and not self._signs(index):
            named = is_name(line.text) and self.previous == "paragraph"
            return ("byline" if named else "furniture"), 1
        if self._signs(index):
            spelt = index
            while len(self.lines[spelt].text) == 1:
                spelt += 1
            return "signature", max(1, spelt - index)
        if line.rank and self.previous == "attachment":
            return "attachment", 1
        if line.rank or is_article(line.folded):
            return ("heading" if self._is_numbered_heading(index) else "paragraph"), 1
        if is_name(line.text) and self.previous == "paragraph" and self._kind(index + 1) != "text":
            return "byline", 1
        if line.whole and not self.titled and not self.begun and not line.folded.endswith(":"):
            return "title", self._title_lines(index)
        if self.marked:
            after_title = self.previous == "title" and following is not None and not line.terminal
            return ("subtitle" if after_title else "paragraph"), 1
        return self._unmarked(index)

    def _unmarked(self, index: int) -> tuple[str, int]:
        """Return what a short line is in a source that does not mark its headings."""
        line, following = self.lines[index], self._line(index + 1)
        if self.previous in ("title", "subtitle", "number", "adoption", "byline") and not self.begun and post_and_name(line.text):
            return "byline", 1
        count = self._title_lines(index)
        if self._announces_article(index + count - 1) or self._follows_end(index + count):
            return "title", count
        if line.folded.endswith(":"):
            return ("kicker" if following is not None and self._is_display(index + 1) else "paragraph"), 1
        if self.previous == "kicker" or (not self.titled and not self.begun):
            return "title", count
        if self.declared and not self.begun and line.text == self.declared:
            return "title", 1
        if line.folded.endswith("--"):
            return "heading", 1
        if self.previous in ("title", "subtitle") and following is not None and (line.folded.startswith(("--", "访", "专访"))):
            return "subtitle", 1
        if self.begun or self.previous == "title":
            return ("heading" if self._is_display(index) else "paragraph"), 1
        return "paragraph", 1

    def _title_lines(self, index: int) -> int:
        """Return how many lines the title that begins at `index` is set on."""
        text, count = self.lines[index].text, 1
        while (line := self._line(index + count)) is not None and count < 4:
            if line.kind != "text" or not line.short or line.terminal or line.rank:
                break
            if not is_unfinished_title(text) and not (is_document_title(line.text) and not is_document_title(text) and not line.gap and "关于" in text):
                break
            text += line.text
            count += 1
        return count

    def _is_numbered_heading(self, index: int) -> bool:
        """Whether a short line with a number heads what follows, rather than being an item of a list."""
        line, following = self.lines[index], self._line(index + 1)
        if is_division(line.rank):
            return True
        if is_article(line.folded) or line.terminal:
            return False
        before = self._line(index - 1)
        if before is not None and before.rank == line.rank and self.previous == "paragraph":
            return False
        return following is not None and following.rank != line.rank and (line.whole or "," not in line.folded)

    def _signs(self, index: int) -> bool:
        """Whether a short line behind the text is who signs: an organisation, with the date on a line below."""
        if not self.begun or self.previous not in ("paragraph", "signature", "attachment", "release"):
            return False
        for ahead in range(index, min(index + 6, len(self.lines))):
            line = self.lines[ahead]
            if line.kind in ("dateline", "record") and ahead > index:
                return self._closes(ahead + 1)
            if line.kind != "text" or line.terminal or len(line.text) > 30 or line.rank:
                return False
            spelt = len(line.text) == 1 or self.previous == "signature"
            if not spelt and not is_organisation(line.text) and not post_and_name(line.text):
                return False
        return False

    def _closes(self, index: int) -> bool:
        """Whether an article is over at `index`: nothing follows, or what stands below a signature."""
        line = self._line(index)
        if line is None or line.kind in (*_STATED, *_NOISE, "heading", "related", "jump"):
            return line is None or line.kind not in ("dateline", "byline")
        return line.short and not line.terminal

    def _announces_article(self, index: int) -> bool:
        """Whether what follows a short line is what follows a title: a byline, a document number, a dateline."""
        following = self._line(index + 1)
        if following is None or self.lines[index].folded.endswith(":"):
            return False
        if following.kind == "reporter" and self._kind(index + 2) == "credit":
            return False  # a photo credit on two lines
        if following.kind in _ANNOUNCING:
            return not (following.kind == "dateline" and self._closes(index + 2) and self.begun)
        return dateline(following.text)[0] > 0

    def _follows_end(self, after: int) -> bool:
        """Whether a title may begin here: the article before is signed, and text follows."""
        return self.previous in ("signature", "release", "attachment") and self._line(after) is not None

    def _is_display(self, index: int) -> bool:
        """Whether a short line stands by itself rather than breaking off in the middle of a sentence."""
        line, following = self.lines[index], self._line(index + 1)
        if line.kind != "text" or not line.short or (line.terminal and not line.folded.endswith("--")):
            return False
        if POINT.match(line.folded) or "," in line.folded:
            return False
        return following is None or line.whole or not straddles(line.text, following.text)

    def _teasers(self, index: int) -> int:
        """Return how many lines the teasers at `index` take: to the next article, or to the end."""
        for ahead in range(index + 1, len(self.lines)):
            line = self.lines[ahead]
            if line.kind == "heading" or (line.short and self._kind(ahead + 1) in _ANNOUNCING and self._line(ahead + 2) is not None):
                return ahead - index
        return len(self.lines) - index

    def _contents(self, index: int) -> int:
        """Return how many lines a table of contents takes: to the second time that its first entry stands."""
        first = self._line(index + 1)
        if first is None:
            return 1
        entries = 1
        while (line := self._line(index + 1 + entries)) is not None and line.short and not line.terminal:
            if "".join(line.text.split()) == "".join(first.text.split()):
                return 1 + entries
            entries += 1
        return 1 + entries if first.rank and entries > 1 else 1

    def paragraph(self, index: int) -> tuple[list[Line], list[Line], int]:
        """Return the lines of the paragraph at `index`, the photo credits inside it, and where it ends."""
        paragraph = [self.lines[index]]
        aside: list[Line] = []
        index += 1
        while index < len(self.lines) and not paragraph[-1].terminal:
            following = index
            while self._interrupts(following):
                following += 1
            candidates = [index] if following == index else [index, following]
            taken = next((i for i in candidates if self._goes_on(paragraph, i)), None)
            if taken is None:
                break
            aside += self.lines[index:taken]
            paragraph.append(self.lines[taken])
            index = taken + 1
        return paragraph, aside, index

    def _interrupts(self, index: int) -> bool:
        """Whether a line may stand in the middle of a sentence: a photo credit, a page number."""
        credited = self._kind(index) == "reporter" and self._kind(index + 1) == "credit"
        return credited or self._kind(index) in ("credit", "furniture")

    def _goes_on(self, paragraph: list[Line], index: int) -> bool:
        line = self._line(index)
        return line is not None and continues(paragraph, line, marked=self.marked, announces=self._announces_article(index))

    def is_caption(self, paragraph: Sequence[Line], index: int) -> bool:
        """Whether a paragraph is a photo's caption: it says what the picture shows, and a credit follows."""
        text = "".join(line.text for line in paragraph)
        credited = self._kind(index) == "credit" or (
            self._kind(index) == "reporter" and self._kind(index + 1) == "credit"
        )
        return credited and bool(re.search(r"图为|[图照]片?(?:显示|中)|[上下左右]图|资料[图照]片?", text))

    def _line(self, index: int) -> Line | None:
        return self.lines[index] if 0 <= index < len(self.lines) else None

    def _kind(self, index: int) -> str:
        line = self._line(index)
        return line.kind if line else ""
