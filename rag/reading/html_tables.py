"""Tables of a web page: those of data told from those that only place text on the page."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from lxml import etree

_SECTIONS = frozenset({"thead", "tbody", "tfoot"})
_LONGEST = 200
"""Characters: a table inside a cell of data is a short list; one that holds more is read by itself."""


def own_rows(table: etree._Element) -> Iterator[etree._Element]:
    """Yield the rows of a table, not those of tables in its cells."""
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in _SECTIONS:
            yield from child.iterchildren("tr")


def is_data(table: etree._Element) -> bool:
    """Whether a table can be one of data: no headings, and other tables only as short pieces of its cells."""
    if (table.get("role") or "") == "presentation":
        return False
    if next(table.iterdescendants("h1", "h2", "h3"), None) is not None:
        return False
    inner = next(table.iterdescendants("table"), None)
    if inner is None:
        return True
    return next(inner.iterdescendants("table"), None) is None and _holds_more(table)


def _holds_more(table: etree._Element) -> bool:
    """Whether a table with others inside it has cells of its own: most of its rows, and most of its text."""
    cells = [list(row.iterchildren("td", "th")) for row in own_rows(table)]
    full = [row for row in cells if len(row) > 1]
    if len(full) < 2 or 2 * len(full) < len(cells):
        return False
    inner = [_length(other) for other in table.iterdescendants("table")]
    own = [length for row in cells for cell in row if (length := _length(cell))]
    bare = len([cell for row in cells for cell in row if next(cell.iterdescendants("table"), None) is None])
    if 2 * bare < sum(map(len, cells)) or max(inner) > _LONGEST:
        return False
    return 2 * sum(inner) < sum(own) and median(own) < _LONGEST


def _length(element: etree._Element) -> int:
    return len("".join("".join(map(str, element.itertext())).split()))
