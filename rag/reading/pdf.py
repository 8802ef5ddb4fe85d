"""PDF files by their text layer: paragraphs across lines, columns and pages, and the span of each page."""

from __future__ import annotations

import hashlib
import logging
import re
from importlib.util import find_spec
from threading import Lock

import pypdfium2
import pypdfium2.raw as pdfium

from rag.datatypes import Source
from rag.errors import ReadingError
from rag.reading.parts import tidy
from rag.reading.pdf_blocks import items
from rag.reading.pdf_compose import compose_pages
from rag.reading.pdf_glyphs import Sheet, sheet

MAX_PAGES = 5000

_LOG = logging.getLogger(__name__)
_PDFIUM = Lock()  # pdfium is not made for several threads
_PASSWORD = 4  # FPDF_ERR_PASSWORD
_OCR = "请先做文字识别，或装上识别后重试：pip install -r requirements-ocr.txt"
_UNMAPPED = re.compile("[\ue000-\uf8ff\ufffd]")


def read_pdf(data: bytes, file: str) -> list[Source]:
    """Return the one source of a PDF; pages without a text layer are read by OCR where that is installed.

    Raises:
        ReadingError: the file is damaged, needs a password, or has no text that can be read.
    """
    with _PDFIUM:
        sheets, title = _sheets(data, file)
    text, marks, pages = compose_pages(items(sheets), len(sheets))
    if not text.strip():
        raise ReadingError(f"没有文字层，可能是扫描件；{_OCR}")
    if len(_UNMAPPED.findall(text)) > 0.3 * len(text):
        raise ReadingError(f"文字层是乱码（字体没有编码表）；{_OCR}")
    declared = {"title": title} if title and _bare(title) in _bare(text[:2000]) else {}
    digest = hashlib.sha256(data).hexdigest()
    return [Source(file=file, text=text, sha256=digest, pages=pages, marks=marks, declared=declared)]


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def _sheets(data: bytes, file: str) -> tuple[list[Sheet], str]:
    """Return the pages with their lines, and the title in the file's properties."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == _PASSWORD:
            raise ReadingError("加了打开密码；请去掉密码后重试") from error
        raise ReadingError("文件已损坏，打不开；请重新下载或另存一份") from error
    try:
        count = len(document)
        if not count:
            raise ReadingError("一页也没有；请重新下载或另存一份")
        if count > MAX_PAGES:
            raise ReadingError(f"有 {count} 页，超过 {MAX_PAGES} 页；请拆分后重试")
        sheets = [_sheet(document, number) for number in range(count)]
        title = tidy(document.get_metadata_value("Title"))
        blank = [number for number, page in enumerate(sheets) if not page.lines]
        scanned = [number for number in blank if _has_picture(document, number)]
        if scanned and find_spec("rapidocr_onnxruntime"):
            from rag.reading.ocr import page

            for number in scanned:
                sheets[number] = page(document, number, file)
        elif scanned and len(blank) < count:
            numbers = "、".join(str(number + 1) for number in scanned[:10])
            _LOG.warning("%s：第 %s 页没有文字层，没有读；%s", file, numbers, _OCR)
        return sheets, title
    finally:
        document.close()


def _sheet(document: pypdfium2.PdfDocument, number: int) -> Sheet:
    try:
        page = document[number]
    except pypdfium2.PdfiumError as error:
        raise ReadingError(f"第 {number + 1} 页已损坏，打不开；请重新下载或另存一份") from error
    try:
        text_page = page.get_textpage()
        try:
            return sheet(page, text_page)
        finally:
            text_page.close()
    except pypdfium2.PdfiumError as error:
        raise ReadingError(f"第 {number + 1} 页已损坏，读不了；请重新下载或另存一份") from error
    finally:
        page.close()


def _has_picture(document: pypdfium2.PdfDocument, number: int) -> bool:
    page = document[number]
    try:
        return next(page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE,), max_depth=3), None) is not None
    finally:
        page.close()
