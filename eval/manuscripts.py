"""The manuscripts of the gold, sentence by sentence: what the check of a whole text must say of each."""

from __future__ import annotations

import re
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, get_args

from eval.dataset import Change, Quote, Split, load_entries, mended, require
from eval.matching import RawTexts, plain
from eval.metrics.citations import place_faults
from eval.metrics.quotes import quote_faults
from eval.runner import QuoteRow
from rag.datatypes import Checked, ManuscriptReport, Outcome, QuoteReport, Source

ECHO = 10
"""Characters in a row that a sentence which is not from the documents has in common with none of them."""


class Assistant(Protocol):
    """The seam to the program."""

    def check(self, manuscript: Source) -> ManuscriptReport:
        """Say what each sentence of a manuscript quotes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence of a manuscript, and what the check must come to for it; a split is one manuscript.

    `file` is where it comes from, the first part of a spliced one; None where it is from nowhere. `changes` are
    what must be pointed out, `note` is the writer's.
    """

    id: str
    split: Split
    paragraph: int
    text: str
    expect: Outcome
    file: str | None
    changes: tuple[Change, ...] = ()
    note: str = ""


def load_manuscripts(path: Path, texts: RawTexts) -> tuple[Sentence, ...]:
    """Return the sentences of a JSONL file, in its order.

    Raises:
        DatasetError: as `load_entries`, or a sentence contradicts the raw files.
    """

    def parse(entry: dict[str, Any]) -> Sentence:
        given, source = entry.pop("given", None), entry.pop("source", None)
        changes = () if given is None else (Change(given=given, source=source),)
        sentence = Sentence(**entry, changes=changes)
        _check(sentence, texts)
        return sentence

    return load_entries(path, parse)


def _check(sentence: Sentence, texts: RawTexts) -> None:
    """Check that a sentence stands in its file as it says, or nowhere."""
    expect = sentence.expect
    require(sentence.split in get_args(Split), f"split 是 {sentence.split}")
    require(expect in get_args(Outcome), f"expect 是 {expect}")
    require((sentence.file is None) == (expect in ("own", "not_found")), "只有 own 和 not_found 没有出处文件")
    require(bool(sentence.changes) == (expect == "altered"), "altered 要写 given 和 source，别的不写")
    whole = plain(sentence.text).rstrip("。")
    if sentence.file is None:
        runs = [whole[start : start + ECHO] for start in range(len(whole) - ECHO + 1)]
        known = [plain(text) for text in texts.all().values()]
        require(not any(run in raw for run in runs for raw in known), "文件里有其中的话")
        return
    raw = plain(texts[sentence.file])
    if expect == "exact":
        require(any(words in raw for words in _claims(whole)), f"{sentence.file} 里没有这句话")
        return
    require(whole not in raw, f"{sentence.file} 里有这句话，不是改动过的")
    for change in sentence.changes:
        forms = (mended(words, plain(change.given), plain(change.source)) for words in _claims(whole))
        require(
            any(one in raw for some in forms for one in some),
            f"改回 {change.source} 后仍不是 {sentence.file} 的原文",
        )


def _claims(text: str) -> Iterator[str]:
    """Yield what a sentence may give out as the source's: itself, what is behind a lead-in, what is in quotation marks."""
    yield text
    yield text.partition(",")[2] or text
    yield from (words.rstrip("。") for words in re.findall('"([^"]{10,})"', text))


def run_manuscripts(
    assistant: Assistant, sentences: Sequence[Sentence], texts: RawTexts
) -> tuple[QuoteRow, ...]:
    """Return a row per sentence, in order; of a manuscript that fails, every row has the traceback.

    A row's `verdict` is the outcome of the part that is judged, its `seconds` an even share of its manuscript's.
    """
    splits = dict.fromkeys(sentence.split for sentence in sentences)
    manuscripts = ([one for one in sentences if one.split == split] for split in splits)
    return tuple(row for manuscript in manuscripts for row in _rows(assistant, manuscript, texts))


