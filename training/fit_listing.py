"""Fits the weights by which a list is chosen and writes rag/models/listing.json.

Every list that a report, a law or a piece of news makes is asked for in words that lead into it, some of them
left out; right is that list, wrong are all others of the documents found. A quarter of the questions is put
without the document that answers it, a quarter with its most telling word exchanged for another question's:
there none is right. The model is a conditional logit in which no list is one more choice. Every fifth
document is held back and measured on.

Run: python -m training.fit_listing DATA_DIR
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from rag.answering.candidates import gather
from rag.answering.list_scoring import FEATURES, WEIGHTS, Weights, probabilities
from rag.answering.listing import Offered, list_features, offered
from rag.answering.lists import Enumeration, enumerations
from rag.answering.matching import Matcher, Vectors
from rag.answering.runs import runs
from rag.assistant import DEPTH
from rag.datatypes import Article
from rag.embedding import builtin
from rag.informativeness import idf
from rag.manifest import OpenIndex
from rag.question import analyse
from rag.retrieval import RetrievalOptions, search
from rag.text import clauses, fold, sentences
from rag.words import content_words
from training.data import read
from training.pools import indexed

LAWS, NEWS = 120, 800
"""Documents taken beside all reports."""
OF_ONE = {"gov_reports": 12, "laws": 5, "xwlb": 1}
"""Lists asked for of one document of each set, so that the sets count alike."""
LEFT_OUT = 0.35
"""Chance that a word of the text does not come up in the question."""
TITLED = 0.5
"""Chance that a question names the title."""
ABSENT, EXCHANGED = 1 / 4, 1 / 4
"""Shares of the questions whose document is left out, and of those that ask for something else."""
REFUSED = 0.03
"""Share of the held-back questions whose right list comes first that may be refused, as in `fit_answering`: it
sets the threshold."""
PENALTY = 0.002
"""Weight of the squared norm in the loss."""
_SEED = 6
_COUNT = re.compile(r"(\d{1,2}|[一二两三四五六七八九十]{1,2})(?=个|项|条|大|方面|点|类|种)")
_ANNOUNCING = re.compile(
    r"如下|以下|下列|之一|包括|主要是|分别是|的$|[《》\"。,:;?!、—()（）]|^[一二三四五六七八九十]+"
)
_ASKED = ("{}有哪些？", "{}包括哪些？", "{}是哪些？", "{}有哪几条？", "{}有哪些内容？", "{}分别是什么？")
# Words that people ask with whatever the text says; they need not stand there.
_NAMED = (
    "举措",
    "措施",
    "要求",
    "任务",
    "做法",
    "安排",
    "部署",
    "建议",
    "特点",
    "工作",
    "规定",
    "原则",
    "重点",
    "目标",
)
GENERIC = 0.4
"""Chance that a question calls the items by one of these names."""


def _some(text: str, chance: random.Random) -> str:
    """Return a text without some of its content words and without its punctuation."""
    kept = fold(text)
    for _, span in reversed(content_words(text)):
        if chance.random() < LEFT_OUT:
            kept = kept[: span.start] + kept[span.end :]
    return _ANNOUNCING.sub("", kept.strip()).strip()


def question_for(enumeration: Enumeration, chance: random.Random) -> str | None:
    """Return a question for a list in words of its introduction, None where that says too little."""
    title = enumeration.article.title or ""
    named = _some(title, chance) if chance.random() < TITLED else ""
    number = len(enumeration.items)
    if enumeration.form == "run":
        before, _, behind = enumeration.introduction.partition(" ")
        behind = behind.removeprefix("等")
        if (not behind.strip(",。;:") and number < 4) or len(content_words(before + behind)) < 2:
            return None
        return f"{named}{_some(before, chance)}哪些{_some(behind, chance)}？"
    parts = clauses(enumeration.introduction)
    introduction = (
        enumeration.introduction[parts[-chance.choice((1, 2, 2)) if len(parts) > 1 else 0].start :]
        if parts
        else ""
    )
    if len(content_words(introduction)) < 2:
        return None
    counted = _COUNT.search(introduction)
    if counted and chance.random() < 0.6:
        introduction = introduction[: counted.start()] + "哪" + introduction[counted.start() :]
        return f"{named}{_some(introduction, chance)}？"
    about = _some(introduction, chance)
    if chance.random() < GENERIC:
        which = chance.choice(("哪些", f"哪{number}{chance.choice('个条项')}"))
        return f"{named}{about}{chance.choice(('有', '提出了', '部署了'))}{which}{chance.choice(_NAMED)}？"
    if chance.random() < 0.3:
        return f"{named}{about}有哪{number}{chance.choice('个条项')}？"
    return named + chance.choice(_ASKED).format(about)


@dataclass(frozen=True, slots=True)
class Example:
    """A question's lists as numbers, which of them are right (none where it is not answered), and of what kind it is."""

    rows: NDArray[np.float32]
    right: NDArray[np.bool_]
    kind: str
    form: str
    held: bool
    question: str
    lists: tuple[Offered, ...]


