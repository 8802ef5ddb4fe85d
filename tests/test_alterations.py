"""Questions altered by rule, and what is fitted on them."""

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from eval.altering.script import full_width, traditional
from rag.expansion import ExpansionOptions
from rag.text import fold
from training.alterations import mistyped, renamed, renumbered
from training.fit_expansion import altered, lexical_scores
from training.retrieval import Lexical, collection


def test_alterations_worked_by_hand():
    chance = random.Random(0)
    assert full_width("5G有多少?", chance) == "５Ｇ有多少？"
    assert renumbered("认定500个示范区", chance) == "认定五百个示范区"
    assert renamed("科技部的工作", chance) == "科学技术部的工作"
    for alteration in (full_width, renumbered, renamed):
        assert alteration("有多少？", chance) is None
    assert mistyped("有多少？", chance) is None


@given(st.text(st.sampled_from("科技部的发展战略2026年，AI"), max_size=20), st.integers(0, 100))
def test_a_query_in_traditional_characters_or_full_width_is_the_same_when_folded(query, seed):
    chance = random.Random(seed)
    for alteration in (traditional, full_width):
        written = alteration(query, chance)
        assert written is None or (written != query and fold(written) == fold(query))


@given(st.integers(0, 1000))
def test_a_mistyped_query_has_one_other_character(seed):
    query = "请问全国孵化机构有多少"
    written = mistyped(query, random.Random(seed))
    differing = [i for i, (a, b) in enumerate(zip(query, written, strict=True)) if a != b]
    assert len(differing) == 1 and query[differing[0]] in "孵化机构全国"


def test_a_respelt_query_is_searched_again():
    texts = {"a": "全国孵化机构数量超过一万家。", "b": "火焰喷射，机构改革。"}
    wanted = collection("toy", texts, [("孵化机构改革", ["a"]), ("你好", ["b"])])
    asked = altered(wanted, lambda query, _: query.replace("孵", "福") if "孵" in query else None)
    assert asked.queries == ("福化机构改革",)
    assert asked.relevant == (frozenset({0}),)
    lexical = Lexical(asked.passages)
    before = lexical_scores(asked, lexical, ExpansionOptions(spelling=0))
    after = lexical_scores(asked, lexical, ExpansionOptions(spelling=0.5))
    assert after[0, 0] > before[0, 0] > 0
    assert np.array_equal(after[0, 1], before[0, 1])
