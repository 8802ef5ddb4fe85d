"""What became of quotations as a sheet: both texts, what differs in them marked, and every difference in a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from rag.datatypes import ManuscriptReport, QuoteMatch, QuoteReport
from rag.export.sheet import Block, Sheet, Style, Table, Words, block, on_one_line
from rag.marking import Stretch, quote_marked, source_marked
from rag.proof import OUTCOMES, line_of, notes, overview, told
from rag.render import KINDS, VERDICTS, agreement_text, owned_text, place_text

Report = QuoteReport | ManuscriptReport
_TITLE = "引文核查"


def report_sheet(report: Report) -> Sheet:
    """Return a report on a quote, or on a manuscript, as a sheet."""
    blocks = _quote_blocks(report) if isinstance(report, QuoteReport) else _manuscript_blocks(report)
    return Sheet(title=_TITLE, blocks=(block("title", _TITLE), *blocks))


def _quote_blocks(report: QuoteReport) -> Iterator[Block | Table]:
    yield block("text", Words(text=VERDICTS[report.verdict], style="strong"))
    yield from _findings("引文", report.quote, report)


def _manuscript_blocks(report: ManuscriptReport) -> Iterator[Block | Table]:
    yield block("text", overview(report))
    for number, checked in enumerate(told(report), start=1):
        yield block("heading", f"{number}. {OUTCOMES[checked.outcome]}（第 {line_of(report, checked)} 行）")
        for note in notes(checked):
            yield block("remark", note)
        if checked.report:
            yield from _findings("稿件", checked.text, checked.report)


def _findings(name: str, text: str, report: QuoteReport) -> Iterator[Block | Table]:
    """Yield the places behind a quote, or the passages nearest to it; `name` is what the quote is called."""
    if not report.matches:
        yield block("quote", f"{name}：", text)
    if report.places > len(report.matches):
        yield block("remark", f"文档里共有 {report.places} 处，列出 {len(report.matches)} 处")
    for match in report.matches:
        yield block("quote", f"{name}：", *_marked(quote_marked(text, match), "struck"))
        yield block("quote", "原文：", *_marked(source_marked(match), "added"))
        yield block("remark", _origin(match))
        if match.differences:
            rows = (
                (each.given or "（无）", each.source or "（无）", KINDS[each.kind])
                for each in match.differences
            )
            yield Table(rows=((name, "原文", "差别"), *(tuple(map(on_one_line, row)) for row in rows)))
        for fact in match.facts:
            yield block("item", f"相符的{agreement_text(fact)}")
        for owned in match.marked:
            yield block("item", owned_text(owned))
    if report.nearest:
        yield block("remark", "最接近的原文：")
    for match in report.nearest:
        yield block("item", f"{_origin(match)}：{match.place.quote}")


def _origin(match: QuoteMatch) -> str:
    return f"{place_text(match.place)}，相似度 {match.similarity:.2f}"


def _marked(stretches: Iterable[Stretch], style: Style) -> Iterator[Words]:
    """Yield stretches as words, those that differ in `style`, what the quote itself owns up to not among them.

    Where words are missing stands a sign.
    """
    for differs, group in groupby(stretches, key=lambda each: each.told is not None and not each.owned):
        words = "".join(each.text for each in group)
        yield Words(text=words or "‸", style=style) if differs else Words(text=words)
