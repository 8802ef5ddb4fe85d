"""One official notice as text, Markdown-like text, web page, Word document and PDF: the same structure of each."""

import io

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph, SimpleDocTemplate
from test_structure import check

from rag.reading import extract
from rag.structure import parse

TITLE = "国务院办公厅关于加快发展工业软件的指导意见"
NUMBER = "国办发〔2026〕12号"
# (heading or None, paragraphs under it)
SECTIONS = [
    (
        None,
        [
            "各省、自治区、直辖市人民政府，国务院各部委、各直属机构：",
            "工业软件是制造业的基础，是推动制造业高端化、智能化、绿色化发展的关键支撑。为加快发展工业软件，经国务院同意，"
            "现提出以下意见，请结合实际认真贯彻落实。",
        ],
    ),
    (
        "一、总体要求",
        [
            "（一）指导思想。坚持创新驱动，坚持市场主导，充分发挥企业创新主体作用，推动工业软件供给能力明显增强，"
            "关键核心技术取得突破，产业生态更加完善。",
            "（二）主要目标。到2028年，培育20家以上骨干企业，工业软件国产化率达到60%以上。",
        ],
    ),
    (
        "二、重点任务",
        [
            "（三）强化攻关。组织实施重大专项，突破一批关键技术，形成一批具有自主知识产权的产品，每年评估一次实施效果，"
            "并向社会公布评估结果。",
        ],
    ),
    ("三、保障措施", ["各地要结合实际抓好落实，重大事项及时向国务院报告。"]),
]
SIGNED = ["国务院办公厅", "2026年3月1日"]


def as_text():
    lines = [TITLE, NUMBER, ""]
    for heading, paragraphs in SECTIONS:
        lines += [f"　　{heading}"] if heading else []
        lines += [f"　　{paragraph}" for paragraph in paragraphs]
    return "\r\n".join([*lines, "", *SIGNED]).encode("gb18030"), "notice.txt"


def as_page():
    body = "".join(
        (f"<p>　　<strong>{heading}</strong></p>" if heading else "")
        + "".join(f"<p>　　{paragraph}</p>" for paragraph in paragraphs)
        for heading, paragraphs in SECTIONS
    )
    signed = "".join(f'<p style="text-align:right">{line}</p>' for line in SIGNED)
    page = (
        f'<html><head><meta charset="utf-8"><title>{TITLE}_中国政府网</title></head><body>'
        f'<div class="nav"><a href="/">首页</a> <a href="/zhengce">政策</a></div>'
        f'<div id="UCAP-CONTENT"><p style="text-align:center"><b>{TITLE}</b></p>'
        f'<p style="text-align:center">{NUMBER}</p>{body}{signed}</div>'
        '<div class="footer">版权所有 网站标识码bm01000001</div></body></html>'
    )
    return page.encode(), "notice.html"


def as_word():
    document = docx.Document()

    def add(text, *, align=None, size=16, bold=False):
        paragraph = document.add_paragraph()
        paragraph.alignment = align
        run = paragraph.add_run(text)
        run.font.size, run.bold = Pt(size), bold

    add(TITLE, align=WD_ALIGN_PARAGRAPH.CENTER, size=22, bold=True)
    add(NUMBER, align=WD_ALIGN_PARAGRAPH.CENTER)
    for heading, paragraphs in SECTIONS:
        if heading:
            add(heading, bold=True)
        for paragraph in paragraphs:
            add(paragraph)
    for line in SIGNED:
        add(line, align=WD_ALIGN_PARAGRAPH.RIGHT)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue(), "notice.docx"


def as_print():
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    base = ParagraphStyle("base", fontName="STSong-Light", fontSize=16, leading=42, wordWrap="CJK")

    def style(**changes):
        return ParagraphStyle("own", parent=base, **changes)

    body = style(firstLineIndent=32, alignment=TA_JUSTIFY)
    story = [
        Paragraph(TITLE, style(fontSize=22, leading=34, alignment=TA_CENTER)),
        Paragraph(NUMBER, style(alignment=TA_CENTER)),
    ]
    for heading, paragraphs in SECTIONS:
        story += [Paragraph(heading, style(firstLineIndent=32, fontSize=18))] if heading else []
        story += [Paragraph(paragraph, body) for paragraph in paragraphs]
    story += [Paragraph(line, style(alignment=TA_RIGHT)) for line in SIGNED]
    stream = io.BytesIO()

    def number_page(canvas, _):
        canvas.setFont("STSong-Light", 12)
        canvas.drawCentredString(A4[0] / 2, 40, f"— {canvas.getPageNumber()} —")

    SimpleDocTemplate(stream, pagesize=A4).build(story, onFirstPage=number_page, onLaterPages=number_page)
    return stream.getvalue(), "notice.pdf"


@pytest.mark.parametrize("made", [as_text, as_page, as_word, as_print])
def test_a_notice_reads_the_same_in_every_format(made):
    data, name = made()
    (source,) = extract(data, name)
    document = parse(source)
    check(document)
    (article,) = document.articles
    assert (article.title, article.issuer, article.number, article.date) == (
        TITLE,
        "国务院办公厅",
        NUMBER,
        "2026-03-01",
    )
    assert [heading.text for heading in article.headings] == [heading for heading, _ in SECTIONS if heading]
    assert [(p.heading, p.text) for p in article.paragraphs] == [
        (heading, paragraph) for heading, paragraphs in SECTIONS for paragraph in paragraphs
    ]
    assert [block.text for block in article.metadata if block.kind == "signature"] == SIGNED


def test_pages_of_a_print_are_numbered_and_their_numbers_no_text():
    data, name = as_print()
    (source,) = extract(data, name)
    document = parse(source)
    assert [block.text for block in document.noise] == ["— 1 —", "— 2 —"]
    (article,) = document.articles
    first, last = article.paragraphs[0], article.paragraphs[-1]
    assert (source.page_of(first.spans[0].start), source.page_of(last.spans[0].start)) == (1, 2)
