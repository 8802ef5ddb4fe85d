"""PDFs: pages set by reportlab come back as the paragraphs that were put in, across lines, columns and pages."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageBreak, PageTemplate, Paragraph, Spacer, Table

from rag.errors import ReadingError
from rag.reading import extract
from tests.outlines import assert_tiled, outline, texts

SONG = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(SONG))
TEXT = ParagraphStyle("text", fontName=SONG, fontSize=12, leading=20, firstLineIndent=24, wordWrap="CJK")
FLUSH = ParagraphStyle("flush", parent=TEXT, firstLineIndent=0, spaceAfter=12)
SMALL = ParagraphStyle("small", parent=TEXT, fontSize=9, leading=12, firstLineIndent=0)
HEADING = ParagraphStyle("heading", parent=TEXT, fontSize=16, leading=28, firstLineIndent=0, wordWrap="CJK")
TITLE = ParagraphStyle("title", parent=HEADING, fontSize=22, leading=36, alignment=1)

SENTENCE = (
    "为推进科技创新和产业创新深度融合，到2030年建成示范区500个，投资达到3.5万亿元，PM2.5浓度下降10%以上。"
)


def printed(story, columns=1, head=""):
    """The story on A4 pages with so many columns, a running head, and a page number at the foot."""
    stream = io.BytesIO()

    def furniture(canvas, document):
        canvas.setFont(SONG, 9)
        canvas.drawString(72, 800, head)
        canvas.drawCentredString(297, 36, f"— {document.page} —")

    gap = 24
    width = (A4[0] - 144 - gap * (columns - 1)) / columns
    frames = [
        Frame(72 + i * (width + gap), 72, width, A4[1] - 144, 0, 0, 0, 0, id=str(i)) for i in range(columns)
    ]
    document = BaseDocTemplate(stream, pagesize=A4)
    document.addPageTemplates(PageTemplate(frames=frames, onPage=furniture))
    document.build(story)
    return stream.getvalue()


def drawn(*pages, **options):
    """Pages of strings, each (x, y, text) or (x, y, text, size), y from the bottom."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4, **options)
    for page in pages:
        for x, y, text, *size in page:
            canvas.setFont(SONG, *(size or [12]))
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def read(data):
    [source] = extract(data, "件.pdf")
    assert_tiled(source)
    return source


def test_a_document_of_three_pages():
    paragraphs = [f"（{i}）{SENTENCE * (1 + i % 5)}" for i in range(24)]
    story = [
        Paragraph("某省人民政府关于推进示范工作的若干意见和一个要占两行的长标题", TITLE),
        Paragraph("一、总体要求", HEADING),
        *(Paragraph(text, TEXT) for text in paragraphs[:12]),
        Paragraph("二、保障措施", HEADING),
        *(Paragraph(text, TEXT) for text in paragraphs[12:]),
    ]
    source = read(printed(story, head="某省人民政府公报　2026年第1期"))
    assert len(source.pages) == 4
    assert texts(source, "text") == paragraphs
    assert [(kind, level, text) for kind, level, text in outline(source) if kind == "heading"] == [
        ("heading", 1, "某省人民政府关于推进示范工作的若干意见和一个要占两行的长标题"),
        ("heading", 2, "一、总体要求"),
        ("heading", 2, "二、保障措施"),
    ]
    assert texts(source, "furniture") == [
        line for page in range(1, 5) for line in ("某省人民政府公报　2026年第1期", f"— {page} —")
    ]
    for number, page in enumerate(source.pages, start=1):
        assert f"— {number} —" in source.text[page.start : page.end]


@pytest.mark.parametrize("style", [TEXT, FLUSH], ids=["indented", "spaced"])
@pytest.mark.parametrize("columns", [1, 2, 3])
def test_paragraphs_across_columns_and_pages(style, columns):
    paragraphs = [f"（{i}）{SENTENCE * (1 + i * 7 % 4)}" for i in range(30)]
    source = read(printed([Paragraph(text, style) for text in paragraphs], columns, "公报"))
    assert texts(source, "text") == paragraphs
    assert max(len(mark.spans) for mark in source.marks) == 2


WORD = st.sampled_from(
    ["科技创新", "和", "示范区500个", "，", "AI应用", "3.5万亿元", "“十五五”", "（试行）", "发展"]
)
PARAGRAPH = st.lists(WORD, min_size=4, max_size=80).map(lambda words: "为" + "".join(words) + "。")


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(PARAGRAPH, min_size=1, max_size=25), st.integers(1, 2))
def test_whatever_is_printed_comes_back(paragraphs, columns):
    if columns == 2:  # so that both columns are filled: a few lines beside a column could be anything
        paragraphs = [*paragraphs, *[SENTENCE * 6] * 12]
    source = read(printed([Paragraph(text, TEXT) for text in paragraphs], columns))
    assert texts(source, "text") == paragraphs


