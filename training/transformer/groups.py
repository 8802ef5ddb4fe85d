"""A question with the passages read for it, as numbers: the right ones and those that search finds nearest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.embedding import Embedder
from rag.retrieval import RetrievalOptions
from training.retrieval import Lexical, fused_scores, plain
from training.transformer.encoding import Encoder, Input
from training.transformer.questions import Asked, Pool

_QUERIES = 256
UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Groups:
    """Inputs one after the other, grouped by question.

    Input i has the words and kinds from `starts[i]` to `starts[i + 1]`, and the sentences from `marks[i]` to
    `marks[i + 1]`, of which `answers` says whether they answer; `right` says whether it fits, `stated`
    whether it answers (-1: unknown). Question q has the inputs from `first[q]` to `first[q + 1]`.
    """

    words: NDArray[np.uint16]
    kinds: NDArray[np.uint8]
    starts: NDArray[np.int64]
    marks: NDArray[np.int64]
    answers: NDArray[np.bool_]
    right: NDArray[np.bool_]
    stated: NDArray[np.int8]
    first: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of questions."""
        return len(self.first) - 1


_OFFSETS = ("starts", "marks", "first")


def joined(parts: Sequence[Groups]) -> Groups:
    """Return the groups of all parts, one at least, in order."""
    values = {}
    for field in fields(Groups):
        arrays = [getattr(part, field.name) for part in parts]
        if field.name in _OFFSETS:
            shifts = np.cumsum([0] + [array[-1] for array in arrays[:-1]])
            arrays = [array[1:] + shift for array, shift in zip(arrays, shifts, strict=True)]
            arrays.insert(0, np.zeros(1, dtype=np.int64))
        values[field.name] = np.concatenate(arrays)
    return Groups(**values)


def write(groups: Groups, path: Path) -> None:
    """Write groups to a file."""
    np.savez(path, **{field.name: getattr(groups, field.name) for field in fields(Groups)})


def load(path: Path) -> Groups:
    """Return the groups that `write` wrote."""
    with np.load(path) as arrays:
        return Groups(**{name: arrays[name] for name in arrays.files})


def nearest(pool: Pool, embedder: Embedder, near: int) -> list[list[int]]:
    """Return for each question of the pool the places of the passages that retrieval ranks first."""
    texts = ["".join(passage) for passage in pool.passages]
    index, vectors = Lexical(texts), embedder.encode_passages(texts)
    weight = RetrievalOptions().dense_weight
    found: list[list[int]] = []
    for start in range(0, len(pool.asked), _QUERIES):
        questions = [asked.question for asked in pool.asked[start : start + _QUERIES]]
        dense = embedder.encode_queries(questions) @ vectors.T
        scores = fused_scores(dense, index.scores(plain(questions)), weight)
        best = np.argpartition(-scores, min(near, scores.shape[1] - 1), axis=1)[:, :near]
        order = np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1, kind="stable")
        found += np.take_along_axis(best, order, axis=1).tolist()
    return found


def grouped(pool: Pool, encoder: Encoder, embedder: Embedder, near: int) -> Groups | None:
    """Return the questions of a pool with what is read for them; nothing for a pool without questions."""
    if not pool.asked:
        return None
    numbers = encoder.words([sentence for passage in pool.passages for sentence in passage])
    ends = np.cumsum([len(passage) for passage in pool.passages])
    sentences = [numbers[end - len(p) : end] for end, p in zip(ends, pool.passages, strict=True)]
    questions = encoder.words([asked.question for asked in pool.asked])
    found = []
    for asked, question, others in zip(pool.asked, questions, nearest(pool, embedder, near), strict=True):
        places = [*asked.read, *(place for place in others if _wrong(place, asked, pool))]
        inputs = [encoder.join(question, sentences[place]) for place in places]
        found.append(_group(asked, places, inputs, encoder.mark))
    return joined(found)


def _wrong(place: int, asked: Asked, pool: Pool) -> bool:
    """Whether the passage at `place` can be taken for one that does not fit the question."""
    if place in asked.right or place in asked.read:
        return False
    text = "".join(pool.passages[place])
    return not any(string in text for string in asked.strings)


def _group(asked: Asked, places: Sequence[int], inputs: Sequence[Input], mark: int) -> Groups:
    """Return one question's group; a sentence that was cut off with its mark is no longer in it."""
    lengths = [0, *(len(one.words) for one in inputs)]
    kept = [int((one.words == mark).sum()) for one in inputs]
    answers = [
        (place, number) in asked.answers
        for place, count in zip(places, kept, strict=True)
        for number in range(count)
    ]
    right = np.array([place in asked.right for place in places])
    stated = right if asked.known else np.full(len(places), UNKNOWN)
    return Groups(
        words=np.concatenate([one.words for one in inputs]),
        kinds=np.concatenate([one.kinds for one in inputs]),
        starts=np.cumsum(lengths),
        marks=np.cumsum([0, *kept]),
        answers=np.array(answers, dtype=bool),
        right=right,
        stated=stated.astype(np.int8),
        first=np.array([0, len(places)]),
    )
