"""Pages of a PDF to lines of text with their place, size and weight, by the geometry of their characters."""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pypdfium2
import pypdfium2.raw as pdfium

from rag.reading.characters import MEND

_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60\u3000-\u303f]")
_FACE = re.compile(r"bold|black|heavy|hei|xbs|黑|小标宋", re.I)
_SOFT_HYPHEN = "\xad"


@dataclass(slots=True)
class Line:
    """Characters side by side: their text, their place on the page (from the top left, in points), their look."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    bold: bool = False
    tilted: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page as it is shown: its size and its lines, in no order yet."""

    width: float
    height: float
    lines: list[Line]


@dataclass(slots=True)
class _Glyph:
    character: str
    x0: float
    x1: float
    y: float
    size: float
    tilted: bool
    index: int


def sheet(page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage) -> Sheet:
    """Return a page with the lines of its text layer.

    Raises:
        pypdfium2.PdfiumError: the page is damaged.
    """
    width, height = page.get_size()
    lines: list[Line] = []
    run: list[_Glyph] = []
    for glyph in _glyphs(page, text_page, width, height):
        if run and not _goes_on(run[-1], glyph):
            lines += _line(text_page, run)
            run = []
        run.append(glyph)
    return Sheet(width, height, _joined(lines + _line(text_page, run)))


def _glyphs(
    page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage, width: float, height: float
) -> Iterator[_Glyph]:
    """Yield the characters of a page in the order of the file, placed as the page is shown; not those beside it."""
    raw, turn = text_page.raw, page.get_rotation() // 90
    left, bottom = page.get_bbox()[:2]
    box, matrix = pdfium.FS_RECTF(), pdfium.FS_MATRIX()
    x, y = ctypes.c_double(), ctypes.c_double()
    scale, tilt, previous = 1.0, False, -1.0
    for i in range(pdfium.FPDFText_CountChars(raw)):
        code = pdfium.FPDFText_GetUnicode(raw, i)
        if code in (10, 13) or (code in (32, 160) and pdfium.FPDFText_IsGenerated(raw, i)):
            continue
        character = _character(code)
        if not character:
            continue
        size = pdfium.FPDFText_GetFontSize(raw, i)
        if size != previous:
            pdfium.FPDFText_GetMatrix(raw, i, matrix)
            scale = math.hypot(matrix.c, matrix.d) or 1.0
            angle = math.atan2(matrix.b, matrix.a) - turn * math.pi / 2
            tilt = abs(math.sin(angle)) > 0.1 or math.cos(angle) < 0
            previous = size
        pdfium.FPDFText_GetCharOrigin(raw, i, x, y)
        pdfium.FPDFText_GetLooseCharBox(raw, i, box)
        start = x.value - left, y.value - bottom
        x0, x1 = box.left - left, box.right - left
        if turn:
            low = _turned(x0, box.bottom - bottom, turn, width, height)
            high = _turned(x1, box.top - bottom, turn, width, height)
            start = _turned(*start, turn, width, height)
            x0, x1 = min(low[0], high[0]), max(low[0], high[0])
        if not tilt:
            x0, x1 = min(start[0], x0), max(x1, start[0])
        down = height - start[1]
        shown = -0.1 * width < x0 <= x1 < 1.1 * width and -0.1 * height < down < 1.1 * height
        if shown and size * scale < height:
            yield _Glyph(character, x0, x1, down, max(size * scale, 1.0), tilt, i)


def _turned(x: float, y: float, turn: int, width: float, height: float) -> tuple[float, float]:
    """Return a point of the page as it is shown, `turn` quarters clockwise; `width` and `height` are as shown."""
    if turn == 1:
        return y, height - x
    if turn == 2:
        return width - x, height - y
    if turn == 3:
        return width - y, x
    return x, y


def _character(code: int) -> str:
    """Return the character for a code of the text layer, empty where it stands for none."""
    if code == 2:
        return _SOFT_HYPHEN  # pdfium's sign for a hyphen that only breaks a word
    if code < 32 or 0xD800 <= code <= 0xDFFF or code in (0xFFFE, 0xFFFF, 0x200B, 0xFEFF) or code > 0x10FFFF:
        return ""
    return chr(code).translate(MEND)


def _goes_on(before: _Glyph, glyph: _Glyph) -> bool:
    """Whether a character stands on the line of the one before it, without a gap as between columns."""
    em = max(before.size, glyph.size)
    if before.tilted != glyph.tilted or abs(before.y - glyph.y) > 0.2 * em:
        return False
    if not 0.85 < before.size / glyph.size < 1.18 and before.character.strip():
        return False
    return -0.5 * em < glyph.x0 - before.x1 < 1.6 * em


def _line(text_page: pypdfium2.PdfTextPage, run: list[_Glyph]) -> list[Line]:
    """Return the line that a run of characters makes, none for blanks; gaps between words become blanks."""
    while run and run[-1].character.isspace():
        run = run[:-1]
    while run and run[0].character.isspace():
        run = run[1:]
    if not run:
        return []
    pieces = [run[0].character]
    for before, glyph in pairwise(run):
        pieces.append(_blank(before.character, glyph.character, glyph.x0 - before.x1, glyph.size))
        pieces.append(glyph.character)
    sizes = sorted(glyph.size for glyph in run)
    return [
        Line(
            text="".join(pieces),
            x0=min(glyph.x0 for glyph in run),
            x1=max(glyph.x1 for glyph in run),
            y=run[0].y,
            size=sizes[len(sizes) // 2],
            bold=_is_bold(text_page, run[len(run) // 2].index),
            tilted=run[0].tilted,
        )
    ]


def _blank(before: str, after: str, gap: float, size: float) -> str:
    """Return what stands between two characters this far apart: Han characters are often spaced out to fill a line."""
    if before.isspace() or after.isspace() or gap < 0.18 * size:
        return ""
    if _WIDE.match(before) or _WIDE.match(after):
        return " " if gap > 0.8 * size else ""
    return " "


def _is_bold(text_page: pypdfium2.PdfTextPage, index: int) -> bool:
    if pdfium.FPDFText_GetFontWeight(text_page.raw, index) >= 600:
        return True
    buffer, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    pdfium.FPDFText_GetFontInfo(text_page.raw, index, buffer, 128, flags)
    return bool(_FACE.search(buffer.value.decode("utf-8", "replace").partition("+")[2] or ""))


def _joined(lines: list[Line]) -> list[Line]:
    """Return the lines with those put together that stand side by side: figures in another font, raised signs."""
    lines.sort(key=lambda line: (line.tilted, line.y, line.x0))
    rows: list[list[Line]] = []
    for line in lines:
        row = rows[-1] if rows else []
        if row and line.tilted == row[0].tilted and line.y - row[0].y < 0.45 * max(line.size, row[0].size):
            row.append(line)
        else:
            rows.append([line])
    found: list[Line] = []
    for row in rows:
        row.sort(key=lambda line: line.x0)
        merged = row[:1]
        for line in row[1:]:
            last = merged[-1]
            gap, em = line.x0 - last.x1, max(line.size, last.size)
            if -0.5 * em < gap < 0.8 * em and not line.tilted:
                _append(last, line, gap)
            else:
                merged.append(line)
        found += merged
    return found


def _append(line: Line, other: Line, gap: float) -> None:
    main = line if len(line.text) >= len(other.text) else other
    line.y, line.size, line.bold = main.y, main.size, main.bold
    line.text += _blank(line.text[-1], other.text[0], gap, main.size) + other.text
    line.x1 = max(line.x1, other.x1)
