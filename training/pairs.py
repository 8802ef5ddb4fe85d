"""Pairs of a query and a passage, made from unlabelled documents.

Every pair imitates one way in which people look for a passage: a question about a detail, a few key words,
a sentence remembered, the lead or the title of the piece, a law's name with a clause.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from training.vocabulary import Counts, cut

CLAUSE = re.compile(r"[^,;:。!?]{8,45}")
_DATE = re.compile(r"\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?|\d{1,2}月\d{1,2}日")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:%|万|亿|多)?")
_WHEN = ("什么时候", "何时", "哪天", "哪一年", "什么时间")
_HOW_MANY = ("多少", "几", "多少")
_WHAT = ("什么", "哪些", "哪个", "谁", "什么", "哪里", "怎么", "如何")
_DROP = 0.15
# How often a passage yields a pair of each kind.
_CLOZE, _KEYWORDS, _SENTENCE, _LEAD, _NEIGHBOUR, _TITLE, _TITLED_CLAUSE = (
    0.65,
    0.42,
    0.4,
    0.25,
    0.15,
    0.5,
    0.25,
)


class Pair(NamedTuple):
    """What is looked for, and a passage that it should find."""

    query: str
    passage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A text in passages, runs of sentences; title and lead (the sentence that sums it up) may be blank."""

    title: str
    lead: str
    passages: tuple[tuple[str, ...], ...]


def question_about(clause: str, idf: Callable[[str], float], chance: random.Random) -> str:
    """Return a clause with its date, its number or a telling word (by `idf`) asked for, and some words left out."""
    for pattern, asked in ((_DATE, _WHEN), (_NUMBER, _HOW_MANY)):
        match = pattern.search(clause)
        if match and chance.random() < 0.7:
            clause = f"{clause[: match.start()]}{chance.choice(asked)}{clause[match.end() :]}"
            return "".join(word for word in cut(clause) if chance.random() >= _DROP)
    words = cut(clause)
    weights = [idf(word) if len(word) > 1 else 0.1 for word in words]
    target = chance.choices(range(len(words)), weights)[0]
    words[target] = chance.choice(_WHAT)
    return "".join(word for place, word in enumerate(words) if place == target or chance.random() >= _DROP)


def keywords(text: str, counts: Counts, chance: random.Random) -> str:
    """Return three to seven words of `text`, the telling ones more often, separated by blanks."""
    words = [word for word in dict.fromkeys(cut(text)) if len(word) > 1]
    number = min(len(words), chance.randint(3, 7))
    # Weighted sampling without replacement (Efraimidis and Spirakis): the largest u ** (1 / weight).
    drawn = sorted(words, key=lambda word: chance.random() ** (1 / (counts.idf(word) ** 2 + 0.01)))
    return " ".join(drawn[-number:]) if number else ""


def _from_passage(sentences: tuple[str, ...], counts: Counts, chance: random.Random) -> Iterator[Pair]:
    """Yield the pairs that need nothing but the passage."""
    text = "".join(sentences)
    clauses = [clause for clause in CLAUSE.findall(text) if cut(clause)]
    if clauses and chance.random() < _CLOZE:
        yield Pair(question_about(chance.choice(clauses), counts.idf, chance), text)
    if chance.random() < _KEYWORDS:
        yield Pair(keywords(text, counts, chance), text)
    if len(sentences) > 1 and chance.random() < _SENTENCE:
        place = chance.randrange(len(sentences))
        yield Pair(sentences[place], "".join(sentences[:place] + sentences[place + 1 :]))


def _from_place(document: Document, place: int, chance: random.Random) -> Iterator[Pair]:
    """Yield the pairs of a passage with what stands around it: lead, neighbour, title."""
    sentences = document.passages[place]
    text = "".join(sentences)
    if place and document.lead and chance.random() < _LEAD:
        yield Pair(document.lead, text)
    if place and chance.random() < _NEIGHBOUR:
        yield Pair("".join(document.passages[place - 1]), text)
    if document.title:
        # Without its lead the first passage no longer repeats the title word for word.
        body = text if place else "".join(sentences[1:])
        if body and chance.random() < _TITLE:
            yield Pair(document.title, body)
        clauses = CLAUSE.findall(text)
        if clauses and chance.random() < _TITLED_CLAUSE:
            yield Pair(f"{document.title} {chance.choice(clauses)}", text)


def pairs_of(documents: list[Document], counts: Counts, seed: int) -> list[Pair]:
    """Return the pairs of all documents in order; the same for the same seed.

    Pairs with a side of fewer than four characters are left out.
    """
    chance = random.Random(seed)
    found: list[Pair] = []
    for document in documents:
        for place, sentences in enumerate(document.passages):
            found += _from_passage(sentences, counts, chance)
            found += _from_place(document, place, chance)
    return [pair for pair in found if min(len(pair.query), len(pair.passage)) >= 4]
