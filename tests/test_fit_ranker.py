"""What the ranker learns from and how it is judged, by hand on a pool of three documents."""

import importlib.util

import numpy as np
import pytest

from training.__main__ import STAGES
from training.fit_ranker import Searched, groups_of, reciprocal_rank, right, searched
from training.pools import Asked, Pool

POOL = Pool(
    name="toy",
    documents=(
        {"id": "a", "text": "小麦今年丰收，产量达到500万吨。"},
        {
            "id": "b",
            "text": "小麦价格平稳。" + "".join(f"高铁第{n}座桥开工，长{n * 7}米。" for n in range(40)),
            "title": "小麦",
        },
        {"id": "c", "text": "台风明天登陆。"},
    ),
    asked=(
        Asked(question="小麦产量是多少？", documents=("a",), answers=("500万吨",)),
        Asked(question="小麦价格怎么样？", documents=("b",), answers=("平稳",)),
        Asked(question="？", documents=("c",)),
    ),
)


def describe(question, hits):
    return np.array([[hit.score] for hit in hits], dtype=np.float32)


def test_a_hit_is_right_where_its_document_answers_and_it_holds_the_answer():
    first, second = searched(POOL, describe)
    assert first.right.tolist() == [source == "docs.jsonl#a" for source in first.sources]
    assert first.rows.tolist() == sorted(first.rows.tolist(), reverse=True)
    # Of the chunks of b only the one with the answer is right.
    assert second.right.sum() == 1 < second.sources.count("docs.jsonl#b")
    assert second.wanted == {"docs.jsonl#b"}


def question(rights, sources, wanted="a"):
    return Searched(
        np.arange(2 * len(rights), dtype=np.float32).reshape(-1, 2),
        np.array(rights),
        tuple(sources),
        frozenset(wanted),
    )


def test_ranks_of_hits_and_of_documents():
    one = question([False, False, True, False], "abab")
    # By score: b, b, the right hit of a; then the other hit of a, b, the right hit.
    assert reciprocal_rank(one, np.array([0.1, 0.4, 0.2, 0.3])) == (1 / 3, 1 / 2)
    assert reciprocal_rank(one, np.array([0.4, 0.3, 0.2, 0.1])) == (1 / 3, 1)
    assert reciprocal_rank(question([False] * 11 + [True], "bcdefghijkla"), -np.arange(12.0)) == (0, 0)


def test_questions_with_nothing_to_tell_apart_are_left_out_and_pools_weigh_by_the_root():
    able, hopeless, easy = (
        question([True, False], "ab"),
        question([False] * 2, "bc"),
        question([True] * 2, "aa"),
    )
    groups = groups_of([[able, hopeless, able, able, able], [easy, able]])
    assert groups.sizes.tolist() == [2] * 5
    assert groups.right.tolist() == [True, False] * 5
    assert groups.weights == pytest.approx([0.5] * 4 + [1])


def test_without_known_answers_every_hit_of_the_document_is_right():
    first, *_ = searched(POOL, describe)
    asked = Asked(question="小麦", documents=("b",))
    hits = [type("H", (), {"chunk": type("C", (), {"file": s, "text": ""})})() for s in first.sources]
    assert right(asked, hits).tolist() == [source == "docs.jsonl#b" for source in first.sources]


def test_every_stage_is_there():
    assert all(importlib.util.find_spec(f"training.{stage}") for stage in STAGES)
