"""Where words stand, and whether an answer states a fact."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.matching import RawTexts, occurrences, plain, states, visible
from rag.datatypes import Span
from rag.errors import UsageError
from rag.text import squeeze

words = st.text(alphabet="国家科技8 \n，。18", max_size=30)


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("不超过500个", "500个", True),
        ("不超过1500个", "500个", False),
        ("占0.18%", "18%", False),
        ("占1,018%", "18%", False),
        ("超过18%;525家", "18%", True),
        ("6.84万亿元", "6.8", False),
        ("到2030年", "203", False),
        ("1500个，后改为500个", "500个", True),
        ("规模增加至 ８０００ 億元", "8000亿元", True),
        ("「科技板」", "“科技板”", True),
        ("2026-01-06 08:24:13", "2026-01-06", True),
        ("2026-01-061", "2026-01-06", False),
        ("第3条500个", "500个", True),
        ("任何话", "", False),
    ],
)
def test_a_fact_is_stated_as_a_whole_number_and_in_any_width(text, form, expected):
    assert states(text, form) is expected


def test_occurrences_span_the_break_and_count_every_place():
    assert occurrences("甲乙\n\n丙丁 乙丙", "乙丙") == [Span(start=1, end=5), Span(start=7, end=9)]
    assert occurrences("aaa", "aa") == [Span(start=0, end=2), Span(start=1, end=3)]
    assert occurrences("甲乙", " \n") == []


@given(words, words, words)
def test_what_stands_in_a_text_is_found_at_its_characters(before, wanted, after):
    text = before + wanted + after
    spans = occurrences(text, wanted)
    assert bool(spans) == bool(squeeze(wanted))
    for span in spans:
        assert squeeze(text[span.start : span.end]) == squeeze(wanted)


@given(words, st.text(alphabet="国家科技", min_size=1, max_size=5))
def test_a_form_without_digits_is_stated_wherever_it_stands(text, form):
    assert states(text, form) == (plain(form) in plain(text))


def test_visible_characters_leave_out_white_space_and_the_end_of_the_text():
    assert visible("甲 乙\n丙", [Span(start=0, end=3), Span(start=2, end=99)]) == {0, 2, 4}


def test_raw_texts_keep_line_endings_and_drop_the_byte_order_mark(tmp_path: Path):
    (tmp_path / "a.txt").write_bytes("\ufeff甲\r\n乙".encode())
    assert RawTexts(tmp_path)["a.txt"] == "甲\r\n乙"


def test_other_encodings_and_formats_are_read_as_the_program_reads_them(tmp_path: Path):
    (tmp_path / "b.txt").write_bytes("规模增加至8000亿元。".encode("gb18030"))
    (tmp_path / "c.jsonl").write_text(
        '{"id": "7", "text": "甲"}\n{"id": "8", "text": "乙"}\n', encoding="utf-8"
    )
    (tmp_path / "d.html").write_text("<html><body><p>丙</p></body></html>", encoding="utf-8")
    (tmp_path / "e.xyz").write_bytes(b"?")
    texts = RawTexts(tmp_path)
    assert texts["b.txt"] == "规模增加至8000亿元。"
    assert texts["c.jsonl#8"] == "乙"
    assert texts.all().keys() == {"b.txt", "c.jsonl#7", "c.jsonl#8", "d.html"}
    assert texts["d.html"].strip() == "丙"


def test_a_document_that_cannot_be_read_is_named(tmp_path: Path):
    (tmp_path / "b.docx").write_bytes(b"not a zip")
    (tmp_path / "c.jsonl").write_text('{"id": "7", "text": "甲"}\n', encoding="utf-8")
    texts = RawTexts(tmp_path)
    for name, words in (
        ("none.txt", "读不到文档"),
        ("b.docx", "读不了文档"),
        ("c.jsonl#9", "没有这一条"),
        ("e.pdf", "读不了文档"),
    ):
        with pytest.raises(UsageError, match=words):
            texts[name]
