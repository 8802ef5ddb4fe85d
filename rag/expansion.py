"""A query as weighted index terms: its own, and those of other ways to say the same.

A word and its alternatives are one thing asked for, not several: an alternative weighs at most what the
words that it stands for weigh, however many terms it is cut into, and no term of the query is ever left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rag.aliases import named
from rag.datatypes import Span
from rag.numerals import other_forms
from rag.spelling import Respelling
from rag.text import fold
from rag.words import is_function_word, placed_terms, words


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpansionOptions:
    """What a term weighs beside a word that carries the topic, which weighs 1 (fitted by training/fit_expansion.py).

    `pair` is the weight of a character pair, `function` that of a function word (多少, 有哪些) and of the
    pairs that touch one. `name`, `numeral` and `spelling` are the weights of another name of a thing, of a
    number in another script, and of a word as the texts spell it, each beside what it stands for.
    """

    pair: float = 0.375
    function: float = 0.375
    name: float = 1.0
    numeral: float = 1.0
    spelling: float = 0.75

    def __post_init__(self) -> None:
        """Refuse weights outside of what `expand` promises.

        Raises:
            ValueError: the message is for the user.
        """
        if not (0 < self.pair <= 1 and 0 < self.function <= 1):
            raise ValueError("pair、function 应大于 0、不超过 1")
        if not all(0 <= weight <= 1 for weight in (self.name, self.numeral, self.spelling)):
            raise ValueError("name、numeral、spelling 应在 0 到 1 之间")


def expand(query: str, options: ExpansionOptions, respellings: Sequence[Respelling] = ()) -> dict[str, float]:
    """Return the index terms of `query` and of its alternatives, each with its weight, above 0.

    A term of the query weighs as often as it is asked; `respellings` are those of `rag.spelling.respell`.
    """
    folded = fold(query)
    own = _weighted(folded, options)
    weights: dict[str, float] = {}
    for term, _, weight in own:
        weights[term] = weights.get(term, 0.0) + weight
    asked = frozenset(weights)
    for span, form, share in _alternatives(folded, options, respellings):
        if not share:
            continue
        room = sum(w for term, start, w in own if start < span.end and span.start < start + len(term))
        new = {term: weight for term, _, weight in _weighted(form, options) if term not in asked}
        scale = share * min(1.0, room / sum(new.values())) if new else 0.0
        for term, weight in new.items():
            weights[term] = max(weights.get(term, 0.0), scale * weight)
    return weights


def rewritten(query: str, texts: Iterable[str], respellings: Sequence[Respelling] = ()) -> str:
    """Return `query` in the writing of the folded `texts`: their spelling, and their form of a number that they lack.

    Where nothing is written otherwise, it comes back as it stands; a number that stands nowhere stays too.
    """
    folded = fold(query)
    changes = [(respelling.span, respelling.spelling) for respelling in respellings]
    numerals = other_forms(folded)
    text = "\n".join(texts) if numerals else ""
    for span, forms in numerals:
        if folded[span.start : span.end] not in text:
            changes += [(span, form) for form in forms if form in text][:1]
    for span, form in sorted(changes, key=lambda change: -change[0].start):
        query = f"{query[: span.start]}{form}{query[span.end :]}"
    return query


def _weighted(query: str, options: ExpansionOptions) -> list[tuple[str, int, float]]:
    """Return the query's own terms, where each begins, and what each weighs."""
    cut = words(query)
    empty = {i for word, span in cut if is_function_word(word) for i in range(span.start, span.end)}
    weighted = []
    for place, (term, start) in enumerate(placed_terms(query)):
        plain = 1.0 if place < len(cut) else options.pair
        touches = not empty.isdisjoint(range(start, start + len(term)))
        weighted.append((term, start, options.function if touches else plain))
    return weighted


def _alternatives(
    query: str, options: ExpansionOptions, respellings: Sequence[Respelling]
) -> Iterator[tuple[Span, str, float]]:
    """Yield what stands in the query, by its span, with another way to write it and the share of its weight."""
    for name in named(query):
        for other in name.others:
            yield name.span, other, options.name
    for span, forms in other_forms(query):
        for form in forms:
            yield span, form, options.numeral
    # Respelt in the whole query, for the pairs that a word makes with its neighbours.
    for respelling in respellings:
        span = respelling.span
        respelt = f"{query[: span.start]}{respelling.spelling}{query[span.end :]}"
        yield Span(start=0, end=len(query)), respelt, options.spelling
