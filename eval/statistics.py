"""Intervals and tests: what a difference between two runs may be laid to chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95
RESAMPLES = 4999
"""Bootstrap samples, and draws of a permutation test: a 95 % limit then moves by about a tenth of the interval's width from seed to seed."""
_SEED = 20261121


class Interval(NamedTuple):
    """The limits of an interval at `CONFIDENCE`."""

    low: float
    high: float


def interval(values: Sequence[float], *, median: bool = False) -> Interval | None:
    """Return the percentile bootstrap interval of the mean (or the median) of one score a question.

    The questions are drawn with replacement (Efron and Tibshirani, 1993, chapter 13); the same seed every
    time. None where all values are equal or there is at most one, where resampling tells nothing.
    """
    if len(set(values)) < 2:
        return None
    return _bootstrap(np.asarray(values), CONFIDENCE, median=median)


def difference(before: Sequence[float], now: Sequence[float], confidence: float = CONFIDENCE) -> Interval:
    """Return the paired bootstrap interval of mean(now) - mean(before), over the same questions in the same order.

    Both limits are the gain where it is the same for all.
    """
    gains = np.asarray(now) - np.asarray(before)
    if np.all(gains == gains[0]):
        return Interval(float(gains[0]), float(gains[0]))
    return _bootstrap(gains, confidence)


def _bootstrap(values: NDArray[np.float64], confidence: float, *, median: bool = False) -> Interval:
    from scipy.stats import bootstrap  # takes half a second to import

    found = bootstrap(
        (values,),
        np.median if median else np.mean,
        n_resamples=RESAMPLES,
        confidence_level=confidence,
        method="percentile",
        rng=np.random.default_rng(_SEED),
    ).confidence_interval
    return Interval(float(found.low), float(found.high))


def permutation(before: Sequence[float], now: Sequence[float]) -> float:
    """Return the two-sided p-value of the paired permutation test that the mean has changed.

    Twice the smaller of P(S ≤ s) and P(S ≥ s), at most 1, where s is the sum of the gains over the same
    questions and S that sum when every gain may as well have been a loss (Fisher, 1935; for rankings Smucker,
    Allan and Carterette, 2007). Exact where at most 12 questions differ, else over `RESAMPLES` draws of the
    signs, the same every time; 1 where at most one differs. For scores of 0 and 1 it is McNemar's exact test.
    """
    from scipy.stats import permutation_test

    gains = np.asarray(now) - np.asarray(before)
    differing = gains[gains != 0]
    if len(differing) < 2:
        return 1.0
    found = permutation_test(
        (differing,),
        np.sum,
        permutation_type="samples",
        n_resamples=RESAMPLES,
        rng=np.random.default_rng(_SEED),
    )
    return float(found.pvalue)


def mcnemar(lost: int, gained: int, *, two_sided: bool = False) -> float:
    """Return the p-value of McNemar's exact test that the share right has fallen, or has changed.

    P(X ≥ lost), X ~ Binomial(lost + gained, 1/2): of the pairs that differ, either direction is as likely
    when nothing got worse (McNemar, 1947). 1 where nothing flipped. The share right fell by (lost - gained)
    / pairs, so this is also the test of that drop.
    """
    from scipy.stats import binomtest

    flipped = lost + gained
    sides = "two-sided" if two_sided else "greater"
    return float(binomtest(lost, flipped, 0.5, alternative=sides).pvalue) if flipped else 1.0
