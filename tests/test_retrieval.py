"""Fusion against hand arithmetic, filters, and queries written in other ways."""

import math
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.chunking import ChunkingOptions, chunk
from rag.datatypes import Filters, Source
from rag.embedding import load_embedder
from rag.expansion import expand
from rag.indexing import open_index, update_index
from rag.informativeness import idf
from rag.retrieval import RetrievalOptions, fuse, rank_passages, search
from rag.structure import parse
from rag.text import fold
from rag.words import terms

ROOT = Path(__file__).parent.parent
OPTIONS = RetrievalOptions(ranker="none")


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    places = (
        ROOT / "docs_src",
        tmp_path_factory.mktemp("retrieval") / "index",
        load_embedder("builtin"),
        ChunkingOptions(),
    )
    update_index(*places, lambda _: None)
    return open_index(*places)


def test_fusion_by_hand():
    lists = {"dense": [(1, 0.9), (2, 0.6), (3, 0.5)], "lexical": [(2, 12.0), (4, 7.0), (1, 2.0)]}
    fused = fuse(lists, {"dense": 0.25, "lexical": 0.75})
    assert fused == pytest.approx(
        {
            1: 0.25 * 1 + 0.75 * 0,
            2: 0.25 * (0.6 - 0.5) / (0.9 - 0.5) + 0.75 * 1,
            3: 0.25 * 0,
            4: 0.75 * (7 - 2) / (12 - 2),
        }
    )


def test_fusion_of_short_lists():
    weights = {"dense": 0.25, "lexical": 0.75}
    assert fuse({"dense": [], "lexical": []}, weights) == {}
    assert fuse({"dense": [(5, 0.3)], "lexical": []}, weights) == {5: 0.25}
    assert fuse({"dense": [(5, 0.3), (6, 0.3)], "lexical": [(6, 1.0)]}, weights) == {5: 0.25, 6: 1.0}


RANKED = st.lists(
    st.tuples(st.integers(0, 20), st.floats(0, 100)), max_size=8, unique_by=lambda pair: pair[0]
)


@given(RANKED, RANKED, st.floats(0, 1))
def test_fused_scores_lie_between_0_and_1(dense, lexical, share):
    fused = fuse({"dense": dense, "lexical": lexical}, {"dense": share, "lexical": 1 - share})
    assert fused.keys() == {i for i, _ in dense + lexical}
    assert all(0 <= score <= 1 + 1e-9 for score in fused.values())


def test_hits_carry_the_ranks_of_the_two_lists_and_fuse_them(index):
    query = "技术合同成交金额增长幅度"
    dense = index.vectors.search(index.embedder.encode_queries([query])[0], OPTIONS.depth)
    lexical = index.lexical.search(expand(query, OPTIONS.expansion), OPTIONS.depth)
    weights = {"dense": OPTIONS.dense_weight, "lexical": 1 - OPTIONS.dense_weight}
    scores = fuse({"dense": dense, "lexical": lexical}, weights)
    hits = search(index, query, 10, OPTIONS)
    assert [h.score for h in hits] == pytest.approx(sorted(scores.values(), reverse=True)[:10])
    for hit in hits:
        assert hit.score == pytest.approx(scores[hit.chunk.id])
        assert hit.chunk == index.documents.chunks([hit.chunk.id])[hit.chunk.id]
        expected = {
            name: [i for i, _ in found].index(hit.chunk.id) + 1
            for name, found in (("dense", dense), ("lexical", lexical))
            if hit.chunk.id in dict(found)
        }
        assert hit.ranks == expected
    assert "从2.83万亿元增长到6.84万亿元" in hits[0].chunk.text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("零碳工厂建设的四方面原则", "因业施策、系统推进"),
        ("创新积分制2.0", "创新积分制2.0"),
        ("高校院所技术转移机构有多少家", "2364家"),
        ("耐心资本", "耐心资本"),
    ],
)
def test_the_right_passage_comes_first(index, query, words):
    assert words in search(index, query, 1, OPTIONS)[0].chunk.text


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("科學技術部部長陰和俊談創新", "科学技术部部长阴和俊谈创新"),
        ("２０２６年工信部十大重點工作", "2026年工信部十大重点工作"),
        ("ＡＩ電腦、ＡＩ手機", "ai电脑、ai手机"),
        ("「三新」經濟增加值占ＧＤＰ的比重", "“三新”经济增加值占gdp的比重"),
    ],
)
def test_a_query_finds_the_same_however_it_is_written(index, written, plain):
    assert fold(written) == fold(plain)
    assert search(index, written, 20, OPTIONS) == search(index, plain, 20, OPTIONS)


