"""Questions, quotes and labelled sentences one by one: what was said, what it rests on, what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from eval.compare import Comparison, rows_of
from eval.grounding import SentenceRow
from eval.report.labels import QUOTE_KINDS, REASONS, SENTENCE_KINDS
from eval.runner import AnswerRow, QuoteRow, last_line
from eval.runs import Run
from eval.terminal import asked, notes, why_quote, why_sentence
from rag.render import VERDICTS

MOST = 200
"""Wrong answers of one type that are shown; none of ours has so many."""

_Row = AnswerRow | QuoteRow | SentenceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A cited passage: its number in the answer, where it stands, its words."""

    n: int
    where: str
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of a question, quote or sentence in one run: what is to be noted of it, the answer, its passages."""

    right: bool
    notes: tuple[str, ...]
    answer: str
    cited: tuple[Cited, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A question, quote or sentence with what was expected and what it was understood as where that differs."""

    id: str
    kind: str
    asked: str
    understood: str
    expected: str
    told: Told
    before: Told | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Entries under one heading: how many there are, those listed, how many were too many, and of those withheld a line."""

    title: str
    count: int
    entries: tuple[Entry, ...]
    more: int = 0
    unlisted: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A question, quote or sentence that ended in an error."""

    id: str
    asked: str
    last: str
    traceback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """How many rows ended in an error, those listed, and of those withheld a line."""

    count: int
    entries: tuple[Failure, ...]
    unlisted: str


def without_held_out(run: Run) -> Run:
    """Return a run with the rows of the half that is used to tune alone: whose contents may be seen."""
    return replace(
        run,
        answers=tuple(row for row in run.answers if row.split == "dev"),
        quotes=tuple(row for row in run.quotes if row.split == "dev"),
        sentences=tuple(row for row in run.sentences if row.split == "dev"),
    )


def unlisted(count: int, counted: str, ids: Iterable[str] = ()) -> str:
    """Say how many of the half held out are not listed, and which where `ids` are given; nothing where there are none."""
    named = "、".join(ids)
    told = f"留出的一半另有 {count} {counted}，不列内容，以免照着它调试{'：' if named else ''}{named}。"
    return told if count else ""


def flipped(comparison: Comparison, before: Run, now: Run, listed: Run) -> list[Group]:
    """Return what flipped between two runs, the lost first, with what came of it in both; of rows not listed the ids."""
    seen = {row.id for row in rows_of(listed)}
    old = {row.id: row for row in rows_of(before)}
    new = {row.id: row for row in rows_of(now)}
    found = []
    for title, ids in (
        ("由对变错", {key for group in comparison.groups for key in group.lost}),
        ("由错变对", {key for group in comparison.groups for key in group.gained}),
    ):
        withheld = [key for key in new if key in ids - seen]
        entries = tuple(_entry(row, old[key]) for key, row in new.items() if key in ids & seen)
        if ids:
            held = unlisted(len(withheld), "项", withheld)
            found.append(Group(title=title, count=len(ids), entries=entries, unlisted=held))
    return found


def wrong_answers(run: Run, listed: Run) -> list[Group]:
    """Return the wrong answers by type; errors are told apart."""
    wrong = [row for row in run.answers if "right" in row.scores and not row.right and row.error is None]
    return [
        _group(kind, "题", [row for row in wrong if row.type == kind], listed.answers)
        for kind in dict.fromkeys(row.type for row in wrong)
    ]


def wrong_quotes(run: Run, listed: Run) -> Group | None:
    """Return the quotes that were reported wrongly, all in one."""
    wrong = [row for row in run.quotes if not row.right and row.error is None]
    return _group("报告有误的引文", "条", wrong, listed.quotes) if wrong else None


def wrong_sentences(run: Run, listed: Run) -> Group | None:
    """Return the sentences that the grounding metric judges otherwise, all in one."""
    wrong = [row for row in run.sentences if not row.right and row.error is None]
    return _group("判错的句子", "句", wrong, listed.sentences) if wrong else None


