"""What speaks for a passage answering a question: the features of the learned ranker."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.cues import Kind
from rag.datatypes import Hit
from rag.question import Question, analyse
from rag.ranking.matches import CENTRES, Array, Matches, Matching, rarity, starts_of
from rag.text import fold

Values = NDArray[np.floating[Any]]
SOFT = (0.65, 0.5, 0.35)
"""Similarities from which a word counts as meant, one feature each."""
_NOT_ASKED = -1.0
_KINDS: tuple[Kind, ...] = (
    "number", "date", "who", "organisation", "where", "definition", "why", "how", "list", "yes_no", "open",
    "metadata",
)  # fmt: skip
# What a passage that answers has, by the kind of question; the other kinds are not looked at.
_OFFERS: Mapping[Kind, re.Pattern[str]] = {
    "number": re.compile(r"\d|[一二三四五六七八九十百千万亿两]+(?:个|项|家|条|种|类|倍|成|人|名|次)"),
    "date": re.compile(r"\d{1,4}年|\d{1,2}月|\d{1,2}[日号]|\d{1,2}[:时点]"),
    "definition": re.compile(r"是指|指的是|即|称为|定义|所称"),
    "why": re.compile(r"因为|由于|原因|因此|所以|导致|为了"),
    "organisation": re.compile(r"部|委|局|院|公司|大学|机构|集团|协会|银行"),
    "where": re.compile(r"省|市|县|区|国|州|镇|村|路|岛"),
    "who": re.compile(r"说|表示|介绍|指出|认为|先生|女士|主席|总统|主任|部长|教授|经理|队员|导演"),
}
_ASKS = re.compile(r"什么|多少|几|哪|谁|何|怎|吗|[?]")
_SIGN = re.compile(r"[\u3400-\u9fffa-z0-9.]")
_RELATIVE = ("soft", "telling_soft", "sentence_soft", "pairs", "all_telling_soft")
_HIGHEST = ("telling", "soft", "sentence", "lexical_share", "dense_score", "pairs")


class Features:
    """Makes the features of hits."""

    def __init__(self, matching: Matching) -> None:
        self._matching = matching

    def table(self, query: str, hits: Sequence[Hit]) -> dict[str, Values]:
        """Return the features of `hits`, one at least, by name: floating-point numbers, (hits,) each.

        Shares are weighted by what a word tells (`idf`), those called telling also by how few of the hits
        have the word. Names that end in `_behind` say how far a hit lies behind the best of them, names that
        begin with `best_` what the best of them has, the same for all: a tree can ask whether any is good.
        """
        question = analyse(query)
        matches = self._matching.matches(query, [hit.chunk for hit in hits])
        texts = [self._matching.folded(hit.chunk) for hit in hits]
        found = _words(matches) | _signs(fold(query), texts) | _lists(hits, matches)
        found |= _asked_for(question, hits, texts)
        found |= {f"{name}_behind": found[name] - found[name].max() for name in _RELATIVE}
        found |= {f"best_{name}": np.full(len(hits), found[name].max()) for name in _HIGHEST}
        lead = np.sort(found["lexical"])[::-1][:2]
        whole = {
            "words": float(len(matches.information)),
            "information": float(matches.information.mean()),
            "signs": float(len(query)),
            "kind": float(_KINDS.index(question.kind)),
            "asks": float(bool(_ASKS.search(fold(query)))),
            "lead": float(lead[0] - lead[-1]),
        }
        found |= {name: np.full(len(hits), value) for name, value in whole.items()}
        return found


def rows(table: Mapping[str, Values], names: Sequence[str]) -> Array:
    """Return the features of these names as the rows of hits: float32 of (hits, names)."""
    return np.stack([table[name] for name in names], axis=1).astype(np.float32)


def _share(weights: Array, matched: NDArray[np.generic]) -> Values:
    """Return the share of the weight in what is matched: (…, w, n) to (…, n)."""
    shared: Values = (weights / (weights.sum() or 1)) @ matched
    return shared


def _words(matches: Matches) -> dict[str, Values]:
    """Return the features of how words match: in the passage, in its best sentence, in title and heading."""
    told, telling = matches.information, matches.telling
    passages, sentences, contexts = matches.passages, matches.sentences, matches.contexts
    both = np.maximum(passages, contexts)
    following = np.zeros_like(sentences)
    following[:, :-1] = sentences[:, 1:]
    following[:, matches.first[1:] - 1] = 0
    order = np.argsort(-told, kind="stable")
    top = float(told.max())

    def best(values: Values) -> Values:
        return np.maximum.reduceat(values, matches.first)

    found: dict[str, Values] = {
        "exact": _share(told, passages >= 1),
        "telling": _share(telling, passages >= 1),
        "soft": _share(told, passages),
        "telling_soft": _share(telling, passages),
        "missing": (told[:, None] * (1 - passages)).max(axis=0) / top,
        "missing_word": (told[:, None] * (passages < 1)).max(axis=0) / top,
        "sentence": best(_share(told, sentences >= 1)),
        "sentence_soft": best(_share(told, sentences)),
        "sentence_telling": best(_share(telling, sentences >= 1)),
        "two_sentences": best(_share(told, np.maximum(sentences, following) >= 1)),
        "two_sentences_soft": best(_share(told, np.maximum(sentences, following))),
        "context": _share(told, contexts >= 1),
        "context_soft": _share(told, contexts),
        "all": _share(told, both >= 1),
        "all_soft": _share(told, both),
        "all_telling": _share(telling, both >= 1),
        "all_telling_soft": _share(telling, both),
        "often": _share(told, np.log1p(matches.occurrences)),
        "telling_often": _share(telling, np.log1p(matches.occurrences)),
    }
    found |= {f"meant_{level}": _share(told, passages >= level) for level in SOFT}
    kernels = _share(told, np.log1p(matches.kernels))
    found |= {f"kernel_{centre}": kernels[place] for place, centre in enumerate(CENTRES)}
    found |= {f"rarest_{rank}": passages[order[min(rank, len(order) - 1)]] for rank in range(3)}
    return found


def _signs(query: str, texts: Sequence[str]) -> dict[str, Values]:
    """Return the shares of the folded query's characters, pairs and threes that stand in each text.

    `run` is the longest run of pairs of the query in the text, over all its pairs.
    """
    lengths = np.array([len(text) for text in texts])
    # A mark between the texts that no text has, so that no pair reaches over it.
    codes = _codes("\0".join([*texts, ""]))
    owners = np.repeat(np.arange(len(texts)), lengths + 1)
    asked = _codes("".join(_SIGN.findall(query)))
    found: dict[str, Values] = {"length": np.log1p(lengths), "run": np.zeros(len(texts))}
    for size, name in ((1, "characters"), (2, "pairs"), (3, "threes")):
        # numpy.unique would import the masked arrays, which takes longer than a question.
        wanted = np.array(sorted(set(_grams(asked, size).tolist())), dtype=np.int64)
        found |= {name: np.zeros(len(texts)), f"telling_{name}": np.zeros(len(texts))}
        if not len(wanted):
            continue
        grams = _grams(codes, size)
        place = np.searchsorted(wanted, grams).clip(0, len(wanted) - 1)
        same = wanted[place] == grams
        has = np.zeros((len(texts), len(wanted)), dtype=bool)
        has[owners[: len(grams)][same], place[same]] = True
        rare = rarity(has.sum(axis=0), len(texts))
        found |= {name: has.mean(axis=1), f"telling_{name}": has @ rare / rare.sum()}
        if size == 2:
            found["run"] = _longest(np.append(same, False), starts_of(lengths + 1)) / len(wanted)
    return found


def _codes(text: str) -> NDArray[np.int64]:
    """Return the code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)


