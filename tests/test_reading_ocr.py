"""Reading by OCR, with an engine that finds dark strips in the picture; the real one is an extra."""

import io
import logging

import pytest
from PIL import Image, ImageDraw
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from rag.errors import ReadingError
from rag.reading import extract, ocr
from rag.reading.pdf import read_pdf
from tests.outlines import assert_tiled, texts

TEXT = "科技创新和产业创新深度融合发展新质生产力到二〇三〇年建成示范区五百个投资达到三万亿元"


def strips(array):
    """Find the dark rectangles of a picture; the text of one is as many characters as it is high times wide."""
    dark = array[:, :, 0] < 128
    found = []
    rows = [y for y in range(dark.shape[0]) if dark[y].any()]
    for top in [y for y in rows if y - 1 not in rows]:
        bottom = next(y for y in range(top, dark.shape[0] + 1) if y not in rows)
        columns = [x for x in range(dark.shape[1]) if dark[top, x]]
        for left in [x for x in columns if x - 1 not in columns]:
            right = next(x for x in range(left, dark.shape[1] + 1) if x not in columns)
            count = round((right - left) / (bottom - top))
            corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
            found.append((corners, (TEXT * 2)[:count] + ("。" if count < 10 else "")))
    return found[::-1]  # an engine does not promise any order


@pytest.fixture(autouse=True)
def fake_engine(monkeypatch):
    monkeypatch.setattr(ocr, "engine", lambda: strips)


def picture(*boxes, size=(400, 300)):
    image = Image.new("RGB", size, "white")
    for left, top, width, height in boxes:
        ImageDraw.Draw(image).rectangle([left, top, left + width - 1, top + height - 1], fill="black")
    return image


# A paragraph of two full lines and a short one, set twice: in a left column and in a right one.
COLUMNS = [(x, 20 + 20 * i, width, 10) for x in (20, 220) for i, width in enumerate([150] * 4 + [50])]


def saved(image, kind="PNG", **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def test_columns_of_a_picture_are_read_one_after_the_other(caplog):
    with caplog.at_level(logging.WARNING):
        [source] = ocr.read_image(saved(picture(*COLUMNS)), "图.png")
    assert_tiled(source)
    line, last = TEXT[:15], TEXT[:5] + "。"
    assert texts(source, "text") == [line * 4 + last, line * 4 + last]
    assert [record.getMessage() for record in caplog.records] == [
        "图.png：用文字识别读出，分栏处可能漏行或错序，引用前请对照原件"
    ]


def test_each_frame_is_a_page():
    frames = [picture((20, 40, 50, 10)), picture((20, 40, 80, 10))]
    [source] = ocr.read_image(saved(frames[0], "TIFF", save_all=True, append_images=frames[1:]), "图.tif")
    assert [source.text[page.start : page.end].strip() for page in source.pages] == [
        TEXT[:5] + "。",
        TEXT[:8] + "。",
    ]


def test_a_scanned_page_between_others(monkeypatch, caplog):
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4)
    canvas.drawString(72, 700, "First page.")
    canvas.showPage()
    canvas.drawImage(ImageReader(picture((20, 40, 50, 10))), 0, 0, *A4)
    canvas.showPage()
    canvas.save()
    monkeypatch.setattr("rag.reading.pdf.find_spec", lambda name: True)
    [source] = read_pdf(stream.getvalue(), "件.pdf")
    assert source.text[source.pages[0].start : source.pages[0].end].strip() == "First page."
    assert "科技创" in source.text[source.pages[1].start : source.pages[1].end]
    monkeypatch.setattr("rag.reading.pdf.find_spec", lambda name: None)
    caplog.clear()
    [source] = read_pdf(stream.getvalue(), "件.pdf")
    assert source.text.strip() == "First page."
    assert [record.getMessage() for record in caplog.records] == [
        "件.pdf：第 2 页没有文字层，没有读；请先做文字识别，或装上识别后重试：pip install -r requirements-ocr.txt"
    ]


def test_what_cannot_be_read_is_refused():
    good = saved(picture((20, 40, 50, 10)))
    for data, reason in [
        (saved(picture()), "没有认出文字"),
        (good[:60], "已损坏"),
        (good[:200], "已损坏"),
        (saved(Image.new("1", (10_000, 8_500))), "图片过大"),
    ]:
        with pytest.raises(ReadingError, match=reason):
            ocr.read_image(data, "图.png")


def test_without_the_extra_a_picture_says_what_to_install(monkeypatch):
    monkeypatch.delitem(extract.__globals__["READERS"], ".png", raising=False)
    with pytest.raises(
        ReadingError, match=r"^读 \.png 图片要装文字识别：pip install -r requirements-ocr\.txt$"
    ):
        extract(saved(picture()), "图.png")
