"""What is right and wrong about a quote report."""

from __future__ import annotations

from collections.abc import Iterator

from eval.dataset import Change, Passage, Quote
from eval.matching import plain
from rag.datatypes import Difference, Place, QuoteReport

SAME_PLACE = 0.5
"""A place that is shown is the right one if they share this much of the characters that they have together."""


def quote_faults(quote: Quote, report: QuoteReport) -> dict[str, tuple[str, ...]]:
    """Return what is wrong with a quote report, in words, for each of what the gold tells: none is right.

    `verdict`: it is the gold's or one that is right as well. `place`: the best match stands in the right place,
    or, where several parts have theirs, every part has a match; the number of places is right where the gold
    counts them. Of a gold that tells no more than a file, a match stands in it. `difference`: what was changed
    is pointed out, and nothing told that is barred.
    """
    faults: dict[str, tuple[str, ...]] = {}
    right = (quote.verdict, *quote.also)
    faults["verdict"] = (
        () if report.verdict in right else (f"判为 {report.verdict}，应为 {'或 '.join(right)}",)
    )
    if quote.file is not None:
        faults["place"] = tuple(_misplaced(quote, report))
    if quote.changes or quote.barred:
        faults["difference"] = tuple(_untold(quote, report))
    return faults


def _misplaced(quote: Quote, report: QuoteReport) -> Iterator[str]:
    """Yield the places that are not shown."""
    found = [match.place for match in report.matches]
    if not quote.places and quote.file not in {place.file for place in found}:
        yield f"没有指出出自 {quote.file}"
    shown = found[:1] if len(quote.places) == 1 else found
    for passages in quote.places:
        if not any(_same(place, passage) for place in shown for passage in passages):
            yield f"没有指出出自 {passages[0].file} [{passages[0].span.start}, {passages[0].span.end})"
    if quote.count is not None and report.places != quote.count:
        yield f"报 {report.places} 处，应为 {quote.count} 处"


def _same(place: Place, passage: Passage) -> bool:
    """Whether a place that is shown is the gold's."""
    if place.file != passage.file:
        return False
    there = passage.span
    shared = sum(max(0, min(s.end, there.end) - max(s.start, there.start)) for s in place.spans)
    together = sum(s.end - s.start for s in place.spans) + there.end - there.start - shared
    return shared >= SAME_PLACE * together


def _untold(quote: Quote, report: QuoteReport) -> Iterator[str]:
    """Yield the changes that are not pointed out, and the differences that are barred.

    Where the quote has several parts, in any of its matches, else in the best one.
    """
    matches = report.matches if len(quote.places) > 1 else report.matches[:1]
    told = [one for match in matches for one in match.differences]
    for change in quote.changes:
        if not any(_points_out(one, change) for one in told):
            kinds = f"（{'或 '.join(change.kinds)}）" if change.kinds else ""
            instead = "、".join(f"{one.given}→{one.source}（{one.kind}）" for one in told) or "无"
            yield f"没有指出 {change.given or '（无）'} 应为 {change.source or '（无）'}{kinds}，报的是：{instead}"
    for one in told:
        if one.kind in quote.barred:
            yield f"不该报 {one.kind}：{one.given} 应为 {one.source}"


def _points_out(told: Difference, change: Change) -> bool:
    """Whether a difference holds the words of a change (`600个` for `500个` points out 600 for 500) and is of its kind."""
    return (
        plain(change.given) in plain(told.given)
        and plain(change.source) in plain(told.source)
        and (not change.kinds or told.kind in change.kinds)
    )
