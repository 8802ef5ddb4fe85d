"""The fitted weights of the answerer: which sentence answers, and whether any does.

They are made by `training/fit_answering.py`, which writes `models/answering.json`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.answering.candidates import Candidate
from rag.answering.features import FEATURES
from rag.answering.matching import Matcher
from rag.answering.offers import answers_type

WEIGHTS = Path(__file__).parent.parent / "models" / "answering.json"
SUPPORT_FEATURES = (
    "words",
    "setting",
    "soft",
    "bigrams",
    "around",
    "clause",
    "attached",
    "offered",
    "constraints",
    "dense",
    "missing",
    "absent",
)
"""What tells whether a question is answered by its best sentence; see `support`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Linear weights: `sentence` over FEATURES; `answerable` over SUPPORT_FEATURES, with its intercept.

    A question is answered from probability `threshold` on.
    """

    sentence: NDArray[np.float32]
    answerable: NDArray[np.float32]
    intercept: float
    threshold: float


@cache
def weights() -> Weights:
    """Return the fitted weights."""
    record = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return Weights(
        sentence=np.array([record["sentence"][name] for name in FEATURES], dtype=np.float32),
        answerable=np.array([record["answerable"][name] for name in SUPPORT_FEATURES], dtype=np.float32),
        intercept=float(record["intercept"]),
        threshold=float(record["threshold"]),
    )


def support(
    best: Candidate, row: NDArray[np.float32], candidates_text: str, matcher: Matcher
) -> NDArray[np.float32]:
    """Return what speaks for a question being answered by `best`: float32, shape (len(SUPPORT_FEATURES),).

    `setting` is the share of the question's information in the sentence and its surroundings, `around` the
    share of its character pairs there, `missing` how
    informative the most telling word is that stands in neither (1: the most telling of the question),
    `absent` the share of its information in none of the candidates. `row` are the features of `best`.
    """
    values = dict(zip(FEATURES, row.tolist(), strict=True))
    setting = matcher.stands(best.setting)
    everywhere = matcher.stands(candidates_text)
    lacking = matcher.weights * (1 - setting)
    most = float(matcher.weights.max()) if matcher.words else 1.0
    return np.array(
        [
            values["words"],
            matcher.share(setting),
            values["soft"],
            values["bigrams"],
            matcher.pairs(best.setting),
            values["clause"],
            values["attached"],
            answers_type(matcher.question, best.folded) - 0.5,
            values["constraints"],
            values["dense"],
            float(lacking.max()) / most if matcher.words else 1.0,
            1 - matcher.share(everywhere) if matcher.words else 1.0,
        ],
        dtype=np.float32,
    )


def probability(features: NDArray[np.float32]) -> float:
    """Return the probability, by logistic regression, that a question with these features is answered."""
    fitted = weights()
    return float(1 / (1 + np.exp(-(features @ fitted.answerable + fitted.intercept))))
