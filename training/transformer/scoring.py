"""Scores of many inputs, by torch on whatever device there is, in the interface of `plain`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import torch

from training.transformer.encoding import Encoder, Input
from training.transformer.model import Backbone, Reader, restore
from training.transformer.plain import PlainReader, Scored
from training.transformer.recipe import Shape

_BATCH = 512


class Scorer(Protocol):
    """Scores inputs."""

    def scores(self, inputs: Sequence[Input]) -> list[Scored]:
        """Return the scores of each input."""


class BatchReader:
    """A reader on a GPU, many inputs at a time."""

    def __init__(self, path: Path, shape: Shape, device: torch.device) -> None:
        """Load the weights in `path`, which are those of a reader of this shape."""
        self._reader = Reader(Backbone(shape)).to(device).eval()
        restore(self._reader, path)
        self._device = device
        self._mark = Encoder(shape.longest).mark

    def scores(self, inputs: Sequence[Input]) -> list[Scored]:
        """Return the scores of each input."""
        found: dict[int, Scored] = {}
        order = sorted(range(len(inputs)), key=lambda place: len(inputs[place].words))
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            longest = len(inputs[chosen[-1]].words)
            sides = (
                np.stack(
                    [np.pad(inputs[place][side], (0, longest - len(inputs[place][side]))) for place in chosen]
                )
                for side in (0, 1)
            )
            words, kinds = (torch.from_numpy(side.astype(np.int64)).to(self._device) for side in sides)
            with torch.inference_mode():
                fit, stated, sentence = (part.cpu().numpy() for part in self._reader(words, kinds))
            for row, place in enumerate(chosen):
                marks = np.flatnonzero(inputs[place].words == self._mark)
                found[place] = Scored(float(fit[row]), float(stated[row]), sentence[row, marks])
        return [found[place] for place in range(len(inputs))]


def load(path: Path, shape: Shape) -> Scorer:
    """Return the reader in `path`: on the GPU if there is one, else by numpy."""
    if torch.cuda.is_available():
        return BatchReader(path, shape, torch.device("cuda"))
    return PlainReader(path)
