"""One stage of learning: the optimiser, its rate over time, and what is printed."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from training.transformer.recipe import Budget

_DECAY = 0.01
_CLIP = 1.0
_WARM_UP = 0.04
_LOWEST = 0.02
_SHOWN = 10.0


class Learner:
    """Runs the steps of one stage: iterate over it and call `learn` once in each round."""

    def __init__(self, models: Sequence[nn.Module], budget: Budget, name: str) -> None:
        """Learn with all parameters of `models`, which stand on one device."""
        self._parameters = [parameter for model in models for parameter in model.parameters()]
        self._budget, self._name = budget, name
        flat = [parameter for parameter in self._parameters if parameter.ndim < 2]
        steep = [parameter for parameter in self._parameters if parameter.ndim >= 2]
        self._optimizer = torch.optim.AdamW(
            [{"params": steep, "weight_decay": _DECAY}, {"params": flat, "weight_decay": 0.0}],
            lr=budget.rate,
            betas=(0.9, 0.98),
        )
        self._device = self._parameters[0].device

    def precision(self) -> contextlib.AbstractContextManager[object]:
        """Return the context to compute scores in: bfloat16 on a GPU."""
        if self._device.type == "cpu":
            return contextlib.nullcontext()
        return torch.autocast(self._device.type, dtype=torch.bfloat16)

    def __iter__(self) -> Iterator[int]:
        """Yield the number of each step, with the rate set: up on a line, down on a half cosine."""
        start = shown = time.monotonic()
        for step, spent in enumerate(self._budget.progress()):
            falling = _LOWEST + (1 - _LOWEST) * (1 + math.cos(math.pi * spent)) / 2
            for group in self._optimizer.param_groups:
                group["lr"] = self._budget.rate * min((spent + 1e-3) / _WARM_UP, falling)
            yield step
            if time.monotonic() - shown > _SHOWN:
                shown = time.monotonic()
                passed = shown - start
                print(f"{self._name} {step + 1} steps {passed:.0f} s: {self._loss.item():.4f}", flush=True)

    def learn(self, loss: Tensor) -> None:
        """Follow the gradient of `loss`, clipped."""
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self._parameters, _CLIP)
        self._optimizer.step()
        self._loss = loss.detach()
