"""Fits the weights of the extractive answerer and writes rag/models/answering.json.

Two linear models over features that code computes: a sentence scorer (listwise softmax: the sentences that
hold the answer against all others) and an answerability model (logistic regression: the gold passage is
among those searched, or it is not, or it is and the question is one that it does not answer). The data are
reading-comprehension sets; a fifth of the questions is held back and measured on.

Run: python -m training.fit_answering DATA_DIR
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from rag.answering.candidates import gather
from rag.answering.features import FEATURES, features
from rag.answering.matching import Matcher, Vectors, shortlist
from rag.answering.scoring import SUPPORT_FEATURES, WEIGHTS, support
from rag.chunking import ChunkingOptions, chunk
from rag.datatypes import Chunk, Document, Source, Span
from rag.embedding import load_embedder
from rag.expansion import ExpansionOptions, expand
from rag.lexical import LexicalIndex
from rag.question import analyse
from rag.retrieval import RetrievalOptions, rank_passages
from rag.structure import parse
from rag.text import fold, squeeze
from training.data import read

SETS = {"cmrc2018_trial": 700, "drcd_dev_simplified": 900, "squad2_zh": 1500, "cail2019_rc": 500}
"""Questions taken of each set; the sets are of unlike size and should count alike."""
OTHERS = 4
"""Passages searched beside the gold one: those that lexical search finds nearest to the question."""
DEFINITIONS = 300
"""Questions for a definition made from laws that give one: the sets above have hardly any."""
ADVERSARIAL = 0.2
"""Weight of a question that its own passage does not answer, against one whose passage is not there. Most of
them were made to deceive a reader of English and translated; words alone cannot tell them."""
REFUSED = 0.03
"""Share of the held-back answerable questions that may be refused: it sets the threshold."""
PENALTY = 0.01
"""Weight of the squared norm in the sentence scorer's loss."""


@dataclass(frozen=True, slots=True)
class Case:
    """A question with the texts searched; `answers` are empty where the texts do not answer it."""

    question: str
    texts: tuple[tuple[str, str], ...]
    answers: tuple[str, ...]


def cases(folder: Path, seed: int) -> Iterator[Case]:
    """Yield the cases of all sets: as given, and for a third of the answerable ones without the gold text."""
    for name, limit in SETS.items():
        texts = {r["id"]: (r.get("title", ""), r["text"]) for r in read(folder, f"{name}/docs")}
        questions = [q for q in read(folder, f"{name}/qa") if q["doc_ids"][0] in texts]
        random.Random(seed).shuffle(questions)
        with tempfile.TemporaryDirectory() as place:
            nearest = _searcher(texts, Path(place) / "index")
            for i, record in enumerate(questions[:limit]):
                gold = record["doc_ids"][0]
                others = [other for other in nearest(record["question"]) if other != gold][:OTHERS]
                answers = tuple(a for a in record.get("answers") or [] if a not in ("YES", "NO"))
                if not record.get("answerable", True):
                    yield Case(record["question"], (texts[gold], *(texts[o] for o in others)), ())
                elif answers and i % 3 == 0:
                    free = tuple(texts[o] for o in others if not any(a in texts[o][1] for a in answers))
                    yield Case(record["question"], free, ())
                elif answers:
                    yield Case(record["question"], (texts[gold], *(texts[o] for o in others)), answers)


_DEFINES = re.compile(r"本(?:法|条例|办法|规定|细则)所称(?:的)?([一-鿿]{2,12})[,，]是指")
_ASKED = ("什么是{}？", "{}是什么意思？", "{}指的是什么？", "{}的定义是什么？", "怎么理解{}？")


def definitions(folder: Path, seed: int) -> Iterator[Case]:
    """Yield questions for what a law says that a term means, over the law's text around it."""
    chance = random.Random(seed)
    found = 0
    for record in read(folder, "laws/docs"):
        match = _DEFINES.search(record["text"])
        mentions = record["text"].count(match.group(1)) if match else 0
        if not match or mentions < 3:
            continue
        term, start = match.group(1), max(match.start() - 800, 0)
        text = record["text"][start : match.end() + 1500]
        yield Case(chance.choice(_ASKED).format(term), ((record.get("title", ""), text),), (match.group(),))
        found += 1
        if found == DEFINITIONS:
            return


def _searcher(texts: dict[str, tuple[str, str]], folder: Path):  # type: ignore[no-untyped-def]  # noqa: ANN202
    """Return a function from a question to the ids of the texts nearest to it."""
    names = list(texts)
    index = LexicalIndex(folder, create=True)
    index.update(
        [],
        [
            Chunk(
                id=i, file=name, article=0, paragraphs=(1, 1), text=texts[name][1][:2000],
                spans=(Span(start=0, end=1),), context=texts[name][0],
            )
            for i, name in enumerate(names)
        ],
    )  # fmt: skip
    return lambda question: [
        names[i] for i, _ in index.search(expand(question, ExpansionOptions()), OTHERS + 1)
    ]


