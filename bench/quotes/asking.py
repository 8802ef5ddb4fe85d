"""Quotes made of sentences of the corpus, kind by kind, and how long each takes to look up."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rag.datatypes import QuoteVerdict
from rag.manifest import OpenIndex
from rag.quotes import QuoteIndex
from rag.text import fold, sentences
from rag.trigrams import trigrams

_SHORTEST, _LONGEST = 20, 100
"""Characters of a sentence that quotes are made of."""
_FORMULA = 5
_FORMULAS = 2000
"""Stretches of so many characters, of which the most frequent are asked about as formulas: this many are drawn."""

Make = Callable[[str, Sequence[str], random.Random], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A kind's quotes: how many, the milliseconds a lookup took, and how often each verdict was given."""

    quotes: int
    median_ms: float
    p95_ms: float
    verdicts: Mapping[QuoteVerdict, int]


def _altered(sentence: str, _: Sequence[str], draw: random.Random) -> str | None:
    places = [match.start() for match in re.finditer("[1-9]", fold(sentence))]
    if not places:
        return None
    at = draw.choice(places)
    return sentence[:at] + str(int(fold(sentence[at])) % 9 + 1) + sentence[at + 1 :]


def _noisy(sentence: str, others: Sequence[str], draw: random.Random) -> str:
    wrong = draw.sample(range(len(sentence)), len(sentence) // 10)
    pool = "".join(others[:50])
    return "".join(draw.choice(pool) if at in wrong else character for at, character in enumerate(sentence))


def _restated(sentence: str, _: Sequence[str], draw: random.Random) -> str | None:
    clauses = re.findall(r"[^,，;；。]{4,}", sentence)
    if len(clauses) < 3:
        return None
    draw.shuffle(clauses)
    return "，".join(clauses) + "。"


def _invented(sentence: str, others: Sequence[str], draw: random.Random) -> str:
    """Return words of many sentences, a few characters of each: nobody said so."""
    words = [other[at : at + 3] for other in draw.sample(others, 12) for at in (draw.randrange(15),)]
    return "".join(words)


KINDS: Mapping[str, Make] = {
    "原句": lambda sentence, others, draw: sentence,
    "改一个数字": _altered,
    "一成错字": _noisy,
    "两处拼接": lambda sentence, others, draw: sentence + draw.choice(others),
    "语序重排": _restated,
    "编造": _invented,
}
FORMULA = "套话"


def ask(index: OpenIndex, each: int, seed: int = 0) -> dict[str, Row]:
    """Return the row of every kind, of up to `each` quotes made of sentences drawn from the whole index."""
    draw = random.Random(seed)
    pool = _sentences(index, each * 6, draw)
    lookup = QuoteIndex(index)
    lookup.lookup(pool[0])  # reads tables that later lookups share
    rows = {}
    for name, make in KINDS.items():
        made = [quote for sentence in pool if (quote := make(sentence, pool, draw))]
        rows[name] = _timed(lookup, made[:each])
    rows[FORMULA] = _timed(lookup, _formulas(index, pool, each, draw))
    return rows


def _sentences(index: OpenIndex, most: int, draw: random.Random) -> list[str]:
    windows = index.documents.count_windows()
    ids = draw.sample(range(windows), min(windows, most))
    files = dict.fromkeys(window.file for window in index.documents.windows(ids).values())
    found = [
        sentence
        for file in files
        for article in index.documents.document(file).articles
        for paragraph in article.paragraphs
        for span in sentences(paragraph.text)
        if _SHORTEST <= len(sentence := paragraph.text[span.start : span.end]) <= _LONGEST
    ]
    return draw.sample(found, min(len(found), most))


def _formulas(index: OpenIndex, pool: Sequence[str], most: int, draw: random.Random) -> list[str]:
    drawn = {
        words
        for sentence in draw.choices(pool, k=_FORMULAS)
        for at in (draw.randrange(len(sentence) - _FORMULA),)
        if (words := fold(sentence[at : at + _FORMULA])).isalpha()
    }
    counts = {words: min(map(index.trigrams.frequency, trigrams(words))) for words in sorted(drawn)}
    return sorted(counts, key=lambda words: -counts[words])[:most]


def _timed(lookup: QuoteIndex, quotes: Sequence[str]) -> Row:
    seconds, verdicts = [], Counter[QuoteVerdict]()
    for quote in quotes:
        started = time.perf_counter()
        report = lookup.lookup(quote)
        seconds.append(time.perf_counter() - started)
        verdicts[report.verdict] += 1
    return Row(
        quotes=len(quotes),
        median_ms=1000 * float(np.median(seconds)) if seconds else 0.0,
        p95_ms=1000 * float(np.percentile(seconds, 95)) if seconds else 0.0,
        verdicts=dict(verdicts),
    )
