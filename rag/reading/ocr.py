"""Images, and PDF pages without a text layer, by OCR: an extra, as it brings 300 MB of libraries with it.

The engine finds lines and reads them; their order, their paragraphs and headings are made out as for any PDF.
Text in columns can come out incomplete, and each file that is read so says so in the log.
"""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Callable, Sequence
from functools import cache
from statistics import median
from typing import Any

import pypdfium2
from PIL import Image, ImageOps, ImageSequence

from rag.datatypes import Source
from rag.errors import ReadingError
from rag.reading.pdf_blocks import items
from rag.reading.pdf_compose import compose_pages
from rag.reading.pdf_glyphs import Line, Sheet

MAX_PIXELS = 80_000_000
"""Larger pictures are refused: an A3 sheet at 600 dots an inch has 70 million."""
MAX_FRAMES = 200

_SCALE = 2.5
"""Dots for each point of a PDF page: 180 an inch."""
_LOG = logging.getLogger(__name__)

Found = tuple[Sequence[Sequence[float]], str]
"""The corners of a line in the picture, and its text."""
Engine = Callable[[Any], list[Found]]
"""Takes a picture as an array of rows, columns and colours."""


@cache
def engine() -> Engine:
    """Return the OCR engine; its models are in its package and nothing is downloaded."""
    from rapidocr_onnxruntime import RapidOCR

    recognise = RapidOCR()

    def found(picture: Any) -> list[Found]:  # noqa: ANN401  an array; numpy is not loaded for its name
        result, _ = recognise(picture)
        return [(corners, text) for corners, text, _ in result or ()]

    return found


def read_image(data: bytes, file: str) -> list[Source]:
    """Return the one source of a picture of text; each frame of a TIFF is a page.

    Raises:
        ReadingError: the picture is damaged or too large, or no text is found in it.
    """
    sheets = []
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.width * image.height > MAX_PIXELS or getattr(image, "n_frames", 1) > MAX_FRAMES:
                raise ReadingError("图片过大；请缩小或拆分后重试")
            for frame in ImageSequence.Iterator(image):
                sheets.append(_sheet(ImageOps.exif_transpose(frame).convert("RGB"), 1.0))
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise ReadingError("图片已损坏，打不开；请重新下载或另存一份") from error
    text, marks, pages = compose_pages(items(sheets), len(sheets))
    if not text.strip():
        raise ReadingError("图片里没有认出文字；请换一张清楚的")
    _warn(file)
    digest = hashlib.sha256(data).hexdigest()
    return [Source(file=file, text=text, sha256=digest, pages=pages, marks=marks)]


def page(document: pypdfium2.PdfDocument, number: int, file: str) -> Sheet:
    """Return a page of a PDF with the lines that are read off its picture.

    Raises:
        pypdfium2.PdfiumError: the page cannot be drawn.
    """
    _warn(file)
    drawn = document[number]
    try:
        bitmap = drawn.render(scale=_SCALE)
        try:
            return _sheet(bitmap.to_pil().convert("RGB"), _SCALE)
        finally:
            bitmap.close()
    finally:
        drawn.close()


def _warn(file: str) -> None:
    _LOG.warning("%s：用文字识别读出，分栏处可能漏行或错序，引用前请对照原件", file)


def _sheet(image: Image.Image, scale: float) -> Sheet:
    """Return a picture with the lines that the engine finds in it, placed in points."""
    import numpy

    lines = []
    for corners, text in engine()(numpy.asarray(image)):
        across = [float(x) / scale for x, _ in corners]
        down = [float(y) / scale for _, y in corners]
        height = max(max(down) - min(down), 1.0)
        line = Line(text=text, x0=min(across), x1=max(across), y=max(down) - 0.15 * height, size=0.8 * height)
        if text.strip():
            lines.append(line)
    usual = median(line.size for line in lines) if lines else 0.0
    for line in lines:
        if 0.75 * usual < line.size < 1.33 * usual:
            line.size = usual  # the boxes of one print differ by the characters in them
    return Sheet(image.width / scale, image.height / scale, lines)
