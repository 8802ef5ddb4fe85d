"""Teaches the backbone words: first to guess words left out, then to find passages among others."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from training.contrastive import Bags, PairSet, contrast
from training.transformer.encoding import PASSAGE, QUESTION, Encoder
from training.transformer.learning import Learner
from training.transformer.model import Backbone
from training.transformer.recipe import Budget

_HIDDEN = 0.2
_PAIR_LENGTH = 160
_SIDES, _PARTS = ("queries", "passages"), ("ids", "starts")


def stream(texts: list[str], encoder: Encoder) -> NDArray[np.uint16]:
    """Return the words of all texts in a row, each behind a start mark."""
    start = np.array([encoder.start], dtype=np.uint16)
    numbers = encoder.words(texts)
    return np.concatenate([piece for text in numbers for piece in (start, text)])


def guess_words(backbone: Backbone, words: NDArray[np.uint16], encoder: Encoder, budget: Budget) -> None:
    """Let the backbone guess a fifth of the words of a stream from the others.

    The output layer has rows of its own, which are thrown away.
    """
    device = backbone.table.device
    length = backbone.shape.longest
    guess = nn.Linear(backbone.shape.width, encoder.vocabulary).to(device)
    everything = torch.from_numpy(words.astype(np.int32)).to(device)
    learner = Learner([backbone, guess], budget, "words")
    chance = torch.Generator(device=device).manual_seed(0)
    reach = torch.arange(length, device=device)
    for _ in learner:
        starts = torch.randint(len(words) - length, (budget.batch, 1), generator=chance, device=device)
        rows = everything[starts + reach].long()
        hidden = torch.rand(rows.shape, generator=chance, device=device) < _HIDDEN
        hidden &= rows < encoder.vocabulary
        with learner.precision():
            state = backbone(rows.masked_fill(hidden, encoder.mask), torch.full_like(rows, PASSAGE))
            loss = functional.cross_entropy(guess(state[hidden]), rows[hidden])
        learner.learn(loss)


def write_pairs(pairs: PairSet, path: Path) -> None:
    """Write tokenized pairs to a file."""
    arrays = {f"{side}_{part}": getattr(getattr(pairs, side), part) for side in _SIDES for part in _PARTS}
    np.savez(path, query=pairs.query, passage=pairs.passage, **arrays)


def load_pairs(path: Path) -> PairSet:
    """Return the pairs that `write_pairs` wrote."""
    with np.load(path) as arrays:
        queries, passages = (Bags(*(arrays[f"{side}_{part}"] for part in _PARTS)) for side in _SIDES)
        return PairSet(queries, passages, arrays["query"], arrays["passage"])


def _batches(number: int, size: int) -> Iterator[NDArray[np.int64]]:
    """Yield which of `number` pairs to take in each step, without end, all of them round after round."""
    chance = np.random.default_rng(0)
    while True:
        order = chance.permutation(number)
        yield from (order[low : low + size] for low in range(0, number, size))


def find_passages(backbone: Backbone, pairs: PairSet, encoder: Encoder, budget: Budget) -> None:
    """Let the backbone find the passage of each query among those of the batch; a text is its places' mean."""
    learner = Learner([backbone], budget, "contrast")
    for _, chosen in zip(learner, _batches(len(pairs.query), budget.batch), strict=False):
        with learner.precision():
            queries = _pooled(backbone, pairs.queries.take(pairs.query[chosen]), QUESTION, encoder)
            passages = _pooled(backbone, pairs.passages.take(pairs.passage[chosen]), PASSAGE, encoder)
        learner.learn(contrast(queries.float(), passages.float(), pairs, chosen))


def _pooled(backbone: Backbone, bags: tuple[Tensor, Tensor], kind: int, encoder: Encoder) -> Tensor:
    """Return the normalised mean over the places of each text, given as all words and each text's start."""
    words, starts = (part.numpy() for part in bags)
    rows = [
        np.concatenate([[encoder.start], words[low : min(high, low + _PAIR_LENGTH)]])
        for low, high in itertools.pairwise([*starts, len(words)])
    ]
    longest = max(map(len, rows))
    padded = torch.from_numpy(np.stack([np.pad(row, (0, longest - len(row))) for row in rows]))
    padded = padded.to(backbone.table.device)
    filled = padded > 0
    state = backbone(padded, torch.where(filled, kind, 0))
    return functional.normalize((state * filled[:, :, None]).sum(dim=1), dim=1)
