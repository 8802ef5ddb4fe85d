"""A checked manuscript in words, and as text for a terminal. Pure functions."""

from __future__ import annotations

from rag.datatypes import Checked, Difference, ManuscriptReport, Outcome
from rag.render import finding_lines
from rag.terminal import BOLD, GREEN, MAGENTA, RED, YELLOW, style

OUTCOMES: dict[Outcome, str] = {
    "exact": "原文如此",
    "altered": "有改动",
    "spliced": "拼接",
    "paraphrase": "转述",
    "not_found": "称引而文中没有",
    "own": "自己的话",
}
_COLOURS = {
    "exact": GREEN,
    "altered": RED,
    "spliced": RED,
    "paraphrase": YELLOW,
    "not_found": MAGENTA,
}


def overview(report: ManuscriptReport) -> str:
    """Return how long a manuscript is and how many stretches of it had each outcome, in a line."""
    counts = "，".join(f"{OUTCOMES[outcome]} {count}" for outcome, count in report.counts.items() if count)
    return f"稿件 {sum(not c.isspace() for c in report.text)} 字，{len(report.checked)} 处：{counts}"


def wording_note(checked: Checked) -> str:
    """Return what an editor is told of a quotation in marks whose words are not the source's, "" for others."""
    restated = checked.outcome == "paraphrase" and checked.text[:1] in '“「『"‘＂'
    return "引号里不是原话：意思相同，字句不同" if restated else ""


def attribution_text(difference: Difference) -> str:
    """Return whom a manuscript gives words to and whom the source has for them, in words."""
    if not difference.source:
        return f"出处存疑：稿件说是“{difference.given}”，原文没有提到"
    return f"出处不符：稿件说是“{difference.given}”，原文是“{difference.source}”"


def line_of(report: ManuscriptReport, checked: Checked) -> int:
    """Return the line of the manuscript, from 1, that a stretch begins on."""
    return report.text.count("\n", 0, checked.spans[0].start) + 1


def notes(checked: Checked) -> list[str]:
    """Return what is told of a stretch as a whole, a line each: whom it is wrongly given to, marks without their words."""
    found = [wording_note(checked)]
    found += [attribution_text(checked.attribution)] if checked.attribution else []
    return [note for note in found if note]


def manuscript_text(report: ManuscriptReport) -> str:
    """Return a manuscript report for a terminal: the counts, then all that is not the author's own, in order."""
    lines = [overview(report)]
    for number, checked in enumerate(told(report), start=1):
        name = style(OUTCOMES[checked.outcome], _COLOURS[checked.outcome], BOLD)
        lines.append(f"\n{number}. 第 {line_of(report, checked)} 行  {name}\n   {checked.text}")
        under = notes(checked) + (finding_lines(checked.report) if checked.report else [])
        lines += [f"   {line}" for each in under for line in each.split("\n")]
    return "\n".join(lines)


def told(report: ManuscriptReport) -> list[Checked]:
    """Return the stretches that something is told of: all that is not the author's own, in order."""
    return [checked for checked in report.checked if checked.report]
