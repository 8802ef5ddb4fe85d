"""A checked manuscript as HTML. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rag.datatypes import Checked, ManuscriptReport
from rag.proof import OUTCOMES, notes, overview
from rag.web.found import Found
from rag.web.html import block, escape
from rag.web.report import find_match, findings_html

Numbered = tuple[int, Checked]


def manuscript_html(report: ManuscriptReport, *, linked: bool = True) -> str:
    """Return a manuscript, each stretch coloured by what became of it, with the findings under each paragraph.

    Args:
        report: the manuscript's report.
        linked: whether the words of a source open it; not so in a report that stands alone.
    """
    paragraphs = "".join(_paragraph(paragraph, linked) for paragraph in _paragraphs(report))
    return block("yj-report", [f'<p class="yj-overview">{escape(overview(report))}</p>', paragraphs])


def find_checked(report: ManuscriptReport, reference: str) -> Found | None:
    """Return what a link of the report (`match-N-K`, `near-N-K`) stands for; beside it is the first of each stretch."""
    kind, number, place = reference.split("-")
    told = [checked.report for checked in report.checked if checked.report]
    if not 1 <= int(number) <= len(told):
        return None
    found = find_match(told[int(number) - 1], f"{kind}-{place}")
    firsts = {
        n: f"{'match' if each.matches else 'near'}-{n}-1"
        for n, each in enumerate(told, start=1)
        if each.matches or each.nearest
    }
    return found and replace(found, row=tuple((firsts | {int(number): reference}).values()))


def _is_told(checked: Checked) -> bool:
    return checked.report is not None


def _paragraphs(report: ManuscriptReport) -> Iterator[list[Numbered]]:
    """Yield the stretches of each paragraph, those that something is told of with a number from 1, others with 0."""
    paragraph: list[Numbered] = []
    number = end = 0
    for checked in report.checked:
        if paragraph and "\n" in report.text[end : checked.spans[0].start]:
            yield paragraph
            paragraph = []
        number += _is_told(checked)
        paragraph.append((number if _is_told(checked) else 0, checked))
        end = checked.spans[-1].end
    if paragraph:
        yield paragraph


def _paragraph(stretches: list[Numbered], linked: bool) -> str:
    text = "".join(_stretch(number, checked) for number, checked in stretches)
    told = "".join(_note(number, checked, linked) for number, checked in stretches if number)
    return f'<p class="yj-manuscript">{text}</p>{told}'


def _stretch(number: int, checked: Checked) -> str:
    sign = f"<sup>{number}</sup>" if number else ""
    return f'<span class="yj-item yj-{checked.outcome}">{escape(checked.text)}{sign}</span>'


def _note(number: int, checked: Checked, linked: bool) -> str:
    if checked.report is None:
        return ""
    verdict = f"<strong>{number} {OUTCOMES[checked.outcome]}</strong>"
    doubts = "".join(f'<p class="yj-doubtful">{escape(note)}</p>' for note in notes(checked))
    found = findings_html(checked.report, f"{number}-", linked=linked)
    return block("yj-note", [f'<p class="yj-verdict yj-{checked.outcome}">{verdict}</p>', doubts, found])
