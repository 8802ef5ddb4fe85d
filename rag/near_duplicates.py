"""Near-duplicates among the passages that a search found: the reprints of a text are one hit with its copies.

Passages are near-duplicates where they share most of their shingles (Broder, On the Resemblance and
Containment of Documents, 1997), estimated by minhash, and where they say the same: one may lack a sentence
of the other, but no sentence is the other's with another number, date, name or negation in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel, Levenshtein

from rag.datatypes import Chunk, Difference, Hit
from rag.quoting.alignment import key
from rag.text import fold, sentences

SHINGLE = 3
"""Letters, digits and Chinese characters of a shingle (fitted by training/fit_near_duplicates.py)."""
RESEMBLANCE = 0.5
"""Least share of the shingles of two passages that stand in both (fitted likewise, from a half up)."""
LEAST = 20
"""Characters of a passage that can be a copy: shorter ones stand alike in texts on different matters."""
COUNTERPART = 0.5
"""From this Indel similarity on, a sentence that only one passage has is an altered form of one that only the
other has; below it each has been left out of the other (fitted likewise)."""

_SLOTS = 128
_ROWS = 64
_PLANE = 0x10000
_FACTOR, _MIXER = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)
_EMPTY = np.uint64(2**64 - 1)
# A passage of a numbered code: 第二章 above it, 第三十条 at its beginning.
_CODE = re.compile(r"第[一二三四五六七八九十百零〇\d]+[编章节条]")
_FIGURES = frozenset(("number", "date", "numeral", "document"))


def collapse(hits: Sequence[Hit]) -> list[Hit]:
    """Return the hits that are no near-duplicate of an earlier one, in order, each with its copies.

    A hit that is one becomes a copy of the first that it is one of, so that no chunk is lost.
    """
    alike = resemblances([hit.chunk.text for hit in hits]) >= RESEMBLANCE
    copies: dict[int, list[Chunk]] = {}
    for number, hit in enumerate(hits):
        earlier = (first for first in np.flatnonzero(alike[number, :number]).tolist() if first in copies)
        original = next((first for first in earlier if agree(hits[first].chunk, hit.chunk)), None)
        if original is None:
            copies[number] = []
        else:
            copies[original] += [hit.chunk, *hit.copies]
    return [
        replace(hits[number], copies=(*hits[number].copies, *found)) if found else hits[number]
        for number, found in copies.items()
    ]


def resemblances(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return the estimated resemblance of each text with each, float32 of (texts, texts), 0 to 1.

    Of two texts with the sets of shingles A and B it is |A ∩ B| / |A ∪ B|, with a standard error of 0.04 at
    most; a text of less than `LEAST` characters resembles none, not even itself.
    """
    sketches = _sketches(texts)
    filled = (sketches > 0).astype(np.float32)
    either = filled.sum(axis=1)[:, None] + filled.sum(axis=1) - filled @ filled.T
    # No value equals 255, so that a slot that is empty on both sides is no agreement.
    others = np.where(sketches > 0, sketches, np.uint8(255))
    agreeing = np.zeros((len(texts), len(texts)), dtype=np.float32)
    for start in range(0, len(texts), _ROWS):
        rows = slice(start, start + _ROWS)
        agreeing[rows] = (sketches[rows, None] == others[None]).sum(axis=2, dtype=np.uint8)
    agreeing /= np.maximum(either, 1)
    return agreeing


