"""What speaks for each sentence being the answer: the features of the sentence scorer.

They are the passage ranker's one level down (`rag.ranking.features`): how much of the question's information stands
in the sentence, near it, in its paragraph and around, word for word or nearly, and whether the kind of thing
that is asked for is offered beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.answering.candidates import Candidate
from rag.answering.matching import Array, Matcher, overlap
from rag.answering.offers import answers_type, beside, constraints, echo, unfit
from rag.cues import Kind
from rag.polarity import opposed
from rag.question import Question
from rag.ranking.matches import NEAR, rarity, starts_of
from rag.text import fold

KINDS: tuple[Kind, ...] = (
    "number", "date", "who", "organisation", "where", "definition", "why", "how", "list", "yes_no", "open",
    "metadata",
)  # fmt: skip
TYPED: frozenset[Kind] = frozenset(["number", "date", "who", "organisation", "where"])
"""Kinds of question for one thing, which a sentence offers or does not."""
_MEANT = (0.65, 0.5)
"""Similarities from which a word counts as meant, one feature each."""
_RELATIVE = (
    "near",
    "said",
    "said_clause",
    "telling_near",
    "around_near",
    "dense",
    "pairs",
    "hit",
    "clause_near",
)
_HIGHEST = ("exact", "said", "said_all", "near", "around_near", "all_near", "dense", "pairs", "clause_near")
_ATTRIBUTE = re.compile(
    r"(?:的|[一-鿿])([一-鿿]{2})(?:会|将|要|应|已)?(?:是|为|有|达到?|占|提高到|增加到|降到)?(?:多少|几|谁|哪|什么时候|何时|百分之几|多大|多高)"
)
_OFFERED: tuple[Kind, ...] = (*sorted(TYPED), "definition", "why")
_UNASKED = 0.5
_AS_NEAR = 0.6
"""Share of the best sentence's nearness to the question from which another counts as on the same matter."""


def table(candidates: Sequence[Candidate], matcher: Matcher) -> dict[str, Array]:
    """Return the features of the candidates, one at least, by name: float32 of (candidates,) each.

    Shares are of the question's information; in those called telling a word counts as much more as fewer of the paragraphs
    have it. `near` counts a word by its most similar one there, `exact` only by itself and its other names.
    Names that end in `_behind` say how far a sentence lies behind the best, names that begin with `best_`
    what the best has, the same for all.
    """
    found = _words(candidates, matcher) | _signs(candidates, matcher) | _offers(candidates, matcher)
    found |= _place(candidates)
    folded = [candidate.folded for candidate in candidates]
    found["blocked"] = np.maximum(found["blocked"], _of_other_years(candidates, matcher, found))
    found["dense"] = matcher.vectors.passages(folded) @ matcher.vector
    found |= {f"{name}_behind": found[name] - found[name].max() for name in _RELATIVE}
    found |= {f"best_{name}": np.full(len(folded), found[name].max()) for name in _HIGHEST}
    question = matcher.question
    whole = {
        "words": len(matcher.words),
        "information": matcher.total,
        "most": float(matcher.weights.max(initial=0.0)),
        "signs": len(question.text),
        "kind": KINDS.index(question.kind),
        "names": len(question.names),
        "asked_years": len(question.years),
    }
    found |= {name: np.full(len(folded), value) for name, value in whole.items()}
    return {name: values.astype(np.float32) for name, values in found.items()}


