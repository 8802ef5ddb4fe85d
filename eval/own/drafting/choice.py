"""Which candidates are worth a person's time: informative ones, of all articles and rules, none twice."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from statistics import fmean

from eval.matching import plain, states
from eval.own.drafting.candidate import Candidate
from rag.informativeness import idf
from rag.words import content_words

UNANSWERABLE = 6
"""One of so many questions is to be refused."""
_TOLD = 6
"""The words of a question that count: those that tell most."""
_CEILING = 10.0
"""A word never seen tells no more than a rare one: it may be a slip of the word cutter."""
_COMFORTABLE = 34
_ALIKE = 0.6
# What a question is worth by the rule behind it, in the units of `idf`: who published what asks little.
_WORTH = {"署名": -1.6, "谁说的": -1.0, "小标题": -0.3, "分点": 0.6, "数字": 0.4, "日期": 0.4, "定义": 0.4}


def choose(candidates: Iterable[Candidate], limit: int) -> list[Candidate]:
    """Return up to `limit` candidates: the most informative first, each article and rule in its turn."""
    waiting = sorted(merged(candidates), key=lambda one: (-worth(one), one.file, one.question))
    articles: Counter[tuple[str, int]] = Counter()
    rules: Counter[str] = Counter()
    taken: list[Candidate] = []
    while waiting and len(taken) < limit:
        best = max(
            waiting,
            key=lambda one: worth(one) - articles[one.file, one.article] / 2 - math.sqrt(rules[one.rule]) / 2,
        )
        waiting.remove(best)
        if not any(alike(best, other) or tells(best, other) or tells(other, best) for other in taken):
            taken.append(best)
            articles[best.file, best.article] += 1
            rules[best.rule] += 1
    return taken


def worth(candidate: Candidate) -> float:
    """Return how much a question tells of what it asks: the mean `idf` of its best words, less for its length."""
    told = sorted((min(idf(word), _CEILING) for word, _ in content_words(candidate.question)), reverse=True)
    long = max(0, len(candidate.question) - _COMFORTABLE) / 10
    return (fmean(told[:_TOLD]) if told else 0.0) - long + _WORTH.get(candidate.rule, 0.0)


def merged(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the candidates, those with one question and one fact as one, whose fact takes either form."""
    found: dict[str, Candidate] = {}
    for candidate in candidates:
        same = found.get(candidate.question)
        if same is None:
            found[candidate.question] = candidate
        elif len(same.facts) == len(candidate.facts) == 1:
            forms = tuple(dict.fromkeys((*same.facts[0], *candidate.facts[0])))
            found[candidate.question] = replace(same, facts=(forms,))
    return list(found.values())


def alike(one: Candidate, other: Candidate) -> bool:
    """Whether two candidates ask the same: the same quote for the same rule, or mostly the same character pairs."""
    if (
        one.rule == other.rule
        and one.rule in ("列举", "谁说的", "定义")
        and set(one.quotes) & set(other.quotes)
    ):
        return True
    pairs, others = _pairs(one.question), _pairs(other.question)
    return len(pairs & others) > _ALIKE * len(pairs | others)


def tells(one: Candidate, other: Candidate) -> bool:
    """Whether a candidate says in its question what another one asks of the same sentence."""
    return bool(set(one.quotes) & set(other.quotes)) and any(
        states(one.question, form) for forms in other.facts for form in forms
    )


def _pairs(text: str) -> set[str]:
    folded = plain(text)
    return {folded[i : i + 2] for i in range(len(folded) - 1)}
