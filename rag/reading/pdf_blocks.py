"""Rows of a PDF's pages to paragraphs, across lines, columns and pages; headings told from text by their print."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.reading.parts import ends_sentence, heading_level, is_headline, is_numbered
from rag.reading.pdf_compose import Block, Item, Writer
from rag.reading.pdf_glyphs import Sheet
from rag.reading.pdf_places import Layout, Place

_WORD = re.compile(r"[!-~]+[，。、；：！？）”》]*|.[，。、；：！？）”》]*")
_LONGEST_HEADING = 80
_INDENT = 4.5
"""Characters: a paragraph's first line is indented by less; see `Place.indented`."""


def items(sheets: Sequence[Sheet]) -> list[Item]:
    """Return what stands on the pages in order; a paragraph that goes on elsewhere has several items."""
    layout = Layout(sheets)
    writer = Writer()
    last: Place | None = None
    block = Block("text")
    table: list[Place] = []
    for place in layout.places:
        if table and (place.role != "row" or place.flow is not table[-1].flow):
            writer.put_table(table)
            table = []
        if place.role == "row":
            table.append(place)
            last = None
        elif place.role == "text":
            if last is None or not _goes_on(layout, last, place):
                block = Block("text")
            block.places.append(place)
            writer.put(place, block, place.text)
            last = place
        else:
            writer.put_aside(place)
    if table:
        writer.put_table(table)
    _judge(layout, [item.block for item in writer.items])
    return writer.items


def _goes_on(layout: Layout, last: Place, place: Place) -> bool:
    """Whether the paragraph of the row `last` goes on in the row `place`."""
    if not last.alike(place):
        return False
    if layout.large(last):
        return _title_goes_on(last, place)
    ended = ends_sentence(last.text)
    if place.flow is last.flow:
        if not 0 < place.y - last.y < max(1.25 * layout.pitch, 1.2 * layout.size):
            return False
    elif ended and not layout.indents and not last.text.endswith(("；", ";")):
        return False
    if _in_brackets(last, place):
        return True
    if place.centred and (place.short or last.centred):
        return False
    if last.deep or place.deep or (last.centred and last.room > _INDENT):
        return False  # a document's number in the middle, a signature at the right
    if place.indented and not (last.indented and not last.short and not ended):
        return False
    spare = 8 if layout.indents and not ended else 1
    if last.room > _width(place.text) + spare:
        return False  # the next word would have had room: the line was broken because the paragraph ends
    return not (ended and not layout.indents and is_numbered(place.text))


def _in_brackets(last: Place, place: Place) -> bool:
    """Whether a bracket that a line of the same column opens is closed in the line set in the middle below it."""
    opened = max(last.text.rfind("（"), last.text.rfind("("))
    still = opened >= 0 and not re.search(r"[)）]", last.text[opened:])
    return still and place.flow is last.flow and place.centred and bool(re.search(r"[)）]", place.text))


def _width(text: str) -> float:
    """Return about how wide the first word of a line is, in full-width characters; marks that close it stay with it."""
    word = _WORD.match(text)
    return sum(0.55 if character < "\x7f" else 1.0 for character in word.group()) if word else 0.0


def _title_goes_on(last: Place, place: Place) -> bool:
    """Whether a line in large print is the next one of the same title or heading."""
    if place.flow is not last.flow or last.row[0].bold != place.row[0].bold:
        return False
    if not 0 < place.y - last.y < 2.2 * last.size:
        return False
    if last.centred and place.centred:
        return True
    return not last.short and not is_numbered(place.text)


def _judge(layout: Layout, blocks: Sequence[Block]) -> None:
    """Tell headings from text by their print, and their levels from one another."""
    sizes: list[float] = []
    for block in blocks:
        if block.places and block.kind == "text" and _is_heading(layout, block):
            block.kind = "heading"
            size = block.places[0].size
            if layout.large(block.places[0]) and all(abs(size - other) > 0.05 * size for other in sizes):
                sizes.append(size)
    sizes.sort(reverse=True)
    for block in blocks:
        if block.kind == "heading":
            size = block.places[0].size
            rank = next((i + 1 for i, other in enumerate(sizes) if abs(size - other) <= 0.05 * size), 0)
            block.level = rank or max(len(sizes) + 1, heading_level(block.places[0].text))


def _is_heading(layout: Layout, block: Block) -> bool:
    text = "".join(place.text for place in block.places)
    if not re.search(r"\w", text):
        return False
    if layout.large(block.places[0]):
        return len(text) <= _LONGEST_HEADING
    return not layout.bold and all(place.row[0].bold for place in block.places) and is_headline(text)
