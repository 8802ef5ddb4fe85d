"""Draws quotes of every kind out of a corpus, with what a report must say of each."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from eval.dataset import Passage, Quote, Split
from eval.quoting.corpus import Corpus, Located, comparable
from eval.quoting.kind import Draft, Kind
from eval.quoting.kinds import KINDS

EACH = 100
"""Quotes of a kind at most, of either half."""
ECHO = 12
"""Comparable characters in a row, and of a short quote half of it: what is not found shares no more with any place."""
SHORTEST = 12
"""Comparable characters of a sentence that quotes are made of."""
LONGEST = 300
"""Characters of a sentence that quotes are made of, and of a quote that is not found."""


def draw_quotes(
    corpus: Corpus,
    splits: Sequence[Split],
    each: int | None = EACH,
    seed: int = 0,
    kinds: Sequence[Kind] = KINDS,
) -> tuple[Quote, ...]:
    """Return quotes drawn by `seed`, in the order of the kinds, the same ones every time.

    Args:
        corpus: what they are made of. Every other sentence is of the half `dev`, the rest of `test`.
        splits: the halves that they are made for.
        each: quotes of a kind and a half at most, None for one of every sentence that the kind applies to.
        seed: of the draw.
        kinds: what is done.
    """
    return tuple(
        quote for kind in kinds for split in splits for quote in _drawn(corpus, kind, split, each, seed)
    )


def _drawn(corpus: Corpus, kind: Kind, split: Split, each: int | None, seed: int) -> Iterator[Quote]:
    """Yield the quotes of one kind and half."""
    pool = {"sentences": corpus.sentences, "headings": corpus.headings, "outside": corpus.outside}[kind.pool]
    ours = [one for one in pool if one.number % 2 == (split == "test") and _fit(one, kind)]
    draw = random.Random(f"{seed} {kind.name} {split}")
    made = 0
    for one in draw.sample(ours, len(ours)):
        draft = kind.make(one, corpus, draw)
        quote = _gold(draft, one, kind, split, corpus) if draft else None
        if quote:
            yield quote
            made += 1
        if made == each:
            return


def _fit(one: Located, kind: Kind) -> bool:
    return kind.pool == "headings" or (len(comparable(one.text)) >= SHORTEST and len(one.text) <= LONGEST)


def _gold(draft: Draft, one: Located, kind: Kind, split: Split, corpus: Corpus) -> Quote | None:
    """Return the quote with what a report must say; None where, by chance, it is something else.

    Words that stand nowhere are a part of a number, or marks alone. What is not exact may stand nowhere as it is, and of what is not found no long stretch may.
    """
    echo = min(ECHO, len(comparable(draft.quote)) // 2)
    if kind.verdict == "not_found" and corpus.echoes(draft.quote, echo):
        return None
    if kind.verdict != "exact" and corpus.places(draft.quote):
        return None
    stands = tuple(_own_first(corpus.places(part), one) for part in draft.parts)
    if not all(stands):
        return None
    return Quote(
        id=f"{kind.name} {split} {one.number}",
        split=split,
        kind=kind.name,
        quote=draft.quote,
        verdict=kind.verdict,
        also=kind.also,
        file=stands[0][0].file if stands else None,
        places=tuple((place,) for place in stands[0]) if kind.counted else stands,
        changes=draft.changes,
        barred=kind.barred,
        count=len(stands[0]) if kind.counted else None,
    )


def _own_first(places: Sequence[Passage], one: Located) -> tuple[Passage, ...]:
    return tuple(sorted(places, key=lambda place: place.file != one.file))
