"""Folding, sentences and clauses: over all code points, over generated text, and by worked examples."""

import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text import clauses, fold, sentences, squeeze

EVERYTHING = "".join(map(chr, range(0x110000)))
PIECES = st.lists(
    st.sampled_from(
        [
            *"。！？，；：“”‘’「」《》（）()[]\"' \u3000",
            "政策",
            "增长3.5%",
            "说",
            "他表示",
            "1,234",
            "……",
            "——",
        ]
    ),
    max_size=40,
).map("".join)


def cut(text, spans):
    return [text[span.start : span.end] for span in spans]


def test_folding_keeps_every_offset():
    assert len(fold(EVERYTHING)) == len(EVERYTHING)
    assert all(len(fold(character)) == 1 for character in EVERYTHING)


def test_folding_twice_is_folding_once():
    once = fold(EVERYTHING)
    assert [hex(i) for i, (a, b) in enumerate(zip(once, fold(once), strict=True)) if a != b] == []


@pytest.mark.parametrize(
    ("raw", "folded"),
    [
        ("２０２６年Ａ股", "2026年a股"),
        ("國務院辦公廳關於發展", "国务院办公厅关于发展"),
        ("「科技」『創新』“新”‘质’", '"科技""创新""新"\'质\''),
        ("北京—上海－天津", "北京-上海-天津"),
        ("⾞⾒", "车见"),
        ("㎡①", "㎡1"),
        ("，：；？！（）", ",:;?!()"),
        ("。、《》…", "。、《》…"),
    ],
)
def test_folded_forms(raw, folded):
    assert fold(raw) == folded


def test_letters_and_widths_fold_as_unicode_says():
    for code in range(0xFF01, 0xFF5F):
        plain = unicodedata.normalize("NFKC", chr(code)).lower()
        assert fold(chr(code)) == fold(plain), hex(code)


@pytest.mark.parametrize(
    "expected",
    [
        ["增长3.5%。", "达2.83万亿元……"],
        ["甲。", "乙！", "丙？", "丁"],
        ["真的?!", "是。"],
        ["“今年是关键之年。”", "会议强调，要抓落实。"],
        ["“今年是关键之年。”他说。", "会议结束。"],
        ["“能行吗？”记者问。", "“能。”他表示。"],
        ["他问“能行吗？”之后走了。", "天黑了。"],
        ["“甲！”", "“乙！”"],
        ["见《什么是新质生产力？》一文。", "又见《甲。乙》。"],
        ["双随机（随机抽取专家。即时派发任务）审核。", "完。"],
        ["甲。", "（乙。）", "丙。"],
        ["（一）什么是甲？", "（二）乙。"],
        ["没有右括号（甲。", "乙。"],
        ["一系列举措……有效引导资金。", "好。"],
        ["他说：‘好。’", "然后走了。"],
        ["投入到位。」", "他走了。"],
    ],
)
def test_sentences_end_where_a_reader_ends_them(expected):
    text = "".join(expected)
    assert cut(text, sentences(text)) == expected


def test_blanks_between_sentences_belong_to_none():
    assert cut("  甲。 　乙。\n丙 ", sentences("  甲。 　乙。\n丙 ")) == ["甲。", "乙。", "丙"]
    assert sentences("") == sentences(" 　\n") == []


@given(st.one_of(PIECES, st.text(max_size=60)))
def test_sentences_tile_the_text_in_order(text):
    spans = sentences(text)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert all(piece == piece.strip() for piece in cut(text, spans))
    assert squeeze("".join(cut(text, spans))) == squeeze(text)


@pytest.mark.parametrize(
    "expected",
    [
        ["会议强调，", "要抓重点；", "一是稳增长：", "好。"],
        ["投入达1,234.5亿元，", "增长3%。"],
        ["他说：", "“好。”"],
        ["打造三个中心——", "北京、上海、广东。"],
    ],
)
def test_clauses_end_after_their_marks(expected):
    text = "".join(expected)
    assert cut(text, clauses(text)) == expected


@given(PIECES)
def test_clauses_tile_the_text(text):
    spans = clauses(text)
    assert "".join(cut(text, spans)) == text
    assert [span.start for span in spans[1:]] == [span.end for span in spans[:-1]]


@pytest.mark.parametrize(
    "text", ["…" * 30_000 + "甲", "（" * 20_000 + "！甲" * 20_000, "！" * 50_000, "“" * 50_000]
)
def test_no_text_takes_quadratic_time(text):
    started = time.perf_counter()
    sentences(text)
    clauses(text)
    assert time.perf_counter() - started < 3