@cache
def _folding() -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """Return for each code point of the basic plane its folded form, and whether that is a letter or digit."""
    folded = fold(np.arange(_PLANE, dtype="<u4").tobytes().decode("utf-32-le", "surrogatepass"))
    return _codes(folded).astype(np.uint64), np.fromiter(map(str.isalnum, folded), dtype=np.bool_)


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _sketches(texts: Sequence[str]) -> NDArray[np.uint8]:
    """Return the sketch of each text, uint8 of (texts, _SLOTS): 1 to 254, or 0 for an empty slot.

    A shingle's hash chooses a slot, and the least hash of a slot stays there (one permutation hashing: Li,
    Owen and Zhang, 2012), of which a few bits are kept (b-bit minwise hashing: Li and König, 2010).
    """
    least = np.full((len(texts), _SLOTS), _EMPTY)
    points = _codes("".join(texts))
    owner = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    plain, worded = _folding()
    kept = (points < _PLANE) & worded[points % _PLANE]
    codes, owner = plain[points[kept]], owner[kept]
    long = np.bincount(owner, minlength=len(texts)) >= LEAST
    count = max(len(codes) - SHINGLE + 1, 0)
    hashes = np.zeros(count, dtype=np.uint64)
    for offset in range(SHINGLE):
        hashes = (hashes + codes[offset : offset + count]) * _FACTOR
    hashes = (hashes ^ (hashes >> np.uint64(31))) * _MIXER
    hashes ^= hashes >> np.uint64(29)
    whole = (owner[:count] == owner[SHINGLE - 1 :][:count]) & long[owner[:count]]
    hashes, owner = hashes[whole], owner[:count][whole]
    np.minimum.at(least.reshape(-1), owner * _SLOTS + (hashes % np.uint64(_SLOTS)).astype(np.int64), hashes)
    bits = ((least >> np.uint64(7)) % np.uint64(254)).astype(np.uint8) + np.uint8(1)
    return np.where(least == _EMPTY, np.uint8(0), bits)


# What two texts are compared by is loaded with the first two that are alike: a search often finds none.


def agree(one: Chunk, other: Chunk) -> bool:
    """Whether two passages that resemble one another say the same of the same, sentences left out aside.

    Under titles and headings of other figures (the report of another year) the same words say another thing,
    and so they do in another code: laws and regulations are formulaic.
    """
    from rag.claims import items

    if one.context != other.context and (_coded(one) or _coded(other)):
        return False
    above, beside = (
        {(item.kind, item.key) for item in items(chunk.context) if item.kind in _FIGURES}
        for chunk in (one, other)
    )
    if not (above <= beside or beside <= above):
        return False
    ours, theirs = _sentences(one.text), _sentences(other.text)
    return all(
        _unaltered(ours[left], theirs[right])
        for left in ours.keys() - theirs.keys()
        for right in theirs.keys() - ours.keys()
        if Indel.normalized_similarity(left, right) >= COUNTERPART
    )


def _coded(chunk: Chunk) -> bool:
    return _CODE.search(chunk.context) is not None or _CODE.match(chunk.text) is not None


@lru_cache(maxsize=4096)
def _sentences(text: str) -> dict[str, str]:
    """Return the sentences of a passage by their comparable characters."""
    pieces = (text[span.start : span.end] for span in sentences(text))
    return {key(piece).text: piece for piece in pieces}


@lru_cache(maxsize=20_000)
def _key(sentence: str) -> str:
    return key(sentence).text


def altered(one: str, other: str, alike: float = COUNTERPART) -> list[Difference]:
    """Return what differs between two sentences that do not say the same; none for those less alike than `alike`.

    `alike` is an Indel similarity of what they have but for marks and white space.
    """
    left, right = _key(one), _key(other)
    if not Indel.normalized_similarity(left, right, score_cutoff=alike) or _unaltered(one, other):
        return []
    return _differences(one, other)


def _differences(one: str, other: str) -> list[Difference]:
    from rag.quoting.differences import Side, differences

    left, right = key(one), key(other)
    sides = (
        Side(text=one, origin=left.origin, places=left.origin),
        Side(text=other, origin=right.origin, places=right.origin),
    )
    return differences(*sides, list(Levenshtein.opcodes(left.text, right.text)))


def _unaltered(one: str, other: str) -> bool:
    """Whether two sentences differ in plain words alone: in no figure, date, name, negation or direction."""
    from rag.overstatement import overstated
    from rag.polarity import turned
    from rag.quoting.tokens import tokens

    if _checkable(one) != _checkable(other):
        return False
    for found in _differences(one, other):
        if found.kind in ("omission", "addition"):
            if any(token.kind != "word" for token in tokens(found.given + found.source)):
                return False
        elif found.kind != "word":
            return False
    both = fold(one), fold(other)
    return not any(
        turned(claim, ground, ground) or overstated(claim, ground, ground)
        for claim, ground in (both, both[::-1])
    )


def _checkable(sentence: str) -> list[tuple[object, ...]]:
    """Return the figures, dates, names and terms of a sentence in order, with how each is qualified."""
    from rag.claims import items

    ordered = sorted(items(sentence), key=lambda item: item.span)
    return [(item.kind, item.key, item.bound, item.change) for item in ordered]
