"""How like a quote passages are in content: what a model judges by whether one restates the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rag.aliases import forms as forms_of
from rag.claims import Item, items
from rag.embedding import StaticEmbedder
from rag.informativeness import idf
from rag.quoting.alignment import key, similarity
from rag.quoting.facts import agrees
from rag.quoting.stream import Piece
from rag.quoting.windows import Sentence, Window, windows_of
from rag.ranking.matches import NEAR, Matching, rarity
from rag.text import clauses, fold
from rag.thesaurus import near_forms
from rag.words import content_words

Array = NDArray[np.float32]

PLACES = 6
"""Windows of a quote that are looked at closely, none over another."""
_ALIKE = 0.2
"""Words whose vectors are less alike than this are taken to be as unlike as any two."""
_FURTHER = 0.02
"""What a further sentence costs in the first score, so that the shortest window of equals is taken."""
_FIGURES = ("number", "date", "numeral")
_NAMES = ("name", "latin", "quoted", "document")
_SAID = 0.25
"""A word of which a passage has one at least so alike, after that, is taken to be said there."""
_UNSAID = 0.15
"""A word of which it has none so alike is taken to be missing."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Quote:
    """A quote made ready: its content words without figures, what each tells, the forms each may stand in."""

    folded: str
    key: str
    words: tuple[str, ...]
    information: Array
    shares: Array
    forms: Sequence[Sequence[str]]
    near: Sequence[Sequence[str]]
    clauses: Array
    items: tuple[Item, ...]


class Likeness:
    """Compares quotes with passages by words, the built-in embedder's vectors, characters and facts."""

    def __init__(self, embedder: StaticEmbedder) -> None:
        self._embedder = embedder
        self._matching = Matching(embedder)
        self._vector = lru_cache(maxsize=20_000)(lambda text: embedder.encode_passages([text])[0])

    def features(self, quote: str, found: Sequence[Sentence]) -> tuple[list[Window], list[dict[str, float]]]:
        """Return the windows of these sentences most like the quote, best first, and the features of each.

        There are at most `PLACES` windows, none over another; none where the quote has no content word or there
        is no sentence.
        """
        asked = _made_ready(quote)
        windows = windows_of(found)
        if not asked.words or not windows:
            return [], []
        texts = [fold(sentence.text) for sentence in found]
        first = np.array([window.first for window in windows])
        last = np.array([window.last for window in windows])
        stands = _stand(asked.forms, texts)
        near = np.maximum(stands, NEAR * _stand(asked.near, texts))
        soft = np.maximum(_clipped(self._matching.best(asked.words, asked.forms, texts)), near)
        scores = asked.shares @ _over(soft, first, last) - _FURTHER * (last - first)
        chosen = _apart(windows, scores)
        kept = [windows[i] for i in chosen]
        signs = _stand([(sign,) for sign in dict.fromkeys(asked.key)], texts)
        matched = [_over(values, first[chosen], last[chosen]) for values in (stands, near, soft, signs)]
        columns = _by_word(asked, matched, _telling(asked.information, stands), _telling(1.0, signs))
        columns |= {"margin": _ahead(scores[chosen]), "sign_margin": _ahead(columns["signs"])}
        rows = []
        for i, window in enumerate(kept):
            row = {name: float(values[i]) for name, values in columns.items()}
            rows.append(row | self._by_text(asked, found[window.first : window.last + 1], matched[0][:, i]))
        return kept, rows

    def _by_text(self, asked: _Quote, inside: Sequence[Sentence], stands: Array) -> dict[str, float]:
        """Return the features of a window that its text has as a whole."""
        text = "".join(sentence.text for sentence in inside)
        folded, plain = fold(text), key(text).text
        theirs = list(dict.fromkeys(word for word, _ in content_words(text) if not word[0].isdigit()))
        telling = np.array([idf(word) for word in theirs], dtype=np.float32)
        held = np.array([word in asked.folded for word in theirs], dtype=np.float32)
        said = held
        if theirs:
            alike = self._matching.best(theirs, [(word,) for word in theirs], [asked.folded])[:, 0]
            said = np.maximum(_clipped(alike), held)
        weight = float(telling.sum()) or 1.0
        around = _around(inside[0].piece)
        return {
            "wide": float(asked.shares @ np.maximum(stands, _stand(asked.forms, [around])[:, 0])),
            "pairs": _share({asked.key[i : i + 2] for i in range(len(asked.key) - 1)}, plain),
            "run": _longest(asked.key, plain) / len(asked.key),
            "indel": similarity(asked.key, plain),
            "back_exact": float(telling @ held) / weight,
            "back_soft": float(telling @ said) / weight,
            "cosine": float(self._vector(asked.folded) @ self._vector(folded)),
            "length": float(np.log1p(len(asked.key))),
            "ratio": float(np.log((len(plain) + 1) / (len(asked.key) + 1))),
            "sentences": float(len(inside)),
            "order": _order(asked.words, stands, folded),
            **_facts(asked.items, items(text)),
        }


def _by_word(asked: _Quote, matched: Sequence[Array], words: Array, signs: Array) -> dict[str, Array]:
    """Return the features of windows that are sums over the quote's words or characters, (windows,) each.

    Args:
        asked: the quote; at least one word.
        matched: which words stand in each window, come near, are said in any way, (words, windows) each; and
            which characters stand there, (characters, windows).
        words: what each word tells among these sentences, (words,).
        signs: what each character tells there, (characters,).
    """
    stands, near, soft, there = matched
    missing = -np.sort(-np.where(soft < _UNSAID, asked.information[:, None], 0), axis=0)
    return {
        "exact": asked.shares @ stands,
        "near": asked.shares @ near,
        "soft": asked.shares @ soft,
        "strong": asked.shares @ (soft >= _SAID),
        "telling": words @ soft,
        "missing": missing.sum(axis=0),
        "rarest": missing[0],
        "second": missing[1] if len(missing) > 1 else np.zeros_like(missing[0]),
        "information": np.full(stands.shape[1], asked.information.sum()),
        "covered": asked.information @ stands,
        "clause": (asked.clauses @ (soft * asked.information[:, None])).min(axis=0),
        "signs": there.mean(axis=0),
        "telling_signs": signs @ there,
    }


