"""Questions, quotes and labelled sentences one by one: what was said, what it rests on, what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.compare import Comparison, rows_of
from eval.grounding import SentenceRow
from eval.report.labels import QUOTE_KINDS, REASONS, SENTENCE_KINDS
from eval.runner import AnswerRow, QuoteRow, last_line
from eval.runs import Run
from eval.terminal import notes, why_quote, why_sentence
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
    """Entries under one heading; `more` are those left out."""

    title: str
    entries: tuple[Entry, ...]
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A question, quote or sentence that ended in an error."""

    id: str
    asked: str
    last: str
    traceback: str


def flipped(comparison: Comparison, before: Run, now: Run) -> list[Group]:
    """Return what flipped between two runs, the lost first, with what came of it in both."""
    old = {row.id: row for row in rows_of(before)}
    new = {row.id: row for row in rows_of(now)}
    found = []
    for title, ids in (
        ("由对变错", {key for group in comparison.groups for key in group.lost}),
        ("由错变对", {key for group in comparison.groups for key in group.gained}),
    ):
        entries = tuple(_entry(row, old[key]) for key, row in new.items() if key in ids)
        if entries:
            found.append(Group(title=title, entries=entries))
    return found


def wrong_answers(rows: Sequence[AnswerRow]) -> list[Group]:
    """Return the wrong answers by type; errors are told apart."""
    wrong = [row for row in rows if "right" in row.scores and not row.right and row.error is None]
    return [
        _group(kind, [row for row in wrong if row.type == kind])
        for kind in dict.fromkeys(row.type for row in wrong)
    ]


def wrong_quotes(rows: Sequence[QuoteRow]) -> Group | None:
    """Return the quotes that were reported wrongly, all in one."""
    wrong = [row for row in rows if not row.right and row.error is None]
    return _group("报告有误的引文", wrong) if wrong else None


def wrong_sentences(rows: Sequence[SentenceRow]) -> Group | None:
    """Return the sentences that the grounding metric judges otherwise, of the half that is used to tune."""
    wrong = [row for row in rows if not row.right and row.error is None and row.split == "dev"]
    return _group("判错的句子（只列开发用的一半）", wrong) if wrong else None


def failures(run: Run) -> list[Failure]:
    """Return the questions, quotes and sentences that ended in an error."""
    return [
        Failure(id=row.id, asked=_asked(row), last=last_line(row.error), traceback=row.error)
        for row in rows_of(run)
        if row.error is not None
    ]


def _asked(row: _Row) -> str:
    """Return the question, the quote, or the sentence."""
    if isinstance(row, AnswerRow):
        return row.question
    return row.quote if isinstance(row, QuoteRow) else row.sentence


def _group(title: str, rows: Sequence[_Row]) -> Group:
    return Group(title=title, entries=tuple(map(_entry, rows[:MOST])), more=max(len(rows) - MOST, 0))


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
        asked=_asked(row),
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
