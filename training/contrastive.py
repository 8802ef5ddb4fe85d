"""Trains the table of word vectors: a start from tf-idf and SVD, then contrastive learning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.utils.extmath import randomized_svd
from tokenizers import Tokenizer
from torch.nn import functional

from training.pairs import Pair

# How sharply the softmax tells passages apart: cosines are multiplied by this.
_SCALE = 20.0
_WARM_UP = 50
_NOISE = 0.3


@dataclass(frozen=True, slots=True)
class Bags:
    """Token ids of many texts, one after the other: text i is `ids[starts[i] : starts[i + 1]]`."""

    ids: NDArray[np.int32]
    starts: NDArray[np.int64]

    def take(self, chosen: NDArray[np.int64]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return ids and offsets of the chosen texts, as `embedding_bag` wants them, int64."""
        lengths = self.starts[chosen + 1] - self.starts[chosen]
        offsets = np.cumsum(lengths) - lengths
        places = np.repeat(self.starts[chosen] - offsets, lengths) + np.arange(lengths.sum())
        return torch.from_numpy(self.ids[places].astype(np.int64)), torch.from_numpy(offsets)


def bags_of(texts: list[str], tokenizer: Tokenizer) -> Bags:
    """Tokenize texts; unknown tokens (id 0) are left out."""
    pieces, lengths = [], []
    for start in range(0, len(texts), 2000):
        for encoding in tokenizer.encode_batch_fast(texts[start : start + 2000], add_special_tokens=False):
            ids = np.array(encoding.ids, dtype=np.int32)
            pieces.append(ids[ids > 0])
            lengths.append(len(pieces[-1]))
    return Bags(np.concatenate(pieces), np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))


@dataclass(frozen=True, slots=True)
class PairSet:
    """Tokenized pairs: pair i is query `query[i]` and passage `passage[i]`, places in the two bags.

    Equal texts have one place, so that a passage is not taken for a wrong answer to its own query.
    """

    queries: Bags
    passages: Bags
    query: NDArray[np.int64]
    passage: NDArray[np.int64]


def tokenize(pairs: list[Pair], tokenizer: Tokenizer) -> PairSet:
    """Tokenize pairs, each text once."""
    sides = []
    for texts in zip(*pairs, strict=True):
        places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
        sides.append((bags_of(list(places), tokenizer), np.array([places[text] for text in texts])))
    (queries, query), (passages, passage) = sides
    return PairSet(queries, passages, query, passage)


def start_table(bags: Bags, size: int, dimension: int, seed: int) -> NDArray[np.float32]:
    """Return the table to start from: singular vectors of the tf-idf matrix, weighted by idf, with noise.

    The noise keeps rare words, whose singular vectors are nearly zero, apart.

    Args:
        bags: tokenized passages.
        size: rows of the table.
        dimension: columns of the table, < the number of passages.
        seed: of the noise and of the decomposition.

    Returns:
        float32, (size, dimension); row 0, the unknown token, is zero.
    """
    texts = len(bags.starts) - 1
    counts = sparse.csr_matrix(
        (np.ones(len(bags.ids), np.float32), bags.ids, bags.starts), shape=(texts, size)
    )
    counts.sum_duplicates()
    transformer = TfidfTransformer(sublinear_tf=True)
    weighted = transformer.fit_transform(counts)
    _, _, components = randomized_svd(weighted, dimension, n_iter=2, random_state=seed)
    vectors = components.T / np.sqrt(np.mean(components**2) * dimension)
    noise = np.random.default_rng(seed).standard_normal((size, dimension)) / np.sqrt(dimension)
    table = (transformer.idf_[:, None] * (vectors + _NOISE * noise)).astype(np.float32)
    table[0] = 0
    return table


def contrast(
    queries: torch.Tensor, passages: torch.Tensor, pairs: PairSet, chosen: NDArray[np.int64]
) -> torch.Tensor:
    """Return the InfoNCE loss of a batch, from query to passage and back, averaged.

    Two pairs with the same query or the same passage are not held against each other.

    Args:
        queries: float of (batch, dimension), rows of length 1; `passages` likewise.
        passages: of the same pairs.
        pairs: where the batch is from.
        chosen: which of the pairs it is.
    """
    scores = _SCALE * queries @ passages.T
    same = np.zeros(scores.shape, bool)
    for places in (pairs.query[chosen], pairs.passage[chosen]):
        same |= places[:, None] == places[None, :]
    np.fill_diagonal(same, False)
    scores = scores.masked_fill(torch.from_numpy(same).to(scores.device), float("-inf"))
    right = torch.arange(len(chosen), device=scores.device)
    return (functional.cross_entropy(scores, right) + functional.cross_entropy(scores.T, right)) / 2


def loss_of(table: torch.Tensor, pairs: PairSet, chosen: NDArray[np.int64]) -> torch.Tensor:
    """Return the InfoNCE loss of a batch of texts whose vectors are the means of their rows."""
    sides = []
    for bags, places in ((pairs.queries, pairs.query[chosen]), (pairs.passages, pairs.passage[chosen])):
        ids, offsets = bags.take(places)
        sides.append(functional.normalize(functional.embedding_bag(ids, table, offsets, mode="mean")))
    return contrast(sides[0], sides[1], pairs, chosen)


def learn(
    table: NDArray[np.float32],
    batches: Iterator[tuple[PairSet, NDArray[np.int64]]],
    *,
    steps: int,
    rate: float,
) -> NDArray[np.float32]:
    """Return the table after contrastive learning; always the same on one thread.

    Args:
        table: float32, (entries, dimension).
        batches: for each step, pairs and which of them to take; `steps` of them at least.
        steps: how many batches to learn from, >= 1.
        rate: the highest learning rate; it rises over the first steps and falls to a fiftieth on a line.
    """
    parameter = torch.nn.Parameter(torch.from_numpy(table.copy()))
    optimizer = torch.optim.Adam([parameter], lr=rate, betas=(0.9, 0.98), fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / _WARM_UP, 1 - 0.98 * step / steps)
    )
    for step, (pairs, chosen) in enumerate(islice(batches, steps)):
        optimizer.zero_grad()
        loss = loss_of(parameter, pairs, chosen)
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 100 == 0 or step == steps - 1:
            print(f"step {step}: loss {loss.item():.4f}", flush=True)
    return parameter.detach().numpy()
