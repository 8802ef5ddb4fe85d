"""The learned ranker: cutting, matching and features against plain loops and hand arithmetic."""

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.datatypes import Chunk, Hit, Span
from rag.embedding import builtin
from rag.informativeness import idf
from rag.ranking import load_ranker
from rag.ranking.cutting import Cutter
from rag.ranking.features import Features
from rag.ranking.learned import TREES
from rag.ranking.matches import CENTRES, NEAREST, WIDTH, Matching
from rag.ranking.trees import Trees
from rag.text import fold
from rag.words import cut, words

TEXTS = (
    "科技部推进科技创新。2026年研发经费增长8.3%!",
    "工信部将支持500家企业；推动汽车下乡",
    "……",
    "金融支持科技型企业创新，加强攻关。",
)


def hit(text, context="", n=0, score=0.5, **scores):
    chunk = Chunk(
        id=n,
        file=f"{n}.txt",
        article=0,
        paragraphs=(1, 1),
        text=text,
        spans=(Span(start=0, end=1),),
        context=context,
    )
    return Hit(chunk=chunk, score=score, ranks=dict.fromkeys(scores, n + 1), scores=scores)


HITS = tuple(
    hit(text, context, n, 0.9 - n / 10, lexical=9.0 - 2 * n, dense=0.6 - n / 10)
    for n, (text, context) in enumerate(zip(TEXTS, ("科技", "", "汽车下乡", ""), strict=True))
)


@pytest.fixture(scope="module")
def matching():
    return Matching(builtin())


@pytest.fixture(scope="module")
def features(matching):
    return Features(matching)


@given(st.text(st.sampled_from("科技创新。！？；\n 2026.5%GDPａｂ國務院，"), max_size=40))
def test_a_text_is_cut_into_the_words_of_its_sentences(text):
    done = Cutter(builtin()).cut(text)
    sentences = [cut(sentence) for sentence in re.split("[。!?;\n]", fold(text))]
    sentences = [sentence for sentence in sentences if sentence]
    numbers = [Cutter(builtin()).numbers(sentence) for sentence in sentences]
    assert done.folded == fold(text)
    assert done.words.tolist() == ([number for sentence in numbers for number in sentence] or [-1])
    assert done.starts.tolist() == ([sum(map(len, numbers[:n])) for n in range(len(numbers))] or [0])
    assert [word for word, _ in words(text)] == cut(fold(text))


def test_words_have_their_rows_and_unknown_ones_others():
    cutter, vocabulary = Cutter(builtin()), builtin().vocabulary()
    known, unknown, other = cutter.numbers(["创新", "xqzj", "xqz"])
    assert known == vocabulary["创新"]
    assert min(unknown, other) >= len(vocabulary)
    assert unknown != other


def test_the_similarity_of_words_is_the_cosine_of_their_rows(matching):
    embedder = builtin()
    found = matching.matches(
        "汽车", [hit("轿车").chunk, hit("汽车").chunk, hit("xqzj").chunk, hit("…").chunk]
    )
    assert cut("轿车") == ["轿车"]
    cosine = float(np.dot(*embedder.encode_queries(["汽车", "轿车"])))
    assert 0.3 < cosine < NEAREST
    assert found.passages == pytest.approx(np.array([[cosine, 1, 0, 0]]), abs=1e-6)
    kernel = [math.exp(-((cosine - centre) ** 2) / (2 * WIDTH**2)) for centre in CENTRES]
    assert found.kernels[:, 0, 0] == pytest.approx(kernel, rel=1e-4)
    assert found.information == pytest.approx([idf("汽车")])
    # Of four passages one has the word.
    assert found.telling == pytest.approx([idf("汽车") * math.log(5 / 1.5)])


def test_a_word_stands_there_by_any_of_its_names_and_within_a_longer_word(matching):
    chunks = [hit("工业和信息化部").chunk, hit("科技部部长").chunk, hit("", "工业和信息化部").chunk]
    found = matching.matches("工信部 科技", chunks)
    assert (found.passages >= 1).tolist() == [[True, False, False], [False, True, False]]
    assert (found.contexts >= 1).tolist() == [[False, False, True], [False, False, False]]


def test_sentences_and_passages(matching):
    found = matching.matches("科技创新和汽车", [hit.chunk for hit in HITS])
    assert found.first.tolist() == [0, 2, 4, 5]
    assert found.occurrences.tolist() == [[1, 0, 0, 0], [1, 0, 0, 1], [0, 1, 0, 0]]
    # 科技部 and 科技型 are words of their own, in which 科技 stands.
    assert (found.passages >= 1).tolist() == [[1, 0, 0, 1], [1, 0, 0, 1], [0, 1, 0, 0]]
    for n, start in enumerate(found.first):
        end = [*found.first[1:], found.sentences.shape[1]][n]
        assert (found.sentences[:, start:end].max(axis=1) <= found.passages[:, n]).all()


