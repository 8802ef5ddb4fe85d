"""Trains rag/models/embedder, the built-in embedder: a static table of word vectors.

The steps: documents into passages; a tokenizer from word counts; pairs that imitate searching; a table from
tf-idf and SVD; contrastive learning on those pairs, then on them and real questions together. About twenty
minutes on one core. Run: python -m training.embedder DATA_DIR [TARGET]
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
from tokenizers import Tokenizer

from rag.embedding import BUILTIN
from training.contrastive import PairSet, bags_of, learn, start_table, tokenize
from training.pairs import Document, Pair, pairs_of
from training.sources import documents, question_pairs
from training.vocabulary import count, tokenizer_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How large the table is, and how long and how fast it learns."""

    entries: int = 30_000
    dimension: int = 256
    fewest: int = 4
    batch: int = 1024
    first_steps: int = 3000
    first_rate: float = 0.02
    second_steps: int = 400
    second_rate: float = 0.008
    question_weight: int = 6
    start_passages: int = 90_000
    seed: int = 20


def train(
    texts: list[Document], questions: list[Pair], recipe: Recipe
) -> tuple[Tokenizer, NDArray[np.float32]]:
    """Return the tokenizer and the table, float32 of (entries, dimension); the same for the same recipe.

    Args:
        texts: unlabelled documents.
        questions: real questions with passages that answer them.
        recipe: the sizes and rates.
    """
    chance = np.random.default_rng(recipe.seed)
    passages = ["".join(passage) for text in texts for passage in text.passages]
    counts = count(passages)
    tokenizer = tokenizer_of(counts, recipe.entries, recipe.fewest)
    _say(f"{len(passages)} passages, {tokenizer.get_vocab_size()} entries")

    chosen = chance.permutation(len(passages))[: recipe.start_passages]
    bags = bags_of([passages[place] for place in chosen], tokenizer)
    table = start_table(bags, tokenizer.get_vocab_size(), recipe.dimension, recipe.seed)
    _say("table started")

    rounds = (pairs_of(texts, counts, recipe.seed + number) for number in itertools.count())
    batches = _batches(rounds, tokenizer, recipe.batch, chance)
    table = learn(table, batches, steps=recipe.first_steps, rate=recipe.first_rate)
    _say("learnt from pairs made")
    mixed = (made + questions * recipe.question_weight for made in rounds)
    batches = _batches(mixed, tokenizer, recipe.batch, chance)
    table = learn(table, batches, steps=recipe.second_steps, rate=recipe.second_rate)
    _say("learnt from questions")
    table[0] = 0
    return tokenizer, table


def _batches(
    rounds: Iterator[list[Pair]], tokenizer: Tokenizer, size: int, chance: np.random.Generator
) -> Iterator[tuple[PairSet, NDArray[np.int64]]]:
    """Yield batches of `size`, round after round; what is left over of a round is not used.

    A round has other pairs of the same documents: those seen twice would be learnt by heart.
    """
    for pairs in rounds:
        tokenized = tokenize(pairs, tokenizer)
        order = chance.permutation(len(pairs))
        for start in range(0, len(pairs) - size + 1, size):
            yield tokenized, order[start : start + size]


def export(tokenizer: Tokenizer, table: NDArray[np.float32], target: Path) -> None:
    """Write a folder that `SentenceTransformer(folder)` loads: the table in float16, vectors normalised."""
    static = StaticEmbedding(tokenizer, embedding_weights=table.astype(np.float16))
    model = SentenceTransformer(modules=[static, Normalize()], device="cpu")
    model.save(str(target), create_model_card=False)


def main() -> None:
    """Train on the sets in the folder given and write the embedder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of training sets")
    parser.add_argument("target", type=Path, nargs="?", default=BUILTIN)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    texts, questions = documents(arguments.data), question_pairs(arguments.data)
    tokenizer, table = train(texts, questions, Recipe())
    export(tokenizer, table, arguments.target)


def _say(message: str) -> None:
    """Print a message with the time."""
    print(f"{time.strftime('%H:%M:%S')} {message}", flush=True)


if __name__ == "__main__":
    main()
