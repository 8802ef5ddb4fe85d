"""Fits what the terms of an expanded query weigh (`rag.expansion.ExpansionOptions`), one weight after the other.

`pair` and `function` are fitted on questions as they are, the weights of alternatives on the questions that
they are for, altered by rule (training/alterations.py). Of the values tried, the one with the best MRR@10 is
taken: over the sets for plain questions, over all questions for altered ones, as few of a set can be altered.

Run: python -m training.fit_expansion DATA_DIR
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.expansion import ExpansionOptions, expand
from rag.retrieval import SPELT_BY
from rag.spelling import respell
from rag.text import fold
from training.alterations import ALTERATIONS, Alteration
from training.pools import collections
from training.retrieval import Collection, Lexical, reading, reciprocal_ranks

VALUES = (0.0, 0.125, 0.25, 0.375, 0.5, 0.75, 1.0)
# Weight -> the alteration that it is fitted on; none for plain questions. A term of the query never weighs 0.
FITTED: dict[str, str | None] = {
    "pair": None,
    "function": None,
    "name": "renamed",
    "numeral": "renumbered",
    "spelling": "mistyped",
}
_QUERIES = 500
"""Queries of a set that are tried, the first."""
_ROUNDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A collection, ready to be searched."""

    wanted: Collection
    lexical: Lexical

    def ranks(self, options: ExpansionOptions) -> NDArray[np.float64]:
        """Return 1 / rank of the first right text for each query, 0 beyond rank 10."""
        return reciprocal_ranks(self.wanted, lexical_scores(self.wanted, self.lexical, options))


def lexical_scores(wanted: Collection, lexical: Lexical, options: ExpansionOptions) -> NDArray[np.float32]:
    """Return the lexical scores of the shipped search, respelt queries searched again, (queries, passages)."""
    queries = [expand(query, options) for query in wanted.queries]
    scores = lexical.scores(queries)
    nearest = np.argsort(-scores, axis=1, kind="stable")[:, :SPELT_BY]
    respelt = [
        respell(query, (fold(wanted.passages[place]) for place in places))
        for query, places in zip(wanted.queries, nearest, strict=True)
    ]
    again = [row for row, found in enumerate(respelt) if found]
    if again:
        scores[again] = lexical.scores([expand(wanted.queries[row], options, respelt[row]) for row in again])
    return scores


def altered(wanted: Collection, alteration: Alteration, seed: int = 0) -> Collection:
    """Return the collection with the queries that can be altered, altered."""
    chance = random.Random(seed)
    pairs = zip(wanted.queries, wanted.relevant, strict=True)
    kept = [(other, right) for query, right in pairs if (other := alteration(query, chance))]
    return replace(
        wanted, queries=tuple(query for query, _ in kept), relevant=tuple(right for _, right in kept)
    )


def first(wanted: Collection) -> Collection:
    """Return the collection with its first `_QUERIES` queries."""
    return replace(wanted, queries=wanted.queries[:_QUERIES], relevant=wanted.relevant[:_QUERIES])


def best(name: str, options: ExpansionOptions, pools: Sequence[Pool]) -> float:
    """Return the best value of the weight `name`, the other weights as in `options`; print what each gives."""
    figures = {}
    for value in VALUES:
        if value or FITTED[name]:
            found = [pool.ranks(replace(options, **{name: value})) for pool in pools if pool.wanted.queries]
            whole = np.concatenate(found) if FITTED[name] else np.array([ranks.mean() for ranks in found])
            figures[value] = 100 * float(whole.mean())
    print(f"{name:9}" + " ".join(f"{value:5.3f}: {mrr:6.2f} " for value, mrr in figures.items()), flush=True)
    return max(figures, key=lambda value: figures[value])


def main() -> None:
    """Print MRR@10 in percent for each value of each weight, and the options chosen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of training sets")
    folder = parser.parse_args().data
    sets = [*collections(folder), reading(folder, "ncp_policy_qa")]
    plain = [Pool(wanted=first(wanted), lexical=Lexical(wanted.passages)) for wanted in sets]
    options = ExpansionOptions()
    for _ in range(_ROUNDS):
        for name, alteration in FITTED.items():
            pools = plain
            if alteration:
                pools = [
                    replace(pool, wanted=altered(pool.wanted, ALTERATIONS[alteration])) for pool in plain
                ]
            options = replace(options, **{name: best(name, options, pools)})
    print(options)


if __name__ == "__main__":
    main()
