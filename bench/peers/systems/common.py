"""What every peer is given besides the passages: the program's embedder, and jieba's words.

None of them cuts Chinese into words by itself. Those that take tokens get `words`; those that cut a text by a
regular expression get `joined`, cut by `TOKEN`, and `restored` is what they embed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import jieba
import numpy as np
from numpy.typing import NDArray

from rag.embedding import builtin

MARK = "\x1f"
"""Stands between words, and in no text: the unit separator of ASCII."""
TOKEN = rf"[^{MARK}]*\w[^{MARK}]*"
"""A word between marks; punctuation alone is none."""

jieba.setLogLevel("ERROR")
jieba.initialize()  # now, so that a build is not charged for reading the dictionary


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return the texts' vectors by the program's built-in embedder: float32, rows of length 1."""
    return builtin().encode_passages(texts)


def joined(text: str) -> str:
    """Return a text in lower case with marks between jieba's words."""
    return MARK.join(jieba.cut(text.lower()))


def restored(text: str) -> str:
    """Return the text that `joined` was given, in lower case."""
    return text.replace(MARK, "")


def words(text: str) -> list[str]:
    """Return jieba's words of a text, in lower case, punctuation aside."""
    return re.findall(TOKEN, joined(text))