def _telling(weights: Array | float, stands: Array) -> Array:
    """Return the share of each thing in what all tell: its weight times how few sentences have it."""
    telling: Array = (weights * rarity((stands > 0).sum(axis=1), stands.shape[1])).astype(np.float32)
    shares: Array = telling / telling.sum()
    return shares


def _ahead(scores: Array) -> Array:
    """Return by how much each of some windows is ahead of the best other one, 1 where there is none."""
    if len(scores) < 2:
        return np.ones_like(scores)
    best, second = np.sort(scores)[::-1][:2]
    ahead: Array = scores - np.where(scores == best, second, best)
    return ahead


def _around(piece: Piece) -> str:
    """Return the folded paragraph with its article's name, speaker and outlet."""
    return fold(
        "\n".join(filter(None, (piece.article.name, piece.speaker, piece.article.outlet, piece.text)))
    )


@lru_cache(maxsize=256)
def _made_ready(quote: str) -> _Quote:
    """Return a quote made ready."""
    folded = fold(quote)
    placed = [(word, span) for word, span in content_words(folded) if not word[0].isdigit()]
    words = tuple(dict.fromkeys(word for word, _ in placed))
    information = np.array([idf(word) for word in words], dtype=np.float32)
    member = []
    for clause in clauses(folded):
        within = {word for word, span in placed if clause.start <= span.start < clause.end}
        row = np.array([word in within for word in words], dtype=np.float32)
        total = float(row @ information)
        if len(within) > 1:
            member.append(row / total)
    if not member:
        member = [np.ones(len(words), dtype=np.float32) / (float(information.sum()) or 1.0)]
    return _Quote(
        folded=folded,
        key=key(quote).text,
        words=words,
        information=information,
        shares=information / information.sum() if words else information,
        forms=forms_of(words, folded),
        near=near_forms(words, folded),
        clauses=np.array(member, dtype=np.float32),
        items=items(quote),
    )


def _clipped(similarities: Array) -> Array:
    """Return similarities of words, those below `_ALIKE` 0, the rest spread over 0 to 1."""
    clipped: Array = np.clip((similarities - _ALIKE) / (1 - _ALIKE), 0, 1)
    return clipped


def _stand(forms: Sequence[Sequence[str]], texts: Sequence[str]) -> Array:
    """Return 1 for each word that stands in a folded text, by any of its forms: (words, texts)."""
    return np.array(
        [[any(form in text for form in names) for text in texts] for names in forms], dtype=np.float32
    )


def _over(values: Array, first: NDArray[np.int64], last: NDArray[np.int64]) -> Array:
    """Return for each window the best of its sentences: (words, sentences) to (words, windows)."""
    best = values[:, first]
    for further in range(1, int((last - first).max(initial=0)) + 1):
        best = np.maximum(best, values[:, np.minimum(first + further, last)])
    return best


def _apart(windows: Sequence[Window], scores: Array) -> list[int]:
    """Return the numbers of the best windows of which none lies over another, best first."""
    taken: set[int] = set()
    chosen = []
    for i in np.argsort(-scores, kind="stable"):
        inside = range(windows[i].first, windows[i].last + 1)
        if not taken.intersection(inside):
            taken.update(inside)
            chosen.append(int(i))
        if len(chosen) == PLACES:
            break
    return chosen


def _share(wanted: set[str], text: str) -> float:
    return sum(one in text for one in wanted) / len(wanted) if wanted else 0.0


def _longest(quote: str, text: str) -> int:
    """Return the length of the longest stretch of the quote that stands in a text."""
    length = 0
    for start in range(len(quote)):
        while start + length < len(quote) and quote[start : start + length + 1] in text:
            length += 1
    return length


def _facts(ours: Sequence[Item], theirs: Sequence[Item]) -> dict[str, float]:
    """Return how many figures and names a quote has, the shares of them that a passage has, and the other way.

    A share of nothing is -1. `telling` is the length of those matched: a long one is not met by chance.
    """
    found = {}
    for name, kinds in (("numbers", _FIGURES), ("names", _NAMES)):
        mine = [item for item in ours if item.kind.startswith(kinds)]
        other = [item for item in theirs if item.kind.startswith(kinds)]
        matched = [item for item in mine if any(agrees(item, one) for one in other)]
        back = [one for one in other if any(agrees(item, one) for item in mine)]
        found[name] = float(len(mine))
        found[f"{name}_matched"] = len(matched) / len(mine) if mine else -1.0
        found[f"{name}_back"] = len(back) / len(other) if other else -1.0
        found[f"{name}_telling"] = float(sum(len(str(part)) for item in matched for part in item.key if part))
    return found


def _order(words: Sequence[str], stands: Array, text: str) -> float:
    """Return the share of neighbouring words of the quote, of those that stand in a text, that stand there in its order."""
    places = [text.find(word) for word, there in zip(words, stands, strict=True) if there and word in text]
    if len(places) < 2:
        return 0.5
    return sum(a < b for a, b in pairwise(places)) / (len(places) - 1)