def _words(candidates: Sequence[Candidate], matcher: Matcher) -> dict[str, NDArray[np.floating]]:
    """Return how the question's words are met: in the clause, the sentence, beside it, in the paragraph, around."""
    texts = [clause for candidate in candidates for clause in candidate.clauses]
    starts = starts_of([len(candidate.clauses) for candidate in candidates])
    groups = _groups(candidates)
    first = np.flatnonzero(np.diff(groups, prepend=-1))
    inside: list[list[str]] = [[] for _ in first]
    for group, candidate in zip(groups, candidates, strict=True):
        inside[group] += candidate.clauses
    (exact_clauses, other), (exact_settings, other_settings) = matcher.within(
        inside, [candidates[int(place)].setting for place in first]
    )
    said_clauses = np.maximum(other, exact_clauses)
    near_clauses = np.maximum(np.maximum(matcher.near(texts), NEAR * said_clauses), exact_clauses)
    exact = np.maximum.reduceat(exact_clauses, starts, axis=1)
    said = np.maximum.reduceat(said_clauses, starts, axis=1)
    near = np.maximum.reduceat(near_clauses, starts, axis=1)
    paragraph_exact = np.maximum.reduceat(exact, first, axis=1)
    paragraph_near = np.maximum.reduceat(near, first, axis=1)
    setting = exact_settings[:, groups]
    beside_near = np.maximum(near, np.maximum(_shifted(near, groups, 1), _shifted(near, groups, -1)))
    around_near = paragraph_near[:, groups]
    said_setting = np.maximum(other_settings[:, groups], setting)
    all_near = np.maximum(around_near, NEAR * said_setting)
    all_near = np.maximum(all_near, setting)
    everywhere = near.max(axis=1, initial=0)
    telling = matcher.weights * rarity((paragraph_exact > 0).sum(axis=1), len(first))
    telling = (telling / (telling.sum() or 1)).astype(np.float32)
    order = np.argsort(-matcher.weights, kind="stable")
    told, share = matcher.weights, matcher.shares
    most = float(told.max(initial=0)) or 1.0

    def clause_best(values: Array) -> Array:
        best: Array = np.maximum.reduceat(share(values), starts)
        return best

    found: dict[str, NDArray[np.floating]] = {
        "exact": share(exact),
        "near": share(near),
        "said": share(said),
        "said_clause": clause_best(said_clauses),
        "said_around": share(np.maximum.reduceat(said, first, axis=1))[groups],
        "said_all": share(said_setting),
        "missing_said": (told[:, None] * (1 - said_setting)).max(axis=0, initial=0) / most,
        "unsaid": np.full(len(candidates), 1 - share(said.max(axis=1, initial=0)[:, None])[0]),
        "telling": telling @ exact,
        "telling_near": telling @ near,
        "beside_near": share(beside_near),
        "around": share(paragraph_exact)[groups],
        "around_near": share(around_near),
        "telling_around": telling @ around_near,
        "all": share(setting),
        "all_near": share(all_near),
        "telling_all": telling @ all_near,
        "context": share(np.maximum(setting - exact, 0)),
        "clause": clause_best(exact_clauses),
        "clause_near": clause_best(near_clauses),
        "missing": (told[:, None] * (1 - all_near)).max(axis=0, initial=0) / most,
        "missing_word": (told[:, None] * (1 - setting)).max(axis=0, initial=0) / most,
        "missing_here": (told[:, None] * (1 - near)).max(axis=0, initial=0) / most,
        "absent": np.full(len(candidates), 1 - share(everywhere[:, None])[0]),
        "absent_word": np.full(len(candidates), (told * (1 - everywhere)).max(initial=0) / most),
    }
    found |= {f"meant_{level}": share(all_near >= level) for level in _MEANT}
    for rank in range(3):
        word = order[min(rank, len(order) - 1)] if len(order) else None
        found[f"rarest_{rank}"] = np.zeros(len(candidates)) if word is None else near[word]
        found[f"rarest_{rank}_around"] = np.zeros(len(candidates)) if word is None else all_near[word]
    found["typed_clause"] = _typed_clause(candidates, matcher, share(near_clauses), starts)
    return found


def _groups(candidates: Sequence[Candidate]) -> NDArray[np.int64]:
    """Return for each candidate the number of its run of sentences of one paragraph."""
    groups = []
    number = -1
    last: object = None
    for candidate in candidates:
        if candidate.paragraph is not last:
            number, last = number + 1, candidate.paragraph
        groups.append(number)
    return np.array(groups, dtype=np.int64)


def _shifted(values: Array, groups: NDArray[np.int64], by: int) -> Array:
    """Return the values of the sentence `by` places before each in its paragraph, 0 where there is none."""
    shifted: Array = np.roll(values, by, axis=1)
    other = np.roll(groups, by) != groups
    other[: max(by, 0)] = True
    other[len(groups) + min(by, 0) :] = True
    shifted[:, other] = 0
    return shifted


def _typed_clause(
    candidates: Sequence[Candidate], matcher: Matcher, shares: Array, starts: NDArray[np.int64]
) -> Array:
    """Return the largest share of the question's information in one clause that offers what is asked for.

    A number belongs to the words beside it, not to the sentence. -1 where no clause offers it, or no kind of thing is asked for.
    """
    best = np.full(len(candidates), -1.0, dtype=np.float32)
    if matcher.question.kind in TYPED:
        for place, candidate in enumerate(candidates):
            for offset, clause in enumerate(candidate.clauses):
                if answers_type(matcher.question, clause) == 1:
                    best[place] = max(best[place], shares[starts[place] + offset])
    return best


