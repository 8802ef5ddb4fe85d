"""Answers and reports as text, Markdown and Word documents: what a reader of each sees."""

import io
import re
from dataclasses import replace
from datetime import date

import docx
import pytest
from fake_assistant import HOSTILE, LOAN, LOAN_QUOTE, FakeAssistant, place
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from markdown_it import MarkdownIt

from rag.datatypes import (
    Answer,
    Citation,
    Conflict,
    Difference,
    QuoteMatch,
    QuoteReport,
    Refusal,
    Sentence,
    Turn,
)
from rag.export import WRITERS
from rag.export.answers import answers_sheet
from rag.export.markdown import as_markdown
from rag.export.report import report_sheet
from rag.export.sheet import Note, Sheet, Table, Words, block
from rag.export.text import as_text
from rag.export.word import as_docx
from rag.manuscript.opening import pasted
from rag.reading import extract
from rag.text import squeeze
from tests.outlines import outline, texts

DAY = date(2026, 3, 5)
LOAN_PLACE = "《再贷款政策加力支持科技创新》第 7 段（示例日报，2026-01-20，loan.txt）"
FAKE = FakeAssistant(0)


def answer_to(question, history=()):
    *_, last = FAKE.stream(question, history=history)
    return last.answer


def sheet(*answers, verify=FAKE.verify):
    return answers_sheet(answers, verify, DAY)


FULL = replace(
    answer_to("再贷款多少，有何不同？", [Turn(role="user", content="前文")]),
    sentences=(
        Sentence(text="增加到1.2万亿元。", citations=(1,)),
        Sentence(text="即日实施。", citations=(2, 1)),
        Sentence(text="皆大欢喜。", verdict="unsupported"),
    ),
    citations=(
        Citation(n=1, place=place(LOAN, 7, LOAN_QUOTE), also=(place(LOAN, 1, "第一节。"),)),
        Citation(n=2, place=place(LOAN, 7, "政策自发布之日起实施。")),
    ),
    conflicts=(Conflict(citations=(2,), message="两处不同。"),),
    unanswered=("谁说的",),
    notice="模型没有应答。",
)


# --- text


def test_an_answer_as_text_has_everything_that_the_page_shows():
    assert as_text(sheet(FULL)) == (
        "再贷款多少，有何不同？\n"
        "理解为：科技创新和技术改造再贷款再贷款多少，有何不同？\n"
        "增加到1.2万亿元。[1]即日实施。[2][1]皆大欢喜。\n"
        "说法不一：两处不同。[2]\n"
        "文档里没有找到这一部分的答案：谁说的\n"
        "提示：模型没有应答。\n"
        "\n"
        "由引据生成，引文已于2026年3月5日与源文件逐字核对。\n"
        "\n"
        f"[1] {LOAN_PLACE}：“{LOAN_QUOTE}”另见 1 处：{LOAN_PLACE.replace('第 7', '第 1')}。\n"
        f"[2] {LOAN_PLACE}：“政策自发布之日起实施。”\n"
    )


def test_a_refusal_as_text_has_its_reason_and_the_nearest_passages():
    assert as_text(sheet(answer_to("增长目标"))) == (
        "增长目标\n"
        "文档中没有：文档里没有2026年国内生产总值增长目标。\n"
        "\n"
        "最接近的段落\n"
        f"· {LOAN_PLACE}：“{LOAN_QUOTE}”\n"
        f"· {LOAN_PLACE.replace('第 7', '第 2')}：“会议强调,要坚持稳中求进工作总基调”\n"
        "\n"
        "2026年3月5日由引据生成。\n"
    )


def test_the_notes_of_a_conversation_are_numbered_through():
    found = sheet(FULL, answer_to("10个"), FULL)
    assert len(found.notes) == 2 + 6 + 2
    for number, name in enumerate("一二三四五六", start=3):
        assert f"· 第{name}节。[{number}]\n" in as_text(found)
        assert f"“第{name}节。”" in found.notes[number - 1]
    assert found.notes[8:] == found.notes[:2]
    assert "即日实施。[10][9]" in as_text(found)


def test_a_listing_without_a_lead_in_is_all_items():
    items = tuple(Sentence(text=f"{name}。", citations=(1,)) for name in "甲乙")
    found = sheet(replace(FULL, sentences=items, listing=True))
    assert [each.kind for each in found.blocks][2:4] == ["item", "item"]


