"""Near-duplicates: resemblance against exact shingle sets, what may differ, and hits folded without loss."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.datatypes import Chunk, Hit, Span
from rag.near_duplicates import LEAST, RESEMBLANCE, SHINGLE, agree, collapse, resemblances
from rag.text import fold

NEWS = (
    "清河市图书馆昨日公布夜间开放的安排。馆内三个阅览室自七月起延长开放到晚上十点，周末照常。"
    "夜间开放期间共设座位860个，读者凭借书证入馆。馆方表示，延长开放不增加读者的费用。"
)


def passage(text, number=0, context=""):
    return Chunk(
        id=number,
        file=f"{number}.txt",
        article=0,
        paragraphs=(1, 1),
        text=text,
        spans=(Span(start=0, end=max(len(text), 1)),),
        context=context,
    )


def hits_of(texts):
    return [Hit(chunk=passage(text, n), score=1 - n / 1000, ranks={}) for n, text in enumerate(texts)]


def shingles(text):
    plain = "".join(character for character in fold(text) if character.isalnum())
    return {plain[i : i + SHINGLE] for i in range(len(plain) - SHINGLE + 1)} if len(plain) >= LEAST else set()


TEXTS = st.lists(
    st.one_of(
        st.text("一丁七万丈三上下不与", max_size=60),
        st.builds(lambda a, b: NEWS[: a * 4] + NEWS[b * 4 :], st.integers(0, 25), st.integers(0, 25)),
    ),
    max_size=5,
)


@given(TEXTS)
def test_resemblance_is_that_of_the_shingle_sets(texts):
    found = resemblances(texts)
    assert found.shape == (len(texts), len(texts)) and found.dtype == np.float32
    for i, left in enumerate(map(shingles, texts)):
        for j, right in enumerate(map(shingles, texts)):
            exact = len(left & right) / max(len(left | right), 1)
            # Five standard errors of 128 slots.
            assert found[i, j] == pytest.approx(exact, abs=5 * np.sqrt(exact * (1 - exact) / 128) + 0.03)


@given(TEXTS, st.integers(0, 4), st.integers(0, 4))
def test_resemblance_depends_on_the_two_texts_alone(texts, i, j):
    if max(i, j) < len(texts):
        assert resemblances(texts)[i, j] == resemblances([texts[i], texts[j]])[0, 1]


def test_what_is_no_letter_or_digit_does_not_count():
    written = NEWS.replace("，", ",\n").replace("860", "８６０").replace("馆", "館") + "𠀀😀\ud800"
    assert resemblances([NEWS, written])[0, 1] == 1
    plain = "".join(filter(str.isalnum, NEWS))
    found = resemblances([plain[:LEAST], plain[: LEAST - 1], plain[: LEAST - 1], "", "，😀"])
    assert found.diagonal().tolist() == [1, 0, 0, 0, 0] and found.sum() == 1


def test_many_texts_at_once_are_as_two():
    texts = [f"{NEWS}第{n}号通告另行发布。" for n in range(150)]
    found = resemblances(texts)
    assert found[149, 0] == resemblances([texts[149], texts[0]])[0, 1]
    assert (found == found.T).all()


@pytest.mark.parametrize(
    "other",
    [
        NEWS.replace("馆方表示，延长开放不增加读者的费用。", ""),
        NEWS.replace("清河市图书馆昨日公布夜间开放的安排。", "") + "儿童阅览室的开放时间不变。",
        NEWS.replace("，", ", ").replace("。", "。\n"),
        NEWS.replace("馆方表示", "馆方介绍"),
        NEWS.replace("８６０", "860").replace("馆", "館"),
    ],
)
def test_a_reprint_says_the_same(other):
    assert agree(passage(NEWS), passage(other)) and agree(passage(other), passage(NEWS))


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("860个", "960个"),
        ("三个阅览室", "四个阅览室"),
        ("七月起", "八月起"),
        ("清河市", "清江市"),
        ("不增加", "增加"),
        ("不增加", "不减少"),
        ("座位860个", "座位至少860个"),
        ("共设座位860个，", ""),
    ],
)
def test_an_altered_sentence_is_no_reprint(here, there):
    assert here in NEWS
    other = NEWS.replace(here, there)
    assert resemblances([NEWS, other])[0, 1] >= RESEMBLANCE
    assert not agree(passage(NEWS), passage(other)) and not agree(passage(other), passage(NEWS))
    # Nor where it stands elsewhere in the passage.
    moved = other.split("。")
    assert not agree(passage(NEWS), passage("。".join([*moved[1:-1], moved[0], ""])))


def test_figures_that_changed_places_are_altered():
    text = "甲厂去年产量为300吨，乙厂去年产量为500吨，两厂都完成了计划。"
    swapped = text.replace("300", "#").replace("500", "300").replace("#", "500")
    assert not agree(passage(text), passage(swapped))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2010年工作报告", "2009年工作报告", False),
        ("2010年工作报告", "工作报告", True),
        ("夜间开放到十点", "图书馆延长开放", True),
        ("甲市管理条例 第五章 附则", "乙市管理条例 第五章 附则", False),
        ("甲市管理条例 第五章 附则", "甲市管理条例 第五章 附则", True),
    ],
)
def test_the_same_words_under_another_title(one, other, same):
    assert agree(passage(NEWS, context=one), passage(NEWS, context=other)) is same


def test_an_article_of_another_law_is_no_copy():
    law = "第三十条 本条例自公布之日起施行，原有的规定同时废止。"
    assert not agree(passage(law, context="甲条例"), passage(law, context="乙条例"))
    assert agree(passage(law, context="甲条例"), passage(law, context="甲条例"))


PIECES = [*(f"{piece}。" for piece in NEWS.split("。") if piece), "座位共960个，读者凭借书证入馆。", "另讯。"]


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=6).map("".join), max_size=8))
def test_no_hit_is_lost_and_copies_are_near_duplicates(texts):
    hits = hits_of(texts)
    found = collapse(hits)
    together = [chunk.id for hit in found for chunk in (hit.chunk, *hit.copies)]
    assert sorted(together) == [hit.chunk.id for hit in hits]
    kept = [hit.chunk.id for hit in found]
    assert kept == sorted(kept)
    assert [replace(hit, copies=()) for hit in found] == [hits[number] for number in kept]
    alike = resemblances(texts) >= RESEMBLANCE
    for hit in found:
        ids = [copy.id for copy in hit.copies]
        assert ids == sorted(ids) and all(number > hit.chunk.id for number in ids)
        assert all(alike[hit.chunk.id, c.id] and agree(hit.chunk, c) for c in hit.copies)
    for i, hit in enumerate(found):
        for earlier in found[:i]:
            assert not (alike[hit.chunk.id, earlier.chunk.id] and agree(earlier.chunk, hit.chunk))


def test_copies_move_with_their_hit():
    first, second = hits_of([NEWS, NEWS])
    third, fourth = passage(NEWS, 3), passage(NEWS, 4)
    (found,) = collapse([replace(first, copies=(third,)), replace(second, copies=(fourth,))])
    assert [chunk.id for chunk in (found.chunk, *found.copies)] == [0, 3, 1, 4]
    assert collapse([]) == []
