"""What stands on a PDF's pages, in order, to the text of the document, its marks and the spans of its pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.datatypes import Mark, Span
from rag.reading import tables
from rag.reading.parts import Composer, Kind, joint, tidy
from rag.reading.pdf_order import Flow, Row
from rag.reading.pdf_places import NOTE, Place


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


class Writer:
    """The items in the order in which they are written."""

    def __init__(self) -> None:
        self.items: list[Item] = []

    def put(self, place: Place, block: Block, text: str) -> None:
        """Write what of `block` stands at `place`, on the same line of the text where it stands right under the last.

        Between words that stand in two columns or on two pages, the blank ends the first piece.
        """
        last = self.items[-1] if self.items else None
        if last and last.block is block and last.flow is place.flow:
            last.text = _glued(last.text, text)
        else:
            before = next((item for item in reversed(self.items[-40:]) if item.block is block), None)
            if before is not None:
                before.text += joint(before.text, text)
            self.items.append(Item(place.page, place.flow, block, text))

    def put_aside(self, place: Place) -> None:
        """Write a row that is no part of the text: a note, on as many lines as it takes, or furniture."""
        last = self.items[-1] if self.items else None
        goes_on = last is not None and last.block.kind == place.role == "note" and last.flow is place.flow
        if last is not None and goes_on and not NOTE.match(place.text):
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


def _glued(before: str, after: str) -> str:
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


def compose_pages(items: Sequence[Item], count: int) -> tuple[str, tuple[Mark, ...], tuple[Span, ...]]:
    """Return the text of all pages, the marks of its blocks, and the spans of the pages, which tile it."""
    composer = Composer()
    spans: dict[int, list[Span]] = {}
    blocks: dict[int, Block] = {}
    pages = []
    place = 0
    for number in range(count):
        start = composer.length
        before = ""
        while place < len(items) and items[place].page == number:
            item = items[place]
            place += 1
            line = tidy(item.text)
            if not line:
                continue
            line += " " if item.text.endswith(" ") else ""
            if before:
                composer.write("\n" if before == item.block.kind == "row" else "\n\n")
            span = composer.write(line)
            before = item.block.kind
            blocks[id(item.block)] = item.block
            if span:
                spans.setdefault(id(item.block), []).append(span)
        composer.write("\n\n")
        pages.append(Span(start=start, end=composer.length))
    marks = tuple(
        Mark(kind=block.kind, spans=tuple(spans[key]), level=block.level) for key, block in blocks.items()
    )
    return composer.text, marks, tuple(pages)
