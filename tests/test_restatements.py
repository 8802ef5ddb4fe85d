"""Quotes in other words: the runs of sentences they are held against, what is alike, the facts one by one."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.chunking import ChunkingOptions
from rag.claims import items
from rag.datatypes import Source
from rag.embedding import builtin
from rag.indexing import open_index, update_index
from rag.quotes import QuoteIndex
from rag.quoting.facts import Ground, compared
from rag.quoting.likeness import PLACES, features
from rag.quoting.nearby import nearby
from rag.quoting.paraphrase import BIAS, matching, odds, restatements
from rag.quoting.runs import LONGEST, runs_of, sentences_of
from rag.quoting.stream import Stream
from rag.structure import parse
from rag.text import squeeze
from tests.opened import opened
from training.fit_restatement import Judged, fit
from training.restatements import CORPUS, Restated, Texts, corpora, halved, stated, worn

POLICY = """\
各地要加快制造业中试平台建设。目前，全国已建成中试平台1500个，覆盖六类重点产业，占比达到26.3%。平台不得随意更改用途。

2025年12月29日，财政部部长王志远表示，将新增专项资金8000亿元，用于支持重大项目；资金分三年下达，由各省统筹使用。

各省应当在2026年3月底前报送实施方案。逾期不报的，视为放弃。方案由专家组逐项评审，评审结果向社会公开。
"""
NEWS = "中国铁路集团2日发布消息，春运首日全国铁路发送旅客1200万人次，同比增长8%。广州南站连续三天位居全国第一。\n"


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("restated")
    (folder / "docs").mkdir()
    for name, text in (("policy.txt", POLICY), ("news.txt", NEWS)):
        (folder / "docs" / name).write_text(text, encoding="utf-8")
    places = folder / "docs", folder / "index", builtin(), ChunkingOptions()
    update_index(*places, lambda _: None)
    return open_index(*places)


def stream(index, quote):
    return Stream(index.documents.document, (), nearby(index, quote))


def told(quote, source, **known):
    agreed, disputed = compared(quote, Ground(text=source, near=source, **known))
    return [(fact.given, fact.source) for fact in agreed], [
        (fact.given, fact.source, fact.kind) for fact in disputed
    ]


def test_runs_are_of_up_to_three_sentences_that_adjoin(index):
    found = sentences_of(stream(index, "各省报送实施方案，铁路发送旅客"))
    runs = runs_of(found)
    assert {run.last - run.first + 1 for run in runs} == set(range(1, LONGEST + 1))
    for run in runs:
        inside = found[run.first : run.last + 1]
        assert len({sentence.piece.source.file for sentence in inside}) == 1
        assert all(a.end == b.start for a, b in pairwise(inside))


def test_a_sentence_is_wholly_like_itself(index):
    quote = "方案由专家组逐项评审，评审结果向社会公开。"
    found = sentences_of(stream(index, quote))
    runs, rows = features(quote, found, matching())
    assert [found[runs[0].first].text, runs[0].last - runs[0].first] == [quote, 0]
    assert [rows[0][name] for name in ("clause", "signs", "indel", "ratio")] == pytest.approx([1, 1, 1, 0])
    assert rows[0]["margin"] > 0 > rows[1]["margin"]


def test_the_figures_of_a_quote_are_counted(index):
    quote = "春运头一天，全国铁路送走旅客1200万人次，多了9%"
    _, rows = features(quote, sentences_of(stream(index, quote)), matching())
    assert (rows[0]["numbers"], rows[0]["numbers_telling"]) == (2, len("1.2E+7") + len("人次"))


def test_no_two_runs_of_a_quote_overlap(index):
    found = sentences_of(stream(index, "中试平台的资金由各省统筹"))
    runs, rows = features("中试平台的资金由各省统筹", found, matching())
    taken = [number for run in runs for number in range(run.first, run.last + 1)]
    assert len(taken) == len(set(taken))
    assert len(runs) == len(rows) <= PLACES


@pytest.mark.parametrize("quote", ["的了", "1500", "！？"])
def test_a_quote_without_content_restates_nothing(index, quote):
    assert restatements(index, quote) == []


def test_odds_are_the_weighted_sum():
    assert odds({"a": 2.0, "b": 0.5}, {"a": 3.0, "b": -4.0, BIAS: 1.0}) == 2 * 3 - 0.5 * 4 + 1


def test_the_best_restatement_comes_first_with_its_place(index):
    found = restatements(index, "专家组会对方案一项一项地评审，结果要让社会知道")
    assert squeeze(found[0].place.quote) == "方案由专家组逐项评审，评审结果向社会公开。"
    assert found == sorted(found, key=lambda one: -one.probability)
    assert all(0 < one.probability < 1 for one in found)


@pytest.mark.parametrize(
    ("quote", "source"),
    [
        ("三成平台", "30%的平台"),
        ("近八成的平台", "79.6%的平台"),
        ("约6.8万亿元", "6.84万亿元"),
        ("近2500家企业", "2476家企业"),
        ("三分之二的利润", "2/3的利润"),
        ("一半以上", "50%以上"),
        ("前5个月增长", "1—5月增长"),
        ("头五个月增长", "前5个月增长"),
        ("至少搓够一分钟", "搓揉双手至少60秒"),
        ("第3位", "第三位"),
        ("七名患者", "7位患者"),
        ("28日表示", "7月28日表示"),
        ("一百零五个基地", "105个基地"),
    ],
)
def test_one_fact_told_in_two_ways_agrees(quote, source):
    agreed, disputed = told(quote, source)
    assert len(agreed) >= 1
    assert disputed == []


@pytest.mark.parametrize(
    ("quote", "source", "kind"),
    [
        ("七成平台", "60%的平台", "number"),
        ("6.9万亿元", "6.84万亿元", "number"),
        ("1600个平台", "1500个平台", "number"),
        ("53.2%的平台", "53.7%的平台", "number"),
        ("三年以内", "一年以内", "number"),
        ("至少半分钟", "至少60秒", "number"),
        ("一万六千二百亿元", "1.26万亿元", "number"),
        ("前6个月增长", "1—5月增长", "date"),
        ("29日表示", "7月28日表示", "date"),
        ("“十四五”时期", "“十五五”时期", "date"),
        ("广东的平台", "浙江的平台", "name"),
        ("平台可以更改用途", "严禁平台更改用途", "negation"),
        ("东部的平台", "西部的平台", "word"),
    ],
)
def test_a_fact_told_wrongly_is_disputed(quote, source, kind):
    assert [found[2] for found in told(quote, source)[1]] == [kind]


@pytest.mark.parametrize(
    ("quote", "source"),
    [("企业不得不公开结果", "企业公开结果"), ("高质量成果供给不够", "高质量成果供给不足")],
)
def test_what_is_denied_alike_or_twice_is_not_disputed(quote, source):
    assert told(quote, source) == ([], [])


def test_figures_that_changed_places_are_disputed():
    source = "基础设施投资同比增长7.2%，制造业投资同比增长6.0%"
    assert told("基础设施投资同比增长6.0%，制造业投资同比增长7.2%", source)[1][:2] == [
        ("6.0%", "7.2%", "number"),
        ("7.2%", "6.0%", "number"),
    ]


@pytest.mark.parametrize(
    ("quote", "known"),
    [
        ("王志远主持平台", {"known": ("王志远",)}),
        ("2026年的平台", {"date": "2026-01-06"}),
        ("中国的平台", {}),
        ("两个行业的平台", {}),
    ],
)
def test_what_the_article_says_of_itself_and_a_mere_count_are_not_disputed(quote, known):
    assert told(quote, "我国的平台由我主持", **known)[1] == []


def test_the_facts_of_a_match_are_placed_in_both_texts(index):
    quote = "财政部长王志远说，要新添八千亿元专项资金，支持重大项目"
    report = QuoteIndex(index).lookup(quote)
    assert report.verdict == "paraphrase"
    (match,) = report.matches
    assert {(fact.given, fact.source, fact.kind) for fact in match.facts} >= {
        ("八千亿元", "8000亿元", "number")
    }
    for fact in match.facts:
        assert quote[slice(*fact.given_at)] == fact.given
        assert squeeze(POLICY[slice(*fact.source_at)]) == squeeze(fact.source)


def test_a_restatement_with_a_wrong_figure_is_altered_and_shows_it(index):
    quote = "财政部长王志远说，要新添九千亿元专项资金，支持重大项目"
    assert QuoteIndex(index).lookup(quote).verdict == "altered"
    _, (difference,) = restatements(index, quote)[0].compared(quote)
    assert (difference.given, difference.source, difference.kind) == ("九千亿元", "8000亿元", "number")
    assert quote[slice(*difference.given_at)] == "九千亿元"
    assert POLICY[slice(*difference.source_at)] == "8000亿元"


def test_what_was_not_found_shows_the_nearest_passages(index):
    report = QuoteIndex(index).lookup("铁路部门春运期间将为学生旅客提供半价车票，候车室免费供应热水。")
    assert (report.verdict, report.matches) == ("not_found", ())
    assert all(0 <= match.similarity < 1 for match in report.nearest)
    assert len(report.nearest) <= 3


def test_nothing_alike_shows_nothing(index):
    report = QuoteIndex(index).lookup("他推开窗户，看见院子里的石榴树已经开花了。")
    assert (report.verdict, report.matches, report.nearest) == ("not_found", (), ())


@given(value=st.integers(11, 99_999), other=st.integers(11, 99_999))
def test_numbers_that_are_not_said_to_be_rounded_agree_where_they_are_equal(value, other):
    agreed, disputed = told(f"共{value}家", f"共{other}家")
    if value == other:
        assert (len(agreed), disputed) == (1, [])
    else:
        assert disputed == [(f"{value}家", f"{other}家", "number")]


def test_a_question_with_its_answer_is_a_statement():
    assert stated("诺曼底在哪个国家？", "法国") == "诺曼底在法国国家。"
    assert stated("谁在哪里开会？", "北京") is None
    assert stated("诺曼底在法国吗？", "法国") is None


def test_half_of_one_sentence_and_half_of_another():
    assert halved("甲来了，乙走了。", "丙哭了，丁笑了。") == "甲来了，丁笑了。"


def test_wear_leaves_figures_and_names():
    sentence = "2025年北京新增中试平台1500个，显著带动传统制造业升级改造。"
    made = {worn(sentence, random.Random(seed)) for seed in range(30)}
    assert len(made) > 10
    assert all("2025年" in quote and "1500个" in quote and "北京" in quote for quote in made)


def test_corpora_put_quotes_to_their_own_and_to_another():
    documents = tuple({"id": name, "text": name * (CORPUS + 1)} for name in "ab")
    restated = tuple(Restated(kind="event", quote=f"{name}说明。", document=name) for name in "ab")
    found = Texts(name="toy", documents=documents, restated=restated)
    parts = [
        (
            [one["id"] for one in part],
            sorted((one.document, said) for one, said in asked if one.kind == "event"),
        )
        for part, asked in corpora(found, random.Random(0))
    ]
    assert parts == [(["a"], [("a", True), ("b", False)]), (["b"], [("a", False), ("b", True)])]


def test_the_fit_finds_what_parts_right_from_wrong():
    learnt = [
        Judged(
            kind="toy",
            said=said,
            rows=[{"telling": float(said), "noise": float(number % 3)}],
            right=(said,),
        )
        for number, said in enumerate([True, False] * 50)
    ]
    weights = fit(learnt)
    assert odds({"telling": 1.0, "noise": 1.0}, weights) > 1
    assert odds({"telling": 0.0, "noise": 1.0}, weights) < -1


@pytest.mark.parametrize(
    ("text", "places"),
    [("产教融合的深度还不够", []), ("大国工匠在城市里", []), ("印度和广东的深度合作", ["印度", "广东"])],
)
def test_a_measure_or_any_place_of_its_kind_is_no_name_of_a_place(text, places):
    assert [item.key[0] for item in items(text) if item.kind == "name place"] == places


@pytest.mark.parametrize(
    ("quote", "limit", "disputed"),
    [
        ("中试平台至少要达到1500个", "不超过", ["number"]),
        ("中试平台还不到1500个", "超过", ["number"]),
        ("中试平台已有1500多个", "超过", []),
        ("中试平台不多于1500个", "不超过", []),
    ],
)
def test_a_number_with_the_opposite_limit_is_disputed(quote, limit, disputed):
    text = f"目前，全国已建成中试平台{limit}1500个，覆盖六类重点产业。"
    found = compared(quote, Ground(text=text, near=text))[1]
    assert [one.kind for one in found if one.kind == "number"] == disputed


def test_clauses_of_places_apart_are_a_splice_however_short_they_are():
    filler = "".join(f"第{n}项工作由专人负责，按月报告进展，年底评审一次。" for n in range(1, 12))
    text = f"平台不得停建。{filler}资金分三年下达。"
    index = QuoteIndex(opened([parse(Source(file="a.txt", text=f"某通知\n\n{text}\n", sha256=""))]))
    quote = "平台不得停建，资金分三年下达"
    report = index.lookup(quote)
    assert report.verdict == "spliced"
    assert [match.place.quote.rstrip("。") for match in report.matches] == ["平台不得停建", "资金分三年下达"]
    assert [quote[slice(*match.given_at)] for match in report.matches] == ["平台不得停建，", "资金分三年下达"]


@pytest.mark.parametrize("mark", ["?", "？", "？”"])
def test_a_question_restates_no_statement(index, mark):
    statement = "中试平台全国有多少个，1500个已经建成，占比达到26.3%"
    assert QuoteIndex(index).lookup(statement).verdict == "paraphrase"
    report = QuoteIndex(index).lookup(statement + mark)
    assert report.verdict != "paraphrase"
