"""Does a source passage say in other words what a quote says?"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from rag.datatypes import Counterpart, Difference, Place, Span, locate
from rag.embedding import builtin
from rag.manifest import OpenIndex
from rag.quoting.alignment import key
from rag.quoting.asked import margins
from rag.quoting.facts import Ground, compared
from rag.quoting.likeness import features
from rag.quoting.nearby import nearby
from rag.quoting.runs import Sentence, sentences_of
from rag.quoting.stated import facts
from rag.quoting.stream import Stream
from rag.ranking.matches import Matching
from rag.text import fold

WEIGHTS = Path(__file__).parent.parent / "models" / "restatement.json"
BIAS = "bias"
"""The name of the weight that every run has."""
_AROUND = 80
"""Characters before and behind sentences that may state what they leave open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restatement:
    """Neighbouring sentences of one article that may say what a quote says.

    `probability` (0 to 1) says how likely they stand behind the quote, in the model's view, whether or not the
    quote has every fact right.
    """

    stream: Stream
    sentences: tuple[Sentence, ...]
    probability: float

    @property
    def text(self) -> str:
        """The words of the sentences, one behind the other."""
        return "".join(sentence.text for sentence in self.sentences)

    @property
    def asks(self) -> bool:
        """Whether there is a question among the sentences."""
        return "?" in fold(self.text)

    @property
    def place(self) -> Place:
        """Where the sentences stand."""
        whole = [(self.sentences[0].start, self.sentences[-1].end)]
        return self.stream.place(whole, margins(self.text, key(self.text)))

    def compared(self, quote: str) -> tuple[tuple[Counterpart, ...], tuple[Difference, ...]]:
        """Return the facts of the quote that the sentences state, and those that they do not bear out.

        `given_at` counts in the quote, `source_at` in the text of the source.
        """
        first, last = self.sentences[0], self.sentences[-1]
        piece, article = first.piece, first.piece.article
        before = piece.text[max(0, first.span.start - _AROUND) : first.span.start]
        after = last.piece.text[last.span.end : last.span.end + _AROUND]
        said = any(item.kind == "name person" for item in facts(self.text))
        speakers = () if said else (piece.speaker, *article.speakers)
        names = (article.name, article.outlet, *speakers, *article.authors)
        ground = Ground(
            text=self.text,
            near=f"{before}{self.text}{after}",
            known=tuple(name for name in names if name),
            date=article.date,
        )
        agreed, disputed = compared(quote, ground)
        return (
            tuple(replace(fact, source_at=self._outermost(*fact.source_at)) for fact in agreed),
            tuple(replace(fact, source_at=self._outermost(*fact.source_at)) for fact in disputed),
        )

    def _outermost(self, start: int, end: int) -> tuple[int, int]:
        """Return where `text[start:end]` begins and ends in the source; nothing is where the text begins."""
        spans: list[Span] = []
        before = 0
        for sentence in self.sentences:
            low, high = max(start - before, 0), min(end - before, len(sentence.text))
            if low < high:
                inner = sentence.span.start
                spans.extend(locate(sentence.piece.spans, inner + low, inner + high))
            before += len(sentence.text)
        if not spans:
            begins = locate(
                self.sentences[0].piece.spans, self.sentences[0].span.start, self.sentences[0].span.end
            )
            return begins[0].start, begins[0].start
        return spans[0].start, spans[-1].end


def restatements(index: OpenIndex, quote: str) -> list[Restatement]:
    """Return the sentences of an index that are most like the quote in content, best first, few of them.

    None lies over another; there are none where the quote has no content word.
    """
    stream = Stream(index.documents.document, (), nearby(index, quote))
    found = sentences_of(stream)
    runs, rows = features(quote, found, matching())
    made = [
        Restatement(
            stream=stream,
            sentences=tuple(found[run.first : run.last + 1]),
            probability=1 / (1 + math.exp(-odds(row, _weights()))),
        )
        for run, row in zip(runs, rows, strict=True)
    ]
    return sorted(made, key=lambda one: -one.probability)


@cache
def matching() -> Matching:
    """Return what holds a quote's words against passages', by the built-in embedder."""
    return Matching(builtin())


def odds(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Return the log odds that a run stands behind a quote: the weighted sum of its features, and the bias."""
    return sum(weights[name] * value for name, value in features.items()) + weights[BIAS]


@cache
def _weights() -> dict[str, float]:
    weights: dict[str, float] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return weights
