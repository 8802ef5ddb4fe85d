"""Questions made from texts that nobody has asked about: news, laws, reports."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

from training.pairs import CLAUSE, Document, keywords, question_about
from training.transformer.questions import Asked, Pool
from training.vocabulary import Counts, cut

# Of the questions made of a passage: a clause with something asked for, a sentence's key words; the title.
_CLOZE, _KEYWORDS = 0.65, 0.8
_TELLING = 16


class Shelf(NamedTuple):
    """Documents that are searched together, and the seed for their questions."""

    documents: tuple[Document, ...]
    seed: int


def shelves(documents: list[Document], size: int, seed: int) -> Iterator[Shelf]:
    """Yield the documents in random order, about `size` passages at a time."""
    chosen: list[Document] = []
    held = 0
    for document in random.Random(seed).sample(documents, len(documents)):
        chosen.append(document)
        held += len(document.passages)
        if held >= size:
            yield Shelf(tuple(chosen), seed + held)
            chosen, held = [], 0
    if chosen:
        yield Shelf(tuple(chosen), seed)


def made(shelf: Shelf, counts: Counts, share: float) -> Pool:
    """Return the shelf's passages with a question for `share` of them; the same for the same shelf."""
    chance = random.Random(shelf.seed)
    pieces: list[tuple[str, ...]] = []
    asked: list[Asked] = []
    for document in shelf.documents:
        own = range(len(pieces), len(pieces) + len(document.passages))
        pieces += document.passages
        for place in own:
            if chance.random() < share:
                asked += _question(document, place, own, counts, chance)
    return Pool(tuple(pieces), tuple(asked))


def _question(
    document: Document, place: int, own: range, counts: Counts, chance: random.Random
) -> Iterator[Asked]:
    """Yield a question for the passage at `place` of a pool in which the document has the places `own`."""
    sentences = document.passages[place - own.start]
    number = chance.randrange(len(sentences))
    sentence = sentences[number]
    drawn = chance.random()
    if drawn >= _KEYWORDS:
        if document.title:
            yield Asked(document.title, (place,), frozenset(own), frozenset(), (), False)
        return
    answers = frozenset({(place, number)})
    if drawn >= _CLOZE:
        query = keywords(sentence, counts, chance) if len(sentence) >= _TELLING else ""
        if query:
            yield Asked(query, (place,), frozenset({place}), answers, (sentence,), True)
        return
    clauses = [clause for clause in CLAUSE.findall(sentence) if cut(clause)]
    if clauses:
        clause = chance.choice(clauses)
        query = question_about(clause, counts.idf, chance)
        if len(query) >= 4:
            yield Asked(query, (place,), frozenset({place}), answers, (clause,), True)
