"""Words and index terms: spans that fit the text, and terms that meet whatever way a query is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text import fold
from rag.words import content_words, is_function_word, terms, words

TEXTS = st.text(st.sampled_from("国务院新质生产力國務發展AＡb2０.% ，。“”龘\n"), max_size=40)


@given(TEXTS)
def test_words_are_the_folded_text_at_their_spans(text):
    found = words(text)
    assert all(fold(text)[span.start : span.end] == word for word, span in found)
    covered = "".join(word for word, _ in found)
    kept = "".join(c for c in fold(text) if c.isalnum() or c == ".")
    assert covered.replace(".", "") == kept.replace(".", "")


def test_words_of_a_sentence():
    assert [word for word, _ in words("推进AI＋制造，增长26.3%")] == ["推进", "ai", "制造", "增长", "26.3"]


def test_terms_are_words_and_the_pairs_that_are_no_words():
    assert terms("科技部") == ["科技部", "科技", "技部"]
    assert terms("发展") == ["发展"]
    assert terms("，。") == terms("") == []
    assert terms("5G、PM2.5") == ["5", "g", "pm", "2.5", "5g", "pm2.5"]
    assert {"二〇", "〇二", "二六"} <= set(terms("二〇二六年"))


@pytest.mark.parametrize(
    ("written", "plain"),
    [("國務院發展戰略", "国务院发展战略"), ("ＧＤＰ增長５％", "gdp增长5%"), ("⾞間", "车间")],
)
def test_terms_do_not_depend_on_the_way_of_writing(written, plain):
    assert terms(written) == terms(plain)


def test_content_words_leave_out_what_carries_no_topic():
    assert [word for word, _ in content_words("请问科技部的重点工作有哪些")] == ["科技部", "重点", "工作"]
    assert is_function_word("的")
    assert not is_function_word("科技")
