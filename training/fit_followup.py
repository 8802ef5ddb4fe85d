"""Fits the numbers of rag/answering/topicality.py and prints them, with what they decide.

    python -m training.fit_followup DATA

DATA is a folder of training sets. Those taken are questions that can mostly be understood without their passage; of
the translated SQuAD and of DRCD many cannot, so that complete ones would be labelled wrongly. Follow-ups are made of questions on one passage: of the second, the phrase
that it shares with the first and that tells at least `TELLING` is left out, so that it lacks its topic
(肺鼠疫的死亡率是多少, 会出现哪些症状). Complete questions are the second as it was asked, after the first and after a question
on another passage (a change of topic). `WEIGHTS` and `BIAS` are those of a logistic regression in which
lacking and complete questions count alike.

`OWN` decides best between follow-ups held against the passage that answers them and against the
passage of another question (an answer from the last topic to a question about another one).
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from rag.answering.constituents import information, phrases
from rag.answering.matching import Vectors
from rag.answering.mentions import Exchange
from rag.answering.topicality import features, own, standing
from rag.embedding import builtin
from rag.question import analyse
from rag.text import fold
from training.data import read

SETS = ("cmrc2018_trial", "ncp_policy_qa")
TELLING = 6.0
_POINTING = "该此它他她其这那"
_SHORTEST = 4
_SHARES = np.arange(0.05, 1.0, 0.05)


def passages(data: Path) -> list[tuple[str, list[Exchange]]]:
    """Return the passages with the questions on them, each with its answer."""
    asked: dict[tuple[str, str], list[Exchange]] = defaultdict(list)
    texts = {}
    for name in SETS:
        texts |= {(name, doc["id"]): doc["text"] for doc in read(data, f"{name}/docs")}
        for row in read(data, f"{name}/qa"):
            if row.get("answerable", True) and not set(row["question"]) & set(_POINTING):
                answer = row["answers"][0] if row.get("answers") else row["answer"]
                asked[name, row["doc_ids"][0]].append(Exchange(row["question"], answer))
    return [(texts[key], exchanges) for key, exchanges in asked.items()]


def without_topic(question: str, last: str) -> str | None:
    """Return a question without the longest phrase that it shares with the last one, None where that tells little."""
    spans = [(a, b) for a, b in phrases(question) if b - a > 1 and question[a:b] in last]
    start, end = max(spans, key=lambda span: span[1] - span[0], default=(0, 0))
    if information(question[start:end]) < TELLING:
        return None
    left = (question[:start].rstrip("在") + question[end:].removeprefix("的")).lstrip("，, ")
    return left if len(left) >= _SHORTEST else None


def conversations(data: Path) -> Iterator[tuple[bool, str, Exchange, str, str]]:
    """Yield whether a question lacks its topic, the question, the exchange before it, its passage and another."""
    rng = random.Random(0)
    all_passages = passages(data)
    for text, exchanges in all_passages:
        for last, following in pairwise(exchanges):
            other, others = rng.choice(all_passages)
            yield False, following.question, rng.choice(others), text, other
            if left := without_topic(following.question, last.question):
                yield False, following.question, last, text, other
                yield True, left, last, text, other


def balanced(said: NDArray[np.bool_], true: NDArray[np.bool_]) -> float:
    """Return the mean of the shares of right decisions among the true and among the others."""
    return float((said[true].mean() + (~said[~true]).mean()) / 2)


def logistic(rows: NDArray[np.float64], true: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the weights, last the bias, that fit best; both classes count alike."""
    counts = np.where(true, 0.5 / true.sum(), 0.5 / (~true).sum())

    def loss(weights: NDArray[np.float64]) -> float:
        return float(counts @ np.logaddexp(0, -np.where(true, 1, -1) * (rows @ weights)))

    return np.asarray(minimize(loss, np.zeros(rows.shape[1])).x)


def fit_lacking(rows: list[tuple[bool, str, Exchange, str, str]]) -> None:
    """Fit `WEIGHTS` and `BIAS` on one half and print them with what they decide of the other."""
    vectors = Vectors(builtin())
    table = np.array([[*features(asked, last, vectors), 1.0] for _, asked, last, _, _ in rows])
    lacking = np.array([row[0] for row in rows])
    half = np.arange(len(rows)) < len(rows) // 2
    weights = logistic(table[half], lacking[half])
    print(
        f"WEIGHTS, BIAS {weights.round(1)}: {balanced(table[~half] @ weights > 0, lacking[~half]):.3f} right"
    )
    for i, name in enumerate(("told", "near", "repeated")):
        some = np.delete(table, i, axis=1)
        fitted = logistic(some[half], lacking[half])
        print(f"  without {name}: {balanced(some[~half] @ fitted > 0, lacking[~half]):.3f}")


def fit_own(rows: list[tuple[bool, str, Exchange, str, str]]) -> None:
    """Print the `OWN` that decides best which passage a follow-up is about, and its curve."""
    told = [(own(analyse(asked)), text, other) for lacking, asked, _, text, other in rows if lacking]
    told = [row for row in told if row[0]]
    shares = np.array(
        [standing(words, fold(text)) for words, text, _ in told]
        + [standing(words, fold(other)) for words, _, other in told]
    )
    here = np.arange(len(shares)) < len(told)
    print(f"OWN {max(_SHARES, key=lambda at: balanced(shares >= at, here)):.2f}")
    for at in _SHARES:
        kept = shares >= at
        print(
            f"  OWN {at:.2f}: kept of its own passage {kept[here].mean():.3f}, of another {kept[~here].mean():.3f}"
        )


def main() -> None:
    """Fit both."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="the folder of training sets")
    rows = list(conversations(parser.parse_args().data))
    print(
        f"{sum(row[0] for row in rows)} follow-ups that lack their topic, {sum(not row[0] for row in rows)} complete"
    )
    fit_lacking(rows)
    fit_own(rows)


if __name__ == "__main__":
    main()
