"""Makes what the reader learns to rank from: groups of passages for real questions and for made ones."""

from __future__ import annotations

import multiprocessing
import random
from functools import partial
from pathlib import Path

from rag.embedding import Embedder, load_embedder
from training.pairs import Document
from training.transformer.encoding import Encoder
from training.transformer.groups import Groups, grouped, joined, write
from training.transformer.made import Shelf, made, shelves
from training.transformer.questions import Pool, real
from training.transformer.recipe import Recipe
from training.vocabulary import Counts, count

# Passages counted: how common a word is needs no more.
_COUNTED = 20_000
_tools: dict[str, tuple[Encoder, Embedder]] = {}


def _group(pool: Pool, recipe: Recipe) -> Groups | None:
    """Return a pool's groups; each process loads the embedder once."""
    if "own" not in _tools:
        _tools["own"] = Encoder(recipe.shape.longest), load_embedder()
    encoder, embedder = _tools["own"]
    return grouped(pool, encoder, embedder, recipe.near)


def _made(shelf: Shelf, counts: Counts, recipe: Recipe) -> Groups | None:
    """Return the groups of a shelf's questions."""
    return _group(made(shelf, counts, recipe.made), recipe)


def prepare(
    folder: Path, documents: list[Document], recipe: Recipe, target: Path, *, workers: int = 1
) -> None:
    """Write `real.npz` and `made.npz` into `target`.

    Args:
        folder: the training sets.
        documents: those that questions are made of.
        recipe: how many.
        target: a folder.
        workers: processes to work with; the result does not depend on them.
    """
    pieces = ["".join(passage) for document in documents for passage in document.passages]
    drawn = random.Random(recipe.seed).sample(pieces, min(_COUNTED, len(pieces)))
    making = partial(_made, counts=count(drawn), recipe=recipe)
    with multiprocessing.Pool(workers) as processes:
        found = processes.imap(partial(_group, recipe=recipe), real(folder))
        write(joined([groups for groups in found if groups]), target / "real.npz")
        found = processes.imap(making, shelves(documents, recipe.pool, recipe.seed))
        write(joined([groups for groups in found if groups]), target / "made.npz")
