"""What a kind of made quotes is: what is done to a sentence, and what a report must say of the outcome."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from eval.altering.sentence import Rule
from eval.dataset import Change
from eval.quoting.corpus import Corpus, Located
from rag.datatypes import QuoteVerdict

Pool = Literal["sentences", "headings", "outside"]
SEVERAL = 4
"""Characters in a row that a rule left alone in what it replaced: it changed more than one place."""
_FIGURE = frozenset("0123456789.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A quote, the words of the corpus that stand behind its parts, and what was changed of them."""

    quote: str
    parts: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()


Maker = Callable[[Located, Corpus, random.Random], Draft | None]
"""Makes a quote out of what it is given; None where that has nothing that the kind is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A row of the table: its name, the right verdicts, the differences that may not be told, and the maker.

    `pool` is what is given to the maker; with `counted` the words stand in several places, which are all asked for.
    """

    name: str
    verdict: QuoteVerdict
    make: Maker
    also: tuple[QuoteVerdict, ...] = ()
    barred: tuple[str, ...] = ()
    pool: Pool = "sentences"
    counted: bool = False


def changed(before: str, after: str, kinds: Sequence[str]) -> Change | None:
    """Return the words in which two texts differ, figures whole; None where they do in more than one place."""
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    if any(_FIGURE & set(text[start : len(text) - end]) for text in (before, after)):
        end = len(before[len(before) - end :].lstrip("".join(_FIGURE)))
        start = len(before[:start].rstrip("".join(_FIGURE)))
    source, given = before[start : len(before) - end], after[start : len(after) - end]
    kept = SequenceMatcher(None, source, given, autojunk=False).get_matching_blocks()
    if any(block.size >= SEVERAL for block in kept if not source.isascii()):
        return None
    return Change(given=given, source=source, kinds=tuple(kinds))


def by_rule(kinds: Sequence[str], *rules: Rule) -> Maker:
    """Return the maker that applies one of the rules, drawn by chance, which changes one place of a sentence."""

    def make(one: Located, corpus: Corpus, draw: random.Random) -> Draft | None:
        given = corpus.given(one)
        for rule in draw.sample(rules, len(rules)):
            made = rule(given, draw)
            change = changed(given.sentence, made, kinds) if made and made != given.sentence else None
            if made and change:
                return Draft(quote=made, parts=(one.text,), changes=(change,))
        return None

    return make


def restated_by(*rules: Rule) -> Maker:
    """Return the maker that applies one of the rules, drawn by chance, and tells no change."""

    def make(one: Located, corpus: Corpus, draw: random.Random) -> Draft | None:
        given = corpus.given(one)
        made = draw.choice(rules)(given, draw)
        return Draft(quote=made, parts=(one.text,)) if made and made != given.sentence else None

    return make
