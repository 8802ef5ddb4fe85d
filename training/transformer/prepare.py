"""Makes what the reader learns from: groups of passages for real questions and for made ones; pairs."""

from __future__ import annotations

import contextlib
import multiprocessing
import random
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from pathlib import Path

from rag.embedding import Embedder, builtin
from training.contrastive import tokenize
from training.pairs import Pair, pairs_of
from training.sources import documents
from training.transformer.encoding import Encoder
from training.transformer.groups import Groups, grouped, joined, write
from training.transformer.made import Shelf, made, shelves
from training.transformer.pretrain import write_pairs
from training.transformer.questions import Pool, real
from training.transformer.recipe import Recipe
from training.vocabulary import Counts, count

# Passages counted: how common a word is needs no more.
_COUNTED = 20_000


@cache
def _tools(longest: int) -> tuple[Encoder, Embedder]:
    """Return what a process needs for its groups, loaded once."""
    return Encoder(longest), builtin()


def _group(pool: Pool, recipe: Recipe) -> Groups | None:
    """Return a pool's groups."""
    encoder, embedder = _tools(recipe.shape.longest)
    return grouped(pool, encoder, embedder, recipe.near)


def _made(shelf: Shelf, counts: Counts, recipe: Recipe) -> Groups | None:
    """Return the groups of a shelf's questions."""
    return _group(made(shelf, counts, recipe.made), recipe)


def _pairs(pools: Iterable[Pool]) -> Iterator[Pair]:
    """Yield the questions of pools, each with the first of the passages that fit it."""
    for pool in pools:
        for asked in pool.asked:
            if asked.right:
                yield Pair(asked.question, "".join(pool.passages[asked.read[0]]))


def prepare(folder: Path, recipe: Recipe, target: Path, *, workers: int = 1) -> None:
    """Write groups, `real.npz` and `made.npz`, and pairs, `pairs.npz`, into `target`.

    Args:
        folder: the training sets.
        recipe: how many.
        target: a folder.
        workers: processes to work with; the result does not depend on them.
    """
    texts, pools = documents(folder), list(real(folder))
    pieces = ["".join(passage) for text in texts for passage in text.passages]
    drawn = random.Random(recipe.seed).sample(pieces, min(_COUNTED, len(pieces)))
    counts = count(drawn)
    with contextlib.ExitStack() as stack:
        over: Callable[..., Iterator[Groups | None]] = map
        if workers > 1:
            over = stack.enter_context(multiprocessing.get_context("spawn").Pool(workers)).imap
        found = over(partial(_group, recipe=recipe), pools)
        write(joined([groups for groups in found if groups]), target / "real.npz")
        shelved = shelves(texts, recipe.pool, recipe.seed)
        found = over(partial(_made, counts=counts, recipe=recipe), shelved)
        write(joined([groups for groups in found if groups]), target / "made.npz")
    pairs = pairs_of(texts, counts, recipe.seed) + list(_pairs(pools)) * recipe.real
    write_pairs(tokenize(pairs, _tools(recipe.shape.longest)[0].tokenizer), target / "pairs.npz")
