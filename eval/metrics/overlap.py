"""How two texts overlap: the pieces that the published metrics of reading sets are made of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

# As CMRC 2018's script has them. A Han character matches `\S`: it is no part of a word here.
_HAN = "\u4e00-\u9fa5"
_MARKS = "-:_*^/\\~`+=，。：？！“”；’《》……·、「」（）－～『』"
_WORD = rf"[^\W_{_HAN}]+"
_TOKEN = re.compile(rf"{_WORD}(?:[.,]{_WORD})*|\S")


def segments(text: str) -> list[str]:
    """Return the tokens of a text, lower case, without marks, as CMRC 2018's `mixed_segmentation` cuts them.

    A Han character is a token, and between Han characters and marks a word or a number; whatever else stands
    there is a token by the character. The script leaves those stretches to NLTK's word tokenizer, which
    differs in English contractions and the like.
    """
    return [token for token in _TOKEN.findall(text.lower()) if token not in _MARKS]


def bare(text: str) -> str:
    """Return a text in lower case without CMRC 2018's marks, as its exact match compares it."""
    return "".join(character for character in text.lower().strip() if character not in _MARKS)


def run_f1(said: Sequence[str], gold: Sequence[str]) -> float:
    """Return F1 by the longest run that two token lists share (CMRC 2018).

    2PR / (P + R), P = run / said, R = run / gold; 0 where they share nothing.
    """
    match = SequenceMatcher(None, said, gold, autojunk=False).find_longest_match()
    return _f1(match.size, len(said), len(gold))


def bag_f1(said: Sequence[str], gold: Sequence[str]) -> float:
    """Return F1 by the tokens that two lists share, each as often as both have it (SQuAD; Rajpurkar, 2016)."""
    return _f1((Counter(said) & Counter(gold)).total(), len(said), len(gold))


def _f1(shared: int, said: int, gold: int) -> float:
    return 2 * shared / (said + gold) if shared else 0.0
