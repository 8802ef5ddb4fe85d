"""The fitted models of the answerer: which sentence answers, and whether any does.

They are made by `training/fit_answering.py`, which writes `models/answering/`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from rag.answering.features import rows
from rag.answering.matching import Array
from rag.ranking.trees import Trees

FOLDER = Path(__file__).parent.parent / "models" / "answering"
SENTENCES, ANSWERABLE, WEIGHTS = "sentences.safetensors", "answerable.safetensors", "weights.json"


BLOCKED = 100.0
"""What a sentence loses that cannot answer, whatever it has of the question: all those that can go before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """What was fitted over features by name: those of `features.table`, and of `best_of` for `answerable`.

    A sentence's score is linear in its features (`weights`, in the order of `sentences.names`) plus what the trees
    `sentences` add: a linear score holds for questions unlike those learnt from, where trees alone do not. A question
    is answered from probability `threshold` on. It is called off topic where less than `off_topic` of its information
    is present in what is found, and absent where less than `nearby` is so in one place.
    """

    weights: Array
    sentences: Trees
    answerable: Trees
    threshold: float
    off_topic: float
    nearby: float

    def scores(self, found: Mapping[str, Array]) -> Array:
        """Return the scores of sentences, float32 of (sentences,): differences are log odds of being the right one."""
        described = rows(found, self.sentences.names)
        return described @ self.weights + self.sentences.scores(described) - BLOCKED * found["blocked"]


@cache
def models() -> Models:
    """Return the fitted models."""
    record = json.loads((FOLDER / WEIGHTS).read_text(encoding="utf-8"))
    trees = Trees.load(FOLDER / SENTENCES)
    return Models(
        weights=np.array([record["sentence"][name] for name in trees.names], dtype=np.float32),
        sentences=trees,
        answerable=Trees.load(FOLDER / ANSWERABLE),
        threshold=float(record["answer"]),
        off_topic=float(record["off_topic"]),
        nearby=float(record["nearby"]),
    )


def best_of(found: Mapping[str, Array], scores: Array) -> dict[str, float]:
    """Return what speaks for a question being answered by its best sentence: that one's features, and its lead.

    `score` is its score, `lead` how far the second is behind, `mass` its share by softmax over all.
    """
    best = int(np.argmax(scores))
    others = np.delete(scores, best)
    values = {name: float(column[best]) for name, column in found.items()}
    raised = np.exp(scores - scores[best])
    return values | {
        "score": float(scores[best]),
        "lead": float(scores[best] - others.max()) if len(others) else 10.0,
        "mass": float(1 / raised.sum()),
        "candidates": float(len(scores)),
    }


def probability(features: Mapping[str, float]) -> float:
    """Return the probability that a question with these features is answered by its best sentence."""
    trees = models().answerable
    row = np.array([[features[name] for name in trees.names]], dtype=np.float32)
    return float(1 / (1 + np.exp(-trees.scores(row)[0])))