def failures(run: Run, listed: Run) -> Failures | None:
    """Return the questions, quotes and sentences that ended in an error; of those not listed the ids."""
    failed = [row.id for row in rows_of(run) if row.error is not None]
    entries = tuple(
        Failure(id=row.id, asked=asked(row), last=last_line(row.error), traceback=row.error)
        for row in rows_of(listed)
        if row.error is not None
    )
    seen = {one.id for one in entries}
    withheld = [key for key in failed if key not in seen]
    told = unlisted(len(withheld), "题", withheld)
    return Failures(count=len(failed), entries=entries, unlisted=told) if failed else None


def _group(title: str, counted: str, rows: Sequence[_Row], listed: Sequence[_Row]) -> Group:
    seen = {row.id for row in listed}
    shown = [row for row in rows if row.id in seen]
    return Group(
        title=title,
        count=len(rows),
        entries=tuple(map(_entry, shown[:MOST])),
        more=max(len(shown) - MOST, 0),
        unlisted=unlisted(len(rows) - len(shown), counted),
    )


def _entry(row: _Row, before: _Row | None = None) -> Entry:
    if isinstance(row, AnswerRow):
        kind, understood = row.type, row.standalone if row.standalone != row.question else ""
        expected = row.expected if row.answerable else "文件里没有，应拒答"
    elif isinstance(row, QuoteRow):
        kind, understood = f"引文，{QUOTE_KINDS.get(row.kind, row.kind)}", ""
        expected = f"判为“{_verdict(row.expected)}”"
    else:
        kind, understood = f"标注句，{SENTENCE_KINDS.get(row.kind, row.kind)}", ""
        expected = "有据" if row.expected else "无据"
    return Entry(
        id=row.id,
        kind=kind,
        asked=asked(row),
        understood=understood,
        expected=expected,
        told=_told(row),
        before=None if before is None else _told(before),
    )


def _told(row: _Row) -> Told:
    if isinstance(row, SentenceRow):
        evidence = (Cited(n=n, where="所引的原文", quote=text) for n, text in enumerate(row.evidence, 1))
        return Told(right=row.right, notes=(why_sentence(row),), answer="", cited=tuple(evidence))
    if isinstance(row, QuoteRow):
        found = f"找到的原文：{row.found}" if row.found else ""
        return Told(right=row.right, notes=tuple(_quote_notes(row)), answer=found)
    return Told(
        right=row.right,
        notes=tuple(_answer_notes(row)),
        answer=row.answer,
        cited=tuple(_cited(row.citations)),
    )


def _answer_notes(row: AnswerRow) -> Iterator[str]:
    """Yield what is wrong with an answer, or that nothing is."""
    yield from notes(row)
    if row.reason is not None:
        yield f"理由：{REASONS.get(row.reason, row.reason)}"
    yield from (f"指针：{fault}" for fault in row.faults)
    yield from (f"引文不支持：{sentence}" for sentence in row.unsupported)


def _quote_notes(row: QuoteRow) -> Iterator[str]:
    if row.verdict is not None:
        yield f"判为“{_verdict(row.verdict)}”"
    if row.error is not None:
        yield why_quote(row)
    # A wrong verdict comes first among the faults, and has been told.
    yield from row.wrong[row.verdict != row.expected :]
    yield from (f"指针：{fault}" for fault in row.faults)


def _verdict(name: str) -> str:
    return VERDICTS.get(name, name)


def _cited(citations: Iterable[Mapping[str, Any]]) -> Iterator[Cited]:
    for one in citations:
        parts = [one["file"]]
        parts += [f"《{one['article']}》"] if one["article"] else []
        parts += [f"第 {one['page']} 页"] if "page" in one else []
        parts += [f"第 {one['paragraph']} 段" if one["paragraph"] else "题名、日期等行"]
        parts += [one[key] for key in ("speaker", "source", "date") if one.get(key)]
        yield Cited(n=one["n"], where="，".join(parts), quote=one["quote"])
