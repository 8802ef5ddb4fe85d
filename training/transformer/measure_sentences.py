"""Measures the reader at choosing the sentence that answers, beside the answerer's own scorer.

How much the reader's score adds to that one is chosen on questions kept back from learning.

Run: python -m training.transformer.measure_sentences READER TRAIN_DIR DEV_DIR
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.answering.candidates import Candidate, gather, paragraph_sentences
from rag.answering.features import table
from rag.answering.matching import Matcher, Vectors
from rag.answering.scoring import models
from rag.assistant import DEPTH
from rag.chunking import ChunkingOptions
from rag.embedding import builtin
from rag.passages import Passages
from rag.question import analyse
from rag.retrieval import RetrievalOptions
from rag.text import fold, squeeze
from training.data import PASSAGE_LENGTH, read
from training.retrieval import Lexical, plain
from training.transformer.encoding import Encoder
from training.transformer.measure_ranking import gain
from training.transformer.plain import PlainReader
from training.transformer.questions import READING, Part, answers_of, part_of

SHARES = (0.0, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 4.0)
_LIMIT = 300
OTHERS = 4
"""Texts searched beside the one that answers: those that lexical search finds nearest to the question."""


@dataclass(frozen=True, slots=True)
class Case:
    """A question, the texts searched, the first of which answers it, and its answers."""

    question: str
    texts: tuple[str, ...]
    answers: tuple[str, ...]


def _cases(docs: Iterable[dict[str, Any]], questions: Iterable[dict[str, Any]], limit: int) -> Iterator[Case]:
    """Yield answerable questions, each over its text and those that lexical search finds nearest."""
    texts = {record["id"]: record["text"] for record in docs}
    names = list(texts)
    asked = [record for record in questions if record["doc_ids"][0] in texts and answers_of(record)]
    chosen = np.unique(np.linspace(0, len(asked) - 1, limit if asked else 0).astype(int))
    index = Lexical(list(texts.values()))
    for record in (asked[place] for place in chosen):
        gold = record["doc_ids"][0]
        order = np.argsort(-index.scores(plain([record["question"]]))[0], kind="stable")[: OTHERS + 1]
        others = [names[place] for place in order if names[place] != gold][:OTHERS]
        yield Case(record["question"], (texts[gold], *(texts[other] for other in others)), answers_of(record))


def kept_back(folder: Path, part: Part) -> dict[str, list[Case]]:
    """Return the cases of one part of each reading set."""
    found = {}
    for name in READING:
        docs = [record for record in read(folder, f"{name}/docs") if part_of(record["id"]) == part]
        found[name] = list(_cases(docs, read(folder, f"{name}/qa"), _LIMIT))
    return found


def development(folder: Path) -> dict[str, list[Case]]:
    """Return the development cases: translated reading comprehension, web pages amid others."""
    reading = _cases(read(folder, "squad2_zh/docs"), read(folder, "squad2_zh/qa"), 1000)
    web = []
    for record in read(folder, "rgb_zh/refine"):
        texts = tuple((record["positive"][:1] + record["negative"])[: OTHERS + 1])
        flat = [a for given in record["answers"] for a in ([given] if isinstance(given, str) else given)]
        web.append(Case(record["question"], texts, tuple(flat)))
    return {"squad2_zh dev": list(reading), "rgb_zh refine": web}


@dataclass(frozen=True, slots=True)
class Measured:
    """A question's sentences: which of them answer, the share of the question's character pairs in each, their scores."""

    right: NDArray[np.bool_]
    pairs: NDArray[np.float32]
    shipped: NDArray[np.float64]
    reader: NDArray[np.float64]

    def hit(self, share: float) -> bool:
        """Whether the first by the shipped score plus `share` of the reader's answers."""
        return bool(self.right[int(np.argmax(self.shipped + share * self.reader))])

    def hit_by(self, scores: NDArray[Any]) -> bool:
        """Whether the first by `scores` answers."""
        return bool(self.right[int(np.argmax(scores))])

    def overlap(self) -> float:
        """Return the largest share of the question's character pairs in a sentence that answers."""
        return float(self.pairs[self.right].max())


