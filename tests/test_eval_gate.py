"""The gate: what makes a build red."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.gate import SIGNIFICANT, flips, judge, mcnemar
from eval.runner import AnswerRow, QuoteRow
from eval.runs import Baseline


def answers(right: int, wrong: int, *, answerable: bool = True, prefix: str = "q") -> list[AnswerRow]:
    return [
        AnswerRow(
            id=f"{prefix}{number}",
            type="fact",
            split="dev",
            question="？",
            answerable=answerable,
            right=number < right,
            limit=100,
            seconds=0.0,
        )
        for number in range(right + wrong)
    ]


def quotes(right: int, wrong: int) -> list[QuoteRow]:
    return [
        QuoteRow(id=f"c{number}", kind="exact", quote="", expected="exact", right=number < right, seconds=0.0)
        for number in range(right + wrong)
    ]


def baseline(rows: list[AnswerRow], told: list[QuoteRow] | None = None) -> Baseline:
    return Baseline(
        questions={row.id: row.right for row in rows},
        quotes={row.id: row.right for row in told or []},
        metrics={},
    )


@pytest.mark.parametrize(
    ("lost", "gained", "expected"),
    [
        (0, 0, 1),
        (1, 0, 1 / 2),
        (4, 0, 1 / 16),
        (5, 0, 1 / 32),
        (0, 5, 1),
        (2, 1, (3 + 1) / 8),
        (7, 1, (8 + 1) / 256),
    ],
)
def test_mcnemar_is_the_tail_of_a_fair_coin(lost, gained, expected):
    assert mcnemar(lost, gained) == pytest.approx(expected)


@given(st.integers(0, 40), st.integers(0, 40))
def test_more_lost_is_never_less_significant(lost, gained):
    assert mcnemar(lost + 1, gained) < mcnemar(lost, gained) + 1e-12
    assert mcnemar(lost, gained + 1) > mcnemar(lost, gained) - 1e-12


def test_flips_are_counted_among_the_questions_that_both_have():
    found = flips(
        "组",
        {"a": True, "b": False, "c": True, "new": False},
        {"a": True, "b": True, "c": False, "old": True},
    )
    assert (found.compared, found.lost, found.gained) == (3, ("b",), ("c",))
    assert found.p == 3 / 4
    assert not found.significant


@pytest.mark.parametrize(("lost", "regressed"), [(0, False), (1, False), (4, False), (5, True)])
def test_five_questions_lost_without_a_gain_make_it_red(lost, regressed):
    verdict = judge(answers(20 - lost, lost), [], baseline(answers(20, 0)))
    assert len(verdict.groups[0].lost) == lost
    assert verdict.regressed is regressed
    assert (mcnemar(lost, 0) < SIGNIFICANT) is regressed


def test_gained_answers_do_not_hide_lost_refusals():
    before = [*answers(0, 9), *answers(9, 0, answerable=False, prefix="u")]
    now = [*answers(9, 0), *answers(4, 5, answerable=False, prefix="u")]
    verdict = judge(now, [], baseline(before))
    assert [group.significant for group in verdict.groups] == [False, False, True, False]
    assert verdict.regressed


def test_lost_quotes_make_it_red():
    verdict = judge([], quotes(5, 5), baseline([], quotes(10, 0)))
    assert [group.significant for group in verdict.groups] == [False, False, False, True]


def test_new_questions_that_are_wrong_do_not():
    verdict = judge(answers(5, 20), [], baseline(answers(5, 0)))
    assert not verdict.regressed
    assert verdict.groups[0].compared == 5


@pytest.mark.parametrize(
    "broken",
    [{"faults": ("标记 [3] 没有对应的引文",)}, {"error": "Traceback (most recent call last):\nKeyError: 3"}],
)
def test_a_broken_pointer_or_a_crash_makes_it_red_without_any_baseline(broken):
    row = AnswerRow(
        id="q", type="fact", split="dev", question="？", answerable=True, limit=9, seconds=0.0, **broken
    )
    told = QuoteRow(id="c", kind="exact", quote="", expected="exact", seconds=0.0, **broken)
    verdict = judge([row], [told], None)
    assert verdict.regressed
    assert [words.split("：")[0] for words in verdict.broken] == ["q", "c"]
    assert not judge(answers(0, 3), quotes(0, 3), None).regressed