def _grams(codes: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Return a number for each run of `size` characters, none for a shorter text."""
    count = max(len(codes) - size + 1, 0)
    found = np.zeros(count, dtype=np.int64)
    for place in range(size):
        found = found * 0x110000 + codes[place : place + count]
    return found


def _longest(same: NDArray[np.bool_], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the length of the longest run of True in each part, the parts beginning at `starts`."""
    places = np.arange(len(same))
    last_other = np.maximum.accumulate(np.where(same, -1, places))
    longest: NDArray[np.int64] = np.maximum.reduceat(np.where(same, places - last_other, 0), starts)
    return longest


def _lists(hits: Sequence[Hit], matches: Matches) -> dict[str, Values]:
    """Return what the two lists say: the scores over their span, raw, and 1 / rank, 0 where a list lacks the hit."""
    found: dict[str, Values] = {"fused": np.array([hit.score for hit in hits])}
    for name in ("lexical", "dense"):
        scores = np.array([hit.scores.get(name, np.nan) for hit in hits])
        ranks = np.array([hit.ranks.get(name, np.inf) for hit in hits])
        low, high = np.nanmin(scores, initial=np.inf), np.nanmax(scores, initial=-np.inf)
        spanned = (scores - low) / (high - low) if high > low else np.isfinite(scores).astype(float)
        found |= {
            name: np.nan_to_num(spanned),
            f"{name}_score": np.nan_to_num(scores),
            f"{name}_rank": 1 / ranks,
        }
    found["lexical_share"] = found.pop("lexical_score") / float(matches.information.sum() or 1)
    return found


def _asked_for(question: Question, hits: Sequence[Hit], texts: Sequence[str]) -> dict[str, Values]:
    """Return the shares of the question's numbers and years that a hit has, and whether it offers what is asked for."""
    contexts = [fold(hit.chunk.context) for hit in hits]
    both = [f"{text}\n{context}" for text, context in zip(texts, contexts, strict=True)]
    years = [str(year) for year in question.years]
    offers = _OFFERS.get(question.kind)
    return {
        "numbers": np.array([_stand(question.numbers, text) for text in texts]),
        "years": np.array([_stand(years, text) for text in both]),
        "offers": np.array(
            [bool(offers.search(text)) if offers else _NOT_ASKED for text in texts], dtype=float
        ),
    }


def _stand(wanted: Sequence[str] | frozenset[str], text: str) -> float:
    """Return the share of `wanted` that stands in `text`, -1 where nothing is wanted."""
    return sum(one in text for one in wanted) / len(wanted) if wanted else _NOT_ASKED