def test_quotes_that_stand_no_longer_are_told_of():
    stale = FULL.citations[1].place

    def verify(places):
        return [f"[{n}] 对不上" for n, each in places if each in (stale, FULL.citations[0].also[0])]

    found = sheet(FULL, verify=verify)
    assert found.notes[0].endswith(f"“{LOAN_QUOTE}”")
    assert found.notes[1].endswith("“政策自发布之日起实施。”（源文件在作答之后改动过，这处引文已对不上）")
    assert "由引据生成；2026年3月5日与源文件逐字核对，2 处引文里有 1 处已对不上，见注。" in as_text(found)
    refusal = answer_to("增长目标")
    assert "会议强调" not in as_text(
        sheet(refusal, verify=lambda places: ["不"] * (places[0][1] == refusal.nearest[1]))
    )


# --- Markdown


def shown(markdown):
    """What a reader sees of Markdown, footnotes aside."""
    rendered = MarkdownIt("commonmark").enable("table").render(markdown)
    return html.fromstring(f"<div>{rendered}</div>")


NASTY = st.text("\\`*_~[]<>#|&$!^-+=.:;/()\"' 1a甲，。‸", max_size=12)


@given(st.sampled_from(["title", "heading", "text", "item", "quote", "remark"]), NASTY, NASTY, NASTY)
def test_markdown_shows_just_the_characters(kind, before, struck, after):
    parts = (before, Words(text=struck, style="struck"), after, Words(text=struck, style="added"))
    found = shown(as_markdown(Sheet(title="", blocks=(block("text", "前"), block(kind, *parts)))))
    assert squeeze(found.text_content()) == squeeze(f"前{before}{struck}{after}{struck}")
    assert [squeeze(each.text or "") for each in found.iter("del", "ins")] == [squeeze(struck)] * 2
    assert {each.tag for each in found.iter()} <= {
        "div",
        "h1",
        "h2",
        "p",
        "ul",
        "li",
        "blockquote",
        "del",
        "ins",
    }


@given(NASTY, NASTY)
def test_a_markdown_table_shows_just_the_characters(one, other):
    found = shown(as_markdown(Sheet(title="", blocks=(Table(rows=(("甲", "乙"), (one, other))),))))
    assert [squeeze(cell.text_content()) for cell in found.iter("th", "td")] == [
        "甲",
        "乙",
        squeeze(one),
        squeeze(other),
    ]


def test_markdown_has_footnotes_and_lists():
    markdown = as_markdown(sheet(FULL, answer_to("10个")))
    assert "增加到1.2万亿元。[^1]即日实施。[^2][^1]<del>皆大欢喜。</del>\n\n" in markdown
    assert "\n\n- 第一节。[^3]\n- 第二节。[^4]\n" in markdown
    assert re.findall(r"(?m)^\[\^(\d)\]: ", markdown) == list("12345678")
    assert f"[^2]: {LOAN_PLACE}：“政策自发布之日起实施。”\n" in markdown


def test_a_source_cannot_write_markdown():
    found = shown(as_markdown(sheet(answer_to("脚本"))))
    assert squeeze(HOSTILE) in squeeze(found.text_content())
    assert {each.tag for each in found.iter()} <= {"div", "h1", "p"}


# --- Word


def read_back(found):
    [source] = extract(as_docx(found), "文.docx")
    return source


def test_a_word_document_has_its_footnotes_in_place():
    one, two = (f"{LOAN_PLACE}：“{quote}”" for quote in (LOAN_QUOTE, "政策自发布之日起实施。"))
    assert outline(read_back(sheet(FULL))) == [
        ("heading", 1, "再贷款多少，有何不同？"),
        ("text", 0, "理解为：科技创新和技术改造再贷款再贷款多少，有何不同？"),
        ("text", 0, "增加到1.2万亿元。即日实施。 皆大欢喜。"),
        ("note", 0, f"注1：{one}另见 1 处：{LOAN_PLACE.replace('第 7', '第 1')}。"),
        ("note", 0, f"注2：{two}"),
        ("note", 0, "注3：同注1"),
        ("text", 0, "说法不一：两处不同。"),
        ("note", 0, "注4：同注2"),
        ("text", 0, "文档里没有找到这一部分的答案：谁说的"),
        ("text", 0, "提示：模型没有应答。"),
        ("text", 0, "由引据生成，引文已于2026年3月5日与源文件逐字核对。"),
    ]


def test_a_word_document_has_real_lists_styles_and_marks():
    opened = docx.Document(io.BytesIO(as_docx(sheet(FULL, answer_to("10个")))))
    styles = [(each.style.name, each.text) for each in opened.paragraphs]
    assert ("Heading 1", "10个") in styles
    assert [text for style, text in styles if style == "List Bullet"] == [
        f"第{n}节。" for n in "一二三四五六"
    ]
    assert [run.text for each in opened.paragraphs for run in each.runs if run.font.strike] == ["皆大欢喜。"]
    assert opened.core_properties.title == "再贷款多少，有何不同？"


