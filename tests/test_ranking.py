"""What a ranker does to a list of hits, whatever it says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import retrieval
from rag.datatypes import Chunk, Hit, Span
from rag.ranking import RANKERS, load_ranker
from rag.retrieval import RetrievalOptions, reranked, search


class Says:
    """A ranker that gives the scores it is made with, in order."""

    def __init__(self, scores):
        self.given = scores

    def scores(self, query, hits):
        assert query == "问"
        return np.array(self.given[: len(hits)], dtype=np.float32)


def hits_of(scores):
    span = (Span(start=0, end=1),)
    return [
        Hit(
            chunk=Chunk(id=i, file="a", article=0, paragraphs=(1, 1), text="字", spans=span, context=""),
            score=score,
            ranks={},
        )
        for i, score in enumerate(scores)
    ]


def rank(monkeypatch, fused, scores, ranked):
    monkeypatch.setattr(retrieval, "load_ranker", lambda _: Says(scores))
    found = reranked("问", hits_of(fused), RetrievalOptions(ranked=ranked))
    return [(hit.chunk.id, hit.score) for hit in found]


def test_the_first_hits_take_the_order_of_the_scores_and_keep_their_range(monkeypatch):
    # -2 to 6 is stretched over 0.3 to 0.9; the fourth hit is not looked at.
    assert rank(monkeypatch, [0.9, 0.5, 0.3, 0.2], [-2, 6, 2], 3) == [
        (1, pytest.approx(0.9)),
        (2, pytest.approx(0.3 + 0.6 * 4 / 8)),
        (0, pytest.approx(0.3)),
        (3, 0.2),
    ]


def test_equal_scores_keep_the_fused_order(monkeypatch):
    assert rank(monkeypatch, [0.9, 0.5, 0.3], [1, 1, 1], 30) == [(0, 0.9), (1, 0.9), (2, 0.9)]
    assert rank(monkeypatch, [0.9, 0.5, 0.3], [0, 1, 1], 30) == [(1, 0.9), (2, 0.9), (0, 0.3)]
    assert rank(monkeypatch, [0.9, 0.5], [7, 8], 1) == [(0, 0.9), (1, 0.5)]


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(-1e6, 1e6, width=32)), max_size=12),
    st.integers(0, 14),
)
def test_scores_stay_between_0_and_1_and_never_rise(pairs, ranked):
    fused = sorted((score for score, _ in pairs), reverse=True)
    given_scores = [score for _, score in pairs]
    with pytest.MonkeyPatch.context() as monkeypatch:
        found = rank(monkeypatch, fused, given_scores, ranked)
    scores = [score for _, score in found]
    assert all(0 <= score <= 1 for score in scores)
    assert scores == sorted(scores, reverse=True)
    assert found[ranked:] == list(enumerate(fused))[ranked:]
    head = [i for i, _ in found[:ranked]]
    assert head == sorted(head, key=lambda i: (-np.float32(given_scores[i]), i))


def test_none_leaves_the_list_as_it_is(assistant):
    assert RANKERS["none"]("none") is load_ranker("none") is None
    hits = hits_of([0.9, 0.5])
    assert reranked("问", hits, RetrievalOptions(ranker="none")) == hits


def test_a_search_looks_at_more_than_it_returns(assistant, monkeypatch):
    query, options = "科技创新", RetrievalOptions(ranked=12, ranker="none")
    fused = search(assistant.index, query, 12, options)

    class Reverse:
        def scores(self, query, hits):
            assert [hit.chunk.id for hit in hits] == [hit.chunk.id for hit in fused]
            return np.arange(len(hits), dtype=np.float32)

    monkeypatch.setattr(retrieval, "load_ranker", lambda _: Reverse())
    [best, second] = search(assistant.index, query, 2, options)
    assert [best.chunk, second.chunk] == [fused[11].chunk, fused[10].chunk]
    assert best.score == fused[0].score
    assert best.ranks == fused[11].ranks


def test_the_ranker_is_given_the_query_as_the_hits_write_it(assistant, monkeypatch):
    asked = []

    class Listening:
        def scores(self, query, hits):
            asked.append(query)
            return np.zeros(len(hits), dtype=np.float32)

    monkeypatch.setattr(retrieval, "load_ranker", lambda _: Listening())
    for query in ("技术转移机构两千三百六十四家", "技术转移机构2364家", "全国福化机构数量"):
        search(assistant.index, query, 5, RetrievalOptions())
    assert asked == ["技术转移机构2364家", "技术转移机构2364家", "全国孵化机构数量"]
