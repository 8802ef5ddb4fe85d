"""Quotes joined out of several places (`spliced`), restated ones with a fact changed, and ones out of nowhere."""

from __future__ import annotations

import random
import re
from dataclasses import replace

import rjieba

from eval.altering import figures, restating
from eval.altering.sentence import Rule
from eval.dataset import Change
from eval.quoting.altered import FACTS
from eval.quoting.corpus import Corpus, Located, comparable
from eval.quoting.kind import Draft, Maker, changed
from rag.text import clauses

LEAST = 12
"""Comparable characters of a part at least."""
APART = 4
"""Sentences of an article from one part to the next at least, where they are to stand far apart."""
SHARED = 7
"""The most characters in a row that an invented quote takes from one place."""


def _long(one: Located) -> bool:
    return LEAST <= len(comparable(one.text)) <= 120


def _others(one: Located, corpus: Corpus, draw: random.Random, count: int, *, near: bool) -> list[Located]:
    """Return sentences of other articles, or far apart in the same one; fewer than asked for where there are not more."""
    found = [one]
    for other in draw.sample(corpus.sentences, len(corpus.sentences)):
        same = [known for known in found if known.article == other.article]
        apart = all(abs(known.number - other.number) >= APART for known in same)
        if _long(other) and (apart and other.article == one.article if near else not same):
            found.append(other)
        if len(found) == count:
            break
    return found


def _whole(text: str) -> str:
    """Return a sentence with an end to it, so that another can follow."""
    return text if re.search("[。！？!?；;”…]$", text) else f"{text}。"


def sentences_joined(count: int, *, near: bool) -> Maker:
    """Return the maker that joins sentences of different articles, or (`near`) far apart in one."""

    def make(one: Located, corpus: Corpus, draw: random.Random) -> Draft | None:
        if not _long(one) or len(found := _others(one, corpus, draw, count, near=near)) < count:
            return None
        texts = tuple(part.text for part in found)
        return Draft(quote="".join(map(_whole, texts)), parts=texts)

    return make


def _halves(text: str) -> tuple[str, str] | None:
    """Return the first and the last clauses of a sentence, parted at the clause end next to its middle."""
    ends = [span.end for span in clauses(text)[:-1]]
    if not ends:
        return None
    at = min(ends, key=lambda end: abs(end - len(text) / 2))
    parts = text[:at], text[at:]
    return parts if min(len(comparable(part)) for part in parts) >= LEAST else None


def halves_joined(one: Located, corpus: Corpus, draw: random.Random) -> Draft | None:
    """Return the first clauses of the sentence with the last ones of a sentence of another article."""
    ours = _halves(one.text)
    if ours is None:
        return None
    for other in draw.sample(corpus.sentences, len(corpus.sentences)):
        theirs = _halves(other.text) if other.article != one.article else None
        if theirs:
            return Draft(quote=ours[0] + theirs[1], parts=(ours[0], theirs[1]))
    return None


def joined_and_altered(one: Located, corpus: Corpus, draw: random.Random) -> Draft | None:
    """Return two sentences of different articles, each with a digit of it made another."""
    first = _with_a_digit(one, corpus, draw)
    if first is None or not _long(one):
        return None
    for other in draw.sample(corpus.sentences, len(corpus.sentences)):
        if other.article != one.article and _long(other):
            second = _with_a_digit(other, corpus, draw)
            if second:
                both = first, second
                return Draft(
                    quote="".join(_whole(text) for text, _ in both),
                    parts=(one.text, other.text),
                    changes=tuple(change for _, change in both),
                )
    return None


def _with_a_digit(one: Located, corpus: Corpus, draw: random.Random) -> tuple[str, Change] | None:
    given = corpus.given(one)
    made = figures.digit(given, draw)
    change = changed(given.sentence, made, ("number",)) if made else None
    return (made, change) if made and change else None


RESTATING: tuple[Rule, ...] = (
    restating.without_adverb,
    restating.synonym,
    restating.list_reordered,
    restating.parts_reordered,
    restating.time_moved,
    restating.voice,
    restating.speaker_first,
    restating.item_dropped,
)
"""What says a sentence otherwise and leaves every fact of it."""


def restated(one: Located, corpus: Corpus, draw: random.Random) -> Draft | None:
    """Return the sentence restated by several rules, one after another."""
    made = _restated(one, corpus, draw)
    return Draft(quote=made[0], parts=(one.text,)) if made and made[1] > 1 else None


def _restated(one: Located, corpus: Corpus, draw: random.Random) -> tuple[str, int] | None:
    """Return the sentence after all the rules that apply, and how many did."""
    given = corpus.given(one)
    applied = 0
    for rule in draw.sample(RESTATING * 2, 2 * len(RESTATING)):
        made = rule(given, draw)
        if made and made != given.sentence:
            given = replace(given, sentence=made)
            applied += 1
    return (given.sentence, applied) if applied else None


def restated_and_changed(*kinds: str) -> Maker:
    """Return the maker that restates a sentence and then makes one fact of it another, of one of the kinds."""

    def make(one: Located, corpus: Corpus, draw: random.Random) -> Draft | None:
        made = _restated(one, corpus, draw)
        if made is None:
            return None
        given = replace(corpus.given(one), sentence=made[0])
        rules = [(kind, rule) for kind, rule in FACTS if kind in kinds]
        for kind, rule in draw.sample(rules, len(rules)):
            false = rule(given, draw)
            change = changed(given.sentence, false, (kind,)) if false else None
            if false and change:
                return Draft(quote=false, parts=(one.text,), changes=(change,))
        return None

    return make


def recombined(one: Located, corpus: Corpus, draw: random.Random) -> Draft:
    """Return a quote of runs of words from as many sentences, each too short to have come from there."""
    runs: list[str] = []
    length = max(20, min(60, len(one.text)))
    for other in draw.sample(corpus.sentences, len(corpus.sentences)):
        words = rjieba.cut(re.sub(r"[^\w]", "", other.text))
        at = draw.randrange(len(words))
        run = words[at]
        for word in words[at + 1 :]:
            if len(run + word) > SHARED:
                break
            run += word
        if 3 <= len(run) <= SHARED:
            runs.append(run)
        if sum(map(len, runs)) >= length:
            break
    return Draft(quote="".join(runs) + "。")


def foreign(one: Located, corpus: Corpus, draw: random.Random) -> Draft:
    """Return a sentence of a document that is not in the corpus."""
    del corpus, draw
    return Draft(quote=one.text)
