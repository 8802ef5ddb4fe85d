"""Gradient-boosted trees, evaluated by numpy: all trees and rows step down together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from rag.errors import ModelError


class Trees:
    """An ensemble of binary trees; a row's score is the sum of the leaves that it falls into.

    A node is a place in four arrays, all trees behind one another: an inner node sends a row to `left` where
    its `feature` is at most `value`, else to the node behind `left`; a leaf has `left` 0 and its score as
    `value`. `roots` are the places of the trees' first nodes.
    """

    def __init__(self, names: Sequence[str], arrays: Mapping[str, NDArray[np.generic]]) -> None:
        """Make an ensemble of the arrays said above; `names` are those of the columns of a row."""
        self.names = tuple(names)
        self._arrays = arrays
        self._roots = arrays["roots"].astype(np.int32)
        self._feature = arrays["feature"].astype(np.int32)
        self._left = arrays["left"].astype(np.int32)
        self._value = arrays["value"].astype(np.float32)

    @classmethod
    def load(cls, path: Path) -> Trees:
        """Read the trees that `save` wrote.

        Raises:
            ModelError: the file is missing or damaged.
        """
        try:
            with safe_open(path, framework="numpy") as file:
                names = file.metadata()["names"].split()
                return cls(names, {key: file.get_tensor(key) for key in file.keys()})  # noqa: SIM118
        except (OSError, SafetensorError, KeyError, TypeError) as error:
            reason = " ".join(str(error).split())
            raise ModelError(
                f"排序模型读不出：{path}（{reason}），请重新取得该文件，或把 ranker 设为 none"
            ) from error

    def save(self, path: Path) -> None:
        """Write the trees to `path`."""
        arrays = {key: np.ascontiguousarray(values) for key, values in self._arrays.items()}
        save_file(arrays, path, metadata={"names": " ".join(self.names)})

    def scores(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the score of each row, float32 of (rows,), for float32 of (rows, features)."""
        ended = np.tile(self._roots, len(rows))
        starts = np.repeat(np.arange(len(rows), dtype=np.int32) * rows.shape[1], len(self._roots))
        flat = rows.ravel()
        falling = np.flatnonzero(self._left.take(ended))
        while len(falling):
            nodes = ended[falling]
            right = flat.take(starts[falling] + self._feature.take(nodes)) > self._value.take(nodes)
            nodes = self._left.take(nodes) + right
            ended[falling] = nodes
            falling = falling[self._left.take(nodes) > 0]
        scores: NDArray[np.float32] = self._value.take(ended).reshape(len(rows), -1).sum(axis=1)
        return scores
