"""Runs the stages: python -m training.transformer DATA_DIR WORK_DIR [--stages ...]."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from training.sources import documents
from training.transformer.encoding import Encoder
from training.transformer.groups import load
from training.transformer.model import Backbone, Reader, restore, save
from training.transformer.prepare import prepare
from training.transformer.pretrain import find_passages, guess_words, load_pairs, stream
from training.transformer.rank import rank
from training.transformer.recipe import RECIPES, Recipe

PRETRAINED, CONTRASTED, READER = "words.safetensors", "contrast.safetensors", "reader.safetensors"


class Run:
    """The stages over one folder of training sets, each from the files that those before it wrote."""

    def __init__(self, data: Path, work: Path, recipe: Recipe, workers: int) -> None:
        self.data, self.work, self.recipe, self.workers = data, work, recipe, workers
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.encoder = Encoder(recipe.shape.longest)
        work.mkdir(parents=True, exist_ok=True)

    def backbone(self, words: NDArray[np.uint16], *files: str) -> Backbone:
        """Return the backbone from the first of `files` that has been written, else a new one.

        A new one gives the commonest of `words` rows of their own.
        """
        torch.manual_seed(self.recipe.seed)
        backbone = Backbone(self.recipe.shape)
        backbone.own(np.bincount(words, minlength=len(backbone.place)))
        for name in files:
            if (self.work / name).exists():
                restore(backbone, self.work / name)
                break
        return backbone.to(self.device)

    def prepare(self) -> None:
        """Make the groups."""
        prepare(self.data, self.recipe, self.work, workers=self.workers)

    def words(self) -> None:
        """Let a new backbone guess words."""
        texts = ["".join(passage) for document in documents(self.data) for passage in document.passages]
        numbers = stream(texts, self.encoder)
        backbone = self.backbone(numbers)
        guess_words(backbone, numbers, self.encoder, self.recipe.words)
        save(backbone, self.recipe.shape, self.work / PRETRAINED)

    def contrast(self) -> None:
        """Let the backbone find passages."""
        pairs = load_pairs(self.work / "pairs.npz")
        backbone = self.backbone(pairs.passages.ids.astype(np.uint16), PRETRAINED)
        find_passages(backbone, pairs, self.encoder, self.recipe.contrast)
        save(backbone, self.recipe.shape, self.work / CONTRASTED)

    def rank(self) -> None:
        """Let the reader rank."""
        real, made = load(self.work / "real.npz"), load(self.work / "made.npz")
        reader = Reader(self.backbone(real.words, CONTRASTED, PRETRAINED)).to(self.device)
        rank(reader, real, made, self.encoder, self.recipe)
        save(reader, self.recipe.shape, self.work / READER)


STAGES: dict[str, Callable[[Run], None]] = {
    "prepare": Run.prepare,
    "words": Run.words,
    "contrast": Run.contrast,
    "rank": Run.rank,
}


def main(arguments: list[str] | None = None) -> None:
    """Run the stages asked for, all of them by default."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of training sets")
    parser.add_argument("work", type=Path, help="the folder for what is made")
    parser.add_argument("--stages", nargs="+", choices=list(STAGES), default=list(STAGES))
    parser.add_argument("--recipe", choices=list(RECIPES), default="full", help="how large and how long")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seconds", type=float, help="how long each stage may learn, for the recipe's own")
    given = parser.parse_args(arguments)
    recipe = RECIPES[given.recipe]
    if given.seconds:
        recipe = recipe.within(given.seconds)
    run = Run(given.data, given.work, recipe, given.workers)
    for name in given.stages:
        start = time.monotonic()
        STAGES[name](run)
        print(f"{name}: {time.monotonic() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
