"""Comparing two runs, and what makes a build red."""

import pytest

from eval.compare import SIGNIFICANT, compare
from eval.gate import GUARDED, judge
from eval.runner import AnswerRow, QuoteRow
from eval.runs import Run
from eval.statistics import mcnemar


def row(identifier: str, right: bool = True, *, answerable: bool = True, scores=None, **fields) -> AnswerRow:
    return AnswerRow(
        id=identifier,
        type="fact",
        split="dev",
        question="？",
        answerable=answerable,
        limit=100,
        seconds=0.0,
        scores={"right": float(right), **(scores or {})},
        **fields,
    )


def answers(right: int, wrong: int, *, answerable: bool = True, prefix: str = "q") -> list[AnswerRow]:
    return [
        row(f"{prefix}{number}", number < right, answerable=answerable) for number in range(right + wrong)
    ]


def quotes(right: int, wrong: int) -> list[QuoteRow]:
    return [
        QuoteRow(
            id=f"c{number}",
            kind="exact",
            split="dev",
            quote="",
            expected="exact",
            right=number < right,
            seconds=0.0,
        )
        for number in range(right + wrong)
    ]


def run(asked=(), told=(), **configuration) -> Run:
    return Run(answers=tuple(asked), quotes=tuple(told), configuration=configuration)


def test_flips_are_counted_among_the_questions_that_both_have():
    before = run([row("a"), row("b"), row("c", False), row("old")])
    now = run([row("a"), row("b", False), row("c"), row("new", False)])
    found = compare(before, now)
    whole = found.groups[0]
    assert (whole.name, whole.compared, whole.lost, whole.gained) == ("全部问题", 3, ("b",), ("c",))
    assert (whole.fallen, whole.changed, whole.change) == (3 / 4, 1, "no difference")
    assert found.only == ("new", "old")


@pytest.mark.parametrize(
    ("lost", "gained", "change"),
    [
        (0, 0, "no difference"),
        (5, 0, "no difference"),
        (6, 0, "worse"),
        (0, 6, "better"),
        (3, 2, "no difference"),
    ],
)
def test_the_conclusion_takes_a_two_sided_test(lost, gained, change):
    before = [*answers(lost, gained), *answers(9, 9, prefix="s")]
    now = [*(row(one.id, not one.right) for one in before[: lost + gained]), *before[lost + gained :]]
    assert compare(run(before), run(now)).groups[0].change == change


def test_a_figure_moves_over_the_questions_that_both_score():
    before = [row(f"q{n}", scores={"citation_recall": 1.0, "brevity": 40.0}) for n in range(30)]
    now = [row(f"q{n}", scores={"citation_recall": 0.5 if n < 20 else 1.0}) for n in range(30)]
    shifts = {shift.metric.name: shift for shift in compare(run(before), run(now)).shifts}
    assert shifts.keys() == {"right", "citation_recall"}
    moved = shifts["citation_recall"]
    assert (moved.compared, moved.before, moved.now) == (30, 1, pytest.approx(20 / 30))
    assert moved.interval.low < -1 / 3 < moved.interval.high < 0
    assert moved.change == "worse"
    assert shifts["right"].change == "no difference"


def test_less_is_better_for_some_figures():
    before = [row(f"q{n}", scores={"brevity": 90.0 + n}) for n in range(20)]
    now = [row(f"q{n}", scores={"brevity": 50.0 + n}) for n in range(20)]
    shifts = {shift.metric.name: shift.change for shift in compare(run(before), run(now)).shifts}
    assert shifts["brevity"] == "better"


def test_settings_that_differ_are_named():
    before = run(settings={"retrieval": {"depth": 50, "dense_weight": 0.35}}, tag="a", started="1")
    now = run(settings={"retrieval": {"depth": 50, "dense_weight": 0.5}}, tag="b", started="2")
    assert compare(before, now).settings == {"settings.retrieval.dense_weight": (0.35, 0.5)}


