"""A question and a passage as the reader's input: numbers of words, and how each word fits the other side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from rag.embedding import BUILTIN
from rag.text import fold

QUESTION, PASSAGE = 1, 4
"""The kinds of a word of the question and of the passage that the other side lacks; one more where the other
side shares a character with it, two more where it has the very word. The kind of a mark is 0."""
KINDS = 7
EVIDENCE = 0.25
"""What a place adds to the scores is multiplied by this, so that a sum over many starts out small."""
_LONGEST_QUESTION = 64
_LETTERS = 6


class Input(NamedTuple):
    """What the network reads: words and kinds, int of shape (length,)."""

    words: NDArray[np.uint16]
    kinds: NDArray[np.uint8]


class Encoder:
    """Makes inputs: a start mark, the question, then each sentence behind a mark of its own.

    Words are the embedder's; `start`, `mark` and `mask` are the numbers behind them, and 0 fills up. Text
    outside the vocabulary is left out.
    """

    def __init__(self, longest: int) -> None:
        """Read the built-in embedder's tokenizer; inputs are cut off after `longest` words and marks."""
        self.tokenizer = Tokenizer.from_file(str(BUILTIN / "tokenizer.json"))
        self.vocabulary = self.tokenizer.get_vocab_size()
        self.start, self.mark, self.mask = range(self.vocabulary, self.vocabulary + 3)
        self.longest = longest
        entries = self.tokenizer.get_vocab()
        letters = {letter: place for place, letter in enumerate(sorted({c for e in entries for c in e}))}
        # Which characters each word has; the last number stands for none.
        self._none = len(letters)
        self._letters = np.full((self.vocabulary + 3, _LETTERS), self._none, dtype=np.int32)
        for entry, number in entries.items():
            if number:
                found = [letters[letter] for letter in entry[:_LETTERS]]
                self._letters[number, : len(found)] = found

    def words(self, texts: Sequence[str]) -> list[NDArray[np.uint16]]:
        """Return the numbers of the words of each text, without those that are not known."""
        found = []
        for encoding in self.tokenizer.encode_batch_fast([fold(t) for t in texts], add_special_tokens=False):
            numbers = np.array(encoding.ids, dtype=np.uint16)
            found.append(numbers[numbers > 0])
        return found

    def join(self, question: NDArray[np.uint16], sentences: Sequence[NDArray[np.uint16]]) -> Input:
        """Return the input for a question and the sentences of a passage, all as `words` gives them."""
        question = question[:_LONGEST_QUESTION]
        pieces = [np.array([self.start], dtype=np.uint16), question]
        for sentence in sentences:
            pieces += [np.array([self.mark], dtype=np.uint16), sentence]
        words = np.concatenate(pieces)[: self.longest]
        asked, read = words[1 : len(question) + 1], words[len(question) + 1 :]
        kinds = np.zeros(len(words), dtype=np.uint8)
        kinds[1 : len(question) + 1] = QUESTION + self._fit(asked, read)
        kinds[len(question) + 1 :] = PASSAGE + self._fit(read, asked)
        kinds[words >= self.vocabulary] = 0
        return Input(words, kinds)

    def _fit(self, words: NDArray[np.uint16], others: NDArray[np.uint16]) -> NDArray[np.uint8]:
        """Return for each word 2 if it is among the others, 1 if one of them shares a character, else 0."""
        known = np.zeros(self._none + 1, dtype=bool)
        known[self._letters[others]] = True
        known[self._none] = False
        whole = np.zeros(self.vocabulary + 3, dtype=bool)
        whole[others] = True
        part = np.any(known[self._letters[words]], axis=1)
        return np.where(whole[words], 2, part).astype(np.uint8)


def strengths(lengths: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how telling words are: how far their rows' lengths lie from the mean; 0 for rows of zeros."""
    known = lengths[lengths > 0]
    apart = (lengths - known.mean()) / known.std()
    return np.where(lengths > 0, apart, 0).astype(np.float32)
