"""Rows of a PDF's pages to blocks: paragraphs across lines, columns and pages; headings, notes, tables, furniture."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from rag.reading import tables
from rag.reading.parts import Kind, heading_level, is_headline, is_numbered, joint
from rag.reading.pdf_glyphs import Sheet
from rag.reading.pdf_order import Flow, Row, flows

_FOLIO = re.compile(
    r"[-—–－·•\s]*\d{1,4}[-—–－·•\s]*|第\s*\d{1,4}\s*页.{0,12}|\d{1,4}\s*/\s*\d{1,4}|(?:page\s*)?\d{1,4}|[ivxl]{1,6}"
    r"|(?:https?|file)://\S+(?:\s*\d{1,4}/\d{1,4})?|\d{1,4}/\d{1,2}/\d{1,4},?\s*\d{1,2}:\d\d(?:\s*[AP]M)?",
    re.I,
)
"""Page numbers, and what browsers print on the edges of a page: the time and the address."""
_NOTE = re.compile(r"[①-⑳⑴-⑽*※]|\[\d{1,3}\]|\d{1,2}\s*[^\d.、年月%]|注\s*\d*[:：]")
_TERMINAL = re.compile(r"[。！？；：!?;:…][”’\"'」』）)】]*$")
_EDGE = 0.13
"""Running heads, feet and page numbers stand in this share of the page's height from its top or bottom."""


@dataclass(slots=True)
class Place:
    """A row where it stands: page, column, and what it was made out to be."""

    row: Row
    page: int
    flow: Flow
    role: Kind

    @property
    def text(self) -> str:
        """The text of the row, its pieces apart."""
        return " ".join(line.text for line in self.row)

    @property
    def size(self) -> float:
        """The size of the row's first piece."""
        return self.row[0].size


@dataclass(slots=True)
class Block:
    """A part of the text, and the rows that it was made of."""

    kind: Kind
    level: int = 0
    places: list[Place] = field(default_factory=list)


@dataclass(slots=True)
class Item:
    """What of a block stands in one column of one page."""

    page: int
    flow: Flow
    block: Block
    text: str