def _signs(candidates: Sequence[Candidate], matcher: Matcher) -> dict[str, NDArray[np.floating]]:
    """Return the shares of the question's character pairs and threes that a sentence and its paragraph have."""
    return {
        "pairs": np.array([overlap(matcher.bigrams, candidate.folded) for candidate in candidates]),
        "threes": np.array([overlap(matcher.trigrams, candidate.folded) for candidate in candidates]),
        "pairs_around": np.array([matcher.pairs(candidate.setting) for candidate in candidates]),
    }


def _offers(candidates: Sequence[Candidate], matcher: Matcher) -> dict[str, NDArray[np.floating]]:
    """Return whether a sentence offers what is asked for, where, and within what the question demands."""
    question, folded = matcher.question, fold(matcher.question.text)
    offers = np.array([answers_type(question, candidate.folded) for candidate in candidates])
    return {
        **{f"offers_{kind}": offers - _UNASKED if question.kind == kind else 0 * offers for kind in _OFFERED},
        "offers": offers,
        "asked_for": asked_for(question, candidates),
        "attached": np.array(
            [beside(question, candidate.clauses, matcher.asked) for candidate in candidates]
        ),
        "constraints": np.array([constraints(question, c.folded, c.setting) for c in candidates]),
        "opposed": np.array([opposed(folded, candidate.folded) for candidate in candidates]),
        "opposed_around": np.array([opposed(folded, candidate.setting) for candidate in candidates]),
        "echo": np.array([echo(candidate.folded, matcher.asked) for candidate in candidates]),
        "asks": np.array([candidate.folded.endswith("?") for candidate in candidates], dtype=float),
        "blocked": np.array(
            [unfit(question, c) or not matcher.names_stand(c.setting) for c in candidates], dtype=float
        ),
    }


def asked_for(question: Question, candidates: Sequence[Candidate]) -> NDArray[np.floating]:
    """Return whether what is asked about a thing (its 规模, its 比例) is named: 1 in a clause that offers a value, 0.5 elsewhere."""
    match = _ATTRIBUTE.search(fold(question.text))
    if not match:
        return np.full(len(candidates), -1.0)
    word = match.group(1)
    return np.array(
        [
            max(
                (
                    1.0 if answers_type(question, clause) == 1 else 0.5
                    for clause in candidate.clauses
                    if word in clause
                ),
                default=0.0,
            )
            for candidate in candidates
        ]
    )


def _place(candidates: Sequence[Candidate]) -> dict[str, NDArray[np.floating]]:
    """Return where a sentence stands in its paragraph, its length, and the score of its hit."""
    groups = _groups(candidates)
    sizes = np.bincount(groups)
    first = np.flatnonzero(np.diff(groups, prepend=-1))
    return {
        "place": np.arange(len(candidates)) - first[groups],
        "behind": first[groups] + sizes[groups] - 1 - np.arange(len(candidates)),
        "length": np.log1p([len(candidate.folded) for candidate in candidates]),
        "paragraph_length": np.log1p([len(candidate.paragraph.text) for candidate in candidates]),
        "hit": np.array([candidate.hit_score for candidate in candidates]),
        "enumerates": np.array([candidate.folded.count("、") for candidate in candidates], dtype=float),
        "clauses": np.array([len(candidate.clauses) for candidate in candidates], dtype=float),
        "speaks": np.array([bool(candidate.paragraph.speaker) for candidate in candidates], dtype=float),
    }


def _of_other_years(
    candidates: Sequence[Candidate], matcher: Matcher, found: Mapping[str, NDArray[np.floating]]
) -> NDArray[np.floating]:
    """Return 1 for a sentence without the year asked for, where a figure is asked for and one as near to the question has it."""
    question = matcher.question
    if not question.years or question.kind not in ("number", "date"):
        return np.zeros(len(candidates))
    dated = np.array([any(str(year) in c.folded for year in question.years) for c in candidates])
    near = found["near"] >= _AS_NEAR * found["near"].max()
    there = dated & near & (found["blocked"] == 0)
    return (~dated).astype(float) if there.any() else np.zeros(len(candidates))


def rows(found: Mapping[str, Array], names: Sequence[str]) -> Array:
    """Return the features of these names as rows: float32 of (candidates, names)."""
    return np.stack([found[name] for name in names], axis=1)