@pytest.mark.parametrize(("lost", "regressed"), [(0, False), (1, False), (4, False), (5, True)])
def test_five_questions_lost_without_a_gain_make_it_red(lost, regressed):
    verdict = judge(run(answers(20 - lost, lost)), run(answers(20, 0)))
    assert len(verdict.comparison.groups[0].lost) == lost
    assert verdict.regressed is regressed
    assert (mcnemar(lost, 0) < SIGNIFICANT) is regressed


def test_gained_answers_do_not_hide_lost_refusals():
    before = [*answers(0, 9), *answers(9, 0, answerable=False, prefix="u")]
    now = [*answers(9, 0), *answers(4, 5, answerable=False, prefix="u")]
    verdict = judge(run(now), run(before))
    assert [loss.name for loss in verdict.losses] == ["应拒答的问题"]


def test_lost_quotes_make_it_red():
    verdict = judge(run([], quotes(5, 5)), run([], quotes(10, 0)))
    assert [loss.name for loss in verdict.losses] == ["引文"]


def test_lost_follow_ups_make_it_red_whatever_else_is_gained():
    told = [{"role": "user", "content": "？"}]
    before = [row(f"f{n}", history=told) for n in range(6)] + [row(f"q{n}", False) for n in range(6)]
    now = [row(f"f{n}", False, history=told) for n in range(6)] + [row(f"q{n}") for n in range(6)]
    assert [loss.name for loss in judge(run(now), run(before)).losses] == ["可答的追问"]


def test_questions_of_the_baseline_that_were_not_asked_make_it_red():
    verdict = judge(run(answers(4, 0)), run(answers(5, 0), quotes(1, 0)))
    assert (verdict.missing, verdict.losses, verdict.regressed) == (("q4", "c0"), (), True)


def test_the_share_right_is_concluded_on_by_mcnemar_alone():
    before, now = answers(100, 0), answers(95, 5)
    found = compare(run(before), run(now))
    (shift,) = found.shifts
    assert shift.interval.high < 0
    assert shift.change == found.groups[0].change == "no difference"


@pytest.mark.parametrize(("fallen", "regressed"), [(0, False), (3, False), (12, True)])
def test_a_guarded_figure_that_falls_clearly_makes_it_red(fallen, regressed):
    before = [row(f"q{n}", scores={"citation_precision": 1.0}) for n in range(60)]
    now = [row(f"q{n}", scores={"citation_precision": 0.5 if n < fallen else 1.0}) for n in range(60)]
    verdict = judge(run(now), run(before))
    assert [loss.metric.name for loss in verdict.losses] == ["citation_precision"] * regressed


def test_a_figure_that_is_not_guarded_does_not():
    before = [row(f"q{n}", scores={"brevity": 40.0}) for n in range(60)]
    now = [row(f"q{n}", scores={"brevity": 80.0 + n}) for n in range(60)]
    assert "brevity" not in GUARDED
    assert not judge(run(now), run(before)).regressed


def test_new_questions_that_are_wrong_do_not():
    verdict = judge(run(answers(5, 20)), run(answers(5, 0)))
    assert not verdict.regressed
    assert verdict.comparison.groups[0].compared == 5


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ({"faults": ("标记 [3] 没有对应的引文",)}, "q：标记 [3] 没有对应的引文"),
        ({"error": "Traceback (most recent call last):\nKeyError: 3"}, "q：出错 KeyError: 3"),
        (
            {"unsupported": ("“增至9000亿元。”（9000亿元）",)},
            "q：引文不支持这句话：“增至9000亿元。”（9000亿元）",
        ),
    ],
)
def test_a_broken_hard_rule_makes_it_red_without_any_baseline(broken, words):
    verdict = judge(run([row("q", **broken)]), None)
    assert (verdict.broken, verdict.regressed, verdict.comparison) == ((words,), True, None)


def test_a_false_place_of_a_quote_makes_it_red():
    told = QuoteRow(
        id="c",
        kind="exact",
        split="dev",
        quote="",
        expected="exact",
        seconds=0.0,
        faults=("a 处的原文不是“甲”",),
    )
    assert judge(run([], [told]), None).broken == ("c：a 处的原文不是“甲”",)
    assert not judge(run(answers(0, 3), quotes(0, 3)), None).regressed
