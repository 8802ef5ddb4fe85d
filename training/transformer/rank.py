"""Teaches the reader to rank passages, to choose sentences and to tell whether a passage answers."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from training.transformer.encoding import Encoder
from training.transformer.groups import UNKNOWN, Groups
from training.transformer.learning import Learner
from training.transformer.model import Reader, Scores
from training.transformer.recipe import Recipe

# How much it counts whether a passage answers, against how well it fits and which sentence does.
_STATED = 0.5


class Batch(NamedTuple):
    """Inputs of `size` questions, equally many for each; those that fill up have nothing but a start mark.

    `words` and `kinds` are int64 of (inputs, length), `marks` and `answers` say where sentences and answers
    are; `present` and `right` are of (inputs,), `stated` too, -1 where unknown.
    """

    size: int
    words: Tensor
    kinds: Tensor
    marks: Tensor
    answers: Tensor
    present: Tensor
    right: Tensor
    stated: Tensor

    def to(self, device: torch.device) -> Batch:
        """Return the batch on `device`."""
        size, *tensors = self
        return Batch(size, *(tensor.to(device, non_blocking=True) for tensor in tensors))


def collate(groups: Groups, chosen: NDArray[np.int64], size: int, encoder: Encoder, seed: int) -> Batch:
    """Return a batch of questions with `size` passages each: the first, and others drawn from its group."""
    chance = np.random.default_rng(seed)
    slots: list[int] = []
    for question in chosen:
        low, high = groups.first[question], groups.first[question + 1]
        others = chance.permutation(np.arange(low + 1, high))[: size - 1]
        slots += [low, *others, *[-1] * (size - 1 - len(others))]
    lengths = [groups.starts[i + 1] - groups.starts[i] if i >= 0 else 1 for i in slots]
    words = np.zeros((len(slots), max(lengths)), dtype=np.int64)
    kinds, answers = np.zeros_like(words), np.zeros(words.shape, dtype=bool)
    words[:, 0] = encoder.start
    for row, i in enumerate(slots):
        if i >= 0:
            words[row, : lengths[row]] = groups.words[groups.starts[i] : groups.starts[i + 1]]
            kinds[row, : lengths[row]] = groups.kinds[groups.starts[i] : groups.starts[i + 1]]
            places = np.flatnonzero(words[row] == encoder.mark)
            answers[row, places] = groups.answers[groups.marks[i] : groups.marks[i + 1]]
    taken = np.array(slots)
    present = taken >= 0
    right = np.where(present, groups.right[taken], False)
    stated = np.where(present, groups.stated[taken], UNKNOWN).astype(np.int64)
    arrays = (words, kinds, words == encoder.mark, answers, present, right, stated)
    return Batch(len(chosen), *map(torch.from_numpy, arrays))


def share_loss(scores: Tensor, able: Tensor, right: Tensor) -> Tensor:
    """Return the mean of -log of the share, by softmax over a row's able places, that its right ones have.

    Rows without right or without wrong places do not count; the loss is 0 where none counts.
    """
    counted = right.any(dim=1) & (able & ~right).any(dim=1)
    scores, able, right = scores[counted], able[counted], right[counted]
    if not len(scores):
        return scores.sum()
    everything = scores.masked_fill(~able, float("-inf")).logsumexp(dim=1)
    return (everything - scores.masked_fill(~right, float("-inf")).logsumexp(dim=1)).mean()


def loss_of(scores: Scores, batch: Batch) -> Tensor:
    """Return the loss of a batch: of the passages, of the sentences and of whether passages answer."""
    known = batch.stated >= 0
    fit = share_loss(
        scores.fit.view(batch.size, -1), batch.present.view(batch.size, -1), batch.right.view(batch.size, -1)
    )
    sentence = share_loss(
        scores.sentence.reshape(batch.size, -1),
        batch.marks.view(batch.size, -1),
        batch.answers.view(batch.size, -1),
    )
    loss = fit + sentence
    if known.any():
        truth = batch.stated[known].float()
        loss = loss + _STATED * functional.binary_cross_entropy_with_logits(scores.stated[known], truth)
    return loss


def _rounds(real: Groups, made: Groups, recipe: Recipe) -> Iterator[tuple[Groups, NDArray[np.int64]]]:
    """Yield batches of questions without end, real and made ones mixed, each of one kind."""
    chance = np.random.default_rng(recipe.seed)
    size = recipe.rank.batch
    for _ in itertools.count():
        batches: list[tuple[Groups, NDArray[np.int64]]] = []
        for groups, times in ((real, recipe.real), (made, 1)):
            order = np.concatenate([chance.permutation(len(groups)) for _ in range(times)])
            batches += [(groups, order[low : low + size]) for low in range(0, len(order), size)]
        for place in chance.permutation(len(batches)):
            yield batches[place]


def rank(reader: Reader, real: Groups, made: Groups, encoder: Encoder, recipe: Recipe) -> None:
    """Let the reader learn from the groups of real and of made questions."""
    device = reader.backbone.table.device
    learner = Learner([reader], recipe.rank, "rank")
    for step, (groups, chosen) in zip(learner, _rounds(real, made, recipe), strict=False):
        batch = collate(groups, chosen, recipe.group, encoder, step).to(device)
        with learner.precision():
            scores = reader(batch.words, batch.kinds)
        learner.learn(loss_of(scores, batch))
