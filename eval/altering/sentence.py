"""What a rule is given, and the small cuts that all of them make."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A true sentence in its place.

    `after` it stands the next one of its passage, `around` it those of its document, `elsewhere` those of other
    documents; `date` is that of its document (ISO 8601).
    """

    sentence: str
    after: str | None = None
    around: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    date: str | None = None


Rule = Callable[[Given, random.Random], str | None]
"""Returns the sentence made another, None where it has nothing that the rule is about."""


def replaced(text: str, place: re.Match[str], by: str) -> str:
    """Return `text` with what `place` matched replaced."""
    return text[: place.start()] + by + text[place.end() :]


def swapped(text: str, one: re.Match[str], other: re.Match[str]) -> str:
    """Return `text` with two places of it exchanged, `one` before `other`."""
    middle = text[one.end() : other.start()]
    return text[: one.start()] + other.group() + middle + one.group() + text[other.end() :]


_QUOTED = re.compile(r"[“《「‘][^”》」’]*[”》」’]")


def outside_quotes(text: str, places: Iterable[re.Match[str]]) -> list[re.Match[str]]:
    """Return those places of `text` that no quotation marks and no title marks enclose."""
    quoted = [found.span() for found in _QUOTED.finditer(text)]
    return [p for p in places if not any(start <= p.start() < end for start, end in quoted)]
