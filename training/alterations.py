"""Questions written in another way, by rule: what the query side of retrieval is fitted and measured on."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from functools import cache

from eval.altering.script import full_width, traditional, traditional_forms
from rag.aliases import named
from rag.informativeness import idf
from rag.numerals import other_forms
from rag.text import fold
from rag.thesaurus import thesaurus
from rag.words import content_words, words

_REWORDED = 0.7
"""Share of the words that could be said otherwise that are."""
Alteration = Callable[[str, random.Random], str | None]
_HAN = re.compile(r"[一-鿿]{2,}")
_INFORMATION = 4.0
"""A word that tells less, in the units of `idf`, is not missed when it is mistyped."""


@cache
def _characters() -> str:
    """Return the characters that a wrong one is drawn from: the simplified forms in the table of `fold`."""
    return "".join(sorted(c for c in traditional_forms() if "一" <= c <= "鿿"))


def mistyped(query: str, chance: random.Random) -> str | None:
    """Return `query` with one character of an informative word replaced; None where it has no such word."""
    places = [
        i
        for word, span in content_words(query)
        if _HAN.fullmatch(word) and idf(word) > _INFORMATION
        for i in range(span.start, span.end)
    ]
    if not places:
        return None
    place = chance.choice(places)
    wrong = chance.choice(_characters().replace(fold(query)[place], ""))
    return f"{query[:place]}{wrong}{query[place + 1 :]}"


def renumbered(query: str, chance: random.Random) -> str | None:
    """Return `query` with its first number written in another way; None where it has none."""
    for span, forms in other_forms(query)[:1]:
        return f"{query[: span.start]}{chance.choice(forms)}{query[span.end :]}"
    return None


def renamed(query: str, chance: random.Random) -> str | None:
    """Return `query` with the first thing that goes by several names named otherwise; None where there is none."""
    for name in named(query)[:1]:
        return f"{query[: name.span.start]}{chance.choice(name.others)}{query[name.span.end :]}"
    return None


@cache
def _spoken() -> dict[str, tuple[str, ...]]:
    """Return for each written form of the thesaurus the forms that are said for it."""
    found: dict[str, list[str]] = {}
    for said, written in thesaurus().items():
        for form in written:
            found.setdefault(form, []).append(said)
    return {form: tuple(said) for form, said in found.items()}


def reworded(query: str, chance: random.Random) -> str | None:
    """Return `query` with its words of the thesaurus said otherwise, most of them; None where it has none."""
    found = [(word, span) for word, span in words(query) if word in _spoken() and chance.random() < _REWORDED]
    for word, span in reversed(found):
        query = f"{query[: span.start]}{chance.choice(_spoken()[word])}{query[span.end :]}"
    return query if found else None


ALTERATIONS: Mapping[str, Alteration] = {
    "full width": full_width,
    "traditional": traditional,
    "mistyped": mistyped,
    "renumbered": renumbered,
    "renamed": renamed,
}
