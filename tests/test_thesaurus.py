"""Words that may be written for what is said."""

import pytest

from rag.informativeness import idf
from rag.text import fold
from rag.thesaurus import TELLING, near_forms, said, thesaurus


@pytest.mark.parametrize(
    ("text", "phrase", "written"),
    [
        ("城里老人看病怎么报销？", "看病", "就医"),
        ("养老金什么时候发？", "养老金", "基本养老金"),
        ("工厂改造有补贴吗？", "工厂改造", "技术改造"),
        ("大夫能不能多点执业？", "大夫", "医生"),
    ],
)
def test_what_is_said_has_its_written_forms(text, phrase, written):
    found = {text[span.start : span.end]: forms for span, forms in said(text)}
    assert written in found[phrase]


def test_the_longest_phrase_is_taken():
    found = [text[span.start : span.end] for text in ["养老的钱从哪来"] for span, _ in said(text)]
    assert "养老的钱" in found


def test_a_short_form_inside_a_word_is_none():
    assert not [forms for span, forms in said("北京市长城保护") if (span.start, span.end) == (2, 4)]


def test_every_word_of_a_phrase_may_be_met_by_its_written_forms():
    question = fold("工厂改造有补贴吗")
    near = near_forms(["工厂", "改造", "补贴"], question)
    assert "技术改造" in near[0]
    assert "技术改造" in near[1]


def test_the_file_is_well_formed_and_tells():
    table = thesaurus()
    assert all(form not in forms for form, forms in table.items())
    assert all(idf(form) >= TELLING for forms in table.values() for form in forms)
    assert all(fold(form) == form for forms in table.values() for form in forms)
