"""Quotes in other words, to learn from: what restates a passage of a corpus, and what no passage of it says.

No development set is read. What restates is: sentences of summaries and statements of events (written by a
model over the news), questions of reading sets with their answers put in (written by people over the
passages), and sentences of policy texts and news, reworded by several rules at once; many of them worn besides,
their words left out or replaced by others of the same matter. What is not said: the same made from texts that
are not in the corpus, questions that their passage does not answer, and sentences of which half is the corpus's.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.altering.pairs import full_marks
from eval.altering.rules import RESTATEMENTS
from eval.altering.sentence import Given
from rag.claims import items
from rag.embedding import builtin
from rag.text import clauses, sentences
from rag.words import content_words
from training.alterations import reworded
from training.data import read

CORPUS = 60_000
"""Characters of a corpus, about those of five long documents."""
EACH = 120
"""Quotes put to a corpus at most."""
WORN = 0.8
"""Share of the quotes that are worn."""
WORST = 0.9
"""The largest share of a quote's words that are."""
FREE = (
    "alias",
    "voice",
    "synonym",
    "without adverb",
    "without lead",
    "reordered",
    "numeral script",
    "speaker first",
)
_ASKED = re.compile(
    r"(?:哪一?[年月日天位个种家所项些里]?|什么(?:时候|时间|地方|样的)?|何[时地处人]|谁|多少|几)(?:[年月日天个名人次种])?"
)
_HAN = re.compile("[一-鿿]{2,4}")
_LENGTHS = range(14, 121)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restated:
    """A quote, how it was made, and the document whose passage it restates; `words` stand in that passage."""

    kind: str
    quote: str
    document: str
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Documents of one kind (`id`, `text`, more) in some order, and what restates them or seems to."""

    name: str
    documents: tuple[dict[str, Any], ...]
    restated: tuple[Restated, ...]
    unsaid: tuple[Restated, ...] = ()


def texts(folder: Path, seed: int = 0) -> Iterator[Texts]:
    """Yield the texts of the training sets under `folder`."""
    draw = random.Random(seed)
    yield _events(folder)
    for name in ("drcd_dev_simplified", "cmrc2018_trial", "squad2_zh"):
        yield _reading(folder, name, draw)
    for name, most in (("xwlb", 700), ("gov_reports", 30), ("crud_docs", 500), ("ncp_policy_qa", 160)):
        yield _reworded(folder, name, most, draw)


def _events(folder: Path) -> Texts:
    documents, restated = [], []
    for place, record in enumerate(read(folder, "crud_events/pairs")):
        key = f"event-{place}"
        documents.append({"id": key, "text": record["positive"]})
        restated.append(Restated(kind="event", quote=record["query"], document=key))
        for span in sentences(record["summary"]):
            quote = record["summary"][span.start : span.end]
            if len(quote) in _LENGTHS:
                restated.append(Restated(kind="summary", quote=quote, document=key))
    return Texts(name="crud_events", documents=tuple(documents), restated=tuple(restated))


def _reading(folder: Path, name: str, draw: random.Random) -> Texts:
    documents = [
        {"id": r["id"], "text": r["text"]} | ({"title": r["title"]} if r.get("title") else {})
        for r in read(folder, f"{name}/docs")
    ]
    restated, unsaid = [], []
    for record in read(folder, f"{name}/qa"):
        key, answer = record["doc_ids"][0], record.get("answer") or ""
        if record.get("answerable", True):
            quote = stated(record["question"], answer)
            if quote and len(quote) in _LENGTHS:
                restated.append(Restated(kind="answered", quote=quote, document=key, words=answer))
        elif len(record["question"]) in _LENGTHS:
            quote = _ASKED.sub("", record["question"].rstrip("？?")) + "。"
            unsaid.append(Restated(kind="unanswerable", quote=quote, document=key))
    draw.shuffle(documents)
    draw.shuffle(restated)
    draw.shuffle(unsaid)
    return Texts(
        name=name, documents=tuple(documents), restated=tuple(restated[:1500]), unsaid=tuple(unsaid[:700])
    )


def stated(question: str, answer: str) -> str | None:
    """Return a question with its answer put where it is asked for, as a statement; None where that is not seen."""
    places = list(_ASKED.finditer(question))
    if len(places) != 1 or not answer:
        return None
    place = places[0]
    return f"{question[: place.start()]}{answer}{question[place.end() :].rstrip('？?')}。"


def _reworded(folder: Path, name: str, most: int, draw: random.Random) -> Texts:
    records = read(folder, f"{name}/docs")
    documents = [
        {"id": r["id"], "text": r["text"]} | ({"title": r["title"]} if r.get("title") else {})
        for r in draw.sample(records, min(most, len(records)))
    ]
    restated = []
    for document in documents:
        found = _plain(document["text"])
        for sentence in draw.sample(found, min(len(found), 4 + len(found) // 20)):
            quote = freely(sentence, draw)
            if quote:
                restated.append(Restated(kind="reworded", quote=quote, document=document["id"]))
    return Texts(name=name, documents=tuple(documents), restated=tuple(restated))


def _plain(text: str) -> list[str]:
    """Return the sentences of a text that a reader would quote, with full-width marks."""
    found = [
        full_marks(line[span.start : span.end].strip())
        for line in text.splitlines()
        for span in sentences(line)
    ]
    return [sentence for sentence in found if len(sentence) in _LENGTHS and "“" not in sentence]


def freely(sentence: str, draw: random.Random) -> str | None:
    """Return a sentence said otherwise by several rules at once; None where hardly any applies."""
    said, made = sentence, 0
    for kind in draw.sample(FREE, len(FREE)):
        other = draw.choice(RESTATEMENTS[kind])(Given(sentence=said), draw)
        if other and other != said:
            said, made = other, made + 1
    other = reworded(said, draw)
    if other:
        said, made = other, made + 2
    parts = _clauses(said)
    if len(parts) > 1 and draw.random() < 0.6:
        turn = draw.randrange(1, len(parts))
        said, made = "，".join(parts[turn:] + parts[:turn]) + "。", made + 1
    return said if made > 1 else None


def _clauses(sentence: str) -> list[str]:
    return [sentence[span.start : span.end].strip("，。；,;") for span in clauses(sentence)]


@cache
def _table() -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """Return the Han words of the built-in embedder and their rows, of length 1."""
    numbers = builtin().vocabulary()
    found = tuple(word for word in numbers if _HAN.fullmatch(word))
    rows = builtin().rows([numbers[word] for word in found])
    return found, rows / np.linalg.norm(rows, axis=1, keepdims=True).clip(1e-9)


@cache
def _alike(word: str) -> tuple[str, ...]:
    """Return the words nearest to a word in the embedder's table, none where the table lacks it."""
    found, rows = _table()
    if word not in found:
        return ()
    nearness = rows @ rows[found.index(word)]
    return tuple(found[i] for i in np.argsort(-nearness)[1:7])


