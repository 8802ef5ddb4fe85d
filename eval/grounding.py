"""Is the grounding metric right? Labelled sentences, and what `rag.grounding` makes of them."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.altering.pairs import Pair
from eval.dataset import Passage, Split, load_entries, the_passage
from eval.matching import RawTexts
from rag.datatypes import Evidence, Place, Span, cut
from rag.grounding import support


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledSentence:
    """A sentence with the passages that it cites; `supported` is a reader's judgement, who saw only these.

    `kind` says how the sentence came about (`verbatim`, `reworded`, `number`, …; see `eval/README.md`).
    """

    id: str
    split: Split
    kind: str
    sentence: str
    evidence: tuple[Passage, ...]
    supported: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceRow:
    """What the metric says of a labelled sentence, beside what the reader says (`expected`).

    `missing` is what the metric did not find, `error` the traceback where it failed.
    """

    id: str
    kind: str
    split: str
    sentence: str
    evidence: tuple[str, ...]
    expected: bool
    supported: bool | None = None
    missing: tuple[str, ...] = ()
    error: str | None = None

    @property
    def right(self) -> bool:
        """Whether the metric agrees with the reader."""
        return self.supported == self.expected


def load_labelled(path: Path, texts: RawTexts) -> tuple[LabelledSentence, ...]:
    """Return the labelled sentences of a JSONL file.

    Raises:
        DatasetError: a line is not an entry, or a passage does not stand exactly once in its file.
    """

    def parse(entry: dict[str, Any]) -> LabelledSentence:
        evidence = tuple(the_passage(texts=texts, **place) for place in entry.pop("evidence"))
        return LabelledSentence(evidence=evidence, **entry)

    return load_entries(path, parse)


def run_labelled(labelled: Sequence[LabelledSentence], texts: RawTexts) -> tuple[SentenceRow, ...]:
    """Return one row per labelled sentence, in order; a sentence that fails is a row with its traceback."""
    return tuple(_row(label, texts) for label in labelled)


def _row(label: LabelledSentence, texts: RawTexts) -> SentenceRow:
    places = [_place(one, texts) for one in label.evidence]
    return _judged(label.id, label.kind, label.split, label.sentence, places, expected=label.supported)


def run_pairs(pairs: Sequence[Pair]) -> tuple[SentenceRow, ...]:
    """Return one row per drawn pair, in order: what the metric says of what a rule made of a true sentence."""
    return tuple(
        _judged(
            f"{pair.document} {number}",
            pair.kind,
            "dev",
            pair.sentence,
            [
                Place(
                    file=pair.document,
                    article="",
                    paragraph=0,
                    spans=(Span(start=0, end=len(quote)),),
                    quote=quote,
                    date=pair.date,
                )
                for quote in pair.passages
            ],
            expected=pair.faithful,
        )
        for number, pair in enumerate(pairs, start=1)
    )


def _judged(
    key: str, kind: str, split: str, sentence: str, places: Sequence[Place], *, expected: bool
) -> SentenceRow:
    supported, error = None, None
    missing: tuple[str, ...] = ()
    try:
        found = support(sentence, [Evidence(n=n, place=place) for n, place in enumerate(places, start=1)])
        supported, missing = found.supported, found.missing
    except Exception:  # noqa: BLE001 - one failing sentence must not end the run; its traceback is kept
        error = traceback.format_exc()
    return SentenceRow(
        id=key,
        kind=kind,
        split=split,
        sentence=sentence,
        evidence=tuple(place.quote for place in places),
        expected=expected,
        supported=supported,
        missing=missing,
        error=error,
    )


def _place(passage: Passage, texts: RawTexts) -> Place:
    spans = (passage.span,)
    quote = cut(texts[passage.file], spans)
    return Place(file=passage.file, article="", paragraph=0, spans=spans, quote=quote)


def precision(rows: Sequence[SentenceRow]) -> float | None:
    """Return supported by label and metric / supported by the metric: how far a ✓ can be believed."""
    accepted = [row.expected for row in rows if row.supported]
    return sum(accepted) / len(accepted) if accepted else None


def recall(rows: Sequence[SentenceRow]) -> float | None:
    """Return supported by label and metric / supported by label: how many sound sentences get their ✓."""
    sound = [bool(row.supported) for row in rows if row.expected]
    return sum(sound) / len(sound) if sound else None


def agreement(rows: Sequence[SentenceRow]) -> float | None:
    """Return sentences that the metric judges as labelled / sentences; for one kind, its rate of success."""
    return sum(row.right for row in rows) / len(rows) if rows else None
