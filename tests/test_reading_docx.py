"""Word documents: what a reader of the page sees comes back in order, with its numbers, tables and notes."""

import io
import zipfile

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.shared import Pt
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ReadingError
from rag.reading import extract
from rag.reading.docx_numbering import chinese, written
from tests.outlines import assert_tiled, outline, texts

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def packed(document):
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def read(document):
    [source] = extract(packed(document) if not isinstance(document, bytes) else document, "文.docx")
    assert_tiled(source)
    return source


def written_by_hand(body, numbering="", notes="", styles=""):
    """A package with these children of its body, definitions of lists, footnotes and styles."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
        archive.writestr("word/numbering.xml", f"<w:numbering {W}>{numbering}</w:numbering>")
        archive.writestr("word/footnotes.xml", f"<w:footnotes {W}>{notes}</w:footnotes>")
        archive.writestr("word/styles.xml", f"<w:styles {W}>{styles}</w:styles>")
    return stream.getvalue()


def p(content, properties=""):
    run = content if content.startswith("<") else f"<w:r><w:t>{content}</w:t></w:r>"
    return f"<w:p><w:pPr>{properties}</w:pPr>{run}</w:p>"


def test_a_notice_with_headings_and_a_title_on_two_lines():
    document = docx.Document()
    for line in ("某省人民政府", "关于印发示范规划的通知"):
        paragraph = document.add_paragraph()
        paragraph.add_run(line).font.size = Pt(22)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph("各市人民政府：")
    document.add_heading("一、总体要求", 1)
    document.add_paragraph("到2030年，建成500个示范区。")
    document.add_heading("（一）指导思想", 2)
    document.add_paragraph("甲项", style="List Number")
    document.add_paragraph("乙项", style="List Number")
    document.add_paragraph("丙项", style="List Bullet")
    document.add_paragraph("第一行，\n接着说")
    document.sections[0].header.paragraphs[0].text = "页眉"
    document.core_properties.title = "关于印发示范规划的通知"
    document.core_properties.author = "账户名"
    source = read(document)
    assert source.declared == {"title": "关于印发示范规划的通知"}
    assert outline(source) == [
        ("heading", 1, "某省人民政府|关于印发示范规划的通知"),
        ("text", 0, "各市人民政府："),
        ("heading", 2, "一、总体要求"),
        ("text", 0, "到2030年，建成500个示范区。"),
        ("heading", 3, "（一）指导思想"),
        ("text", 0, "1. 甲项"),
        ("text", 0, "2. 乙项"),
        ("text", 0, "丙项"),
        ("text", 0, "第一行，|接着说"),
    ]
    assert source.text.startswith("某省人民政府\n关于印发示范规划的通知\n\n各市人民政府：\n\n一、")


def test_a_title_of_a_template_is_not_the_document_s():
    document = docx.Document()
    document.add_paragraph("关于甲的通知")
    document.core_properties.title = "Microsoft Word - 模板"
    assert read(document).declared == {}


def test_styles_say_what_is_a_heading():
    styles = """<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style>
    <w:style w:type="paragraph" w:styleId="b"><w:name w:val="标题 2"/></w:style>
    <w:style w:type="paragraph" w:styleId="c"><w:name w:val="自定"/><w:basedOn w:val="d"/></w:style>
    <w:style w:type="paragraph" w:styleId="d"><w:name w:val="自定底"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>
    <w:style w:type="paragraph" w:styleId="e"><w:name w:val="toc 1"/></w:style>
    <w:style w:type="paragraph" w:styleId="f"><w:name w:val="loop"/><w:basedOn w:val="f"/></w:style>"""
    body = (
        p("目录一\t1", '<w:pStyle w:val="e"/>')
        + p("第一章", '<w:pStyle w:val="c"/>')
        + p("第一节", '<w:pStyle w:val="b"/>')
        + p("直接标明的", '<w:outlineLvl w:val="2"/>')
        + p("正文。", '<w:outlineLvl w:val="9"/><w:pStyle w:val="f"/>')
        + p('<w:r><w:rPr><w:rFonts w:eastAsia="黑体"/></w:rPr><w:t>一、总则</w:t></w:r>')
        + p("<w:r><w:rPr><w:b/></w:rPr><w:t>只是加粗，是一句话。</w:t></w:r>")
    )
    assert outline(read(written_by_hand(body, styles=styles))) == [
        ("furniture", 0, "目录一 1"),
        ("heading", 1, "第一章"),
        ("heading", 2, "第一节"),
        ("heading", 3, "直接标明的"),
        ("text", 0, "正文。"),
        ("heading", 2, "一、总则"),
        ("text", 0, "只是加粗，是一句话。"),
    ]


def test_list_numbers_as_word_writes_them():
    levels = [
        ("chineseCountingThousand", "第%1章", 0),
        ("chineseCounting", "（%2）", 1),
        ("decimal", "%1.%3", 2),
    ]
    abstract = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{style}"/><w:lvlText w:val="{text}"/>'
        + ("<w:isLgl/>" if level == 2 else "")
        + "</w:lvl>"
        for style, text, level in levels
    )
    numbering = (
        f'<w:abstractNum w:abstractNumId="0">{abstract}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="9"/></w:lvlOverride></w:num>'
    )
    sequence = [(1, 0), (1, 1), (1, 1), (1, 2), (1, 0), (1, 1), (1, 2), (2, 0), (2, 0), (0, 0), (7, 0)]
    body = "".join(
        p("项", f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')
        for number, level in sequence
    )
    expected = ["第一章", "（一）", "（二）", "1.1 ", "第二章", "（一）", "2.1 ", "第九章", "第十章", "", ""]
    assert texts(read(written_by_hand(body, numbering)), "text") == [f"{number}项" for number in expected]


@pytest.mark.parametrize(
    ("value", "style", "text"),
    [
        (10, "chineseCounting", "十"),
        (21, "japaneseCounting", "二十一"),
        (105, "chineseCountingThousand", "一百零五"),
        (110, "chineseCountingThousand", "一百一十"),
        (1001, "chineseCountingThousand", "一千零一"),
        (12, "ideographDigital", "一二"),
        (15, "chineseLegalSimplified", "壹拾伍"),
        (3, "ideographTraditional", "丙"),
        (12, "ideographZodiac", "亥"),
        (3, "decimalEnclosedCircle", "③"),
        (30, "decimalEnclosedCircle", "30"),
        (7, "decimalZero", "07"),
        (12, "decimalFullWidth", "１２"),
        (28, "lowerLetter", "bb"),
        (4, "upperRoman", "IV"),
        (1994, "lowerRoman", "mcmxciv"),
        (5, "unheard-of", "5"),
        (0, "chineseCounting", "0"),
    ],
)
def test_formats_of_numbers(value, style, text):
    assert written(value, style) == text


@given(st.integers(1, 9999))
def test_chinese_numbers_say_their_value(value):
    """Read back by the rule of the language: digits times units, added up."""
    units = {"十": 10, "百": 100, "千": 1000}
    total = figure = 0
    for character in chinese(value):
        if character in units:
            total += (figure or 1) * units[character]
            figure = 0
        elif character != "零":
            figure = "〇一二三四五六七八九".index(character)
    assert total + figure == value


def test_insertions_links_fields_and_signs_are_text_and_deletions_are_not():
    body = (
        p(
            "<w:r><w:t>甲</w:t></w:r><w:ins><w:r><w:t>乙</w:t></w:r></w:ins><w:del><w:r><w:delText>删</w:delText></w:r></w:del>"
            "<w:moveFrom><w:r><w:t>移走</w:t></w:r></w:moveFrom><w:hyperlink><w:r><w:t>丙</w:t></w:r></w:hyperlink>"
            '<w:r><w:fldChar w:fldCharType="begin"/><w:instrText>PAGE</w:instrText><w:fldChar w:fldCharType="separate"/></w:r>'
            "<w:r><w:t>丁</w:t></w:r><w:sdt><w:sdtPr/><w:sdtContent><w:r><w:t>戊</w:t></w:r></w:sdtContent></w:sdt>"
            '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:noBreakHyphen/><w:t>⻚</w:t></w:r>'
            "<w:r><w:ruby><w:rt><w:r><w:t>hàn</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>汉</w:t></w:r></w:rubyBase></w:ruby></w:r>"
            "<w:r><w:rPr><w:vanish/></w:rPr><w:t>藏</w:t></w:r>"
        )
        + p("<w:r><w:t>前半</w:t></w:r>", "<w:rPr><w:del/></w:rPr>")
        + p("后半。")
    )
    assert texts(read(written_by_hand(body)), "text") == ["甲乙丙丁戊☑-页汉", "前半后半。"]


def test_notes_follow_their_paragraph_and_text_boxes_are_read_once():
    box = "<w:txbxContent><w:p><w:r><w:t>框里</w:t></w:r></w:p></w:txbxContent>"
    body = (
        p('<w:r><w:t>甲</w:t><w:footnoteReference w:id="2"/><w:t>乙。</w:t></w:r>')
        + p(
            "<w:r><mc:AlternateContent xmlns:mc='urn:mc'><mc:Choice><w:drawing>"
            f"{box}</w:drawing></mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent>"
            "<w:t>丙。</w:t></w:r>"
        )
        + "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>年</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>值</w:t></w:r></w:p></w:tc></w:tr>"
        '<w:tr><w:tc><w:p><w:r><w:t>2025</w:t><w:footnoteReference w:id="3"/></w:r></w:p></w:tc>'
        "<w:tc><w:p><w:r><w:t>5%</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )
    notes = (
        f'<w:footnote w:id="0" w:type="separator">{p("线")}</w:footnote>'
        f'<w:footnote w:id="2">{p("注释的话。")}</w:footnote><w:footnote w:id="3">{p("初步数。")}</w:footnote>'
    )
    assert outline(read(written_by_hand(body, notes=notes))) == [
        ("text", 0, "甲乙。"),
        ("note", 0, "注1：注释的话。"),
        ("text", 0, "丙。"),
        ("text", 0, "框里"),
        ("row", 0, "年；值"),
        ("row", 0, "年：2025；值：5%"),
        ("note", 0, "注2：初步数。"),
    ]


def test_a_note_that_refers_to_itself_is_read_once():
    body = p('<w:r><w:t>甲。</w:t><w:footnoteReference w:id="1"/></w:r>')
    inside = p('<w:r><w:t>见本注。</w:t><w:footnoteReference w:id="1"/></w:r>')
    note = f'<w:footnote w:id="1">{inside}</w:footnote>'
    assert outline(read(written_by_hand(body, notes=note))) == [
        ("text", 0, "甲。"),
        ("note", 0, "注1：见本注。"),
    ]


def test_the_notes_of_one_paragraph_are_as_many_notes():
    body = p(
        '<w:r><w:t>甲</w:t><w:footnoteReference w:id="1"/><w:t>乙</w:t><w:footnoteReference w:id="2"/>'
        '<w:t>丙。</w:t><w:footnoteReference w:id="3"/></w:r>'
    )
    notes = "".join(f'<w:footnote w:id="{n}">{p(f"第{n}个。")}</w:footnote>' for n in (1, 2, 3))
    assert outline(read(written_by_hand(body, notes=notes))) == [
        ("text", 0, "甲乙丙。"),
        *(("note", 0, f"注{n}：第{n}个。") for n in (1, 2, 3)),
    ]


def test_tables_with_merged_cells():
    document = docx.Document()
    table = document.add_table(4, 3)
    for i, row in enumerate(
        [["类", "指标", "2025年"], ["工业", "产值", "5%"], ["", "投资", "6%"], ["合计", "", "7%"]]
    ):
        for j, text in enumerate(row):
            table.cell(i, j).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(3, 0).merge(table.cell(3, 1))
    assert texts(read(document), "row") == [
        "类；指标；2025年",
        "类：工业；指标：产值；2025年：5%",
        "类：工业；指标：投资；2025年：6%",
        "类 指标：合计；2025年：7%",
    ]


def test_a_frame_of_one_cell_is_text():
    document = docx.Document()
    document.add_table(1, 1).cell(0, 0).text = "框里的一段话。"
    assert outline(read(document)) == [("text", 0, "框里的一段话。")]


WORDS = st.text("科技创新发展甲乙AI 2026%（）、", min_size=1, max_size=20).map(
    lambda text: "话" + " ".join(text.split()) + "。"
)


@settings(max_examples=40)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("p"), st.lists(WORDS, min_size=1, max_size=3)),
            st.tuples(st.just("h"), WORDS),
            st.tuples(st.just("t"), st.lists(st.tuples(WORDS, WORDS), min_size=2, max_size=3)),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_what_was_written_comes_back(blocks):
    document = docx.Document()
    expected = []
    for kind, content in blocks:
        if kind == "p":
            paragraph = document.add_paragraph()
            for run in content:
                paragraph.add_run(run)
            expected.append("".join(content))
        elif kind == "h":
            document.add_heading(content, 1)
            expected.append(content)
        else:
            rows = [("甲栏", "乙栏"), *content]
            table = document.add_table(len(rows), 2)
            for row, texts_of_row in zip(table.rows, rows, strict=True):
                row.cells[0].text, row.cells[1].text = texts_of_row
            expected += ["甲栏；乙栏", *(f"甲栏：{a}乙栏：{b}" for a, b in content)]
            document.add_paragraph("隔开。")
            expected.append("隔开。")
    assert texts(read(document), "heading", "text", "row") == expected


def test_dangerous_and_damaged_packages_are_refused():
    laughs = (
        '<!DOCTYPE w [<!ENTITY a "哈哈哈哈哈"><!ENTITY b "&a;&a;&a;&a;">]>'
        + f"<w:document {W}><w:body>&b;</w:body></w:document>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("word/document.xml", laughs)
    good = written_by_hand(p("话。"))
    deep = written_by_hand("<w:sdt>" * 5000 + p("话") + "</w:sdt>" * 5000)
    for data, reason in [
        (stream.getvalue(), "实体声明"),
        (good[: len(good) // 2], "已损坏"),
        (good.replace("话。".encode(), b"\xff\xff\xff\xff\xff\xff"), "已损坏"),
        (deep, "已损坏"),
        (written_by_hand(""), "没有文字"),
        (written_by_hand("").replace(b"word/document", b"word/documenx"), "没有 Word 正文"),
    ]:
        with pytest.raises(ReadingError, match=reason) as caught:
            extract(data, "a.docx")
        assert "\n" not in str(caught.value)


def test_word_s_own_files_have_no_entities_but_may_have_controls():
    document = docx.Document()
    document.element.body.insert(
        0, parse_xml(f"<w:sdt {W}><w:sdtContent>{p('控件里。')}</w:sdtContent></w:sdt>")
    )
    assert texts(read(document), "text") == ["控件里。"]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_spoilt_bytes_raise_nothing_but_a_reading_error(data):
    document = bytearray(written_by_hand(p("科技创新。") * 3, f'<w:num w:numId="1">{p("x")}</w:num>'))
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(document) - 1))
        document[place] = data.draw(st.integers(0, 255))
    try:
        sources = extract(bytes(document[: data.draw(st.integers(1, len(document)))]), "a.docx")
    except ReadingError:
        return
    for source in sources:
        assert_tiled(source)
