"""How large the reader is, and how long and how fast it learns."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The size of the network; `common` words have a vector of their own beside the embedder's."""

    layers: int = 4
    width: int = 256
    heads: int = 4
    inner: int = 1024
    common: int = 4096
    longest: int = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """One stage of learning: it ends after `steps` or `seconds`, whichever comes first."""

    steps: int
    seconds: float
    batch: int
    rate: float

    def progress(self) -> Iterator[float]:
        """Yield before each step how much of the budget is spent, >= 0 and < 1."""
        start = time.monotonic()
        for step in range(self.steps):
            spent = max(step / self.steps, (time.monotonic() - start) / self.seconds)
            if spent >= 1:
                return
            yield spent


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Everything that is chosen.

    `made` is the share of the passages that a question is made from; `pool` passages are searched together
    for passages that look right and are not: the `near` nearest are kept, and `group` passages are read for
    a question in a step, the right one among them. A real question is seen `real` times for once that a made
    one is.
    """

    shape: Shape = Shape()
    words: Budget = Budget(steps=40_000, seconds=400, batch=256, rate=1e-3)
    contrast: Budget = Budget(steps=1500, seconds=90, batch=2048, rate=5e-4)
    rank: Budget = Budget(steps=20_000, seconds=480, batch=64, rate=4e-4)
    made: float = 0.5
    pool: int = 12_000
    near: int = 15
    group: int = 8
    real: int = 2
    seed: int = 20

    def within(self, seconds: float) -> Recipe:
        """Return the recipe with `seconds` for each stage of learning."""
        stages = {
            name: replace(getattr(self, name), seconds=seconds) for name in ("words", "contrast", "rank")
        }
        return replace(self, **stages)


TINY = Recipe(
    shape=Shape(layers=1, width=32, heads=2, inner=64, common=64, longest=256),
    words=Budget(steps=3, seconds=60, batch=2, rate=1e-3),
    contrast=Budget(steps=2, seconds=60, batch=4, rate=1e-3),
    rank=Budget(steps=3, seconds=60, batch=2, rate=1e-3),
    made=1.0,
    pool=50,
    near=4,
    group=3,
)
"""All stages in seconds on one core: to see that they run, not to learn anything."""

SMALL = Recipe(
    shape=Shape(layers=2, width=128, heads=2, inner=512),
    words=Budget(steps=1500, seconds=600, batch=16, rate=1e-3),
    contrast=Budget(steps=300, seconds=600, batch=64, rate=5e-4),
    rank=Budget(steps=20_000, seconds=900, batch=16, rate=1e-3),
    made=0.15,
    near=10,
    group=5,
)
"""What one core can learn in half an hour: with the stages `prepare` and `rank` alone."""

RECIPES = {"full": Recipe(), "small": SMALL, "tiny": TINY}