@given(st.text(max_size=30))
def test_a_word_document_holds_whatever_text_there_is(text):
    found = docx.Document(io.BytesIO(as_docx(Sheet(title=text, blocks=(block("text", text),)))))
    kept = re.sub("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text)
    assert squeeze(found.paragraphs[0].text) == squeeze(kept)


def test_a_note_that_is_referred_to_out_of_order_is_numbered_as_word_shows_it():
    found = read_back(
        Sheet(
            title="",
            blocks=(block("text", "乙在先", Note(number=2), Note(number=1), Note(number=2)),),
            notes=("甲", "乙"),
        )
    )
    assert texts(found, "note") == ["注1：乙", "注2：甲", "注3：同注1"]


def test_the_same_sheet_gives_the_same_bytes():
    assert as_docx(sheet(FULL)) == as_docx(sheet(FULL))


# --- reports


def test_a_report_on_a_quote_marks_both_texts_and_has_the_differences_in_a_table():
    found = report_sheet(FAKE.cite("科技创新再贷款增加到1.5万亿元"))
    assert found.blocks[1] == block("text", Words(text="有改动", style="strong"))
    assert found.blocks[2] == block(
        "quote",
        "引文：",
        "科技创新",
        Words(text="‸", style="struck"),
        "再贷款增加到",
        Words(text="1.5万亿元", style="struck"),
    )
    assert found.blocks[5] == Table(
        rows=(("引文", "原文", "差别"), ("1.5万亿元", "1.2万亿元", "数字"), ("（无）", "和技术改造", "漏字"))
    )
    page = shown(as_markdown(found))
    assert [each.text for each in page.iter("del")] == ["‸", "1.5万亿元"]
    assert [each.text for each in page.iter("ins")] == ["和技术改造", "1.2万亿元"]


def test_a_manuscript_s_report_tells_what_to_look_at():
    manuscript = "标题\n科技创新再贷款增加到1.5万亿元。\n“<b>凭空</b>捏造的一句话，谁也没说。”有人说。\n"
    for_word = docx.Document(io.BytesIO(as_docx(report_sheet(FAKE.check(pasted(manuscript))))))
    headings = [each.text for each in for_word.paragraphs if each.style.name == "Heading 2"]
    assert headings == ["1. 有改动（第 2 行）", "2. 称引而文中没有（第 3 行）"]
    (table,) = for_word.tables
    assert [cell.text for cell in table.rows[1].cells] == ["1.5万亿元", "1.2万亿元", "数字"]
    markdown = as_markdown(report_sheet(FAKE.check(pasted(manuscript))))
    assert r"> 稿件：“\<b\>凭空\</b\>捏造的一句话，谁也没说。”" in markdown


def test_a_percentage_between_characters_is_struck_out():
    """`增长~~8.5%~~提高` would show its signs and strike nothing."""
    there = place(LOAN, 1, "第一节。")
    changed = Difference(given="8.5%", source="第一节", kind="number", given_at=(2, 6), source_at=(0, 3))
    start = there.spans[0].start
    changed = replace(changed, source_at=(start, start + 3))
    match = QuoteMatch(place=there, similarity=0.5, differences=(changed,), given_at=(0, 8))
    found = shown(
        as_markdown(report_sheet(QuoteReport(quote="增长8.5%提高", verdict="altered", matches=(match,))))
    )
    assert [each.text for each in found.iter("del")] == ["8.5%"]
    assert "引文：增长8.5%提高" in found.text_content()


def test_what_a_quote_owns_up_to_is_not_struck_out():
    there = place(LOAN, 1, "第一节。")
    left_out = Difference(given="……", source="一", kind="omission", given_at=(1, 3))
    start = there.spans[0].start
    left_out = replace(left_out, source_at=(start + 1, start + 2))
    match = QuoteMatch(place=there, similarity=1.0, marked=(left_out,), given_at=(0, 5))
    found = as_markdown(report_sheet(QuoteReport(quote="第……节。", verdict="exact", matches=(match,))))
    assert "> 引文：第……节。" in found and "<del>" not in found and "<ins>" not in found
    assert "- 引文用省略号略去：“一”" in found


@pytest.mark.parametrize("suffix", WRITERS)
def test_every_format_is_written_of_every_kind_of_answer(suffix):
    refused = Answer(
        question="问\n两行",
        standalone_question="",
        sentences=(),
        refusal=Refusal(reason="unsafe", message="不答。"),
    )
    for answers in ((FULL,), (refused,), (answer_to("脚本"), answer_to("10个"), refused)):
        data = WRITERS[suffix](sheet(*answers))
        [source] = extract(data, f"文{suffix}")
        for each in answers:
            for sentence in each.sentences[:1]:
                expected = as_markdown(Sheet(title="", blocks=(block("text", sentence.text),)))
                assert squeeze(expected if suffix == ".md" else sentence.text) in squeeze(source.text)
