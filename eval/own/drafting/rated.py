"""Questions from feedback: what a user has found right becomes a case, what was wrong waits for its gold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from eval.own.drafting.candidate import Candidate
from eval.own.feedback import Feedback
from eval.own.finder import Finder
from rag.numerals import find_dates, numbers
from rag.question import analyse
from rag.text import squeeze

_EXCERPT = 160


def from_feedback(rows: Iterable[Feedback], finder: Finder) -> list[Candidate]:
    """Return one candidate a question, by its latest rating; those answered wrongly first."""
    latest = {(row.question, row.history): row for row in sorted(rows, key=lambda row: row.time)}
    ordered = sorted(latest.values(), key=lambda row: row.rating == "right")
    return [_right(row, finder) if row.rating == "right" else _wrong(row) for row in ordered]


def _wrong(row: Feedback) -> Candidate:
    remark = f"用户说：{row.note}；" if row.note else ""
    return Candidate(
        question=row.question,
        history=row.history,
        type="反馈",
        rule="答错的反馈",
        note=f"{remark}当时{'拒答' if row.refused else '答'}：{_excerpt(row)}；请补标准答案或要点",
    )


def _right(row: Feedback, finder: Finder) -> Candidate:
    """Return a case whose sources are the cited words, and whose facts are the figures where one was asked for."""
    standing = [place for place in row.places if finder.places(place.quote, _held(finder, place.file))]
    facts = _figures(row.said) if analyse(row.question).kind in ("number", "date") else []
    lost = len(row.places) - len(standing)
    gone = f"有 {lost} 处引文已不在文档里" if lost else ""
    many = "要点是回答里的全部数字，请只留问到的" if len(facts) > 1 else ""
    return Candidate(
        question=row.question,
        history=row.history,
        type="反馈",
        rule="答对的反馈",
        answerable=not row.refused,
        facts=() if row.refused else tuple((fact,) for fact in facts),
        reference="" if row.refused or facts else " ".join(row.said),
        file="" if row.refused else "\n".join(dict.fromkeys(place.file for place in standing)),
        quotes=() if row.refused else tuple(dict.fromkeys(place.quote for place in standing)),
        note="；".join(filter(None, (row.note, gone, many))),
    )


def _held(finder: Finder, file: str) -> list[str]:
    return [file] if file in finder.files else []


def _figures(said: Sequence[str]) -> list[str]:
    """Return the dates and the numbers with a unit that an answer gives, as it writes them, once each."""
    text = " ".join(said)
    days = [span for _, span in find_dates(text)]
    rest = [
        number.span
        for number in numbers(text)
        if number.unit and not any(day.start <= number.span.start < day.end for day in days)
    ]
    return list(dict.fromkeys(text[span.start : span.end] for span in sorted([*days, *rest])))


def _excerpt(row: Feedback) -> str:
    said = squeeze(" ".join(row.said))
    return said[:_EXCERPT] + ("…" if len(said) > _EXCERPT else "")
