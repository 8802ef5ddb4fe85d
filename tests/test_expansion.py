"""A query as weighted terms: nothing of it is lost, and another way to say a thing never outvotes it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.aliases import aliases
from rag.chunking import ChunkingOptions, chunk
from rag.datatypes import Source, Span
from rag.expansion import ExpansionOptions, expand, rewritten
from rag.lexical import LexicalIndex, LexicalWriter
from rag.spelling import Respelling, respell
from rag.structure import parse
from rag.text import fold
from rag.words import terms

OPTIONS = ExpansionOptions(pair=0.5, function=0.25, name=0.5, numeral=0.5, spelling=0.75)


def test_weights_worked_by_hand():
    # 工信部 has room for a word and two pairs, 1 + 2 * 0.5. The new terms of its other name are 4 words, one of
    # them a function word (和), and 5 pairs, two of which touch it: 3 + 0.25 + 2 * 0.25 + 3 * 0.5 = 5.25.
    scale = 0.5 * 2 / 5.25
    assert expand("工信部", OPTIONS) == pytest.approx(
        {"工信部": 1, "工信": 0.5, "信部": 0.5}
        | dict.fromkeys(["工业", "信息化", "部"], scale)
        | dict.fromkeys(["信息", "息化", "化部"], scale / 2)
        | dict.fromkeys(["和", "业和", "和信"], scale / 4)
    )


def test_function_words_weigh_less_and_repeated_words_more():
    weights = expand("科技和科技", OPTIONS)
    assert weights == {"科技": 2, "和": 0.25, "技和": 0.25, "和科": 0.25}


@pytest.mark.parametrize(
    ("query", "added"),
    [
        ("认定500个示范区", "五百个"),
        ("认定五百个示范区", "500"),
        ("增长百分之三", "3"),
        ("2026年的工作", "二〇"),
        ("ＡＩ的发展", "人工智能"),
        ("人工智能的发展", "ai"),
        ("研发投入", "r"),
    ],
)
def test_alternatives_are_added(query, added):
    assert added not in terms(query)
    assert 0 < expand(query, OPTIONS)[added] <= 0.5


def test_a_respelt_word_is_added_with_the_pairs_that_it_makes():
    question = "全国福化机构"
    weights = expand(question, OPTIONS, respell(question, ["全国孵化机构"]))
    assert {term: weights[term] for term in ("福化", "国福", "孵化", "国孵")} == {
        "福化": 1, "国福": 0.5, "孵化": 0.75, "国孵": 0.375
    }  # fmt: skip


@pytest.mark.parametrize("name", aliases())
def test_all_other_names_together_weigh_no_more_than_so_many_times_the_name(name):
    own, weights = set(terms(name)), expand(name, replace(OPTIONS, numeral=0))
    added = sum(weight for term, weight in weights.items() if term not in own)
    others = len(aliases()[name]) - 1
    assert added <= others * OPTIONS.name * sum(weights[term] for term in own) + 1e-9


QUERIES = st.lists(
    st.sampled_from([*sorted(aliases()), "五百个", "30%", "2026年", "科技", "有多少", "，", "ｘ", "國"]),
    max_size=5,
).map("".join)


@given(QUERIES)
def test_no_term_of_the_query_is_lost_and_no_alternative_outweighs_it(query):
    own = expand(query, ExpansionOptions(name=0, numeral=0, spelling=0))
    assert own.keys() == set(terms(query))
    weights = expand(query, ExpansionOptions())
    assert {term: weights[term] for term in own} == own
    assert all(0 < weight <= 1 for term, weight in weights.items() if term not in own)


@given(st.text(st.sampled_from("0123456789.,%‰〇一二三两十百千万亿点分之成第条年个％２ aiＡ部"), max_size=40))
def test_any_number_of_a_query_is_expanded(query):
    assert expand(query, ExpansionOptions()).keys() >= set(terms(query))


@given(QUERIES, st.integers(0, 20), st.text(st.sampled_from("科技福孵化"), min_size=1, max_size=3))
def test_a_respelling_takes_nothing_away(query, start, spelling):
    folded = fold(query)
    if start + len(spelling) > len(folded):
        return
    found = Respelling(span=Span(start=start, end=start + len(spelling)), spelling=spelling, beside=1)
    before, after = expand(query, OPTIONS), expand(query, OPTIONS, [found])
    assert all(after[term] >= weight for term, weight in before.items())


TEXTS = [
    "工业和信息化部印发通知，认定五百个示范区。",
    "科学技术部发布人工智能指导意见。",
    "全国孵化机构数量超过1.5万家。",
    "部署信息化工作，人工种植智能家居两件事，工业用地。",
    "二〇二六年的目标任务。",
]


@pytest.mark.parametrize(
    ("query", "right"),
    [
        ("工信部", 0),
        ("500个", 0),
        ("AI", 1),
        ("科技部", 1),
        ("15000家", 2),
        ("福化机构数量", 2),
        ("人工种植", 3),
        ("信息化工作", 3),
        ("2026年", 4),
    ],
)
def test_the_right_text_is_found_first(tmp_path, query, right):
    chunks = []
    for n, text in enumerate(TEXTS):
        chunks += chunk(parse(Source(file=f"{n}.txt", text=text, sha256="")), len(chunks), ChunkingOptions())
    writer = LexicalWriter(tmp_path / "x")
    writer.add(0, [" ".join(terms(f"{one.context} {one.text}")) for one in chunks])
    writer.commit()
    index = LexicalIndex(tmp_path / "x")
    assert index.search(expand(query, OPTIONS), 1)[0][0] == right


@pytest.mark.parametrize(
    ("query", "text", "written"),
    [
        ("两千三百六十四家机构", "全国有2364家机构", "2364家机构"),
        ("2364家机构", "全国有2364家机构", "2364家机构"),
        ("增长30%的有五百个", "增长三成，建500个", "增长三成的有500个"),
        ("五百个", "没有这个数", "五百个"),
        ("ＡＩ与五百个", "ai有500个", "ＡＩ与500个"),
    ],
)
def test_a_query_in_the_writing_of_the_texts(query, text, written):
    assert rewritten(query, [text]) == written


def test_a_misspelt_query_in_the_writing_of_the_texts():
    query, texts = "全国福化机构有500家", ["全国孵化机构五百家"]
    assert rewritten(query, texts, respell(query, texts)) == "全国孵化机构有五百家"
