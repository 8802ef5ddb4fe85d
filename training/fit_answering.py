"""Fits the models of the extractive answerer and writes rag/models/answering/.

Two ensembles of boosted trees over features that code computes: which sentence answers (listwise: the sentences
that hold the answer against all others of the passages found), and whether any does (is the best sentence right?
Its questions are put to corpora that answer them, that do not, and in a form that asks for another thing). What is
reported was measured on the third of the questions that the trees have not learnt from.

Run: python -m training.fit_answering DATA_DIR
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from rag.answering.candidates import Candidate, gather
from rag.answering.features import rows, table
from rag.answering.matching import Matcher, Vectors
from rag.answering.scoring import ANSWERABLE, BLOCKED, FOLDER, SENTENCES, WEIGHTS, best_of
from rag.assistant import DEPTH
from rag.embedding import builtin
from rag.question import analyse
from rag.ranking.trees import Trees
from rag.retrieval import RetrievalOptions, search
from rag.text import fold, squeeze
from training.answer_cases import Case, Corpus, corpora
from training.boosting import Groups, boost, boost_binary
from training.pools import indexed, source_of

FOLDS = 3
"""The sentence scorer that a question is judged with has not learnt from it."""
SHARES = {"absent": 0.3, "foreign": 0.1, "deleted": 0.3, "unstated": 0.1, "altered": 0.2}
"""What the questions without an answer weigh by kind, together as much as those with one."""
PENALTY = 1e-3
"""Weight of the squared norm in the linear part's loss."""
REFUSED = 0.02
"""Share of the held-back questions answered rightly that may be refused: it sets the threshold."""


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A case as numbers: its sentences' features (sentences, features) and which of them answer."""

    pool: str
    case: Case
    found: dict[str, NDArray[np.float32]]
    right: NDArray[np.bool_]


def examples(corpus: Corpus, vectors: Vectors) -> Iterator[Example]:
    """Yield the cases of a corpus for which any sentence is found."""
    with indexed(corpus.documents) as index:
        for case in corpus.cases:
            hits = search(index, case.question, DEPTH, RetrievalOptions())
            candidates = gather(hits, index.documents.document)
            if candidates:
                answering = right(case, candidates)
                yield _example(corpus.pool, case, candidates, answering, vectors)
                left = _without(candidates, answering)
                if case.kind == "stated" and case.answers and answering.any() and left:
                    unstated = replace(case, kind="deleted", documents=(), answers=())
                    yield _example(corpus.pool, unstated, left, np.zeros(len(left), dtype=bool), vectors)


def _example(
    pool: str, case: Case, candidates: Sequence[Candidate], answering: NDArray[np.bool_], vectors: Vectors
) -> Example:
    text = " ".join(dict.fromkeys(c.setting for c in candidates))
    return Example(pool, case, table(candidates, Matcher(analyse(case.question), vectors, text)), answering)


def _without(candidates: Sequence[Candidate], answering: NDArray[np.bool_]) -> list[Candidate]:
    """Return the candidates as if the sentences that answer did not stand in the texts."""
    left = []
    gone = [candidate.folded for candidate, there in zip(candidates, answering, strict=True) if there]
    for candidate, there in zip(candidates, answering, strict=True):
        setting = candidate.setting
        for sentence in gone:
            setting = setting.replace(sentence, "")
        if not there:
            left.append(replace(candidate, setting=setting))
    return left


def right(case: Case, candidates: Sequence[Candidate]) -> NDArray[np.bool_]:
    """Return which candidates answer: of a document that does, with the answer where it is known by its words."""
    wanted = {source_of(key) for key in case.documents}
    answers = [squeeze(fold(answer)) for answer in case.answers] or [""]
    return np.array(
        [
            candidate.document.source.file in wanted and any(a in squeeze(candidate.folded) for a in answers)
            for candidate in candidates
        ],
        dtype=bool,
    )


def fit_sentences(learnt: Sequence[Example], names: Sequence[str]) -> tuple[NDArray[np.float32], Trees]:
    """Return the linear weights and the trees of the sentence scorer; a pool weighs as the square root of its questions."""
    usable = [e for e in learnt if e.right.any() and not e.right.all() and e.case.answers]
    sizes = {pool: sum(e.pool == pool for e in usable) for pool in {e.pool for e in usable}}
    groups = Groups(
        np.concatenate([rows(e.found, names) for e in usable]),
        np.concatenate([e.right for e in usable]),
        np.array([len(e.right) for e in usable]),
        np.array([sizes[e.pool] ** -0.5 for e in usable]),
    )
    weights = linear(groups)
    return weights, boost(groups, names, (groups.rows @ weights).astype(np.float64))


