"""The lines of a page in the order in which they are read: columns one after the other, rows from the top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.reading.pdf_glyphs import Line, Sheet

Row = list[Line]
"""What stands side by side on one line; more than one piece only in tables and the like."""


@dataclass(slots=True)
class Flow:
    """A column: its rows from the top, and its edges."""

    rows: list[Row]
    left: float
    right: float

    def measure(self, rows: Sequence[Row]) -> None:
        """Set the edges by these rows: the left one is where at least two begin, so that an indent is none."""
        starts = sorted(row[0].x0 for row in rows)
        self.left = next((a for a, b in pairwise(starts) if b - a < 3), starts[0] if starts else 0.0)
        self.right = max((row[-1].x1 for row in rows), default=0.0)


def flows(page: Sheet) -> list[Flow]:
    """Return the columns of a page in reading order; a heading across several is a column of its own."""
    lines = [line for line in page.lines if not line.tilted]
    found = [flow for group in _split(lines) for flow in [_flow(group)] if flow.rows]
    tilted = [line for line in page.lines if line.tilted]
    return found + ([_flow(tilted)] if tilted else [])


def _split(lines: list[Line]) -> list[list[Line]]:
    """Return the lines in groups to be read one after the other: one group where there are no columns."""
    gutter = _gutter(lines)
    if gutter is None:
        return [lines]
    low, high = gutter
    middle = (low + high) / 2
    groups: list[list[Line]] = []
    band: list[Line] = []
    crossing: list[Line] = []
    for line in sorted(lines, key=lambda line: line.y):
        if line.x0 < middle - 1 and line.x1 > middle + 1:
            groups += _columns(band, middle)
            band = []
            crossing.append(line)
            continue
        if crossing:
            groups.append(crossing)
            crossing = []
        band.append(line)
    if crossing:
        groups.append(crossing)
    return groups + _columns(band, middle)


def _columns(band: list[Line], middle: float) -> list[list[Line]]:
    """Return what stands left of the gutter and then what stands right of it, where both sides are text."""
    left = [line for line in band if line.x1 <= middle + 1]
    right = [line for line in band if line.x1 > middle + 1]
    if not left or not right:
        return [band] if band else []
    if min(len(left), len(right)) < 3 and not _beside(left, right):
        return [sorted(band, key=lambda line: line.y)]
    return [*_split(left), *_split(right)]


def _beside(left: Sequence[Line], right: Sequence[Line]) -> bool:
    """Whether two short columns stand side by side rather than one below the other."""
    return min(line.y for line in right) < max(line.y for line in left) + 1


def _gutter(lines: Sequence[Line]) -> tuple[float, float] | None:
    """Return the edges of the gap between two columns of running text, None where there is none."""
    if len(lines) < 8:
        return None
    left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
    step = max(2.0, (right - left) / 2000)
    cover = [0] * (int((right - left) / step) + 2)
    for line in lines:
        for place in range(int((line.x0 - left) / step), int((line.x1 - left) / step) + 1):
            cover[place] += 1
    inner = range(len(cover) // 6, len(cover) - len(cover) // 6)
    least = min((cover[place] for place in inner), default=len(lines))
    if least > 0.35 * len(lines):
        return None
    places = [place for place in inner if cover[place] == least]
    best = max(_runs(places), key=len)
    low, high = left + best[0] * step, left + (best[-1] + 1) * step
    return (low, high) if _is_text(lines, (low + high) / 2) else None


def _runs(places: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for place in places:
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs


def _is_text(lines: Sequence[Line], middle: float) -> bool:
    """Whether the lines on both sides are running text, set to an edge, and not the cells of a table."""
    for side in (
        [line for line in lines if line.x1 <= middle + 1],
        [line for line in lines if line.x0 >= middle - 1],
    ):
        if len(side) < 4:
            return False
        edge = sorted(line.x1 for line in side)[int(0.8 * len(side))]
        full = [line for line in side if line.x1 > edge - 2.5 * line.size]
        if len(full) < 0.5 * len(side) or sum(line.x1 - line.x0 for line in full) < 9 * sum(
            line.size for line in full
        ):
            return False
    return True


def _flow(lines: list[Line]) -> Flow:
    rows: list[Row] = []
    for line in sorted(lines, key=lambda line: (line.y, line.x0)):
        row = rows[-1] if rows else []
        if row and line.y - row[0].y < 0.45 * max(line.size, row[0].size):
            row.append(line)
        else:
            rows.append([line])
    for row in rows:
        row.sort(key=lambda line: line.x0)
    flow = Flow(rows=rows, left=0.0, right=0.0)
    flow.measure(rows)
    return flow
