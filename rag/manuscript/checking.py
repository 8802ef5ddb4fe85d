"""Judges the parts of a manuscript: which quote something, and which are the author's own words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from rag.datatypes import (
    Checked,
    Difference,
    Document,
    ManuscriptReport,
    QuoteReport,
    Source,
    Span,
    cut,
    locate,
)
from rag.errors import UsageError
from rag.manuscript.speakers import attribution
from rag.manuscript.splitting import Part, Range, quotations, size, units
from rag.quotes import LONGEST
from rag.structure import parse
from rag.text import sentences, worded

LONGEST_MANUSCRIPT = 200_000
"""Characters of a manuscript: a book is no article."""
VERBATIM = 8
"""So many letters, characters and digits that stand so are taken from somewhere; fewer are a formula (fitted)."""
CHANGED = 10
"""So many that stand there with a change, or in other words, are; fewer may be alike by chance (fitted)."""
ALIKE = 0.65
"""Words that are not given out as a quotation quote a place that they are at least so similar to (fitted)."""
_OUTSIDE = 0.5
"""A sentence is judged whole where at least this share of what stands outside its quotations is from there too."""

Lookup = Callable[[str], QuoteReport]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """A stretch [start, end) of a paragraph's text, and the lookup's report where it quotes or claims to."""

    start: int
    end: int
    claimed: bool = False
    report: QuoteReport | None = None
    wrongly: Difference | None = None


def check(source: Source, lookup: Lookup, document: Callable[[str], Document]) -> ManuscriptReport:
    """Return what each sentence and quotation of a manuscript is, in its order.

    A sentence is judged whole, or where it has quotations by its parts: what stands around a quotation is the
    author's. Sentences that stand in a source in a row are one finding.

    Args:
        source: the manuscript as it was read.
        lookup: finds a quote in the documents.
        document: returns an indexed file, for who speaks there.

    Raises:
        UsageError: the manuscript has no word in it, or more than `LONGEST_MANUSCRIPT` characters.
    """
    if not worded(source.text):
        raise UsageError("稿件里没有文字；请检查给出的文件或粘贴的内容")
    if len(source.text) > LONGEST_MANUSCRIPT:
        raise UsageError(
            f"稿件有 {len(source.text)} 个字符，超过 {LONGEST_MANUSCRIPT} 个的上限；请分几次核查"
        )
    blocks = _blocks(source)
    texts = [cut(source.text, spans) for spans in blocks]
    checked = []
    for spans, text, quoted in zip(blocks, texts, quotations(texts), strict=True):
        judged = [one for unit in units(text, quoted) for one in _unit(text, *unit, lookup, document)]
        checked += [_placed(one, text, spans) for one in _merged(text, judged, lookup)]
    return ManuscriptReport(text=source.text, checked=tuple(checked))


def _blocks(source: Source) -> list[tuple[Span, ...]]:
    """Return the spans of each paragraph, heading and other line of a manuscript, in its order."""
    document = parse(source)
    lines = list(document.noise)
    blocks: list[tuple[Span, ...]] = []
    for article in document.articles:
        blocks += [paragraph.spans for paragraph in article.paragraphs]
        blocks += [(heading.span,) for heading in article.headings]
        lines += article.metadata
    blocks += [(span,) for block in lines for span in _lines(source.text, block.span)]
    return sorted(blocks, key=lambda spans: spans[0].start)


def _lines(text: str, span: Span) -> Iterator[Span]:
    """Yield the spans of the lines in a span that are not blank."""
    at = span.start
    for line in text[span.start : span.end].splitlines(keepends=True):
        if line.strip():
            yield Span(start=at, end=at + len(line.rstrip()))
        at += len(line)


def _unit(
    text: str, within: Range, parts: Sequence[Part], lookup: Lookup, document: Callable[[str], Document]
) -> list[_Judged]:
    """Return what a sentence, or several under one quotation, is: one finding, or one for each of its parts."""
    low, high = within
    if len(parts) == 1:
        return _part(text, parts[0], lookup)
    judged = [one for part in parts for one in (_part(text, part, lookup) if part.marked else [_own(part)])]
    whole = lookup(text[low:high]) if high - low <= LONGEST else None
    if whole and _stands_whole(whole, judged, text):
        return [_Judged(start=low, end=high, report=whole)]
    return [_attributed(one, text, within, document) for one in _own_joined(judged)]


def _own(part: Part) -> _Judged:
    return _Judged(start=part.start, end=part.end)


def _own_joined(judged: Iterable[_Judged]) -> list[_Judged]:
    """Return the findings of a sentence, the author's own words between two of them as one."""
    joined: list[_Judged] = []
    for one in judged:
        if joined and all(each.report is None for each in (joined[-1], one)):
            one = replace(one, start=joined.pop().start)
        joined.append(one)
    return joined


