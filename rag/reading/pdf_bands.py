"""Pages set in bands: a headline across the columns, and the columns of text that stand below it."""

from __future__ import annotations

from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from rag.reading.pdf_glyphs import Line


@dataclass(frozen=True, slots=True)
class Band:
    """The lines that head a band of a page from edge to edge, none for its first one, and those below them."""

    heads: list[Line]
    body: list[Line]


def bands(lines: Sequence[Line], cuts: Sequence[float]) -> list[Band]:
    """Return the bands of a page from the top, parted at the headlines across its columns; `cuts` parts the columns.

    A headline is large, nothing stands beside it, and below it two columns or more begin at one height. Lines that
    stand alone and apart right above it (a kicker) or below it (a subtitle) are heads as well.
    """
    rows = sorted(lines, key=lambda line: line.y)
    if not cuts or not rows:
        return [Band([], rows)]
    left, right = min(line.x0 for line in rows), max(line.x1 for line in rows)
    alone = [_is_alone(i, rows) and _is_across(line, left, right) for i, line in enumerate(rows)]
    size, pitch = usual_size(rows), _pitch(rows, cuts)
    heads: list[tuple[int, int]] = []
    for i, line in enumerate(rows):
        if not alone[i] or line.size < 1.2 * size or (heads and i < heads[-1][1]):
            continue
        end = next((j for j in range(i, len(rows)) if not alone[j]), len(rows))
        if not _opens(rows[end:], cuts) or rows[end].y - line.y > 8 * line.size:
            continue
        first = i
        while first and alone[first - 1] and _stands_apart(first - 1, rows, pitch):
            first -= 1
        heads.append((first, end))
    foot = len(rows) - 1 if alone[-1] and heads and _is_foot(rows, left, right) else len(rows)
    starts = [0, *(first for first, _ in heads), foot]
    bodies = [0, *(end for _, end in heads)]
    found = [Band(rows[a:b], rows[b:c]) for a, b, c in zip(starts, bodies, starts[1:], strict=False)]
    found.append(Band(rows[foot:], []))
    return [band for band in found if band.heads or band.body]


def usual_size(lines: Sequence[Line]) -> float:
    """Return the size of most of the text."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size, 1)] += len(line.text)
    return sizes.most_common(1)[0][0]


def _is_alone(at: int, rows: Sequence[Line]) -> bool:
    """Whether nothing stands beside a line of the page."""
    line = rows[at]
    reach = 3 * max(other.size for other in rows[max(at - 3, 0) : at + 4])
    near = (j for step in (-1, 1) for j in _outward(at, step, rows, reach))
    return all(
        rows[j].y < line.y - 0.9 * line.size or rows[j].y - 0.9 * rows[j].size > line.y + 0.1 * line.size
        for j in near
    )


def _outward(at: int, step: int, rows: Sequence[Line], reach: float) -> list[int]:
    found = []
    j = at + step
    while 0 <= j < len(rows) and abs(rows[j].y - rows[at].y) < reach:
        found.append(j)
        j += step
    return found


def _is_across(line: Line, left: float, right: float) -> bool:
    """Whether a line begins at the left edge of the page's text or stands in the middle of the page."""
    return line.x0 - left < 3 * line.size or abs(line.x0 + line.x1 - left - right) < 4 * line.size


def _is_foot(rows: Sequence[Line], left: float, right: float) -> bool:
    """Whether the last line of a page stands in its middle, where no column begins."""
    last = rows[-1]
    if abs(last.x0 + last.x1 - left - right) > 4 * last.size:
        return False
    return not any(abs(line.x0 - last.x0) < 2 for line in rows[:-1])


def _opens(below: Sequence[Line], cuts: Sequence[float]) -> bool:
    """Whether two columns or more begin at the height of the first of these lines."""
    if not below:
        return False
    top = below[0]
    level = {_column(line, cuts) for line in below if line.y - top.y < 0.5 * top.size}
    return len(level) > 1


def _stands_apart(at: int, rows: Sequence[Line], pitch: float) -> bool:
    """Whether the line above a headline belongs to it: farther from what is above it than lines of text are."""
    line, below = rows[at], rows[at + 1]
    return below.y - line.y < 2 * below.size and (at == 0 or line.y - rows[at - 1].y > 1.3 * pitch)


def _pitch(rows: Sequence[Line], cuts: Sequence[float]) -> float:
    """Return the usual distance of the lines in a column."""
    columns: dict[int, list[float]] = defaultdict(list)
    for line in rows:
        columns[_column(line, cuts)].append(line.y)
    gaps = [b - a for column in columns.values() for a, b in pairwise(column) if b - a > 1]
    return median(gaps) if gaps else 0.0


def _column(line: Line, cuts: Sequence[float]) -> int:
    return bisect(sorted(cuts), (line.x0 + line.x1) / 2)
