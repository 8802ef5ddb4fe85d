"""The network in torch: a transformer over the embedder's table, and its three scores."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from rag.embedding import builtin
from training.transformer.encoding import EVIDENCE, KINDS, strengths
from training.transformer.recipe import Shape

_MARKS = 3
_SPREAD = 0.02
# About as much as an adapted word: that a word is found again must not drown.
_KIND_SPREAD = 0.5


class Block(nn.Module):
    """Attention and a feed-forward net, each behind a normalisation and added to what comes in."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.before_attention = nn.LayerNorm(shape.width)
        self.mix = nn.Linear(shape.width, 3 * shape.width)
        self.attended = nn.Linear(shape.width, shape.width)
        self.before_inner = nn.LayerNorm(shape.width)
        self.inner = nn.Linear(shape.width, shape.inner)
        self.outer = nn.Linear(shape.inner, shape.width)

    def forward(self, state: Tensor, mask: Tensor | None) -> Tensor:
        """Return the state after this block, shape (rows, length, width)."""
        rows, length, width = state.shape
        mixed = self.mix(self.before_attention(state)).view(rows, length, 3, self.heads, -1)
        query, key, value = mixed.permute(2, 0, 3, 1, 4)
        found = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        state = state + self.attended(found.transpose(1, 2).reshape(rows, length, width))
        inner: Tensor = self.outer(functional.relu(self.inner(self.before_inner(state))))
        return state + inner


class Backbone(nn.Module):
    """Words and kinds to a vector for each place.

    A word's vector is its row of the embedder's table, at unit length and adapted, plus how long the row was
    (the more telling the word, the longer), plus, for common words and marks, a row of its own; plus the vector of
    its kind, and another one times that length. The table itself does not learn.
    """

    table: Tensor
    strength: Tensor
    place: Tensor

    def __init__(self, shape: Shape) -> None:
        """Start at random on top of the built-in embedder; which words are common is set by `own`."""
        super().__init__()
        self.shape = shape
        rows = builtin().rows(np.arange(len(builtin().vocabulary())))
        rows = np.concatenate([rows, np.zeros((_MARKS, rows.shape[1]), np.float32)])
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        unit = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
        self.register_buffer("table", torch.from_numpy(unit * math.sqrt(rows.shape[1])), persistent=False)
        self.register_buffer("strength", torch.from_numpy(strengths(lengths)), persistent=False)
        self.register_buffer("place", torch.zeros(len(rows), dtype=torch.long))
        self.adapt = nn.Linear(rows.shape[1] + 1, shape.width, bias=False)
        self.own_rows = nn.Embedding(shape.common + _MARKS + 1, shape.width, padding_idx=0)
        self.position = nn.Embedding(shape.longest, shape.width)
        self.kind = nn.Embedding(KINDS, shape.width)
        self.telling = nn.Embedding(KINDS, shape.width)
        self.first = nn.LayerNorm(shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.last = nn.LayerNorm(shape.width)
        for table, spread in (
            (self.own_rows, _SPREAD),
            (self.position, _SPREAD),
            (self.kind, _KIND_SPREAD),
            (self.telling, _KIND_SPREAD),
        ):
            nn.init.normal_(table.weight, std=spread)
        nn.init.zeros_(self.own_rows.weight[0])

    def own(self, counts: NDArray[np.int64]) -> None:
        """Give the words that are counted most often, and the marks, rows of their own."""
        words = len(counts) - _MARKS
        chosen = np.argsort(-counts[:words], kind="stable")[: self.shape.common]
        numbers = np.concatenate([chosen[chosen > 0], np.arange(words, words + _MARKS)])
        self.place[torch.from_numpy(numbers)] = torch.arange(1, len(numbers) + 1, device=self.place.device)

    def forward(self, words: Tensor, kinds: Tensor) -> Tensor:
        """Return float of shape (rows, length, width) for int64 of shape (rows, length); word 0 fills up."""
        strength = self.strength[words]
        rows = torch.cat([self.table[words], strength], dim=2)
        state = self.adapt(rows) + self.own_rows(self.place[words])
        state = state + self.kind(kinds) + strength * self.telling(kinds)
        state = self.first(state + self.position.weight[: words.shape[1]])
        filled = words > 0
        mask = None if bool(filled.all()) else filled[:, None, None, :]
        for block in self.blocks:
            state = block(state, mask)
        final: Tensor = self.last(state)
        return final


class Scores(NamedTuple):
    """How well a passage fits, whether it answers (both per row), how well each place's sentence answers."""

    fit: Tensor
    stated: Tensor
    sentence: Tensor


class Reader(nn.Module):
    """The backbone with its scores.

    A passage's are those of the start mark and what every place of the passage adds; a sentence's is that of
    its mark and what its own places add.
    """

    def __init__(self, backbone: Backbone) -> None:
        super().__init__()
        self.backbone = backbone
        self.passage = nn.Linear(backbone.shape.width, 2)
        self.sentence = nn.Linear(backbone.shape.width, 1)
        self.added = nn.Linear(backbone.shape.width, 3, bias=False)
        nn.init.zeros_(self.added.weight)

    def forward(self, words: Tensor, kinds: Tensor) -> Scores:
        """Return the scores, float32: `fit` and `stated` of (rows,), `sentence` of (rows, length).

        The latter means something at the marks alone.
        """
        state = self.backbone(words, kinds)
        number = (words == len(self.backbone.place) - 2).long().cumsum(dim=1)
        inside = (number > 0) & (words > 0)
        added = EVIDENCE * self.added(state).float() * inside[:, :, None]
        fit, stated = (self.passage(state[:, 0]).float() + added[:, :, :2].sum(dim=1)).unbind(dim=1)
        sums = torch.zeros_like(added[:, :, 2]).scatter_add(1, number, added[:, :, 2])
        return Scores(fit, stated, self.sentence(state).float().squeeze(2) + sums.gather(1, number))


def save(model: nn.Module, shape: Shape, path: Path) -> None:
    """Write the weights, float16, with the shape and the embedder's fingerprint in the file's header."""
    tensors = {}
    for name, tensor in model.state_dict().items():
        kind = np.int16 if name.endswith("place") else np.float16
        tensors[name] = np.ascontiguousarray(tensor.cpu().numpy().astype(kind))
    header = {key: str(value) for key, value in asdict(shape).items()}
    save_file(tensors, path, metadata=header | {"embedder": builtin().fingerprint})


def restore(model: nn.Module, path: Path) -> None:
    """Load weights that `save` wrote of a model of the same kind and shape."""
    state = {name: torch.from_numpy(values.astype(np.float32)) for name, values in load_file(path).items()}
    model.load_state_dict(state)
