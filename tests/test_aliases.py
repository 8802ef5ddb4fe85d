"""The names of one thing: found where they are names, and not where other words meet."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.aliases import aliases, named
from rag.text import fold


def names(text):
    return [text[found.span.start : found.span.end] for found in named(text)]


def test_every_name_of_a_thing_has_the_same_group():
    for name, group in aliases().items():
        assert name in group
        assert fold(name) == name
        assert {aliases()[other] for other in group} == {group}


@pytest.mark.parametrize("name", aliases())
def test_every_name_is_found_where_it_stands_alone(name):
    assert names(f"“{name}”") == [name]
    assert set(named(name)[0].others) == set(aliases()[name]) - {name}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("工信部和国家发改委联合印发", ["工信部", "国家发改委"]),
        ("浙江省发展改革委", ["发展改革委"]),
        ("國資委與央企", ["國資委", "央企"]),
        ("ＡＩ和5G手机、R&D投入", ["ＡＩ", "5G", "R&D"]),
        ("国务院国资委", ["国务院国资委"]),
        ("粤港澳大湾区有哪些城市", ["粤港澳大湾区"]),
        ("中央行政机关提高法治水平", []),
        ("how to maintain the 15G disk", []),
        ("交通部门、农业部门", []),
    ],
)
def test_names_in_a_text(text, found):
    assert names(text) == found


@given(st.text(st.sampled_from("工信部国资委央行中大湾区ai5g&rdＡ，的"), max_size=20))
def test_names_stand_in_the_text_and_do_not_overlap(text):
    spans = [name.span for name in named(text)]
    assert all(fold(text)[span.start : span.end] in aliases() for span in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))
