"""The reader without torch: the same scores from numpy, one input at a time; `stated` is left out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

from rag.embedding import builtin
from rag.errors import ModelError
from training.transformer.encoding import EVIDENCE, Input, strengths

Array = NDArray[np.float32]
_EPSILON = 1e-5


class Scored(NamedTuple):
    """How well a passage fits a question, and how well each of its sentences answers it: logits."""

    fit: float
    sentences: Array


class PlainReader:
    """A reader that `training.transformer` wrote, over the embedder it was trained on."""

    def __init__(self, path: Path) -> None:
        """Load the weights in `path` and the built-in embedder's table.

        Raises:
            ModelError: the weights were learnt over another table.
        """
        with safe_open(path, framework="numpy") as file:
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            header = file.metadata()
        if header["embedder"] != builtin().fingerprint:
            raise ModelError(f"{path} 不是在内置嵌入模型上训练的，请重新训练")
        self._weights = {name: values.astype(np.float32) for name, values in weights.items()}
        self._heads, self._layers = int(header["heads"]), int(header["layers"])
        self.longest = int(header["longest"])
        self._table, self._strength = self._rows(weights["backbone.place"])
        self._mark = len(self._table) - 2

    def _rows(self, place: NDArray[np.int16]) -> tuple[Array, Array]:
        """Return what each word starts as, before kind and position, and how telling it is, (words, 1)."""
        rows = builtin().rows(np.arange(len(builtin().vocabulary())))
        rows = np.concatenate([rows, np.zeros((len(place) - len(rows), rows.shape[1]), np.float32)])
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        unit = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
        strength = strengths(lengths)
        given = np.concatenate([unit * np.sqrt(rows.shape[1]), strength], axis=1)
        own = self._weights["backbone.own_rows.weight"][place]
        adapted: Array = (given @ self._weights["backbone.adapt.weight"].T + own).astype(np.float32)
        return adapted, strength

    def scores(self, inputs: Sequence[Input]) -> list[Scored]:
        """Return the scores of each input."""
        return [self._score(one) for one in inputs]

    def _score(self, one: Input) -> Scored:
        """Return the scores of an input."""
        length = len(one.words)
        state = self._table[one.words] + self._weights["backbone.kind.weight"][one.kinds]
        state += self._strength[one.words] * self._weights["backbone.telling.weight"][one.kinds]
        state = self._normal(state + self._weights["backbone.position.weight"][:length], "backbone.first")
        for layer in range(self._layers):
            name = f"backbone.blocks.{layer}"
            state = state + self._attended(self._normal(state, f"{name}.before_attention"), name)
            inner = self._linear(self._normal(state, f"{name}.before_inner"), f"{name}.inner")
            state = state + self._linear(np.maximum(inner, 0, out=inner), f"{name}.outer")
        state = self._normal(state, "backbone.last")
        marks = np.flatnonzero(one.words == self._mark)
        added = EVIDENCE * (state @ self._weights["added.weight"].T)
        sums = np.add.reduceat(added, marks, axis=0) if len(marks) else added[:0]
        fit = self._linear(state[0], "passage")[0] + sums[:, 0].sum()
        return Scored(float(fit), self._linear(state[marks], "sentence")[:, 0] + sums[:, 2])

    def _attended(self, state: Array, name: str) -> Array:
        """Return what attention adds, for a state of (length, width)."""
        length, width = state.shape
        mixed = self._linear(state, f"{name}.mix").reshape(length, 3, self._heads, -1)
        query, key, value = mixed.transpose(1, 2, 0, 3)
        shares = query @ key.transpose(0, 2, 1) / np.float32(np.sqrt(width // self._heads))
        shares = np.exp(shares - shares.max(axis=2, keepdims=True))
        found = (shares / shares.sum(axis=2, keepdims=True)) @ value
        return self._linear(found.transpose(1, 0, 2).reshape(length, width), f"{name}.attended")

    def _linear(self, state: Array, name: str) -> Array:
        """Return `state` after a linear layer."""
        found: Array = state @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return found

    def _normal(self, state: Array, name: str) -> Array:
        """Return `state` with mean 0 and variance 1 at each place, scaled and moved."""
        centred = state - state.mean(axis=1, keepdims=True)
        variance = np.mean(centred * centred, axis=1, keepdims=True)
        scaled = centred / np.sqrt(variance + _EPSILON)
        found: Array = scaled * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        return found
