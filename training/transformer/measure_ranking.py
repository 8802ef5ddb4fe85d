"""Measures the reader as a ranker: beside the fused score, and beside the ranker that ships.

The program's own search finds the hits; the questions are those that the reader has not learnt from. The ranker
that ships has learnt from these pools, so that what the reader adds to it is told too small. The development sets
are measured by `python -m bench retrieval`, once a reader is among the rankers.

Run: python -m training.transformer.measure_ranking READER DATA_DIR
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.statistics import difference
from rag.datatypes import Hit
from rag.ranking import load_ranker
from rag.retrieval import RetrievalOptions, shares
from rag.text import sentences
from training.fit_ranker import Searched, reciprocal_rank, searched
from training.pools import Pool, pools
from training.transformer.encoding import Encoder
from training.transformer.plain import PlainReader
from training.transformer.questions import READING, part_of

WEIGHTS = tuple(step / 10 for step in range(11))
_LIMIT = 300
_COLUMNS = FUSED, SHIPPED, FIT = 0, 1, 2


def kept_back(folder: Path) -> Iterator[Pool]:
    """Yield the pools with the questions that the reader has not learnt from, `_LIMIT` at most, evenly drawn."""
    for pool in pools(folder):
        read = pool.name in READING
        asked = [one for one in pool.asked if not read or all(part_of(d) != "learn" for d in one.documents)]
        chosen = np.unique(np.linspace(0, len(asked) - 1, _LIMIT).astype(int))
        yield replace(pool, asked=tuple(asked[place] for place in chosen))


def fits(question: str, hits: Sequence[Hit], reader: PlainReader, encoder: Encoder) -> NDArray[np.float32]:
    """Return how well the text of each hit fits a question, float32 of (hits,)."""
    (asked,) = encoder.words([question])
    texts = (hit.chunk.text for hit in hits)
    read = [encoder.words([text[span.start : span.end] for span in sentences(text)]) for text in texts]
    scored = reader.scores([encoder.join(asked, passage) for passage in read])
    return np.array([one.fit for one in scored], dtype=np.float32)


def columns(reader: PlainReader, encoder: Encoder) -> Callable[[str, Sequence[Hit]], NDArray[np.float32]]:
    """Return what tells `_COLUMNS` of hits, float32 of (hits, 3), each from 0 to 1."""
    shipped = load_ranker(RetrievalOptions().ranker)
    assert shipped is not None

    def describe(question: str, hits: Sequence[Hit]) -> NDArray[np.float32]:
        scores = (
            [hit.score for hit in hits],
            shipped.scores(question, hits).tolist(),
            fits(question, hits, reader, encoder).tolist(),
        )
        return np.array([shares(column) for column in scores], dtype=np.float32).T

    return describe


def ranks(questions: Sequence[Searched], base: int, weight: float) -> NDArray[np.float64]:
    """Return 1 / rank of the first right document of each question, the reader weighing `weight` beside `base`."""
    scores = ((1 - weight) * one.rows[:, base] + weight * one.rows[:, FIT] for one in questions)
    return np.array([reciprocal_rank(one, s)[1] for one, s in zip(questions, scores, strict=True)])


def gain(before: NDArray[np.float64], now: NDArray[np.float64]) -> str:
    """Return the mean gain over the same questions, in points, with its 95 % bootstrap interval."""
    low, high = difference(before.tolist(), now.tolist())
    return f"{100 * (now - before).mean():+5.1f} [{100 * low:+.1f}, {100 * high:+.1f}]"


def main() -> None:
    """Print MRR@10 of documents in percent by the weight of the reader, pool by pool, and what the best weight gains."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reader", type=Path)
    parser.add_argument("data", type=Path, help="the folder of training sets")
    given = parser.parse_args()
    reader = PlainReader(given.reader)
    encoder = Encoder(reader.longest)
    found = {pool.name: searched(pool, columns(reader, encoder)) for pool in kept_back(given.data)}
    for base, name in ((FUSED, "fused"), (SHIPPED, "shipped")):
        print(f"{name + ', weight':28}" + " ".join(f"{weight:5.1f}" for weight in WEIGHTS))
        curves = {key: [ranks(asked, base, weight) for weight in WEIGHTS] for key, asked in found.items()}
        means = {key: [100 * curve.mean() for curve in curves[key]] for key in curves}
        means["mean"] = np.mean(list(means.values()), axis=0).tolist()
        best = int(np.argmax(means["mean"]))
        for key, values in means.items():
            gained = gain(curves[key][0], curves[key][best]) if key in curves else ""
            print(
                f"{key:22} {len(found.get(key, ())):5}"
                + " ".join(f"{v:5.1f}" for v in values)
                + f"  {gained}"
            )


if __name__ == "__main__":
    main()