def articles(columns, tall=6):
    """Two articles, each below its headline at the left of the page: what is drawn, and the paragraphs in order."""
    page, expected = [], []
    for top, name in [(760, "甲"), (560, "乙")]:
        page += [(60, top + 28, f"{name}篇上方的引题"), (60, top, f"{name}篇的通栏标题", 20)]
        paragraphs = []
        for column in range(columns):
            for row in range(tall):
                count = 12 if row < tall - 1 else 6
                line = (
                    f"{name}{column}栏{row}行"
                    + "科技创新产业融合发展"[: count - 6]
                    + "字。"[row < tall - 1 :]
                )
                page.append((60 + 170 * column, top - 40 - 18 * row, line[:count]))
                paragraphs.append(line[:count])
        expected += [f"{name}篇上方的引题", f"{name}篇的通栏标题", "".join(paragraphs)]
    return [*page, (5 + 85 * columns, 400, "责任编辑 某某 版式", 9)], [*expected, "责任编辑 某某 版式"]


@pytest.mark.parametrize("columns", [2, 3])
def test_columns_below_one_headline_are_read_before_the_next(columns):
    page, expected = articles(columns)
    source = read(drawn(page))
    assert "".join(texts(source, "heading", "text")) == "".join(expected)
    assert texts(source, "heading") == ["甲篇的通栏标题", "乙篇的通栏标题"]


def test_columns_that_begin_at_different_heights_are_not_parted():
    title = (190, 760, "居中的大标题", 24)
    left = [(60, 702 - 21 * i, f"左栏第{i}行科技创新产业融合") for i in range(20)]
    right = [(320, 720 - 21 * i, f"右栏第{i}行科技创新产业融合") for i in range(20)]
    source = read(drawn([title, *left, *right]))
    found = "".join(texts(source, "heading", "text"))
    assert found == "".join(piece[2] for piece in [title, *left, *right])


@pytest.mark.parametrize("indent", [2, 0], ids=["indented", "flush"])
def test_a_full_line_that_ends_in_a_semicolon_goes_on(indent):
    filler = "科技创新和产业创新融合发展" * 100
    opening, page = 30 - indent, 30 * 35 - indent
    first = filler[: opening + 30 * 5 - 1] + "；" + ("第21章第2节提出" if indent else "有关部门提出")
    first += filler[: page - 1 - len(first)] + "；" + filler[: 30 * 20 + 7] + "。"
    paragraphs = [first, filler[: opening + 30 * 6 + 5] + "。"]
    rows = []
    for paragraph in paragraphs:
        rows.append((60 + 12 * indent, paragraph[:opening]))
        rows += [(60, paragraph[at : at + 30]) for at in range(opening, len(paragraph), 30)]
    pages = [[(x, 780 - 20 * i, line) for i, (x, line) in enumerate(rows[at : at + 35])] for at in (0, 35)]
    assert [page[-1][2][-1] for page in pages] == ["；", "。"]
    assert texts(read(drawn(*pages)), "text") == paragraphs


def test_a_table_of_contents_is_furniture():
    entries = [
        "第一章 总体要求........................1",
        "第二章 主要任务…………………………12",
        "第三章 一个长到要占两行的",
        "标题 · · · · · · · · · · · · 15",
    ]
    contents = [(250, 780, "目　录", 16), *((72, 740 - 20 * i, line) for i, line in enumerate(entries))]
    text = ["第一章 总体要求", "省政府决定……2030"]
    source = read(drawn(contents, [(72, 780 - 20 * i, line) for i, line in enumerate(text)]))
    assert texts(source, "furniture") == ["目　录", *entries]
    assert "".join(texts(source, "text", "heading")) == "".join(text)


def test_a_bracket_on_two_lines_in_the_middle_is_one_paragraph():
    lines = ["（2025年9月28日某省第十四届人民代表大会常务委员会第十八次会", "议通过）"]
    full = "科技创新和产业创新融合发展情况良好并且持续向好的态势不变的啊"
    width = pdfmetrics.stringWidth(full, SONG, 12)
    page = [(72, 740, lines[0]), (72 + width / 2 - 24, 720, lines[1])]
    page += [(72, 680 - 20 * i, full) for i in range(4)]
    assert texts(read(drawn(page)), "text")[0] == "".join(lines)


def test_words_keep_their_blanks_where_lines_are_joined():
    text = (
        "The white paper on artificial intelligence for science describes how laboratories work together, "
        * 3
    )
    data = printed(
        [Paragraph(text.strip(), ParagraphStyle("latin", fontName="Helvetica", fontSize=12, leading=18))]
    )
    assert texts(read(data), "text") == [text.strip()]


def test_a_note_at_the_foot_of_a_page():
    paragraphs = [SENTENCE * 4] * 5
    story = [Paragraph(text, TEXT) for text in paragraphs]
    story += [
        Spacer(1, 60),
        Paragraph("①初步核算数，绝对数按现价计算。", SMALL),
        PageBreak(),
        *(Paragraph(t, TEXT) for t in paragraphs),
    ]
    source = read(printed(story))
    assert texts(source, "note") == ["①初步核算数，绝对数按现价计算。"]
    assert texts(source, "text") == paragraphs * 2


