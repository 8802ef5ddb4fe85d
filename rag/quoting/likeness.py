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
from rag.quoting.runs import Run, Sentence, runs_of
from rag.quoting.stated import agrees, facts
from rag.ranking.matches import NEAR, Matching
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
_HALF = 0.5
"""A run shorter than this share of the quote counts as so long: a long quote is not said the better for it."""
_FIGURES = ("number", "date", "numeral")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Quote:
    """A quote made ready: its content words without figures, what each tells, the forms each may stand in."""

    key: str
    words: tuple[str, ...]
    information: Array
    forms: Sequence[Sequence[str]]
    near: Sequence[Sequence[str]]
    clauses: Array
    figures: tuple[Item, ...]


def features(
    quote: str, found: Sequence[Sentence], matching: Matching
) -> tuple[list[Run], list[dict[str, float]]]:
    """Return the runs of these sentences most like the quote, best first, and the features of each.

    The features are how far the quote's words are said there in its clause that has least of them (`clause`), the share
    of its characters (`signs`), by how much words and characters are ahead of the next run, the Indel similarity, the
    lengths, and the figures.

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
    said = np.maximum(_stand(asked.forms, texts), NEAR * _stand(asked.near, texts))
    said = np.maximum(_clipped(matching.best(asked.words, asked.forms, texts)), said)
    shares = asked.information / asked.information.sum()
    scores = shares @ _over(said, first, last) - _FURTHER * (last - first)
    chosen = _apart(runs, scores)
    kept = [runs[i] for i in chosen]
    each = [frozenset("".join(texts[run.first : run.last + 1])) for run in kept]
    signs = np.array([[sign in text for text in each] for sign in dict.fromkeys(asked.key)], dtype=np.float32)
    covered = _over(said, first[chosen], last[chosen]) * asked.information[:, None]
    share = signs.mean(axis=0)
    columns = {
        "clause": (asked.clauses @ covered).min(axis=0),
        "signs": share,
        "margin": _ahead(scores[chosen]),
        "sign_margin": _ahead(share),
    }
    rows = [
        {name: float(values[i]) for name, values in columns.items()}
        | _by_text(asked, found[run.first : run.last + 1])
        for i, run in enumerate(kept)
    ]
    return kept, rows


def _by_text(asked: _Quote, inside: Sequence[Sentence]) -> dict[str, float]:
    """Return the features of a run that its text has as a whole."""
    text = "".join(sentence.text for sentence in inside)
    plain = key(text).text
    return {
        "indel": similarity(asked.key, plain),
        "length": float(np.log1p(len(asked.key))),
        "ratio": float(np.log(max((len(plain) + 1) / (len(asked.key) + 1), _HALF))),
        **_figures(asked.figures, facts(text)),
    }


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
        key=plain,
        words=words,
        information=information,
        forms=forms_of(words, folded),
        near=near_forms(words, folded),
        clauses=np.array(member, dtype=np.float32),
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
    """Return how many figures a quote has, and how long those are that a passage has.

    A long one is not met by chance.
    """
    matched = [item for item in ours if any(agrees(item, one) for one in theirs)]
    telling = sum(len(str(part)) for item in matched for part in item.key if part)
    return {"numbers": float(len(ours)), "numbers_telling": float(telling)}
