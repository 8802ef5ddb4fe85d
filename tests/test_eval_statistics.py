"""Intervals and tests against the arithmetic and the theory."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.statistics import difference, interval, mcnemar, permutation


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


@pytest.mark.parametrize(
    ("lost", "gained", "expected"), [(0, 0, 1), (5, 0, 1 / 16), (0, 6, 1 / 32), (3, 3, 1)]
)
def test_both_tails_of_the_coin(lost, gained, expected):
    assert mcnemar(lost, gained, two_sided=True) == pytest.approx(expected)


@given(st.integers(0, 40), st.integers(0, 40))
def test_more_lost_is_never_less_significant(lost, gained):
    assert mcnemar(lost + 1, gained) < mcnemar(lost, gained) + 1e-12
    assert mcnemar(lost, gained + 1) > mcnemar(lost, gained) - 1e-12


@pytest.mark.parametrize(("right", "count"), [(100, 200), (160, 200), (270, 300)])
def test_the_interval_of_a_share_is_near_the_normal_one(right, count):
    share = right / count
    half = 1.96 * math.sqrt(share * (1 - share) / count)
    low, high = interval([1.0] * right + [0.0] * (count - right))
    assert (low, high) == pytest.approx((share - half, share + half), abs=0.01)


def test_the_interval_of_a_median_is_that_of_its_order_statistics():
    # The median of 101 drawn values lies between the 40th and 62nd of them in 95 of 100 samples (binomial).
    low, high = interval([float(n) for n in range(1, 102)], median=True)
    assert (low, high) == pytest.approx((41, 61), abs=2)


@pytest.mark.parametrize("values", [[], [1.0], [0.5, 0.5, 0.5]])
def test_resampling_equal_values_tells_nothing(values):
    assert interval(values) is None


def test_an_interval_is_the_same_every_time():
    values = list(np.random.default_rng(1).random(50))
    assert interval(values) == interval(values)


def test_a_difference_is_paired():
    before = [float(n) for n in range(30)]
    assert difference(before, [value + 2 for value in before]) == (2, 2)
    assert difference(before, before) == (0, 0)
    low, high = difference(before, list(reversed(before)))
    assert low < 0 < high


def test_the_width_of_a_paired_difference_is_that_of_the_gains():
    gains = [1.0] * 20 + [0.0] * 80
    low, high = difference([0.0] * 100, gains)
    half = 1.96 * math.sqrt(0.2 * 0.8 / 100)
    assert (low, high) == pytest.approx((0.2 - half, 0.2 + half), abs=0.015)


@settings(max_examples=20)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=30))
def test_turning_a_comparison_round_turns_its_interval_round(pairs):
    before, now = zip(*pairs, strict=True)
    low, high = difference(before, now)
    back = difference(now, before)
    assert low <= np.mean(now) - np.mean(before) + 1e-9
    assert high >= np.mean(now) - np.mean(before) - 1e-9
    assert (low, high) == pytest.approx((-back.high, -back.low), abs=0.2)


@pytest.mark.parametrize(
    ("gains", "expected"),
    [
        ([], 1),
        ([0.0, 0.0], 1),
        # Of the 8 signs of three gains, + + + alone gives a sum of 1.75; the other tail doubles it.
        ([1.0, 0.5, 0.25, 0.0], 2 / 8),
        # Sums of ±1 ± 0.5 ± 0.25 that are at least 0.75, as + - + gives: 1.75, 1.25, 0.75.
        ([1.0, -0.5, 0.25], 2 * 3 / 8),
        ([-1.0, -0.5, -0.25], 2 / 8),
    ],
)
def test_a_permutation_counts_the_signs_by_hand(gains, expected):
    assert permutation([0.0] * len(gains), gains) == pytest.approx(expected)


@settings(max_examples=20)
@given(st.integers(0, 6), st.integers(0, 6))
def test_a_permutation_of_right_and_wrong_is_mcnemars_test(lost, gained):
    before, now = [1.0] * lost + [0.0] * gained + [1.0], [0.0] * lost + [1.0] * gained + [1.0]
    assert permutation(before, now) == pytest.approx(mcnemar(lost, gained, two_sided=True))


def test_a_permutation_of_many_is_near_the_normal_tail_and_the_same_every_time():
    gains = np.random.default_rng(3).normal(0.1, 1, 400)
    tail = math.erfc(abs(gains.sum()) / math.sqrt(2 * (gains**2).sum()))
    assert 0.001 < tail < 0.5
    found = permutation(np.zeros(400), gains)
    assert found == pytest.approx(tail, abs=0.02)
    assert found == permutation(np.zeros(400), gains)
