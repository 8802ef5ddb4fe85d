"""What is right and wrong about a quote report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from eval.dataset import Change, Passage, Quote
from eval.matching import plain
from rag.datatypes import Difference, Place, QuoteMatch, QuoteReport, QuoteVerdict

SAME_PLACE = 0.5
"""A place that is shown is the right one if they share this much of the characters that they have together."""
WORDY = frozenset(("word", "omission", "addition"))
"""Kinds of difference that say no more than that words differ."""


def quote_faults(quote: Quote, report: QuoteReport) -> dict[str, tuple[str, ...]]:
    """Return what is wrong with a quote report, in words, for each of what the gold tells: none is right.

    `verdict`: it is the gold's or one that is right as well. `place`: the best match stands in the right place,
    or, where several parts have theirs, every part has a match; the number of places is right where the gold
    counts them. Of a gold that tells no more than a file, a match stands in it. `difference`: what was changed
    is pointed out, and nothing told that is barred.

    Where words put in cut the only part in two, a report of `spliced` shows it in pieces: together they stand in
    its place, and the words that stand elsewhere are pointed out by a match there.
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
    whole = len(quote.places) == 1
    shown = [[place] for place in (found[:1] if whole else found)]
    if whole and report.verdict == "spliced":
        shown.append(found)
    for passages in quote.places:
        if not any(_same(places, passage) for places in shown for passage in passages):
            yield f"没有指出出自 {passages[0].file} [{passages[0].span.start}, {passages[0].span.end})"
    if quote.count is not None and report.places != quote.count:
        yield f"报 {report.places} 处，应为 {quote.count} 处"


def _same(places: Sequence[Place], passage: Passage) -> bool:
    """Whether what is shown, of several places what lies in the gold's, is the gold's."""
    there = range(passage.span.start, passage.span.end)
    spans = [span for place in places if place.file == passage.file for span in place.spans]
    if len(places) > 1:
        spans = [span for span in spans if span.start < there.stop and there.start < span.end]
    shown = {offset for span in spans for offset in range(span.start, span.end)}
    return len(shown & set(there)) >= SAME_PLACE * len(shown | set(there))


def _untold(quote: Quote, report: QuoteReport) -> Iterator[str]:
    """Yield the changes that are not pointed out, and the differences that are barred.

    Where the quote or the report has several parts, in any of its matches, else in the best one.
    """
    several = len(quote.places) > 1 or report.verdict == "spliced"
    matches = report.matches if several else report.matches[:1]
    told = [one for match in matches for one in match.differences]
    for change in quote.changes:
        if not any(_points_out(match, change, report.verdict) for match in matches):
            kinds = f"（{'或 '.join(change.kinds)}）" if change.kinds else ""
            instead = "、".join(f"{one.given}→{one.source}（{one.kind}）" for one in told) or "无"
            yield f"没有指出 {change.given or '（无）'} 应为 {change.source or '（无）'}{kinds}，报的是：{instead}"
    for one in told:
        if one.kind in quote.barred:
            yield f"不该报 {one.kind}：{one.given} 应为 {one.source}"


def _points_out(match: QuoteMatch, change: Change, verdict: QuoteVerdict) -> bool:
    """Whether a match tells a change: by a difference, by two that touch each other, or by where words put in stand."""
    if verdict == "spliced" and any(_same([match.place], passage) for passage in change.places):
        return True
    told = match.differences
    return any(_tells([one], change) for one in told) or any(
        _tells(pair, change)
        for pair in pairwise(told)
        if (pair[0].given_at[1], pair[0].source_at[1]) == (pair[1].given_at[0], pair[1].source_at[0])
    )


def _tells(told: Sequence[Difference], change: Change) -> bool:
    """Whether differences, read as one, hold the words of a change: `600个` for `500个` tells 600 for 500.

    One of them is of the change's kind, and none of another that says more than that words differ. Words left
    out or put in may be told as a longer word for a shorter one, if these differ in nothing else.
    """
    given, source = (
        plain("".join(words)) for words in zip(*((one.given, one.source) for one in told), strict=True)
    )
    if plain(change.given) not in given or plain(change.source) not in source:
        return False
    kinds = {one.kind for one in told}
    less, more = sorted((given, source), key=len)
    words = plain(change.given or change.source)
    grown = not (change.given and change.source) and more.replace(words, "", 1) == less
    right = {*change.kinds, "word"} if grown else set(change.kinds)
    return not change.kinds or (bool(kinds & right) and kinds <= right | WORDY)