def _part(text: str, part: Part, lookup: Lookup) -> list[_Judged]:
    """Return what a part is; a quotation of several sentences that stands nowhere, sentence by sentence."""
    judged = _Judged(start=part.start, end=part.end, claimed=part.claimed)
    if part.end - part.start <= LONGEST:
        words = text[part.start : part.end]
        report = lookup(words) if size(words) >= (1 if part.claimed else VERBATIM) else None
        found = report is not None and (part.claimed or _quotes(report, part.marked))
        judged = replace(judged, report=report if found else None)
        if not part.claimed or report is None or report.verdict != "not_found":
            return [judged]
    pieces = list(_pieces(text, part))
    return [judged] if len(pieces) == 1 else [one for piece in pieces for one in _part(text, piece, lookup)]


def _pieces(text: str, part: Part) -> Iterator[Part]:
    """Yield the sentences of a part, none of them longer than a quote may be."""
    for span in sentences(text[part.start : part.end]):
        for low in range(part.start + span.start, part.start + span.end, LONGEST):
            yield replace(part, start=low, end=min(low + LONGEST, part.start + span.end))


def _quotes(report: QuoteReport, term: bool = False) -> bool:
    """Whether words that nobody gives out as a quotation are one; a term in marks does not restate anything."""
    length = size(report.quote)
    if report.verdict in ("exact", "not_found"):
        return report.verdict == "exact" and length >= VERBATIM
    if report.verdict == "paraphrase":
        return length >= CHANGED and not term
    return length >= CHANGED and max(match.similarity for match in report.matches) >= ALIKE


def _stands_whole(whole: QuoteReport, judged: Sequence[_Judged], text: str) -> bool:
    """Whether what stands around the quotations of a sentence is from the source as well."""
    if whole.verdict == "spliced" or not _quotes(whole):
        return False
    own = sum(size(text[one.start : one.end]) for one in judged if one.report is None)
    return _shared(whole) - sum(_shared(one.report) for one in judged) >= _OUTSIDE * own


def _shared(report: QuoteReport | None) -> float:
    """Return how many characters of a quote stand in its best place; those that it owns up to adding do not."""
    if report is None or not report.matches:
        return 0.0
    best = report.matches[0]
    length = size(report.quote)
    added = sum(size(words.given) for words in best.marked)
    return min(best.similarity * (length + size(best.place.quote)) / 2, length - added)


def _attributed(one: _Judged, text: str, within: Range, document: Callable[[str], Document]) -> _Judged:
    """Return a finding with whom its sentence wrongly gives it to."""
    if not one.claimed or one.report is None:
        return one
    before, after = text[within[0] : one.start], text[one.end : within[1]]
    wrong = attribution(before, after, one.report, document)
    if wrong is None:
        return one
    side, difference = wrong
    at = within[0] if side is before else one.end
    given_at = (difference.given_at[0] + at, difference.given_at[1] + at)
    return replace(one, wrongly=replace(difference, given_at=given_at))


def _merged(text: str, judged: Sequence[_Judged], lookup: Lookup) -> Iterator[_Judged]:
    """Yield the findings of a paragraph, verbatim sentences that stand in a row in one place as one."""
    last: _Judged | None = None
    for one in judged:
        joined = _joined(text, last, one, lookup) if last else None
        if last and not joined:
            yield last
        last = joined or one
    if last:
        yield last


def _joined(text: str, last: _Judged, one: _Judged, lookup: Lookup) -> _Judged | None:
    if any(each.claimed or each.report is None or each.report.verdict != "exact" for each in (last, one)):
        return None
    if one.end - last.start > LONGEST:
        return None
    report = lookup(text[last.start : one.end])
    return _Judged(start=last.start, end=one.end, report=report) if report.verdict == "exact" else None


def _placed(one: _Judged, text: str, spans: Sequence[Span]) -> Checked:
    """Return a finding in a paragraph's text as one in the manuscript, whose spans the paragraph has."""
    placed = locate(spans, one.start, one.end)
    wrongly = one.wrongly
    if wrongly:
        named = locate(spans, *wrongly.given_at)
        wrongly = replace(wrongly, given_at=(named[0].start, named[-1].end))
    return Checked(
        spans=placed,
        text=text[one.start : one.end],
        claimed=one.claimed,
        report=one.report,
        attribution=wrongly,
    )
