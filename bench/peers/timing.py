"""How long queries take, one after the other and several at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from bench.peers.material import Query

Search = Callable[[str], Sequence[int]]
"""A query to the numbers of passages, best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How long searches took, wall-clock: median and 95th percentile, and how many were done in a second."""

    asked: int
    median_ms: float
    p95_ms: float
    per_second: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """Queries that were put to a system: how long they took, and what was found, by their ids."""

    times: Times
    found: dict[str, list[int]]


def ask(search: Search, queries: Sequence[Query], threads: int, seconds: float) -> Pass:
    """Put the queries to a system, so many at a time; none is begun after `seconds`, but the first is in any case."""
    started = time.perf_counter()

    def one(number: int) -> tuple[float, list[int]] | None:
        begun = time.perf_counter()
        if number and begun - started > seconds:
            return None
        found = [int(identifier) for identifier in search(queries[number].text)]
        return time.perf_counter() - begun, found

    with ThreadPoolExecutor(threads) as pool:
        done = list(pool.map(one, range(len(queries))))
    whole = time.perf_counter() - started
    answered = {query.id: each for query, each in zip(queries, done, strict=True) if each is not None}
    return Pass(
        times=times([each[0] for each in answered.values()], whole),
        found={key: each[1] for key, each in answered.items()},
    )


def times(each: Sequence[float], whole: float) -> Times:
    """Return what is told of searches that took so many seconds each, one at least, and `whole` seconds together."""
    return Times(
        asked=len(each),
        median_ms=1000 * float(np.median(each)),
        p95_ms=1000 * float(np.percentile(each, 95)),
        per_second=len(each) / whole,
    )