def lists_of(article: Article) -> list[Enumeration]:
    """Return all lists of an article, those inside sentences too."""
    inside = (
        run
        for paragraph in article.paragraphs
        for sentence in sentences(paragraph.text)
        for run in runs(article, paragraph, sentence)
    )
    return [*enumerations(article), *inside]


def same(one: Enumeration, other: Enumeration) -> bool:
    """Whether two lists of one file have the same items, or stand in one sentence."""
    if one.sentence and other.sentence:
        return one.paragraph == other.paragraph and one.sentence == other.sentence
    return [i.raw[0].start for i in one.items] == [i.raw[0].start for i in other.items]


def documents(folder: Path, chance: random.Random) -> list[dict[str, str]]:
    """Return the documents that lists are taken from, their ids beginning with the name of their set."""
    found = []
    for name, limit in (("gov_reports", None), ("laws", LAWS), ("xwlb", NEWS)):
        records = read(folder, f"{name}/docs")
        chance.shuffle(records)
        found += [
            {"id": f"{name}/{r['id']}", "title": r["title"], "text": r["text"]} for r in records[:limit]
        ]
    return found


def asked(index: OpenIndex, chance: random.Random) -> Iterator[tuple[str, str, Enumeration]]:
    """Yield questions with the file and the list that they ask for."""
    for document in index.documents.documents():
        limit = OF_ONE[document.source.file.partition("#")[2].partition("/")[0]]
        by_form: dict[str, list[Enumeration]] = {}
        for article in document.articles:
            for one in lists_of(article):
                by_form.setdefault(one.form, []).append(one)
        for one in _turns(by_form, chance)[:limit]:
            question = question_for(one, chance)
            if question and analyse(question).count in (None, len(one.items)):
                yield question, document.source.file, one


def _turns(by_form: dict[str, list[Enumeration]], chance: random.Random) -> list[Enumeration]:
    """Return the lists in turn by form, each form in chance order, so that rare forms come up too."""
    for group in by_form.values():
        chance.shuffle(group)
    longest = max(map(len, by_form.values()), default=0)
    return [group[i] for i in range(longest) for group in by_form.values() if i < len(group)]


def _exchanged(question: str, others: Sequence[str], chance: random.Random) -> str:
    """Return a question with its most telling word replaced by that of another."""
    word = max(analyse(question).words, key=idf, default="")
    other = max(analyse(chance.choice(others)).words, key=idf, default="")
    return fold(question).replace(word, other)


def examples(index: OpenIndex, chance: random.Random) -> Iterator[Example]:
    """Yield the questions as numbers."""
    vectors = Vectors(builtin())
    cases = list(asked(index, chance))
    chance.shuffle(cases)
    texts = [question for question, _, _ in cases]
    for number, (text, file, gold) in enumerate(cases):
        draw = chance.random()
        kind = "absent" if draw < ABSENT else "exchanged" if draw < ABSENT + EXCHANGED else "answered"
        put = _exchanged(text, texts, chance) if kind == "exchanged" else text
        question = analyse(put)
        hits = search(index, put, DEPTH, RetrievalOptions())
        hits = [hit for hit in hits if kind != "absent" or hit.chunk.file != file]
        gathered = gather(hits, index.documents.document)
        if not gathered or not question.words:
            continue
        matcher = Matcher(question, vectors, " ".join(dict.fromkeys(c.setting for c in gathered)))
        candidates = gathered
        lists = offered(candidates, matcher)
        right = [
            kind == "answered" and one.document.source.file == file and same(one.enumeration, gold)
            for one in lists
        ]
        held = sum(map(ord, file)) % 5 == 0
        rows = list_features(lists, candidates, matcher)
        yield Example(rows, np.array(right), kind, gold.form, held, put, tuple(lists))
        if number % 500 == 0:
            print(number, len(cases), flush=True)


