"""How well a list fits a question: features that code computes, and fitted weights.

The weights are made by `training/fit_listing.py`, which writes `models/listing.json`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.answering.lists import Enumeration
from rag.answering.matching import Matcher
from rag.informativeness import idf
from rag.numerals import numbers, years
from rag.question import Question
from rag.text import fold
from rag.words import content_words

WEIGHTS = Path(__file__).parent.parent / "models" / "listing.json"
FORMS = ("marked", "leads", "headings", "sentences", "run", "clauses")
FEATURES = (
    *FORMS,
    "introduction",
    "lead",
    "setting",
    "items",
    "around",
    "lacking",
    "pairs",
    "noun",
    "own",
    "dense",
    "dense_items",
    "counted",
    "miscounted",
    "announced",
    "year",
    "other_year",
    "names",
    "items_number",
    "hit",
)
"""Names of the columns of `features`, in order; see there."""
_NOT_COUNTED = ("年", "月", "日", "号", "%", "届", "期", "版", "次")
_ANNOUNCED = re.compile(r"如下|以下|下列|包括|分别|[:：]\s*$")
_LONGEST = 200
"""Characters of a list's items whose cosine is looked at."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Linear weights over FEATURES and their intercept; a list is the answer from probability `threshold` on."""

    features: NDArray[np.float32]
    intercept: float
    threshold: float


@cache
def weights() -> Weights:
    """Return the fitted weights."""
    record = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return Weights(
        np.array([record["weights"][name] for name in FEATURES], dtype=np.float32),
        float(record["intercept"]),
        float(record["threshold"]),
    )


def probabilities(rows: NDArray[np.float32], fitted: Weights) -> NDArray[np.float32]:
    """Return for each list the probability that it is the one asked for, float32, shape (len(rows),).

    That none is asked for is one more choice, with the score 0 (a conditional logit): they add up to less than 1.
    """
    scores = rows @ fitted.features + fitted.intercept
    highest = max(float(scores.max(initial=0.0)), 0.0)
    powers = np.exp(scores - highest)
    return np.asarray(powers / (powers.sum() + math.exp(-highest)), dtype=np.float32)


def rough(enumeration: Enumeration, matcher: Matcher) -> float:
    """Return how much of the question's information a list and its surroundings have, for a first selection."""
    near = np.maximum(matcher.stands(enumeration.introduction), matcher.stands(enumeration.lead))
    around = np.maximum(near, matcher.stands(enumeration.setting))
    items = matcher.stands(enumeration.named)
    return matcher.share(around) + matcher.share(near) + 0.5 * matcher.share(np.maximum(items - around, 0))


def features(
    enumerations: Sequence[Enumeration], matcher: Matcher, hits: Sequence[float]
) -> NDArray[np.float32]:
    """Return the features of lists: float32, shape (len(enumerations), len(FEATURES)).

    The first columns say the form. Of the question's information, shares in [0, 1]: `introduction` in the words
    that lead into the list, and what more stands in its `lead`, `setting`, `items` and paragraph (`around`);
    `lacking` is how much the most telling word tells that stands in none of them (1: the most telling of the
    question). `pairs` is the share of its character pairs in the introduction, `noun` whether what the items
    are called stands there, `own` the share of the introduction's information that the question has. `hits`
    are the scores of the passages that the lists were found by.
    """
    rows = np.zeros((len(enumerations), len(FEATURES)), dtype=np.float32)
    if not enumerations:
        return rows
    dense = matcher.vectors.passages([e.introduction for e in enumerations]) @ matcher.vector
    dense_items = matcher.vectors.passages([e.named[:_LONGEST] for e in enumerations]) @ matcher.vector
    for i, enumeration in enumerate(enumerations):
        question, introduction = matcher.question, enumeration.introduction
        everything = " ".join((introduction, enumeration.lead, enumeration.setting, enumeration.named))
        rows[i] = (
            *(enumeration.form == form for form in FORMS),
            *_shares(enumeration, matcher),
            matcher.pairs(introduction),
            _noun(question, introduction),
            _own(introduction, matcher),
            dense[i],
            dense_items[i],
            *_count(question, enumeration),
            bool(_ANNOUNCED.search(introduction)),
            *_years(question, enumeration),
            matcher.names_stand(everything),
            math.log(len(enumeration.items)),
            hits[i],
        )
    return rows


def _shares(enumeration: Enumeration, matcher: Matcher) -> list[float]:
    """Return the features `introduction` to `lacking`."""
    paragraph = enumeration.paragraph
    own = fold(paragraph.text) if paragraph else ""
    texts = (enumeration.introduction, enumeration.lead, enumeration.setting, enumeration.named, own)
    known = matcher.stands("") * 0
    shares = []
    for text in texts:
        stands = matcher.stands(text)
        shares.append(matcher.share(np.maximum(stands - known, 0)))
        known = np.maximum(known, stands)
    lacking = matcher.weights * (1 - known)
    most = float(matcher.weights.max()) if matcher.words else 1.0
    return [*shares, float(lacking.max()) / most if matcher.words else 1.0]


def _noun(question: Question, introduction: str) -> float:
    """Return whether what the question calls the items (措施, 领域) stands in the introduction; 0.5 for no name."""
    return float(question.items in introduction) if question.items else 0.5


def _own(introduction: str, matcher: Matcher) -> float:
    """Return the share of an introduction's information that the question has, 0 for an empty one."""
    told = [(word in matcher.asked, idf(word)) for word, _ in content_words(introduction)]
    total = sum(weight for _, weight in told)
    return sum(weight for asked, weight in told if asked) / total if total else 0.0


def _count(question: Question, enumeration: Enumeration) -> tuple[bool, bool]:
    """Return whether a list has as many items as the question says, and whether it has not.

    A list inside a sentence, whose items are cut by guess, has as many too where it says so (四方面原则).
    """
    number = len(enumeration.items)
    if question.count is None:
        return False, (question.ordinal or 0) > number
    said = any(
        n.value == question.count and n.unit not in _NOT_COUNTED for n in numbers(enumeration.introduction)
    )
    fits = number == question.count or (enumeration.sentence is not None and said)
    return fits, not fits


def _years(question: Question, enumeration: Enumeration) -> tuple[bool, bool]:
    """Return whether a list names a year that is asked for, and whether only others."""
    if not question.years:
        return False, False
    texts = (enumeration.introduction + enumeration.named, enumeration.lead, enumeration.setting)
    named = next(filter(None, map(years, texts)), set())
    return bool(named & question.years), bool(named) and not named & question.years
