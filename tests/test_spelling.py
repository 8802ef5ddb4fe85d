"""Words with one wrong character: respelt as the texts have them, and left alone where they may be right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.informativeness import known
from rag.spelling import respell
from rag.text import fold


def respelt(question, text):
    return {
        fold(question)[found.span.start : found.span.end]: found.spelling
        for found in respell(question, [text])
    }


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("全国福化机构有多少", "全国孵化机构数量超1.5万家", {"福化": "孵化"}),
        ("全國福化機構", "全国孵化机构数量", {"福化": "孵化"}),
        # Left as single characters by the dictionary: 中小 企也.
        ("科技型中小企也的数量", "科技型中小企业的数量", {"企也": "企业"}),
        # Three characters need no neighbours.
        ("税物局的职责", "各地税务局依法征收", {"税物局": "税务局"}),
        ("全国孵化机构有多少", "全国孵化机构数量", {}),
    ],
)
def test_a_wrong_character_is_found_out(question, text, expected):
    assert respelt(question, text) == expected


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("金星计划的预算", "木星计划的预算"),
        ("火星上有多少", "火星上有多少"),
        ("全国福化机构", "全国孵化机构和全国文化机构"),
        ("，。AI 5G", "任何文字"),
        ("", ""),
    ],
)
def test_what_may_be_right_is_left_alone(question, text):
    assert respelt(question, text) == {}


def test_how_many_characters_beside_it_agree():
    assert [found.beside for found in respell("全国福化机构", ["全国孵化机构"])] == [2]
    assert [found.beside for found in respell("税物局", ["税务局"])] == [0]


@given(st.text(st.sampled_from("全国孵福化机构税务物局的，a1"), max_size=12), st.text(max_size=30))
def test_a_respelling_is_one_character_away_and_stands_in_the_text(question, noise):
    text = fold(f"{noise}全国孵化机构，税务局{noise}")
    for found in respell(question, [text]):
        word = fold(question)[found.span.start : found.span.end]
        assert found.spelling in text
        assert sum(a != b for a, b in zip(word, found.spelling, strict=True)) == 1
        assert len(word) == 1 or not known(word)
