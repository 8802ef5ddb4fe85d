"""How much a word tells: its inverse document frequency in a large body of Chinese text.

The counts (`models/idf.tsv`) are of news, laws and reports, because the documents served may be too few to
tell a common word from a rare one. They are made by `training/idf.py`.
"""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

_COUNTS = Path(__file__).parent / "models" / "idf.tsv"
UNSEEN = 1
"""Passages that a word outside the table is taken to stand in."""


@cache
def _table() -> tuple[int, dict[str, int]]:
    total, *cells = _COUNTS.read_text(encoding="utf-8").split()
    return int(total), dict(zip(cells[::2], map(int, cells[1::2]), strict=True))


def known(word: str) -> bool:
    """Return whether a folded word is among those counted."""
    return word in _table()[1]


def idf(word: str) -> float:
    """Return ln(N / n) of a folded word: about 1 for 发展, 12 for a word never seen.

    N is the number of passages counted, n the number of those that hold the word (Spärck Jones, 1972).
    """
    total, counts = _table()
    return math.log(total / counts.get(word, UNSEEN))