def reader_scores(
    question: str, candidates: Sequence[Candidate], reader: PlainReader, encoder: Encoder
) -> NDArray[np.float64]:
    """Return the reader's score of each candidate, read in its paragraph, a passage's length at a time."""
    (asked,) = encoder.words([question])
    paragraphs = {id(candidate.paragraph): candidate.paragraph for candidate in candidates}
    inputs, keys = [], []
    for name, paragraph in paragraphs.items():
        groups: list[list[Any]] = []
        room = 0
        for span in paragraph_sentences(paragraph):
            if not groups or span.end - span.start > room:
                groups.append([])
                room = PASSAGE_LENGTH
            groups[-1].append(span)
            room -= span.end - span.start
        for group in groups:
            inputs.append(
                encoder.join(asked, encoder.words([paragraph.text[s.start : s.end] for s in group]))
            )
            keys.append([(name, span) for span in group])
    known: dict[Any, float] = {}
    for own, scored in zip(keys, reader.scores(inputs), strict=True):
        known.update(zip(own, scored.sentences.tolist(), strict=False))
    return np.array([known.get((id(c.paragraph), c.span), -np.inf) for c in candidates])


def measure(cases: Iterable[Case], vectors: Vectors, reader: PlainReader, encoder: Encoder) -> list[Measured]:
    """Return the scores for the cases in which some sentences answer and some do not."""
    found = []
    for case in cases:
        given = Passages(case.texts, vectors.embedder, ChunkingOptions(), RetrievalOptions())
        candidates = gather(given.hits(case.question)[:DEPTH], given.document)
        answers = [squeeze(fold(answer)) for answer in case.answers]
        right = np.array(
            [
                c.document.source.file == "passages#0" and any(a in squeeze(c.folded) for a in answers)
                for c in candidates
            ],
            dtype=bool,
        )
        if right.any() and not right.all():
            settings = " ".join(dict.fromkeys(candidate.setting for candidate in candidates))
            described = table(candidates, Matcher(analyse(case.question), vectors, settings))
            shipped = models().scores(described).astype(np.float64)
            scores = reader_scores(case.question, candidates, reader, encoder)
            found.append(Measured(right, described["pairs"], shipped, scores))
    return found


def report(name: str, found: Sequence[Measured], share: float) -> None:
    """Print how often each method has an answering sentence first, also where words overlap least."""
    methods = {
        "bigrams": np.array([m.hit_by(m.pairs) for m in found]),
        "shipped": np.array([m.hit(0) for m in found]),
        "reader": np.array([m.hit_by(m.reader) for m in found]),
        f"shipped + {share} reader": np.array([m.hit(share) for m in found]),
    }
    hard = np.argsort([m.overlap() for m in found], kind="stable")[: len(found) // 4]
    base = methods["shipped"].astype(float)
    for method, hits in methods.items():
        print(
            f"{name:22} {len(found):4} {method:20} {100 * hits.mean():5.1f}  gain {gain(base, hits)}  "
            f"least overlap {100 * hits[hard].mean():5.1f}",
            flush=True,
        )


def main() -> None:
    """Print the curve of shares on questions kept back, the share chosen, and the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reader", type=Path)
    parser.add_argument("train", type=Path)
    parser.add_argument("dev", type=Path)
    given = parser.parse_args()
    reader, vectors = PlainReader(given.reader), Vectors(builtin())
    encoder = Encoder(reader.longest)
    fitted = {
        name: measure(cases, vectors, reader, encoder)
        for name, cases in kept_back(given.train, "fit").items()
    }
    curves = [
        [np.mean([m.hit(share) for m in found]) for share in SHARES] for found in fitted.values() if found
    ]
    mean = np.mean(curves, axis=0)
    print("share of the reader  " + " ".join(f"{share:5.2f}" for share in SHARES))
    print("right sentence first " + " ".join(f"{100 * value:5.1f}" for value in mean), flush=True)
    share = SHARES[int(np.argmax(mean))]
    everything: list[Measured] = []
    for name, cases in kept_back(given.train, "test").items():
        found = measure(cases, vectors, reader, encoder)
        everything += found
        if found:
            report(name, found, share)
    report("all kept back", everything, share)
    for name, cases in development(given.dev).items():
        report(name, measure(cases, vectors, reader, encoder), share)


if __name__ == "__main__":
    main()