def fit(made: Sequence[Example]) -> Weights:
    """Return the weights under which what is right is most likely: a right list, or none."""
    width = len(FEATURES)
    use = [
        (
            np.hstack([np.vstack([e.rows, np.zeros(width)]), np.append(np.ones(len(e.rows)), 0)[:, None]]),
            np.append(e.right, not e.right.any()),
        )
        for e in made
        if not e.held and (e.right.any() or e.kind != "answered")
    ]

    def loss(w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, gradient = (
            PENALTY * float(w[:-1] @ w[:-1]) * len(use),
            2 * PENALTY * len(use) * np.append(w[:-1], 0),
        )
        for x, gold in use:
            scores = x @ w
            p = np.exp(scores - scores.max())
            p /= p.sum()
            share = p * gold / max(float((p * gold).sum()), 1e-12)
            total -= float(np.log(max(float((p * gold).sum()), 1e-12)))
            gradient += x.T @ (p - share)
        return total / len(use), gradient / len(use)

    w = minimize(loss, np.zeros(width + 1), jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    return Weights(w[:-1].astype(np.float32), float(w[-1]), 0.0)


def report(made: Sequence[Example], fitted: Weights) -> float:
    """Print what becomes of the questions held back, and return the threshold."""
    held = [e for e in made if e.held]
    likely = [probabilities(e.rows, fitted) for e in held]
    top = [float(p.max(initial=0.0)) for p in likely]
    first = [bool(e.right[int(np.argmax(p))]) if len(p) else False for e, p in zip(held, likely, strict=True)]
    threshold = float(np.quantile([t for t, ok in zip(top, first, strict=True) if ok], REFUSED))
    for form in sorted({e.form for e in held}):
        of = [ok for e, ok in zip(held, first, strict=True) if e.kind == "answered" and e.form == form]
        print(f"{form:10} asked {len(of):4}  right list first {np.mean(of):.3f}")
    offers = np.mean([e.right.any() for e in held if e.kind == "answered"])
    print(f"right list among those offered {offers:.3f}")
    print("threshold  answered right  answered wrong  refused | refused: absent  exchanged")
    for at in sorted([*np.arange(0.1, 0.8, 0.1), threshold]):
        rows = [(e.kind, t >= at, ok) for e, t, ok in zip(held, top, first, strict=True)]
        of = [(given, ok) for kind, given, ok in rows if kind == "answered"]
        shares = [
            np.mean([g and ok for g, ok in of]),
            np.mean([g and not ok for g, ok in of]),
            np.mean([not g for g, _ in of]),
        ]
        shares += [
            np.mean([not g for kind, g, _ in rows if kind == which]) for which in ("absent", "exchanged")
        ]
        print(f"{at:9.3f}  " + "  ".join(f"{share:10.3f}" for share in shares))
    return threshold


def main() -> None:
    """Make the questions, fit, write the weights and report on the held-back ones."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="the folder of training sets")
    folder = parser.parse_args().data
    chance = random.Random(_SEED)
    with indexed(documents(folder, chance)) as index:
        made = list(examples(index, chance))
    fitted = fit(made)
    threshold = report(made, fitted)
    record = {
        "made_by": "training/fit_listing.py",
        "weights": dict(zip(FEATURES, (round(float(w), 4) for w in fitted.features), strict=True)),
        "intercept": round(fitted.intercept, 4),
        "threshold": round(threshold, 4),
    }
    WEIGHTS.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(record, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
