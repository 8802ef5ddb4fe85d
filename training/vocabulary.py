"""The embedder's tokenizer: a Unigram model over dictionary words, made from counts without further training.

The words of the training text are cut once by rjieba; what is kept of them goes into a Unigram model with
the logarithm of its frequency as score, so that the tokenizer's own search finds nearly the same words.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import rjieba
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

UNKNOWN = "[UNK]"
_RUNS = r"\p{Han}+|[a-z]+|[0-9]+"
_RUN = re.compile(r"[㐀-䶿一-鿿〇々]+|[a-z]+|[0-9]+")
# A single character scores no better than this, so that a word is preferred to its characters.
_CHARACTER_SCORE = -9.0
_CHARACTERS = 0.25


def cut(text: str) -> list[str]:
    """Return the words of a cleaned text: Han runs cut by dictionary, runs of letters, runs of digits."""
    words: list[str] = []
    for run in _RUN.findall(text):
        words += [run] if run.isascii() else rjieba.cut(run)
    return words


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How often each word and each character stands in the texts, and in how many texts each word does."""

    words: Counter[str]
    characters: Counter[str]
    documents: Counter[str]
    texts: int

    def idf(self, word: str) -> float:
        """Return the inverse document frequency of `word`, >= 0."""
        return math.log((self.texts + 1) / (self.documents[word] + 1))


def count(texts: Iterable[str]) -> Counts:
    """Count the words and characters of cleaned texts."""
    words: Counter[str] = Counter()
    characters: Counter[str] = Counter()
    documents: Counter[str] = Counter()
    number = 0
    for text in texts:
        found = cut(text)
        words.update(found)
        documents.update(set(found))
        characters.update("".join(found))
        number += 1
    return Counts(words=words, characters=characters, documents=documents, texts=number)


def tokenizer_of(counts: Counts, size: int, fewest: int = 4) -> Tokenizer:
    """Return the tokenizer: a quarter of its entries are characters, the others the commonest words.

    Args:
        counts: of the training texts.
        size: how many entries at most, the unknown token (id 0) among them.
        fewest: in how many texts a word must stand.
    """
    characters = dict(counts.characters.most_common(int(size * _CHARACTERS)))
    words = [
        (word, number)
        for word, number in counts.words.most_common()
        if len(word) > 1 and counts.documents[word] >= fewest
    ][: size - 1 - len(characters)]
    total = sum(counts.words.values())
    entries = [(UNKNOWN, 0.0)]
    for character in characters:
        score = math.log((counts.words[character] or 1) / total)
        entries.append((character, round(min(score, _CHARACTER_SCORE), 2)))
    entries += [(word, round(math.log(number / total), 2)) for word, number in words]
    tokenizer = Tokenizer(models.Unigram(entries, unk_id=0, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(_RUNS), behavior="removed", invert=True)
    return tokenizer