def test_a_table_is_rows_with_its_header():
    rows = [
        ["指标", "2025年", "2030年"],
        ["研发经费投入强度", "2.8%", "3.2%"],
        ["示范区数量", "100个", "500个"],
    ]
    story = [
        Paragraph(SENTENCE, TEXT),
        Table(rows, [160, 120, 120], style=[("FONT", (0, 0), (-1, -1), SONG, 12)]),
    ]
    source = read(printed([*story, Paragraph(SENTENCE, TEXT)]))
    assert outline(source)[:5] == [
        ("text", 0, SENTENCE),
        ("row", 0, "指标；2025年；2030年"),
        ("row", 0, "指标：研发经费投入强度；2025年：2.8%；2030年：3.2%"),
        ("row", 0, "指标：示范区数量；2025年：100个；2030年：500个"),
        ("text", 0, SENTENCE),
    ]


def test_rows_of_a_table_that_goes_on_do_not_run_together():
    def row(number):
        name = f"第{number}号重点项目平江市智能制造产业园工程"
        if number % 2:
            return [
                (60, 700 - 20 * (number % 10), f"{number} {name}（二期）{number}.5 平江市人民政府和省厅", 10)
            ]
        left, right = f"{number} {name}", f"{number}.0 平江市人民政府和省厅"
        return [(60, 700 - 20 * (number % 10), left, 10), (330, 700 - 20 * (number % 10), right, 10)]

    pages = [[piece for i in range(10) for piece in row(10 * page + i)] for page in (1, 2)]
    source = read(drawn(*pages))
    assert len(texts(source, "row", "text")) == 20
    assert all(
        text.count("重点项目") == text.count("平江市人民政府") == 1 for text in texts(source, "row", "text")
    )
    assert texts(source, "row")[:2] == [
        "10 第10号重点项目平江市智能制造产业园工程 10.0 平江市人民政府和省厅",
        "11 第11号重点项目平江市智能制造产业园工程（二期）11.5 平江市人民政府和省厅",
    ]


def test_text_out_of_order_and_beside_the_page():
    page = [
        (72, 660, "第三行。"),
        (72, 700, "第一行。"),
        (72, 680, "第二行。"),
        (9000, 700, "页外"),
        (72, 90000, "页外"),
    ]
    assert texts(read(drawn(page)), "text") == ["第一行。", "第二行。", "第三行。"]


def test_a_page_that_is_turned():
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4)
    canvas.setPageRotation(90)
    canvas.translate(A4[0], 0)
    canvas.rotate(90)
    for i in range(4):
        canvas.setFont(SONG, 12)
        canvas.drawString(72, 400 - 20 * i, f"第{i}行横着的字。")
    canvas.showPage()
    canvas.save()
    assert texts(read(stream.getvalue()), "text") == [f"第{i}行横着的字。" for i in range(4)]


def test_blank_pages_have_spans_too():
    source = read(drawn([(72, 700, "首页。")], [], [(72, 700, "末页。")], []))
    assert [source.text[page.start : page.end].strip() for page in source.pages] == [
        "首页。",
        "",
        "末页。",
        "",
    ]


def test_the_title_of_the_file_where_the_document_has_it():
    for title, declared in [("示范工作意见", {"title": "示范工作意见"}), ("Microsoft Word - 1.doc", {})]:
        stream = io.BytesIO()
        canvas = Canvas(stream)
        canvas.setTitle(title)
        canvas.setFont(SONG, 20)
        canvas.drawString(72, 700, "示范工作意见")
        canvas.save()
        assert read(stream.getvalue()).declared == declared


def test_what_cannot_be_read_is_refused(monkeypatch):
    monkeypatch.setattr("rag.reading.pdf.find_spec", lambda name: None)
    good = drawn([(72, 700, "话。")])
    locked = drawn([(72, 700, "话。")], encrypt=StandardEncryption("password"))
    for data, reason in [
        (locked, "加了打开密码"),
        (good[:200], "已损坏"),
        (
            drawn([]),
            "没有文字层，可能是扫描件；请先做文字识别，或装上识别后重试：pip install -r requirements-ocr.txt",
        ),
        (b"%PDF-1.7\n" + bytes(range(256)), "已损坏"),
    ]:
        with pytest.raises(ReadingError, match=reason) as caught:
            extract(data, "a.pdf")
        assert "\n" not in str(caught.value)


def test_a_file_that_only_forbids_copying_is_read():
    data = drawn([(72, 700, "可以打开的话。")], encrypt=StandardEncryption("", "owner", canCopy=0))
    assert texts(read(data), "text") == ["可以打开的话。"]


SPOILT = drawn(
    *[[(72, 700 - 20 * i, f"第{i}行，科技创新。") for i in range(12)] for _ in range(2)], pageCompression=0
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_spoilt_bytes_raise_nothing_but_a_reading_error(data):
    spoilt = bytearray(SPOILT)
    for _ in range(data.draw(st.integers(1, 8))):
        spoilt[data.draw(st.integers(5, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
    try:
        sources = extract(bytes(spoilt[: data.draw(st.integers(5, len(spoilt)))]), "a.pdf")
    except ReadingError:
        return
    for source in sources:
        assert_tiled(source)
