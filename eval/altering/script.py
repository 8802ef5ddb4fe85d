"""A text in traditional characters, or with its letters, digits and marks full width: the same words."""

from __future__ import annotations

import random
from functools import cache

from rag.text import TRADITIONAL


@cache
def traditional_forms() -> dict[str, str]:
    """Return for each simplified character all its traditional forms."""
    forms: dict[str, str] = {}
    for line in TRADITIONAL.read_text(encoding="utf-8").splitlines():
        forms[line[1]] = forms.get(line[1], "") + line[0]
    return forms


def full_width(query: str, chance: random.Random) -> str | None:
    """Return `query` with its letters, digits and marks full width; None where it has none."""
    del chance
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in query)
    return wide if wide != query else None


def traditional(query: str, chance: random.Random) -> str | None:
    """Return `query` in traditional characters, one form of several by chance; None where it has none."""
    written = "".join(chance.choice(traditional_forms().get(c, c)) for c in query)
    return written if written != query else None