def _rows(assistant: Assistant, manuscript: Sequence[Sentence], texts: RawTexts) -> list[QuoteRow]:
    text, ranges = written_out(manuscript)
    start = time.perf_counter()
    try:
        report = assistant.check(Source(file="", text=text, sha256=""))
        share = (time.perf_counter() - start) / len(manuscript)
        return [
            _row(sentence, _within(report, *range_), share, texts)
            for sentence, range_ in zip(manuscript, ranges, strict=True)
        ]
    except Exception:  # noqa: BLE001 - one failure must not end the run; its traceback is kept
        share = (time.perf_counter() - start) / len(manuscript)
        error = traceback.format_exc()
        return [QuoteRow(**_gold(sentence), seconds=share, error=error) for sentence in manuscript]


def written_out(manuscript: Sequence[Sentence]) -> tuple[str, list[tuple[int, int]]]:
    """Return the text of a manuscript, a paragraph a line, and where each sentence stands in it, half-open."""
    text, ranges = "", []
    for number, sentence in enumerate(manuscript):
        if number and sentence.paragraph != manuscript[number - 1].paragraph:
            text += "\n"
        ranges.append((len(text), len(text) + len(sentence.text)))
        text += sentence.text
    return text, ranges


def _within(report: ManuscriptReport, start: int, end: int) -> list[Checked]:
    """Return the findings that share characters with a sentence."""
    return [one for one in report.checked if any(s.start < end and start < s.end for s in one.spans)]


def _row(sentence: Sentence, parts: Sequence[Checked], share: float, texts: RawTexts) -> QuoteRow:
    part = judged(parts)
    aspects = sentence_faults(sentence, parts)
    wrong = tuple(fault for faults in aspects.values() for fault in faults)
    places = [match.place for match in part.report.matches] if part and part.report else []
    return QuoteRow(
        **_gold(sentence),
        verdict=part.outcome if part else "own",
        found=f"{places[0].file}：{places[0].quote}" if places else "",
        right=not wrong,
        wrong=wrong,
        faults=place_faults(places, texts.__getitem__),
        scores={aspect: float(not faults) for aspect, faults in aspects.items()},
        seconds=share,
    )


def _gold(sentence: Sentence) -> dict[str, Any]:
    """Return the fields of a row that the gold decides."""
    return {
        "id": sentence.id,
        "kind": sentence.expect,
        "split": sentence.split,
        "quote": sentence.text,
        "expected": sentence.expect,
    }


def judged(parts: Sequence[Checked]) -> Checked | None:
    """Return the part of a sentence that its outcome is read off: what is given out as a quotation, else what quotes; of several the longest."""
    told = [part for part in parts if part.report]
    return max([part for part in told if part.claimed] or told, key=lambda part: len(part.text), default=None)


def sentence_faults(sentence: Sentence, parts: Sequence[Checked]) -> dict[str, tuple[str, ...]]:
    """Return what is wrong with the findings in a sentence, in words, as `quote_faults`.

    Of the author's own words nothing may be reported. Else one part is held against what is expected (see
    `judged`); `difference` is told of `exact` and `altered`: nobody else may be named for the words either.
    """
    part = judged(parts)
    outcome = part.outcome if part else "own"
    verdict = () if outcome == sentence.expect else (f"判为 {outcome}，应为 {sentence.expect}",)
    if sentence.expect == "own":
        return {"verdict": verdict}
    gold = Quote(
        id=sentence.id,
        split=sentence.split,
        kind=sentence.expect,
        quote=sentence.text,
        verdict=sentence.expect,
        file=sentence.file,
        changes=sentence.changes,
    )
    report = part.report if part and part.report else QuoteReport(quote=sentence.text, verdict="not_found")
    faults = quote_faults(gold, report) | {"verdict": verdict}
    if sentence.expect in ("exact", "altered"):
        named = part.attribution if part else None
        told = (f"不该报说话人：{named.given} 应为 {named.source or '（无）'}",) if named else ()
        faults["difference"] = (*faults.get("difference", ()), *told)
    return faults
