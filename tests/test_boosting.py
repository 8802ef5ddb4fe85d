"""Trees against LightGBM's own predictions and a walk by hand; the loss against its differences."""

from pathlib import Path

import lightgbm
import numpy as np
import pytest

from rag.errors import ModelError
from rag.ranking.trees import Trees
from training.boosting import Groups, boost, listwise, trees_of

NAMES = ("near", "far")
# near <= 0.5 ? (far <= 2 ? 1 : 3) : 7, and a tree that is a leaf of 10.
TREES = Trees(
    NAMES,
    {
        "roots": np.array([0, 5]),
        "feature": np.array([0, 1, 0, 0, 0, 0]),
        "left": np.array([1, 3, 0, 0, 0, 0]),
        "value": np.array([0.5, 2, 7, 1, 3, 10]),
    },
)


def test_a_walk_by_hand():
    rows = np.array([[0.5, 2], [0.5, 2.1], [0.6, 0]], dtype=np.float32)
    assert TREES.scores(rows).tolist() == [11, 13, 17]


def test_what_is_saved_is_what_is_loaded(tmp_path):
    TREES.save(tmp_path / "trees.safetensors")
    loaded = Trees.load(tmp_path / "trees.safetensors")
    rows = np.random.default_rng(1).uniform(0, 3, (50, 2)).astype(np.float32)
    assert loaded.names == NAMES
    np.testing.assert_array_equal(loaded.scores(rows), TREES.scores(rows))


@pytest.mark.parametrize("content", [None, b"", b"\x08\0\0\0\0\0\0\0{}      "])
def test_a_damaged_file_is_named(tmp_path, content):
    path = Path(tmp_path / "trees.safetensors")
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match=r"trees\.safetensors.*ranker"):
        Trees.load(path)


def test_trees_predict_as_lightgbm_does_on_the_edges_too():
    chance = np.random.default_rng(7)
    # Few values, so that many rows lie on the edges between the leaves.
    rows = (chance.integers(0, 9, (600, 5)) / np.float32(7)).astype(np.float32)
    target = rows[:, 0] * rows[:, 1] - rows[:, 2] + chance.normal(0, 0.1, 600)
    booster = lightgbm.train(
        {"objective": "regression", "num_leaves": 12, "verbose": -1, "num_threads": 1},
        lightgbm.Dataset(rows, target),
        40,
    )
    ours = trees_of(booster.dump_model(), [str(n) for n in range(5)])
    np.testing.assert_allclose(ours.scores(rows), booster.predict(rows), atol=1e-5)


def groups(seed=3):
    chance = np.random.default_rng(seed)
    sizes = np.array([3, 5, 4])
    right = np.zeros(12, dtype=bool)
    right[[1, 3, 6, 11]] = True
    return Groups(chance.normal(size=(12, 2)).astype(np.float32), right, sizes, np.array([1.0, 2.0, 0.5]))


def test_the_derivative_of_the_loss_by_differences():
    given, scores = groups(), np.random.default_rng(4).normal(size=12)
    weights = given.weights / given.weights.mean()

    def loss(values):
        total, start = 0.0, 0
        for size, weight in zip(given.sizes, weights, strict=True):
            raised = np.exp(values[start : start + size])
            total -= weight * np.log(raised[given.right[start : start + size]].sum() / raised.sum())
            start += size
        return total

    slope, curvature = listwise(given)(scores, None)
    step = 1e-5
    expected = [(loss(scores + step * one) - loss(scores - step * one)) / (2 * step) for one in np.eye(12)]
    np.testing.assert_allclose(slope, expected, atol=1e-6)
    assert (curvature > 0).all()


def test_what_tells_right_from_wrong_is_learnt():
    chance = np.random.default_rng(5)
    rows = chance.normal(size=(2000, 2)).astype(np.float32)
    # Of every five the one with the largest second feature is right.
    right = np.zeros(2000, dtype=bool)
    right[np.arange(400) * 5 + rows[:, 1].reshape(400, 5).argmax(axis=1)] = True
    trees = boost(Groups(rows, right, np.full(400, 5), np.ones(400)), NAMES)
    new = chance.normal(size=(500, 2)).astype(np.float32)
    first = trees.scores(new).reshape(100, 5).argmax(axis=1)
    assert (first == new[:, 1].reshape(100, 5).argmax(axis=1)).mean() > 0.9
