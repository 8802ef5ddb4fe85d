"""The lines of a page in the order in which they are read: columns one after the other, rows from the top."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from rag.reading.parts import ends_sentence
from rag.reading.pdf_bands import bands, usual_size
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
        """Set the edges by these rows: the left one is where two begin, or one that goes on from the row above it.

        The right one is where the longest row ends. Where every row that reaches it ends a sentence, nothing shows
        that lines are broken there, and it is taken to lie farther out.
        """
        self.right = max((row[-1].x1 for row in rows), default=0.0)
        starts = [row[0].x0 for row in rows] + [
            row[0].x0
            for above, row in pairwise(rows)
            if above[-1].x1 > self.right - 1.5 * row[0].size and not ends_sentence(above[-1].text)
        ]
        starts.sort()
        self.left = next((a for a, b in pairwise(starts) if b - a < 3), starts[0] if starts else 0.0)
        full = [row[-1] for row in rows if row[-1].x1 > self.right - 1.5 * row[-1].size]
        if full and all(ends_sentence(line.text) for line in full):
            self.right += 10 * full[0].size


def flows(pages: Sequence[Sheet]) -> list[list[Flow]]:
    """Return the columns of each page in reading order; a heading across several is a column of its own.

    A page that shows no columns by itself, as the last one may not, has those of the other pages.
    """
    own = [_gutter([line for line in page.lines if not line.tilted]) for page in pages]
    usual = Counter(round(middle) for middle in own if middle is not None).most_common(1)
    found = []
    for page, middle in zip(pages, own, strict=True):
        lines = [line for line in page.lines if not line.tilted]
        if middle is None and usual and _parts(lines, usual[0][0]):
            middle = usual[0][0]
        tilted = [line for line in page.lines if line.tilted]
        groups = [*_banded(lines, middle), *([tilted] if tilted else [])]
        found.append([flow for flow in map(_flow, groups) if flow.rows])
    return found


def _parts(lines: Sequence[Line], middle: float) -> bool:
    """Whether few lines of a page cross the gutter of other pages, with running text on its left side."""
    left = [line for line in lines if line.x1 <= middle + 1]
    crossing = [line for line in lines if line.x0 < middle - 1 and line.x1 > middle + 1]
    wide = bool(left) and median((line.x1 - line.x0) / line.size for line in left) >= 7
    return wide and len(crossing) <= 0.35 * len(lines)


def _banded(lines: list[Line], middle: float | None) -> list[list[Line]]:
    """Return the lines of a page in groups: band after band where headlines part it, else column after column."""
    size = usual_size(lines) if lines else 0.0
    cuts = _cuts([line for line in lines if line.size < 1.2 * size]) or ([] if middle is None else [middle])
    parted = bands(lines, cuts)
    if not any(band.heads for band in parted):
        return _split(lines, middle)
    groups: list[list[Line]] = []
    for band in parted:
        groups += [band.heads] if band.heads else []
        groups += _split(band.body, _cut(band.body, cuts), cuts)
    return groups


def _cuts(lines: list[Line]) -> list[float]:
    """Return the gutters of a page, that of the whole page first."""
    middle = _gutter(lines)
    if middle is None:
        return []
    left = [line for line in lines if line.x1 <= middle + 1]
    right = [line for line in lines if line.x0 >= middle - 1]
    return [middle, *_cuts(left), *_cuts(right)]


def _cut(lines: list[Line], cuts: Sequence[float]) -> float | None:
    """Return the gutter between two columns of these lines: their own, else one of the page's that parts them."""
    own = _gutter(lines)
    if own is not None or not lines:
        return own
    left, right = min(line.x1 for line in lines), max(line.x0 for line in lines)
    return next((cut for cut in cuts if left <= cut + 1 and right >= cut - 1), None)


def _split(lines: list[Line], middle: float | None, cuts: Sequence[float] = ()) -> list[list[Line]]:
    """Return the lines in groups to be read one after the other: one group where there are no columns.

    Args:
        lines: those of a page or of a part of it.
        middle: the gutter between its columns.
        cuts: the gutters of the page, for parts too short to show their own.
    """
    if middle is None:
        return [lines]
    groups: list[list[Line]] = []
    band: list[Line] = []
    crossing: list[Line] = []
    for line in sorted(lines, key=lambda line: line.y):
        if line.x0 < middle - 1 and line.x1 > middle + 1:
            groups += _columns(band, middle, cuts)
            band = []
            crossing.append(line)
            continue
        if crossing:
            groups.append(crossing)
            crossing = []
        band.append(line)
    if crossing:
        groups.append(crossing)
    return groups + _columns(band, middle, cuts)


def _columns(band: list[Line], middle: float, cuts: Sequence[float]) -> list[list[Line]]:
    """Return what stands left of the gutter and then what stands right of it, where both sides are text."""
    left = [line for line in band if line.x1 <= middle + 1]
    right = [line for line in band if line.x1 > middle + 1]
    if not left or not right:
        return [band] if band else []
    if min(len(left), len(right)) < 3 and not _beside(left, right):
        return [sorted(band, key=lambda line: line.y)]
    return [group for side in (left, right) for group in _split(side, _cut(side, cuts), cuts)]


def _beside(left: Sequence[Line], right: Sequence[Line]) -> bool:
    """Whether two short columns stand side by side rather than one below the other."""
    return min(line.y for line in right) < max(line.y for line in left) + 1


def _gutter(lines: Sequence[Line]) -> float | None:
    """Return the middle of the gap between two columns of running text, None where there is none."""
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
    middle = left + (best[0] + best[-1] + 1) * step / 2
    return middle if _is_text(lines, middle) and not _is_woven(lines, middle) else None


def _is_woven(lines: Sequence[Line], middle: float) -> bool:
    """Whether lines across the gutter take turns with those beside it: rows of a table, some with narrow gaps."""
    stretches: list[list[Line]] = [[]]
    for line in sorted(lines, key=lambda line: line.y):
        if line.x0 < middle - 1 and line.x1 > middle + 1:
            stretches.append([])
        else:
            stretches[-1].append(line)
    heights = [len({round(line.y) for line in stretch}) for stretch in stretches[1:-1] if stretch]
    return len(heights) >= 3 and median(heights) <= 2


def _runs(places: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for place in places:
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs


def _is_text(lines: Sequence[Line], middle: float) -> bool:
    """Whether the lines on both sides are running text, broken at an edge on the left side, and not a table's cells."""
    left = [line for line in lines if line.x1 <= middle + 1]
    right = [line for line in lines if line.x0 >= middle - 1]
    if min(len(left), len(right)) < 4:
        return False
    edge = sorted(line.x1 for line in left)[int(0.8 * len(left))]
    full = sum(line.x1 > edge - 2.5 * line.size for line in left)
    return full >= 0.45 * len(left) and all(
        median((line.x1 - line.x0) / line.size for line in side) >= 7 for side in (left, right)
    )


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
