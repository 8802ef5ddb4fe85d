"""How like a quote passages are in content: what a model judges by whether one restates the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rag.aliases import forms as forms_of
from rag.claims import Item
from rag.informativeness import idf
from rag.quoting.alignment import key, similarity
from rag.quoting.facts import agrees, facts
from rag.quoting.runs import Run, Sentence, runs_of
from rag.ranking.matches import NEAR, Matching, rarity
from rag.text import clauses, fold
from rag.thesaurus import near_forms
from rag.words import content_words

Array = NDArray[np.float32]

PLACES = 4
"""Windows of a quote that are looked at closely, none over another."""
_ALIKE = 0.2
"""Words whose vectors are less alike than this are taken to be as unlike as any two."""
_FURTHER = 0.02
"""What a further sentence costs in the first score, so that the shortest run of equals is taken."""
_FIGURES = ("number", "date", "numeral")
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
    pairs: frozenset[str]
    figures: tuple[Item, ...]


def features(
    quote: str, found: Sequence[Sentence], matching: Matching
) -> tuple[list[Run], list[dict[str, float]]]:
    """Return the runs of these sentences most like the quote, best first, and the features of each.

    There are at most `PLACES` runs, none over another; none where the quote has no content word or there is no
    sentence.
    """
    asked = _made_ready(quote)
    runs = runs_of(found)
    if not asked.words or not runs:
        return [], []
    texts = [fold(sentence.text) for sentence in found]
    first = np.array([run.first for run in runs])
    last = np.array([run.last for run in runs])
    stands = _stand(asked.forms, texts)
    near = np.maximum(stands, NEAR * _stand(asked.near, texts))
    soft = np.maximum(_clipped(matching.best(asked.words, asked.forms, texts)), near)
    scores = asked.shares @ _over(soft, first, last) - _FURTHER * (last - first)
    chosen = _apart(runs, scores)
    kept = [runs[i] for i in chosen]
    each = [frozenset(text) for text in texts]
    signs = np.array([[sign in text for text in each] for sign in dict.fromkeys(asked.key)], dtype=np.float32)
    matched = [_over(values, first[chosen], last[chosen]) for values in (stands, near, soft, signs)]
    columns = _by_word(asked, matched, _telling(asked.information, stands), _telling(1.0, signs))
    columns |= {"margin": _ahead(scores[chosen]), "sign_margin": _ahead(columns["signs"])}
    rows = []
    for i, run in enumerate(kept):
        row = {name: float(values[i]) for name, values in columns.items()}
        rows.append(row | _by_text(asked, found[run.first : run.last + 1]))
    return kept, rows


def _by_text(asked: _Quote, inside: Sequence[Sentence]) -> dict[str, float]:
    """Return the features of a run that its text has as a whole."""
    text = "".join(sentence.text for sentence in inside)
    plain = key(text).text
    return {
        "pairs": sum(pair in plain for pair in asked.pairs) / max(len(asked.pairs), 1),
        "indel": similarity(asked.key, plain),
        "length": float(np.log1p(len(asked.key))),
        "ratio": float(np.log((len(plain) + 1) / (len(asked.key) + 1))),
        "sentences": float(len(inside)),
        **_figures(asked.figures, facts(text)),
    }


def _by_word(asked: _Quote, matched: Sequence[Array], words: Array, signs: Array) -> dict[str, Array]:
    """Return the features of runs that are sums over the quote's words or characters, (runs,) each.

    Args:
        asked: the quote; at least one word.
        matched: which words stand in each run, come near, are said in any way, (words, runs) each; and
            which characters stand there, (characters, runs).
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
    """Return by how much each of some runs is ahead of the best other one, 1 where there is none."""
    if len(scores) < 2:
        return np.ones_like(scores)
    best, second = np.sort(scores)[::-1][:2]
    ahead: Array = scores - np.where(scores == best, second, best)
    return ahead


@lru_cache(maxsize=256)
def _made_ready(quote: str) -> _Quote:
    """Return a quote made ready."""
    folded, plain = fold(quote), key(quote).text
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
        key=plain,
        words=words,
        information=information,
        shares=information / information.sum() if words else information,
        forms=forms_of(words, folded),
        near=near_forms(words, folded),
        clauses=np.array(member, dtype=np.float32),
        pairs=frozenset(plain[i : i + 2] for i in range(len(plain) - 1)),
        figures=tuple(item for item in facts(quote) if item.kind in _FIGURES),
    )


def _clipped(similarities: Array) -> Array:
    """Return similarities of words, those below `_ALIKE` 0, the rest spread over 0 to 1."""
    clipped: Array = np.clip((similarities - _ALIKE) / (1 - _ALIKE), 0, 1)
    return clipped


def _stand(forms: Sequence[Sequence[str]], texts: Sequence[str]) -> Array:
    """Return 1 for each word that stands in a folded text, by any of its forms: (words, texts)."""
    found = np.zeros((len(forms), len(texts)), dtype=np.float32)
    for row, names in zip(found, forms, strict=True):
        for name in names:
            for column, text in enumerate(texts):
                if name in text:
                    row[column] = 1
    return found


def _over(values: Array, first: NDArray[np.int64], last: NDArray[np.int64]) -> Array:
    """Return for each run the best of its sentences: (words, sentences) to (words, runs)."""
    best = values[:, first]
    for further in range(1, int((last - first).max(initial=0)) + 1):
        best = np.maximum(best, values[:, np.minimum(first + further, last)])
    return best


def _apart(runs: Sequence[Run], scores: Array) -> list[int]:
    """Return the numbers of the best runs of which none lies over another, best first."""
    taken: set[int] = set()
    chosen = []
    for i in np.argsort(-scores, kind="stable"):
        inside = range(runs[i].first, runs[i].last + 1)
        if not taken.intersection(inside):
            taken.update(inside)
            chosen.append(int(i))
        if len(chosen) == PLACES:
            break
    return chosen


def _figures(ours: Sequence[Item], theirs: Sequence[Item]) -> dict[str, float]:
    """Return how many figures a quote has, the share of them that a passage has, and the other way, -1 of none.

    `numbers_telling` is the length of those matched: a long one is not met by chance.
    """
    other = [item for item in theirs if item.kind in _FIGURES]
    matched = [item for item in ours if any(agrees(item, one) for one in other)]
    back = [one for one in other if any(agrees(item, one) for item in ours)]
    return {
        "numbers": float(len(ours)),
        "numbers_matched": len(matched) / len(ours) if ours else -1.0,
        "numbers_back": len(back) / len(other) if other else -1.0,
        "numbers_telling": float(sum(len(str(part)) for item in matched for part in item.key if part)),
    }
