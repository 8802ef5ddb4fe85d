"""Boosted trees for ranking: LightGBM with a listwise loss, and its trees as the program evaluates them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from rag.ranking.trees import Trees

# Of the settings tried (rates 0.03 to 0.06, 8 to 15 leaves, 250 to 500 rounds, stronger penalties, more weight for
# questions whose words the passage lacks) these rank pools that were not learnt from best: training/fit_ranker.py.
PARAMETERS = {
    "num_leaves": 15,
    "learning_rate": 0.03,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "seed": 1,
    "num_threads": 1,
    "deterministic": True,
    "verbose": -1,
}
ROUNDS = 500
BINARY = {"objective": "binary", "boost_from_average": False, "num_leaves": 8}
BINARY_ROUNDS = 300
_LEAST_CURVATURE = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Questions with their hits behind one another: features, which are right, hits and weight of each question.

    `rows` is float32 of (hits, features), `right` bool of (hits,), `sizes` and `weights` are of (questions,).
    """

    rows: NDArray[np.float32]
    right: NDArray[np.bool_]
    sizes: NDArray[np.int64]
    weights: NDArray[np.float64]


Gradients = tuple[NDArray[np.float64], NDArray[np.float64]]


def listwise(groups: Groups) -> Callable[[NDArray[np.float64], lightgbm.Dataset], Gradients]:
    """Return the loss as LightGBM wants it: first and second derivatives by the scores.

    The loss of a question is -log of the share, by softmax over its hits, that its right hits have: it is
    small as soon as one of them is far ahead (ListNet's top-one loss, Cao et al., 2007, with several right).
    """
    starts = np.concatenate([[0], np.cumsum(groups.sizes)[:-1]])
    owner = np.repeat(np.arange(len(groups.sizes)), groups.sizes)
    weight = (groups.weights / groups.weights.mean())[owner]

    def derivatives(scores: NDArray[np.float64], _: lightgbm.Dataset) -> Gradients:
        raised = np.exp(scores - np.maximum.reduceat(scores, starts)[owner])
        shares = raised / np.add.reduceat(raised, starts)[owner]
        mass = np.add.reduceat(shares * groups.right, starts)[owner]
        slope = shares - np.where(groups.right, shares / mass, 0)
        return weight * slope, weight * np.maximum(shares * (1 - shares), _LEAST_CURVATURE)

    return derivatives


def boost(groups: Groups, names: Sequence[str], base: NDArray[np.float64] | None = None) -> Trees:
    """Return the trees learnt from `groups`, whose columns are `names`; with `base` scores, what is to be added to them."""
    data = lightgbm.Dataset(groups.rows, groups.right.astype(np.float32), init_score=base)
    booster = lightgbm.train(PARAMETERS | {"objective": listwise(groups)}, data, ROUNDS)
    return trees_of(booster.dump_model(), names)


def boost_binary(
    rows: NDArray[np.float32], right: NDArray[np.bool_], weights: NDArray[np.float64], names: Sequence[str]
) -> Trees:
    """Return the trees whose score is the log odds of a row being right, learnt with the weights given."""
    data = lightgbm.Dataset(rows, right.astype(np.float32), weight=weights / weights.mean())
    booster = lightgbm.train(PARAMETERS | BINARY, data, BINARY_ROUNDS)
    return trees_of(booster.dump_model(), names)


def trees_of(model: dict[str, Any], names: Sequence[str]) -> Trees:
    """Return the trees of LightGBM's dump; children stand side by side behind their parents."""
    roots: list[int] = []
    feature: list[int] = []
    left: list[int] = []
    value: list[float] = []

    def place(node: dict[str, Any]) -> None:
        feature.append(node.get("split_feature", 0))
        left.append(0)
        value.append(float(_below(node["threshold"])) if "threshold" in node else node["leaf_value"])

    for tree in model["tree_info"]:
        roots.append(len(value))
        waiting = [(roots[-1], tree["tree_structure"])]
        place(tree["tree_structure"])
        for parent, node in waiting:
            if "threshold" in node:
                left[parent] = len(value)
                for side in ("left_child", "right_child"):
                    waiting.append((len(value), node[side]))
                    place(node[side])
    return Trees(
        names,
        {
            "roots": np.array(roots, dtype=np.int32),
            "feature": np.array(feature, dtype=np.int16),
            "left": np.array(left, dtype=np.int32),
            "value": np.array(value, dtype=np.float32),
        },
    )


def _below(threshold: float) -> np.float32:
    """Return the greatest float32 that is not above `threshold`: a float32 is at most the one as it is the other."""
    near = np.float32(threshold)
    return np.nextafter(near, np.float32(-np.inf)) if near > threshold else near
