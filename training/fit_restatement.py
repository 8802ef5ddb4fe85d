"""Fits the model that says whether a passage stands behind a quote in other words, and prints what it does.

    python -m training.fit_restatement DATA_DIR

Quotes and what they restate are those of `training.restatements`. Each is put to an index over its corpus as the
program does it; the runs found are rows, right where a quote's own document (and the words that answer, where
they are known) stand in one. Every fifth quote is kept from the fit: of these the share taken for restatements is
printed by kind and threshold. What is learnt is whether a passage stands behind the quote; whether the facts agree
is decided by rule.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from rag.manifest import OpenIndex
from rag.quoting.likeness import features
from rag.quoting.nearby import nearby
from rag.quoting.paraphrase import BIAS, WEIGHTS, matching, odds
from rag.quoting.runs import Run, Sentence, sentences_of
from rag.quoting.stream import Stream
from training.pools import indexed, source_of
from training.restatements import Restated, corpora, texts

HELD = 5
"""Every so manieth quote is kept from the fit."""
OTHERS = 0.1
"""Weight of a run that is not the first for its quote."""
REPRINTED = 0.75
"""A quote is not taken to be unsaid where a run is so much like it, by Indel similarity."""
STRENGTH = 0.05
"""Inverse of how strongly large weights are held back."""
PLAIN = ("answered", "event", "reworded", "summary")
"""Kinds of quotes that are unsaid where their document is not in the corpus."""
ODDS = (-2, -1, 0, 1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judged:
    """A quote's runs: their features, whether each stands behind it (None where that is not known)."""

    kind: str
    said: bool
    rows: Sequence[dict[str, float]]
    right: tuple[bool | None, ...]


def judged(folder: Path) -> Iterator[Judged]:
    """Yield the quotes made of the training sets under `folder`, each held against its corpus."""
    for found in texts(folder):
        draw = random.Random(1)
        for documents, asked in corpora(found, draw):
            with indexed(documents) as index:
                for one, said in asked:
                    yield from _held_against(index, one, said)


def _held_against(index: OpenIndex, one: Restated, said: bool) -> Iterator[Judged]:
    """Yield the runs of a quote, if there are any and it is known whether they say what it says."""
    found = sentences_of(Stream(index.documents.document, (), nearby(index, one.quote)))
    runs, rows = features(one.quote, found, matching())
    if runs and (said or rows[0]["indel"] <= REPRINTED):
        right = _right(one, found, runs) if said else tuple(False for _ in runs)
        yield Judged(kind=one.kind, said=said, rows=rows, right=right)


def _right(one: Restated, found: Sequence[Sentence], runs: Sequence[Run]) -> tuple[bool | None, ...]:
    """Return for each run whether it is the one restated: the first of the quote's document with its words."""
    right: list[bool | None] = []
    for run in runs:
        inside = found[run.first : run.last + 1]
        own = inside[0].piece.source.file == source_of(one.document)
        words = one.words in "".join(sentence.text for sentence in inside)
        right.append((True if words and True not in right else None) if own else False)
    return tuple(right)


def fit(learnt: Sequence[Judged]) -> dict[str, float]:
    """Return the weight of each feature, of features as they are, in the log odds of a run standing behind its quote."""
    rows, right, weights = [], [], []
    for quote in learnt:
        for number, stands in enumerate(quote.right):
            if stands is not None:
                rows.append(list(quote.rows[number].values()))
                right.append(stands)
                weights.append(1.0 if stands or (number == 0 and not quote.said) else OTHERS)
    table = np.array(rows)
    spread = table.std(axis=0).clip(1e-9)
    model = LogisticRegression(C=STRENGTH, max_iter=2000).fit(table / spread, right, sample_weight=weights)
    names = list(learnt[0].rows[0])
    return dict(zip(names, (model.coef_[0] / spread).tolist(), strict=True)) | {
        BIAS: float(model.intercept_[0])
    }


def main() -> None:
    """Fit, write the model, and print the share of the quotes kept back that it takes for restatements."""
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m training.fit_restatement DATA_DIR")
    every = list(judged(Path(sys.argv[1])))
    weights = fit([quote for number, quote in enumerate(every) if number % HELD])
    written = {name: round(weight, 5) for name, weight in weights.items()}
    WEIGHTS.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    shares: dict[str, list[float]] = {}
    for quote in every[::HELD]:
        kind = f"{'said' if quote.said else 'unsaid'}: {quote.kind}"
        shares.setdefault(kind, []).append(max(odds(row, weights) for row in quote.rows))
    print("odds above", *ODDS, sep="\t")
    for kind, found in sorted(shares.items()):
        print(f"{kind} ({len(found)})", *(f"{np.mean(np.array(found) > o):.3f}" for o in ODDS), sep="\t")
    unsaid = [o for kind in PLAIN for o in shares[f"unsaid: {kind}"]]
    for share in (0.02, 0.05, 0.1):
        least = np.quantile(unsaid, 1 - share)
        print(
            f"{share:.0%} of what is unsaid ({len(unsaid)}) has a probability above {1 / (1 + np.exp(-least)):.2f}"
        )


if __name__ == "__main__":
    main()
