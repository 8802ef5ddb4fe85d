"""Questions over pools of passages: real ones of the training sets. No development set is ever read here."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from training.data import clean, passages, read, sentences_of, split

READING = ("cmrc2018_trial", "drcd_dev_simplified", "squad2_zh", "cail2019_rc", "ncp_policy_qa")
Part = Literal["learn", "fit", "test"]
"""What a document's questions are for: learning, choosing weights of sums, or measuring; 8, 1, 1 in ten."""
_STATUTE, _REPLY = 400, 3


class Asked(NamedTuple):
    """A question over a pool, whose passages it names by their places.

    `read` are those that are read in any case, `right` those that fit, `answers` the sentences that answer
    as (passage, sentence). A passage that has one of `strings` is not taken for a wrong one. `known` says
    whether it is known of each passage whether it answers.
    """

    question: str
    read: tuple[int, ...]
    right: frozenset[int]
    answers: frozenset[tuple[int, int]]
    strings: tuple[str, ...]
    known: bool


@dataclass(frozen=True, slots=True)
class Pool:
    """Passages, each a run of sentences, that are searched together."""

    passages: tuple[tuple[str, ...], ...]
    asked: tuple[Asked, ...]


def part_of(document: str) -> Part:
    """Return what the questions of a reading set's document are for."""
    parts: dict[int, Part] = {0: "fit", 1: "test"}
    return parts.get(zlib.crc32(document.encode()) % 10, "learn")


def answers_of(record: dict[str, Any]) -> tuple[str, ...]:
    """Return the answers of a reading set's question, cleaned; none where its text does not answer it."""
    if not record.get("answerable", True):
        return ()
    given = [*(record.get("answers") or []), record.get("answer") or ""]
    return tuple(dict.fromkeys(clean(a) for a in given if a and a not in ("YES", "NO") and clean(a)))


def _cut(texts: dict[str, str]) -> tuple[list[tuple[str, ...]], dict[str, range]]:
    """Return the passages of texts and for each text the places of its own."""
    pieces: list[tuple[str, ...]] = []
    places = {}
    for key, text in texts.items():
        found = [tuple(group) for group in passages(sentences_of(text))]
        places[key] = range(len(pieces), len(pieces) + len(found))
        pieces += found
    return pieces, places


def reading(folder: Path, name: str, part: Part) -> Pool:
    """Return a reading set's documents and questions of one part."""
    records = [record for record in read(folder, f"{name}/docs") if part_of(record["id"]) == part]
    pieces, places = _cut({record["id"]: record["text"] for record in records})
    asked = []
    for record in read(folder, f"{name}/qa"):
        own = [place for key in record["doc_ids"] for place in places.get(key, ())]
        answers = answers_of(record)
        found = frozenset(
            (place, number)
            for place in own
            for number, sentence in enumerate(pieces[place])
            if any(answer in sentence for answer in answers)
        )
        right = frozenset(place for place, _ in found)
        if right or (own and not record.get("answerable", True)):
            shown = (min(right),) if right else tuple(own[:3])
            asked.append(Asked(clean(record["question"]), shown, right, found, answers, True))
    return Pool(tuple(pieces), tuple(asked))


def _named(
    texts: dict[str, str], questions: Iterator[tuple[str, list[str]]], *, first: int | None = None
) -> Pool:
    """Return texts and questions that name the texts which fit, or, with `first`, the passages they begin with."""
    pieces, places = _cut(texts)
    asked = []
    for question, keys in questions:
        every = [place for key in keys for place in places.get(key, ())]
        begin = [place for key in keys for place in places.get(key, ())[:first]]
        if len(question) >= 4:
            asked += [Asked(question, (n,), frozenset(every), frozenset(), (), False) for n in begin]
    return Pool(tuple(pieces), tuple(asked))


def statutes(folder: Path) -> Pool:
    """Return statutes and lay questions, nine in ten of these."""
    texts = {record["id"]: record["text"][:_STATUTE] for record in read(folder, "lecoqa_statutes/docs")}
    questions, _ = split(read(folder, "lecoqa_statutes/qa"))
    return _named(texts, ((clean(record["question"]), record["doc_ids"]) for record in questions))


def letters(folder: Path) -> Pool:
    """Return replies of authorities and the titles of the letters they reply to, nine in ten."""
    records, _ = split(read(folder, "govqa/pairs"))
    texts = {record["id"]: record["positive"] for record in records}
    asked = ((clean(record["title"]), [record["id"]]) for record in records)
    return _named(texts, asked, first=_REPLY)


def notices(folder: Path) -> Pool:
    """Return answers cut from notices on the epidemic, and their questions."""
    records = read(folder, "ncp_policy_qa/answer_pairs")
    texts = {record["positive"]: record["positive"] for record in records}
    return _named(texts, ((clean(record["query"]), [record["positive"]]) for record in records))


def real(folder: Path) -> Iterator[Pool]:
    """Yield the pools of real questions to learn from."""
    for name in READING:
        yield reading(folder, name, "learn")
    yield statutes(folder)
    yield letters(folder)
    yield notices(folder)