@cache
def _sharing() -> dict[str, tuple[str, ...]]:
    """Return for each character the words of the embedder's table that have it."""
    found: dict[str, list[str]] = {}
    for word in _table()[0]:
        for character in word:
            found.setdefault(character, []).append(word)
    return {character: tuple(words) for character, words in found.items()}


def worn(quote: str, draw: random.Random) -> str:
    """Return a quote with a share of its words, drawn up to `WORST`, left out, put in or replaced.

    A word is replaced by one that is used alike or that has a character of it, as 发放 by 放款.
    """
    share = draw.random() * WORST
    named = {at for item in items(quote) for at in range(item.span.start, item.span.end)}
    for word, span in reversed(content_words(quote)):
        if span.start in named or not _HAN.fullmatch(word) or draw.random() > share:
            continue
        way = draw.random()
        others = _alike(word) if way < 0.4 else _sharing().get(draw.choice(word), ())
        by = draw.choice(others) if others and way < 0.8 else ""
        more = draw.choice(_table()[0]) if draw.random() < 0.15 else ""
        quote = f"{quote[: span.start]}{by}{more}{quote[span.end :]}"
    return quote


def halved(ours: str, theirs: str) -> str:
    """Return the first half of a sentence's clauses with the second half of another's."""
    one, other = _clauses(ours), _clauses(theirs)
    return "，".join([*one[: (len(one) + 1) // 2], *other[len(other) // 2 :]]) + "。"


def corpora(
    found: Texts, draw: random.Random
) -> Iterator[tuple[Sequence[dict[str, Any]], list[tuple[Restated, bool]]]]:
    """Yield corpora of these documents with quotes put to each, and whether a passage of it says what the quote says.

    Quotes are put to their own corpus or to the next one, which lacks their document.
    """
    parts = _parts(found.documents)
    owner = {document["id"]: number for number, part in enumerate(parts) for document in part}
    for number, part in enumerate(parts):
        ours = [one for one in found.restated if owner.get(one.document) == number]
        others = [one for one in found.restated if owner.get(one.document, -1) == (number + 1) % len(parts)]
        asked = [(one, True) for one in ours]
        if len(parts) > 1:
            asked += [(one, False) for one in others]
            asked += [
                (replace(one, kind="halved", quote=halved(one.quote, other.quote)), False)
                for one, other in zip(ours[::4], others[::4], strict=False)
            ]
        asked += [(one, False) for one in found.unsaid if owner.get(one.document) == number]
        drawn = draw.sample(asked, min(EACH, len(asked)))
        yield (
            part,
            [
                (replace(one, quote=worn(one.quote, draw)) if draw.random() < WORN else one, said)
                for one, said in drawn
            ],
        )


def _parts(documents: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return the documents in order, in parts of about `CORPUS` characters."""
    parts: list[list[dict[str, Any]]] = [[]]
    for document in documents:
        if sum(len(one["text"]) for one in parts[-1]) > CORPUS:
            parts.append([])
        parts[-1].append(document)
    return parts
