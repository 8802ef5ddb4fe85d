"""Retrieval metrics, against the arithmetic and against a slow oracle."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.dataset import Passage, Question
from eval.metrics.case import Case
from eval.metrics.retrieval import has_gold, ranking, retrieval
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


def test_a_hit_finds_the_passage_that_it_meets_and_each_passage_counts_once():
    sources = [(passage(3),), (passage(7), passage(1, "b"))]
    hits = [hit("a", 9), hit("b", 1), hit("a", 7), hit("a", 2, 3), hit("a", 3)]
    assert ranking(case(hits, sources)) == (2, [None, 1, None, 0, None])


def test_the_hits_of_a_document_are_one():
    hits = [hit("x", 1), hit("a", 1), hit("x", 2), hit("b", 5)]
    assert ranking(case(hits, documents=["b", "a"])) == (2, [None, 1, 0])


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("R@1", 0),
        ("R@2", 1 / 2),
        ("R@5", 1),
        ("RR@10", 1 / 2),
        ("nDCG@10", (1 / math.log2(3) + 1 / math.log2(5)) / (1 + 1 / math.log2(3))),
    ],
)
def test_the_second_and_the_fourth_hit_of_two_passages(measure, expected):
    hits = [hit("a", 9), hit("a", 3), hit("a", 8), hit("a", 7)]
    assert retrieval(measure)(case(hits, [(passage(3),), (passage(7),)])) == pytest.approx(expected)


def test_nothing_found_scores_nothing():
    assert retrieval("R@5")(case([], [(passage(3),)])) == 0
    assert retrieval("RR@10")(case([hit("b", 3)], [(passage(3),)])) == 0
    beyond = [hit("a", n) for n in range(20, 30)] + [hit("a", 3)]
    assert retrieval("RR@10")(case(beyond, [(passage(3),)])) == 0


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
    assert retrieval("R@5")(given_case) == pytest.approx(sum(found[:5]) / len(gold))
    assert retrieval("RR@10")(given_case) == pytest.approx(1 / first if first else 0)
    assert retrieval("nDCG@10")(given_case) == pytest.approx(gained / ideal)
