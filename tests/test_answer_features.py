"""What speaks for a sentence: features worked out by hand, and held to what they are made of."""

import numpy as np
import pytest

from rag.answering.candidates import gather
from rag.answering.features import table
from rag.answering.matching import Matcher, Vectors
from rag.answering.scoring import best_of, models, probability
from rag.chunking import ChunkingOptions, chunk
from rag.datatypes import Hit, Source
from rag.embedding import builtin
from rag.polarity import opposed, unmet
from rag.question import analyse
from rag.structure import parse
from rag.text import fold

VECTORS = Vectors(builtin())
TEXT = (
    "# 城北区办好老年食堂\n\n城北区去年新建老年食堂36家,投入资金1200万元。食堂由街道负责管理,区民政局给予补贴。\n\n"
    "今年还要设立社区食堂。就餐老人超过5000人。\n\n食堂的菜单每周更换,价格由区发展改革委核定。"
)


def described(question, text=TEXT):
    """Return the candidates of a text and their features."""
    document = parse(Source(file="a.txt", text=text, sha256=""))
    hits = [Hit(chunk=one, score=1.0, ranks={}) for one in chunk(document, 0, ChunkingOptions(join_tokens=0))]
    candidates = gather(hits, lambda _: document)
    matcher = Matcher(analyse(question), VECTORS, " ".join(c.setting for c in candidates))
    return candidates, table(candidates, matcher), matcher


@pytest.mark.parametrize(
    "question", ["城北区新建了多少家老年食堂？", "谁管食堂？", "老人吃饭贵不贵？", "？？"]
)
def test_shares_are_what_stands_in_the_texts(question):
    candidates, found, matcher = described(question)
    for place, candidate in enumerate(candidates):
        assert found["exact"][place] == pytest.approx(
            matcher.share(matcher.stands(candidate.folded)), abs=1e-5
        )
        assert found["all"][place] == pytest.approx(
            matcher.share(matcher.stands(candidate.setting)), abs=1e-5
        )
        clauses = [matcher.share(matcher.stands(clause)) for clause in candidate.clauses]
        assert found["clause"][place] == pytest.approx(max(clauses), abs=1e-5)
    assert all(np.isfinite(values).all() for values in found.values())
    for low, high in (("exact", "near"), ("exact", "said"), ("near", "around_near"), ("clause", "exact")):
        assert (found[low] <= found[high] + 1e-5).all()


def test_a_word_that_may_be_written_for_another_counts_as_said():
    candidates, found, _ = described("食堂收费由谁定价？")
    last = next(i for i, c in enumerate(candidates) if "核定" in c.folded)
    assert found["said"][last] >= found["exact"][last]
    assert found["unsaid"][0] <= found["absent"][0] + 1


def test_what_cannot_answer_is_blocked():
    candidates, found, _ = described("城北区新建了多少家老年食堂？")
    open_to = [c.text for c, blocked in zip(candidates, found["blocked"], strict=True) if not blocked]
    assert open_to == ["城北区去年新建老年食堂36家,投入资金1200万元。"]


def test_the_sentence_that_answers_has_the_highest_score_and_is_likely():
    candidates, found, _ = described("城北区新建了多少家老年食堂？")
    scores = models().scores(found)
    assert candidates[int(np.argmax(scores))].text.startswith("城北区去年新建老年食堂36家")
    likely = probability(best_of(found, scores))
    _, other, _ = described("火星上有多少座环形山？")
    assert probability(best_of(other, models().scores(other))) < models().threshold < likely


def test_the_best_sentence_is_described_with_its_lead():
    found = {"exact": np.array([0.2, 0.8, 0.5], dtype=np.float32)}
    best = best_of(found, np.array([0.0, 2.0, 1.0], dtype=np.float32))
    assert best["exact"] == pytest.approx(0.8)
    assert (best["score"], best["lead"], best["candidates"]) == (2.0, 1.0, 3.0)
    assert best["mass"] == pytest.approx(1 / (1 + np.exp(-2) + np.exp(-1)))


@pytest.mark.parametrize(
    ("question", "text", "value", "word"),
    [
        ("为什么取消食堂补贴？", "区里设立食堂补贴。", 1.0, "取消"),
        ("为什么取消食堂补贴？", "区里取消了食堂补贴。", 0.0, None),
        ("为什么取消食堂补贴？", "食堂补贴每月发放。", 0.5, "取消"),
        ("为什么停办食堂？", "食堂已关闭。", 0.0, None),
        ("价格为什么上涨？", "价格下降了。", 1.0, None),
        ("价格是多少？", "价格下降了。", 0.0, None),
    ],
)
def test_the_direction_of_a_question_is_held_against_the_text(question, text, value, word):
    assert opposed(fold(question), fold(text)) == value
    assert unmet(fold(question), fold(text)) == word