@dataclass(frozen=True, slots=True)
class Example:
    """A case as numbers: the sentences' features, which of them answer, and what `support` needs."""

    rows: NDArray[np.float32]
    right: NDArray[np.bool_]
    case: Case
    texts: tuple[str, ...]


def example(case: Case, vectors: Vectors) -> tuple[Example, list, Matcher]:  # type: ignore[type-arg]
    """Return the features of a case's sentences, the sentences and the matcher."""
    documents: dict[str, Document] = {}
    chunks: list[Chunk] = []
    for n, (title, text) in enumerate(case.texts):
        declared = {"title": title} if title else {}
        source = Source(file=f"passages#{n}", text=text, sha256="", declared=declared)
        documents[source.file] = parse(source)
        chunks += chunk(documents[source.file], len(chunks), ChunkingOptions())
    question = analyse(case.question)
    hits = rank_passages(chunks, case.question, vectors.embedder, RetrievalOptions())[:30]
    matcher = Matcher(question, vectors)
    candidates = shortlist(gather(hits, documents.__getitem__), matcher)
    rows = features(candidates, matcher)
    wanted = [squeeze(fold(answer)) for answer in case.answers]
    right = np.array(
        [
            candidate.document.source.file == "passages#0"
            and any(w in squeeze(candidate.folded) for w in wanted)
            for candidate in candidates
        ],
        dtype=bool,
    )
    return Example(rows, right, case, tuple(c.text for c in candidates)), candidates, matcher


def fit_sentences(examples: Sequence[Example]) -> NDArray[np.float64]:
    """Return the weights that minimise -log of the softmax share of the answering sentences."""
    usable = [e for e in examples if e.right.any() and not e.right.all()]

    def loss(w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, gradient = PENALTY * float(w @ w), 2 * PENALTY * w
        for e in usable:
            scores = e.rows @ w
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            mass = shares[e.right].sum()
            total -= np.log(mass) / len(usable)
            inside = np.where(e.right, shares / mass, 0)
            gradient -= e.rows.T @ (inside - shares) / len(usable)
        return total, gradient

    result = minimize(loss, np.zeros(len(FEATURES)), jac=True, method="L-BFGS-B")
    return np.asarray(result.x)


def main() -> None:
    """Fit, measure on the held-back fifth, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    vectors = Vectors(load_embedder("builtin"))
    asked = [*cases(arguments.data, arguments.seed), *definitions(arguments.data, arguments.seed)]
    made = [example(case, vectors) for case in asked]
    held = [i % 5 == 0 for i in range(len(made))]
    w = fit_sentences([m[0] for m, h in zip(made, held, strict=True) if not h])
    rows, labels, first = [], [], []
    for e, candidates, matcher in made:
        if not candidates:
            rows.append(np.zeros(len(SUPPORT_FEATURES)))
            labels.append(False)
            first.append(False)
            continue
        best = int(np.argmax(e.rows @ w))
        everything = fold(" ".join(e.texts))
        rows.append(support(candidates[best], e.rows[best], everything, matcher))
        labels.append(bool(e.case.answers))
        first.append(bool(e.right[best]))
    x, y, ok, out = np.array(rows), np.array(labels), np.array(first), np.array(held)
    use = ~out & (ok | ~y)
    # A case without answers that still has all its texts is one that its own passage does not answer.
    deceives = np.array([not c.answers and len(c.texts) == OTHERS + 1 for c in asked])
    share = np.where(deceives, ADVERSARIAL, 1.0)
    share /= np.where(y, share[use & y].sum(), share[use & ~y].sum()) / use.sum()
    model = LogisticRegression(C=1.0, max_iter=2000).fit(x[use], y[use], sample_weight=share[use])
    p = model.predict_proba(x)[:, 1]
    test = out & y
    record = {
        "made_by": "training/fit_answering.py",
        "sentence": dict(zip(FEATURES, w.round(4).tolist(), strict=True)),
        "answerable": dict(zip(SUPPORT_FEATURES, model.coef_[0].round(4).tolist(), strict=True)),
        "intercept": round(float(model.intercept_[0]), 4),
        "threshold": round(float(np.quantile(p[test], REFUSED)), 4),
    }
    WEIGHTS.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(record, ensure_ascii=False, indent=1))
    column = FEATURES.index("bigrams")
    alone = [e.right[int(np.argmax(e.rows[:, column]))] for (e, _, _), h in zip(made, test, strict=True) if h]
    print(
        f"held back: {out.sum()} questions; right sentence first {ok[test].mean():.3f} "
        f"(by bigrams alone {np.mean(alone):.3f})"
    )
    print("threshold  refused: passage absent  not stated in it  answerable (all held back)")
    for threshold in np.arange(0.05, 0.65, 0.05):
        groups = (out & ~y & ~deceives, out & deceives, test)
        shares = "  ".join(f"{(p[group] < threshold).mean():10.3f}" for group in groups)
        print(f"{threshold:9.2f}  {shares}")


if __name__ == "__main__":
    main()