def linear(groups: Groups) -> NDArray[np.float32]:
    """Return the weights that minimise -log of the softmax share of the sentences that answer, with a penalty.

    The penalty is `PENALTY` times the squared norm of the weights of the standardised features.
    """
    spread = groups.rows.std(axis=0) + 1e-6
    scaled = (groups.rows / spread).astype(np.float64)
    starts = np.concatenate([[0], np.cumsum(groups.sizes)[:-1]])
    owner = np.repeat(np.arange(len(groups.sizes)), groups.sizes)
    share = groups.weights / groups.weights.sum()

    def loss(w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = scaled @ w
        raised = np.exp(scores - np.maximum.reduceat(scores, starts)[owner])
        shares = raised / np.add.reduceat(raised, starts)[owner]
        mass = np.add.reduceat(shares * groups.right, starts)
        slope = share[owner] * (shares - np.where(groups.right, shares / mass[owner], 0))
        return -float(share @ np.log(mass)) + PENALTY * float(w @ w), scaled.T @ slope + 2 * PENALTY * w

    found = minimize(loss, np.zeros(scaled.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 200})
    return (found.x / spread).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The examples as the answerability model sees them: features of the best sentence, and whether it is right."""

    rows: NDArray[np.float32]
    right: NDArray[np.bool_]
    weights: NDArray[np.float64]


def judged(made: Sequence[Example], scores: Sequence[NDArray[np.float32]], names: Sequence[str]) -> Judged:
    """Return what is learnt from: each kind of unanswered question has its share, pools weigh as above."""
    described = [best_of(e.found, s) for e, s in zip(made, scores, strict=True)]
    good = np.array([bool(e.right[int(np.argmax(s))]) for e, s in zip(made, scores, strict=True)])
    kinds = np.array([e.case.kind for e in made])
    pools = np.array([e.pool for e in made])
    weights = np.zeros(len(made))
    for kind, share in {"stated": 1.0, **SHARES}.items():
        for pool in set(pools):
            of = (kinds == kind) & (pools == pool) & ((kind != "stated") | good)
            weights[of] = of.sum() ** -0.5 if of.any() else 0
        of = kinds == kind
        weights[of] *= share * len(made) / (weights[of].sum() or 1)
    matrix = np.array([[one[name] for name in names] for one in described], dtype=np.float32)
    return Judged(matrix, good, weights)


def main() -> None:
    """Fit, measure on questions that were not learnt from, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    vectors = Vectors(builtin())
    made = [e for corpus in corpora(parser.parse_args().data) for e in examples(corpus, vectors)]
    fit(made)


def fit(made: Sequence[Example]) -> None:
    """Fit both models on `made`, print what they reach on the held-back third, write them."""
    names = list(made[0].found)
    fold_of = np.array([hash_of(e.case.question) % FOLDS for e in made])
    scores: list[NDArray[np.float32]] = [np.zeros(0, np.float32)] * len(made)
    for part in range(FOLDS):
        weights, trees = fit_sentences([e for e, f in zip(made, fold_of, strict=True) if f != part], names)
        for i in np.flatnonzero(fold_of == part):
            described = rows(made[i].found, names)
            scores[i] = described @ weights + trees.scores(described) - BLOCKED * made[i].found["blocked"]
    columns = [*names, "score", "lead", "mass", "candidates"]
    all_judged = judged(made, scores, columns)
    learnt = fold_of != 0
    trees = boost_binary(
        all_judged.rows[learnt], all_judged.right[learnt], all_judged.weights[learnt], columns
    )
    p = 1 / (1 + np.exp(-trees.scores(all_judged.rows)))
    threshold = float(np.quantile(p[~learnt & all_judged.right], REFUSED))
    report(made, all_judged, p, ~learnt, threshold)
    FOLDER.mkdir(exist_ok=True)
    weights, trees = fit_sentences(made, names)
    trees.save(FOLDER / SENTENCES)
    boost_binary(all_judged.rows, all_judged.right, all_judged.weights, columns).save(FOLDER / ANSWERABLE)
    record: dict[str, Any] = {"made_by": "training/fit_answering.py", "answer": round(threshold, 4)}
    kinds = np.array([e.case.kind for e in made])
    present = 1 - all_judged.rows[:, columns.index("unsaid")]
    nearby = all_judged.rows[:, columns.index("said_all")]
    refused = (p < threshold) & (kinds != "stated")
    near = np.isin(kinds, ["altered", "unstated", "deleted"])
    record["off_topic"] = round(parting(present[refused], kinds[refused] == "foreign"), 2)
    record["nearby"] = round(
        parting(nearby[refused & (kinds != "foreign")], ~near[refused & (kinds != "foreign")]), 2
    )
    print(record)
    record["sentence"] = dict(zip(names, np.round(weights.astype(float), 5).tolist(), strict=True))
    (FOLDER / WEIGHTS).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def parting(values: NDArray[np.float32], low: NDArray[np.bool_]) -> float:
    """Return the value that parts best those that are `low` from the others: the mean of both shares is highest."""
    borders = np.arange(0.02, 1.0, 0.02)
    shares = [((values[low] < border).mean() + (values[~low] >= border).mean()) / 2 for border in borders]
    return float(borders[int(np.argmax(shares))])


def hash_of(question: str) -> int:
    """Return a number that depends on the question alone."""
    return sum(question.encode())


def report(
    made: Sequence[Example],
    all_judged: Judged,
    p: NDArray[np.float64],
    held: NDArray[np.bool_],
    threshold: float,
) -> None:
    """Print how often the best sentence is right by pool, and what is refused by kind at several thresholds."""
    kinds = np.array([e.case.kind for e in made])
    pools = np.array([e.pool for e in made])
    print(f"{'pool':22} questions  right sentence first, %")
    for pool in dict.fromkeys(pools):
        of = (pools == pool) & (kinds == "stated")
        print(f"{pool:22} {of.sum():9}  {100 * all_judged.right[of].mean():6.1f}")
    print("held back; refused, %, at the threshold:")
    groups = {
        "right": (kinds == "stated") & all_judged.right,
        "wrong": (kinds == "stated") & ~all_judged.right,
    }
    groups |= {kind: kinds == kind for kind in SHARES}
    print("threshold " + " ".join(f"{name:>9}" for name in groups))
    for at in sorted([threshold, *np.arange(0.05, 0.75, 0.05)]):
        line = " ".join(f"{100 * (p[held & of] < at).mean():9.1f}" for of in groups.values())
        print(f"{at:9.3f} {line}", flush=True)


if __name__ == "__main__":
    main()
