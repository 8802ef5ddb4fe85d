"""Fits how much the dense scores weigh in the fused sum, on sets that the embedder did not learn from.

Questions in the words of their source want little of them, those in other words much: the weight is the one
with the best mean over the sets.

Run: python -m training.fit_fusion DATA_DIR [EMBEDDER]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.embedding import load_embedder
from rag.expansion import ExpansionOptions
from training.fit_expansion import lexical_scores
from training.pools import collections
from training.retrieval import (
    Lexical,
    dense_scores,
    fused_scores,
    reciprocal_ranks,
)

WEIGHTS = tuple(step / 20 for step in range(21))


def best_weight(curves: NDArray[np.float64]) -> float:
    """Return the weight with the best mean over the sets; the ranker behind the fusion sees to single questions.

    Args:
        curves: MRR in percent, float64 of (sets, len(WEIGHTS)).
    """
    return WEIGHTS[int(np.argmax(curves.mean(axis=0)))]


def main() -> None:
    """Print MRR@10 in percent for each collection and weight, their mean, and the weight chosen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of training sets")
    parser.add_argument("embedder", nargs="?", default="builtin")
    arguments = parser.parse_args()
    embedder, options = load_embedder(arguments.embedder), ExpansionOptions()
    print(f"{'weight':22}" + " ".join(f"{weight:5.2f}" for weight in WEIGHTS))
    curves = []
    for wanted in collections(arguments.data):
        dense, lexical = (
            dense_scores(wanted, embedder),
            lexical_scores(wanted, Lexical(wanted.passages), options),
        )
        curve = [
            100 * reciprocal_ranks(wanted, fused_scores(dense, lexical, weight)).mean() for weight in WEIGHTS
        ]
        curves.append(curve)
        label = f"{wanted.name} ({len(wanted.queries)})"
        print(f"{label:22}" + " ".join(f"{value:5.1f}" for value in curve), flush=True)
    print(f"{'mean':22}" + " ".join(f"{value:5.1f}" for value in np.mean(curves, axis=0)))
    print(f"best weight {best_weight(np.array(curves))}")


if __name__ == "__main__":
    main()