class Layout:
    """All pages of a document, and what they have in common: the size of the text, the distance of its lines."""

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        self._sheets = sheets
        self._places = [
            Place(row, number, flow, "furniture" if row[0].tilted else "text")
            for number, page in enumerate(sheets)
            for flow in flows(page)
            for row in flow.rows
        ]
        sizes: Counter[float] = Counter()
        for place in self._places:
            sizes[round(place.size, 1)] += len(place.text)
        self.size = sizes.most_common(1)[0][0] if sizes else 12.0
        self._mark_furniture()
        self._mark_notes()
        self._mark_rows()
        self._widen()
        self.pitch = self._usual_pitch()
        body = [p for p in self._places if p.role == "text" and abs(p.size - self.size) < 0.05 * self.size]
        indented = sum(self._indent(place) for place in body)
        self.indents = indented >= 3 and indented > 0.04 * len(body)
        self.bold_body = sum(p.row[0].bold for p in body) > 0.5 * len(body)

    def _mark_furniture(self) -> None:
        """Mark what repeats at the same place on three pages, and what looks like a page number, at the edges."""
        seen: dict[tuple[str, int], set[int]] = defaultdict(set)
        edges = [place for place in self._places if self._at_edge(place)]
        for place in edges:
            seen[self._likeness(place)].add(place.page)
        outer = self._outermost()
        for place in edges:
            repeated = len(seen[self._likeness(place)]) >= 3
            folio = id(place) in outer and bool(_FOLIO.fullmatch(place.text.strip()))
            if repeated or folio:
                place.role = "furniture"

    def _outermost(self) -> set[int]:
        """Return the first and the last row of each page, by what they are in memory."""
        by_page: dict[int, list[Place]] = defaultdict(list)
        for place in self._places:
            if place.role != "furniture":
                by_page[place.page].append(place)
        found = set()
        for places in by_page.values():
            heights = [place.row[0].y for place in places]
            found |= {
                id(place)
                for place in places
                if min(place.row[0].y - min(heights), max(heights) - place.row[0].y) < 4
            }
        return found

    def _at_edge(self, place: Place) -> bool:
        height = self._sheets[place.page].height
        return not _EDGE * height < place.row[0].y < (1 - _EDGE) * height

    def _likeness(self, place: Place) -> tuple[str, int]:
        return re.sub(r"\d+", "0", "".join(place.text.split())), round(place.row[0].y / 8)

    def _mark_notes(self) -> None:
        """Mark the small print at the foot of a page, from the first row that opens with a sign of a note."""
        for page in {place.page for place in self._places}:
            own = [place for place in self._places if place.page == page and place.role == "text"]
            small: list[Place] = []
            for place in reversed(own):
                if place.size > 0.92 * self.size or place.row[0].y < 0.4 * self._sheets[page].height:
                    break
                small.append(place)
            small.reverse()
            first = next((i for i, place in enumerate(small) if _NOTE.match(place.text)), len(small))
            for place in small[first:]:
                place.role = "note"

    def _mark_rows(self) -> None:
        """Mark rows of several pieces, two or more after another, as a table's."""
        for i, place in enumerate(self._places):
            near = [
                other
                for other in self._places[max(i - 1, 0) : i + 2]
                if other is not place and other.flow is place.flow and len(other.row) > 1
            ]
            if place.role == "text" and len(place.row) > 1 and near:
                place.role = "row"

    def _widen(self) -> None:
        """Set the edges of the columns by their text; a short one ends where others that begin there do."""
        texts: dict[int, list[Place]] = defaultdict(list)
        for place in self._places:
            if place.role == "text":
                texts[id(place.flow)].append(place)
        for places in texts.values():
            places[0].flow.measure([place.row for place in places])
        ends: dict[int, float] = defaultdict(float)
        for place in self._places:
            slot = round(place.flow.left / 24)
            ends[slot] = max(ends[slot], place.flow.right)
        for place in self._places:
            if len(place.flow.rows) < 8:
                place.flow.right = max(place.flow.right, ends[round(place.flow.left / 24)])

    def _usual_pitch(self) -> float:
        gaps = [
            b.row[0].y - a.row[0].y
            for a, b in zip(self._places, self._places[1:], strict=False)
            if a.flow is b.flow and a.role == b.role == "text" and abs(a.size - b.size) < 0.05 * self.size
        ]
        return median(gaps) if gaps else 1.6 * self.size

    def _indent(self, place: Place) -> bool:
        return 1.2 * place.size < place.row[0].x0 - place.flow.left < 4.5 * place.size

    def _short(self, place: Place) -> bool:
        return place.row[-1].x1 < place.flow.right - 2.2 * place.size

    def _centred(self, place: Place) -> bool:
        middle = (place.flow.left + place.flow.right) / 2
        return (
            abs((place.row[0].x0 + place.row[-1].x1) / 2 - middle) < place.size
            and place.row[0].x0 > place.flow.left + place.size
        )

    def _large(self, place: Place) -> bool:
        return place.size > 1.1 * self.size

    def _same_size(self, a: Place, b: Place) -> bool:
        return abs(a.size - b.size) < 0.08 * max(a.size, b.size)

    def _goes_on(self, last: Place, place: Place) -> bool:
        """Whether the paragraph of the row `last` goes on in the row `place`."""
        if not self._same_size(last, place):
            return False
        if self._large(last):
            return self._title_goes_on(last, place)
        ended = bool(_TERMINAL.search(last.text))
        if place.flow is last.flow:
            gap = place.row[0].y - last.row[0].y
            if not 0 < gap < max(1.25 * self.pitch, 1.2 * self.size):
                return False
        elif not self.indents and ended:
            return False
        if self._centred(place) and (self._short(place) or self._centred(last)):
            return False
        if self._indent(place) and not (self._indent(last) and not self._short(last) and not ended):
            return False
        if self._short(last):
            room = 8 if self.indents else 2.2  # a long word or figure can leave a line that short
            return (
                not ended and last.row[-1].x1 > last.flow.right - room * last.size and not self._indent(place)
            )
        return not (ended and not self.indents and is_numbered(place.text))

    def _title_goes_on(self, last: Place, place: Place) -> bool:
        """Whether a line in large print is the next one of the same title or heading."""
        if place.flow is not last.flow or last.row[0].bold != place.row[0].bold:
            return False
        if not 0 < place.row[0].y - last.row[0].y < 2.2 * last.size:
            return False
        if self._centred(last) and self._centred(place):
            return True
        return not self._short(last) and not is_numbered(place.text)

    def items(self) -> list[Item]:
        """Return what stands on the pages in order; a paragraph that goes on elsewhere has several items."""
        writer = _Writer()
        last: Place | None = None
        block = Block("text")
        table: list[Place] = []
        for place in self._places:
            if table and (place.role != "row" or place.flow is not table[-1].flow):
                writer.put_table(table)
                table = []
            if place.role == "row":
                table.append(place)
                last = None
            elif place.role == "text":
                if last is None or not self._goes_on(last, place):
                    block = Block("text")
                block.places.append(place)
                writer.put(place, block, place.text)
                last = place
            else:
                writer.put_aside(place)
        if table:
            writer.put_table(table)
        self._judge([item.block for item in writer.items])
        return writer.items

    def _judge(self, blocks: Sequence[Block]) -> None:
        """Tell headings from text by their print, and their levels from one another."""
        sizes: list[float] = []
        for block in blocks:
            if block.places and block.kind == "text" and self._is_heading(block):
                block.kind = "heading"
                size = block.places[0].size
                if self._large(block.places[0]) and all(abs(size - other) > 0.05 * size for other in sizes):
                    sizes.append(size)
        sizes.sort(reverse=True)
        for block in blocks:
            if block.kind != "heading":
                continue
            size = block.places[0].size
            ranks = [i + 1 for i, other in enumerate(sizes) if abs(size - other) <= 0.05 * size]
            number = heading_level(block.places[0].text)
            block.level = ranks[0] if ranks else max(len(sizes) + 1, number)

    def _is_heading(self, block: Block) -> bool:
        text = "".join(place.text for place in block.places)
        if not re.search(r"\w", text):
            return False
        if self._large(block.places[0]):
            return len(text) <= 80
        bold = all(place.row[0].bold for place in block.places)
        return bold and not self.bold_body and is_headline(text)


