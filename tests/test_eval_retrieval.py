"""Retrieval metrics, against the arithmetic and against a slow oracle."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.dataset import Passage, Question
from eval.metrics import METRICS
from eval.metrics.case import Case
from eval.metrics.retrieval import has_gold, ranking
from rag.datatypes import Answer, Chunk, Hit, Span

RAW = "".join(f"第{n:02d}句话在这里。" for n in range(40))
LENGTH = len(RAW) // 40
ANSWER = Answer(question="？", standalone_question="？", sentences=())


def span(n: int) -> Span:
    """The n-th sentence."""
    return Span(start=n * LENGTH, end=(n + 1) * LENGTH)


def hit(file: str, *numbers: int) -> Hit:
    chunk = Chunk(
        id=0,
        file=file,
        article=0,
        paragraphs=(1, 1),
        text="",
        spans=tuple(span(n) for n in numbers),
        context="",
    )
    return Hit(chunk=chunk, score=0.0, ranks={})


def passage(n: int, file: str = "a") -> Passage:
    return Passage(file=file, quote="", span=span(n))


def case(hits: list[Hit], sources=(), documents=()) -> Case:
    question = Question(
        id="q",
        split="dev",
        type="fact",
        question="？",
        answerable=True,
        sources=tuple(sources),
        documents=tuple(documents),
        max_chars=9,
    )
    return Case(question=question, answer=ANSWER, hits=hits, seconds=0.0, read=lambda file: RAW)


def test_a_hit_finds_all_that_it_meets_and_each_passage_counts_once():
    sources = [(passage(3),), (passage(7), passage(1, "b")), (passage(4),)]
    hits = [hit("a", 9), hit("b", 1), hit("a", 7), hit("a", 2, 3, 4), hit("a", 3)]
    assert ranking(case(hits, sources)) == (3, [0, 1, 0, 2, 0])


def test_the_hits_of_a_document_are_one():
    hits = [hit("x", 1), hit("a", 1), hit("x", 2), hit("b", 5)]
    assert ranking(case(hits, documents=["b", "a"])) == (2, [0, 1, 1])


def test_a_hit_finds_what_its_copies_do():
    folded = replace(hit("a", 9), copies=(hit("b", 1).chunk, hit("x", 3).chunk))
    assert ranking(case([hit("x", 1), folded, hit("b", 1)], [(passage(1, "b"),)])) == (1, [0, 1, 0])
    hits = [folded, hit("x", 5), hit("c", 1), hit("b", 4)]
    assert ranking(case(hits, documents=["b", "a", "c"])) == (3, [2, 1])


def measured(given: Case) -> dict[str, float]:
    return {name: METRICS[name].score(given) for name in METRICS if "@" in name}


def test_the_second_and_the_fourth_hit_of_two_passages():
    hits = [hit("a", 9), hit("a", 3), hit("a", 8), hit("a", 7)]
    assert measured(case(hits, [(passage(3),), (passage(7),)])) == pytest.approx(
        {
            "recall@1": 0,
            "recall@5": 1,
            "recall@10": 1,
            "mrr@10": 1 / 2,
            "ndcg@10": (1 / math.log2(3) + 1 / math.log2(5)) / (1 + 1 / math.log2(3)),
        }
    )


def test_one_hit_that_finds_three_passages_is_as_good_as_can_be():
    given = case([hit("a", 3, 4, 5)], [(passage(3),), (passage(4),), (passage(5),)])
    assert measured(given) == dict.fromkeys(("recall@1", "recall@5", "recall@10", "mrr@10", "ndcg@10"), 1)


def test_a_hit_that_finds_two_of_three_lacks_the_third():
    given = measured(case([hit("a", 3, 4)], [(passage(3),), (passage(4),), (passage(5),)]))
    assert given["recall@1"] == pytest.approx(2 / 3)
    assert given["ndcg@10"] == pytest.approx(2 / (2 + 1 / math.log2(3)))


def test_nothing_found_scores_nothing():
    nothing = dict.fromkeys(("recall@1", "recall@5", "recall@10", "mrr@10", "ndcg@10"), 0)
    assert measured(case([], [(passage(3),)])) == nothing
    assert measured(case([hit("b", 3)], [(passage(3),)])) == nothing
    beyond = [hit("a", n) for n in range(20, 30)] + [hit("a", 3)]
    assert measured(case(beyond, [(passage(3),)])) == nothing


def test_a_question_without_passages_or_documents_has_no_gold():
    assert has_gold(case([], [(passage(3),)]).question)
    assert has_gold(case([], documents=["a"]).question)
    assert not has_gold(case([]).question)


@given(st.lists(st.integers(0, 39), max_size=15), st.sets(st.integers(0, 39), min_size=1, max_size=4))
def test_the_figures_are_those_of_the_definitions(order, gold):
    given_case = case([hit("a", n) for n in order], [(passage(n),) for n in sorted(gold)])
    open_ = set(gold)
    found = []
    for n in order:
        found.append(n in open_)
        open_.discard(n)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, len(gold) + 1))
    gained = sum(1 / math.log2(rank + 1) for rank, right in enumerate(found[:10], start=1) if right)
    first = next((rank for rank, right in enumerate(found[:10], start=1) if right), None)
    assert measured(given_case) == pytest.approx(
        {
            "recall@1": sum(found[:1]) / len(gold),
            "recall@5": sum(found[:5]) / len(gold),
            "recall@10": sum(found[:10]) / len(gold),
            "mrr@10": 1 / first if first else 0,
            "ndcg@10": gained / ideal,
        }
    )
