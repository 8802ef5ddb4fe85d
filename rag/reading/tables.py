"""Tables to lines of text: each row carries the words of its header, so that it can be read by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

MAX_COLUMNS = 200
"""A wider table is cut to this width by folding its last cells into one: no page is that wide."""

_LABELS = re.compile(
    r"索引号|主题分类|发文机关|发布机[构关]|制发机关|成文日期|生成日期|发布日期|公开日期|发文日期|印发日期|实施日期|失效日期"
    r"|标题|名称|信息名称|发文字号|文号|主题词|关键词|有效性|公文种类|信息来源|信息类别|体裁分类|公开方式|公开范围|组配分类"
)
_FIGURE = re.compile(r"[-+−]?[\d,.]+\s*[%％‰]?")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's text on one line, the columns and rows it covers, and whether it is marked as a header."""

    text: str
    width: int = 1
    height: int = 1
    header: bool = False


Grid = list[list[Cell | None]]


def is_layout(table: Sequence[Sequence[Cell]]) -> bool:
    """Whether a table only places text on the page: it has one row, one column, or one cell with nearly all its text."""
    filled = [[cell for cell in row if cell.text] for row in table]
    if len([row for row in filled if row]) < 2 or max(map(len, filled)) < 2:
        return True
    lengths = [len(cell.text) for row in filled for cell in row]
    return max(lengths) > 500 and max(lengths) > 0.7 * sum(lengths)


def lines(table: Sequence[Sequence[Cell]], headers: int | None = None) -> list[str]:
    """Return a line a row, empty rows left out.

    Args:
        table: the rows with the cells that begin in them.
        headers: how many rows are the header, where the format says so.

    The header's own rows are lines of their cells; a body row names the header before each cell
    (`指标：国内生产总值；2025年：5%`). A cell over several rows is read in each of them, one over several columns once.
    """
    grid = _grid(table)
    width = max((len(row) for row in grid), default=0)
    if _is_record(table):
        return [line for row in table if (line := _record(row))]
    opening = next((i for i, row in enumerate(grid) if len(_distinct(row)) > 1), len(grid))
    depth = headers if headers is not None else opening + _depth(table[opening:])
    depth = min(depth, max(len(grid) - 1, 0))
    labels = [_label(grid[opening:depth], column) for column in range(width)]
    found = []
    for i, row in enumerate(grid):
        own = [cell.text for cell in table[i] if cell.text]
        texts = own if i < depth else _labelled(row, labels)
        if texts:
            found.append(_join(texts))
    return found


def _grid(table: Sequence[Sequence[Cell]]) -> Grid:
    """Return the cell at each place of the table; one over several rows or columns stands at each of them."""
    grid: Grid = [[] for _ in table]
    for i, row in enumerate(table):
        column = 0
        for cell in row:
            while column < len(grid[i]) and grid[i][column] is not None:
                column += 1
            end = min(column + max(cell.width, 1), max(MAX_COLUMNS, column + 1))
            for line in grid[i : i + max(cell.height, 1)]:
                line.extend([None] * (end - len(line)))
                for place in range(column, end):
                    if line[place] is None:
                        line[place] = cell
            column = end
    return grid


def _distinct(row: Sequence[Cell | None]) -> list[tuple[Cell, int, int]]:
    """Return the filled cells of a row with the columns they cover."""
    found: list[tuple[Cell, int, int]] = []
    for column, cell in enumerate(row):
        if cell is None or not cell.text:
            continue
        if found and found[-1][0] is cell and found[-1][2] == column:
            found[-1] = (cell, found[-1][1], column + 1)
        else:
            found.append((cell, column, column + 1))
    return found


def _depth(table: Sequence[Sequence[Cell]]) -> int:
    """Return how many rows the header has: marked as such, or the first row and those its cells reach into."""
    marked = 0
    for row in table:
        if not row or not all(cell.header for cell in row):
            break
        marked += 1
    if marked:
        return marked
    if len(table) < 2:
        return 0
    first = [cell for cell in table[0] if cell.text]
    if any(_FIGURE.fullmatch(cell.text) and not re.fullmatch(r"(?:19|20)\d\d", cell.text) for cell in first):
        return 0
    tall = max((cell.height for cell in table[0]), default=1)
    grouped = any(cell.width > 1 for cell in first)
    return min(max(tall, 2 if grouped else 1), 3)


def _label(header: Sequence[Sequence[Cell | None]], column: int) -> str:
    """Return the words of the header above a column, from the top down, each once."""
    cells = [row[column] for row in header if column < len(row)]
    texts = dict.fromkeys(cell.text for cell in cells if cell is not None and cell.text)
    return " ".join(texts)


def _labelled(row: Sequence[Cell | None], labels: Sequence[str]) -> list[str]:
    cells = _distinct(row)
    if len(cells) == 1 and cells[0][2] - cells[0][1] > 1:
        return [cells[0][0].text]
    texts = []
    for cell, start, end in cells:
        label = " ".join(dict.fromkeys(label for label in labels[start:end] if label)).rstrip("：:")
        texts.append(f"{label}：{cell.text}" if label and label != cell.text else cell.text)
    return texts


def _is_record(table: Sequence[Sequence[Cell]]) -> bool:
    """Whether the rows are pairs of a label and what it stands for (索引号、发文机关、文号…), and no row is a header."""
    if any(len(row) > 1 and all(cell.header for cell in row) for row in table):
        return False
    labels = [cell for row in table for cell in row[::2] if cell.text]
    if not labels or any(len(row) > 6 for row in table) or not any(len(row) > 1 for row in table):
        return False
    return all(
        cell.header or cell.text.endswith(("：", ":")) or _LABELS.fullmatch(_bare(cell.text))
        for cell in labels
    )


def _bare(label: str) -> str:
    return re.sub(r"\s", "", label).rstrip("：:")


def _record(cells: Sequence[Cell]) -> str:
    texts = []
    for i in range(0, len(cells), 2):
        label, value = cells[i].text, cells[i + 1].text if i + 1 < len(cells) else ""
        texts.append(f"{_bare(label)}：{value}" if label and value else label or value)
    return _join([text for text in texts if text])


def _join(texts: Sequence[str]) -> str:
    """Return the texts with a semicolon between them where one does not end in a mark of its own."""
    line = ""
    for text in texts:
        line += ("" if not line or re.search(r"[。；！？;]$", line) else "；") + text
    return line