class _Writer:
    """The items in the order in which they are written."""

    def __init__(self) -> None:
        self.items: list[Item] = []

    def put(self, place: Place, block: Block, text: str) -> None:
        """Write what of `block` stands at `place`, on the same line of the text where it stands right under the last.

        Between words that stand in two columns or on two pages, the blank ends the first piece.
        """
        last = self.items[-1] if self.items else None
        if last and last.block is block and last.flow is place.flow:
            last.text = glued(last.text, text)
        else:
            before = next((item for item in reversed(self.items[-40:]) if item.block is block), None)
            if before is not None:
                before.text += joint(before.text, text)
            self.items.append(Item(place.page, place.flow, block, text))

    def put_aside(self, place: Place) -> None:
        """Write a row that is no part of the text: a note, on as many lines as it takes, or furniture."""
        last = self.items[-1] if self.items else None
        goes_on = last is not None and last.block.kind == place.role == "note" and last.flow is place.flow
        if last is not None and goes_on and not _NOTE.match(place.text):
            self.put(place, last.block, place.text)
        else:
            self.put(place, Block(place.role), place.text)

    def put_table(self, places: Sequence[Place]) -> None:
        """Write the rows of a table with its header, where its cells stand in columns; else as they are."""
        columns = _columns(places)
        if columns is None:
            lines = [place.text for place in places]
        else:
            cells = [[tables.Cell(text) for text in _cells(place.row, columns)] for place in places]
            lines = tables.lines(cells)
        for place, line in zip(places, lines, strict=True):
            self.put(place, Block("row"), line)


def glued(before: str, after: str) -> str:
    """Return two lines of a paragraph as one: no hyphen that only broke a word, a blank only between words."""
    if before.endswith("\xad"):
        return before[:-1] + after
    return before + joint(before, after) + after


def _columns(places: Sequence[Place]) -> list[tuple[float, float]] | None:
    """Return the edges of a table's columns, None where two cells of a row fall into one of them."""
    edges: list[list[float]] = []
    for line in sorted((line for place in places for line in place.row), key=lambda line: line.x0):
        if edges and line.x0 < edges[-1][1] - 1:
            edges[-1][1] = max(edges[-1][1], line.x1)
        else:
            edges.append([line.x0, line.x1])
    columns = [(low, high) for low, high in edges]
    for place in places:
        if sum(bool(text) for text in _cells(place.row, columns)) != len(place.row):
            return None
    return columns


def _cells(row: Row, columns: Sequence[tuple[float, float]]) -> list[str]:
    texts = [""] * len(columns)
    for line in row:
        at = next(i for i, (low, high) in enumerate(columns) if low <= line.x0 and line.x1 <= high + 1)
        texts[at] = f"{texts[at]} {line.text}".strip()
    return texts
