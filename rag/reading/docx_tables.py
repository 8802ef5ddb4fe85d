"""The rows and cells of a Word table, in content controls and insertions too; merged cells once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lxml import etree

from rag.reading.docx_package import WRAPPERS, attribute, child, name, number
from rag.reading.tables import MAX_COLUMNS, Cell


def unwrapped(element: etree._Element, wanted: str) -> Iterator[etree._Element]:
    """Yield the children of this name, also those in content controls and insertions."""
    for inner in element:
        if name(inner) == wanted:
            yield inner
        elif name(inner) in WRAPPERS or name(inner) == "sdt":
            yield from unwrapped(inner, wanted)


def holds_table(row: etree._Element) -> bool:
    """Whether there is a table in a cell of the row."""
    return any(name(inner) == "tbl" for inner in row.iter())


def cells_of(rows: Sequence[etree._Element], texts: Sequence[Sequence[str]]) -> list[list[Cell]]:
    """Return the cells of a table with their texts; one that is merged with those below it stands once, with its height."""
    found: list[list[Cell]] = []
    heads: dict[int, tuple[int, int]] = {}
    for i, row in enumerate(rows):
        column = min(number(attribute(child(row, "trPr", "gridBefore"), "val")) or 0, MAX_COLUMNS)
        cells = [Cell("", column)] if column else []
        for cell, text in zip(unwrapped(row, "tc"), texts[i], strict=True):
            properties = child(cell, "tcPr")
            width = min(number(attribute(child(properties, "gridSpan"), "val")) or 1, MAX_COLUMNS)
            merge = child(properties, "vMerge")
            if merge is not None and attribute(merge, "val") != "restart" and column in heads:
                above, place = heads[column]
                head = found[above][place]
                found[above][place] = Cell(head.text, head.width, i - above + 1)
            else:
                heads.pop(column, None)
                if merge is not None:
                    heads[column] = (i, len(cells))
                cells.append(Cell(text, width))
            column += width
        found.append(cells)
    return found