@pytest.mark.parametrize(
    ("filters", "admits"),
    [
        (Filters(files=("003_1cd45f47ce8bf859.txt",)), lambda file, article: file.startswith("003")),
        (Filters(date_from="2026-01-01"), lambda file, article: (article.date or "") >= "2026-01-01"),
        (Filters(date_to="2025-12-31"), lambda file, article: article.date == "2025-12-29"),
        (Filters(outlet="经济日报"), lambda file, article: article.outlet == "经济日报"),
        (Filters(speaker="李乐成"), lambda file, article: article.speakers == ("李乐成",)),
    ],
)
def test_filters_keep_the_order_and_leave_out_the_rest(index, filters, admits):
    query, everything = "科技创新和产业创新深度融合", index.documents.count()
    hits = search(index, query, everything, OPTIONS, filters)
    articles = {d.source.file: d.pieces for d in index.documents.documents()}
    admitted = {c.id for c in index.documents.all_chunks() if admits(c.file, articles[c.file][c.article])}
    assert {hit.chunk.id for hit in hits} == admitted != set()
    # Within the filter each retriever ranks as it does without one.
    for name in ("dense", "lexical"):
        ranked = [h for h in search(index, query, everything, OPTIONS) if name in h.ranks]
        order = [h.chunk.id for h in sorted(ranked, key=lambda h: h.ranks[name]) if h.chunk.id in admitted]
        filtered = sorted((h for h in hits if name in h.ranks), key=lambda h: h.ranks[name])
        assert [h.chunk.id for h in filtered] == order


def test_what_nothing_can_match(index):
    assert search(index, "科技", 5, OPTIONS, Filters(files=("none.txt",))) == []
    assert search(index, "。，！", 5, OPTIONS) == []


def test_passages_without_an_index_are_ranked_by_the_same_arithmetic():
    texts = ["科技部推进科技创新，加强攻关。", "绿色发展是高质量发展的底色。", "金融支持科技型企业创新。"]
    chunks = []
    for n, text in enumerate(texts):
        document = parse(Source(file=f"passages#{n}", text=text, sha256=""))
        chunks += chunk(document, len(chunks), ChunkingOptions())
    embedder = load_embedder("builtin")
    query = "科技创新的攻关"
    hits = rank_passages(chunks, query, embedder, OPTIONS)

    vectors = embedder.encode_passages([query, *(f"{c.context}\n{c.text}" for c in chunks)])
    dense = [(i, float(v @ vectors[0])) for i, v in enumerate(vectors[1:]) if v @ vectors[0] > 0]
    bags = [Counter(terms(f"{c.context} {c.text}")) for c in chunks]
    average = sum(bag.total() for bag in bags) / 3
    lexical = []
    for i, bag in enumerate(bags):
        length = 1.2 * (1 - 0.75 + 0.75 * bag.total() / average)
        score = math.fsum(
            weight * idf(t) * bag[t] * 2.2 / (bag[t] + length)
            for t, weight in expand(query, OPTIONS.expansion).items()
            if t in bag
        )
        if score > 0:
            lexical.append((i, score))
    weights = {"dense": OPTIONS.dense_weight, "lexical": 1 - OPTIONS.dense_weight}
    expected = fuse({"dense": dense, "lexical": lexical}, weights)
    assert {hit.chunk.file: hit.score for hit in hits} == pytest.approx(
        {f"passages#{i}": score for i, score in expected.items()}, abs=1e-5
    )
    assert hits[0].chunk.text == texts[0]
    assert rank_passages([], query, embedder, OPTIONS) == []