def test_features_by_hand(features):
    found = features.table("科技创新和汽车，2026年增长8.3%吗？", HITS)
    # 2026 counts among the words; the signs asked for are those of the folded question.
    asked = {word: idf(word) for word in ("科技", "创新", "汽车", "2026", "增长", "8.3")}
    total = sum(asked.values())
    share = [sum(value for word, value in asked.items() if word in text) / total for text in TEXTS]
    assert found["exact"] == pytest.approx(share, abs=1e-5)
    assert found["context"] == pytest.approx([asked["科技"] / total, 0, asked["汽车"] / total, 0], abs=1e-5)
    assert found["missing_word"][0] == pytest.approx(asked["汽车"] / max(asked.values()))
    # The second sentence of the first passage has three of the six words, the first has two, both have five.
    second = (asked["2026"] + asked["增长"] + asked["8.3"]) / total
    assert found["sentence"][0] == pytest.approx(
        max(second, (asked["科技"] + asked["创新"]) / total), abs=1e-5
    )
    assert found["two_sentences"][0] == pytest.approx(share[0], abs=1e-5)
    signs = "科技创新和汽车2026年增长8.3吗"
    pairs = {signs[i : i + 2] for i in range(len(signs) - 1)}
    assert found["pairs"] == pytest.approx([sum(pair in t for pair in pairs) / len(pairs) for t in TEXTS])
    # 科技创新 has three pairs in a row, so has 2026 with 年 behind it four.
    assert found["run"][0] == pytest.approx(4 / len(pairs))
    assert found["years"].tolist() == [1, 0, 0, 0]
    assert found["lexical"] == pytest.approx([1, 2 / 3, 1 / 3, 0])
    assert found["lead"] == pytest.approx([1 / 3] * 4)
    assert found["dense_rank"] == pytest.approx([1, 1 / 2, 1 / 3, 1 / 4])
    assert found["pairs_behind"] == pytest.approx(found["pairs"] - found["pairs"].max())


@settings(deadline=None)  # a busy machine is not a failure
@given(st.randoms(use_true_random=False), st.sampled_from(["科技创新", "谁推动汽车下乡？", "？", "5G", "的"]))
def test_a_hit_has_the_same_features_wherever_it_stands(features, chance, query):
    order = list(range(len(HITS)))
    chance.shuffle(order)
    given_, shuffled = features.table(query, HITS), features.table(query, [HITS[n] for n in order])
    assert given_.keys() == shuffled.keys()
    for name, values in given_.items():
        assert values.shape == (len(HITS),)
        assert np.isfinite(values).all(), name
        np.testing.assert_allclose(shuffled[name], values[order], atol=1e-5, err_msg=name)


@settings(deadline=None)
@given(
    st.lists(st.text("科技创新a5", max_size=12), min_size=1, max_size=5), st.text("科技创新a5", max_size=6)
)
def test_shares_of_signs_by_plain_loops(features, texts, query):
    found = features.table(query, [hit(text, n=n) for n, text in enumerate(texts)])
    for size, name in ((1, "characters"), (2, "pairs"), (3, "threes")):
        grams = {query[i : i + size] for i in range(len(query) - size + 1)}
        expected = [sum(gram in text for gram in grams) / max(len(grams), 1) for text in texts]
        assert found[name] == pytest.approx(expected)
    pairs = {query[i : i + 2] for i in range(len(query) - 1)}
    for text, run in zip(texts, found["run"], strict=True):
        marks = "".join("x" if text[i : i + 2] in pairs else " " for i in range(len(text) - 1))
        assert run == pytest.approx(max(map(len, marks.split(" "))) / max(len(pairs), 1))


def test_a_hit_that_a_list_lacks(features):
    found = features.table("科技", [hit("科技", lexical=3.0), hit("创新", n=1, dense=0.2)])
    assert found["lexical"].tolist() == [1, 0]
    assert found["dense"].tolist() == [0, 1]
    assert found["lexical_rank"].tolist() == [1, 0]
    assert found["dense_score"] == pytest.approx([0, 0.2])
    assert found["lexical_share"] == pytest.approx([3 / idf("科技"), 0])


QUESTION = "新能源汽车去年卖了多少辆？"
CANDIDATES = (
    hit("新能源汽车产业发展座谈会在京召开，去年以来已经召开多次。", n=0, score=0.9, lexical=21.0, dense=0.61),
    hit("2025年，新能源汽车销量达到1649万辆，同比增长28.2%。", n=1, score=0.8, lexical=19.0, dense=0.6),
    hit("图书馆周末照常开放，读者凭证入馆。", n=2, score=0.1, dense=0.05),
)


def test_the_passage_that_answers_goes_before_the_one_with_the_same_words():
    scores = load_ranker("builtin").scores(QUESTION, CANDIDATES)
    assert scores.dtype == np.float32
    assert scores[1] > scores[0] > scores[2]
    order = [2, 0, 1]
    again = load_ranker("builtin").scores(QUESTION, [CANDIDATES[n] for n in order])
    np.testing.assert_allclose(again, scores[order], atol=1e-5)
    assert load_ranker("builtin").scores(QUESTION, []).shape == (0,)


def test_what_ships_has_every_feature_it_asks_for(features):
    assert set(Trees.load(TREES).names) == set(features.table(QUESTION, CANDIDATES))
