"""What a quote owns up to: words left out for an ellipsis, words put in within brackets, who is said to say it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from rag.datatypes import Counterpart, Difference, Span
from rag.manifest import OpenIndex
from rag.quoting.alignment import Block
from rag.quoting.asked import ITEM, LEFT_OUT, NUMERAL, Quote
from rag.quoting.differences import difference
from rag.quoting.edges import gaps
from rag.quoting.layout import OVERLAP
from rag.quoting.standing import standing
from rag.quoting.stream import Stream
from rag.quoting.tokens import negations, tokens
from rag.structure.people import SPEECH, SURNAMES
from rag.text import fold, squeeze, worded

_NOTER = "(?:编者|引者|笔者|译者|作者|记者|本报)"
_INSERTED = re.compile(
    # Square brackets, but for the year of a document's number.
    r"[\[［〔【](?!\d{4}[\]］〕】]\s*第?\d+号)(?P<square>[^\[\]［］〔〕【】]{1,80})[\]］〕】]"
    rf"|[(（](?:(?:指|即|{_NOTER}?[注按]|原文|原话|下同|下称|以下简称)[^()（）]{{0,80}}|[^()（）]{{1,80}}{_NOTER}[注按])[)）]"
)
# What the words before an item end with that has its own number.
_NUMBERED = re.compile(rf"{NUMERAL}\Z")
# A quotation in marks and who is said to say it: 某人在会上指出：“……”, 据悉,“……”, 某人：“……”.
_UNQUOTED = r"[^“”「」『』\"]"
_SAYING = f"(?:{SPEECH}|要求|写道|明确|规定|报道|消息|获悉|了解到|[电讯])"
_LED_IN = re.compile(
    rf"(?P<lead>(?:据{_UNQUOTED}{{1,40}}|{_UNQUOTED}{{1,60}}{_SAYING}[^“”「」『』\",，。]{{0,6}}|[{''.join(sorted(SURNAMES))}][一-鿿]{{1,2}})"
    r"[:：,，]\s*)(?:“[^“”]+”|「[^「」]+」|『[^『』]+』|\"[^\"]+\")[。.！!？?]?"
)
# As many of the characters beside an insertion tell whether it stands in a source there.
_BESIDE = 4
# So many characters before an item's words its number may stand, where words are left out between.
_ITEM_REACH = 16
_DIGITS = frozenset("0123456789.")
_FIGURE = _DIGITS | {"%"}


def plain(index: OpenIndex, quote: Quote) -> Quote:
    """Return a quote without what it owns up to having put in that stands in no source; itself if there is none."""
    asides = [
        Span(start=match.start(), end=match.end())
        for pattern in (_INSERTED, LEFT_OUT)
        for match in pattern.finditer(quote.text)
        if _licensed(index, quote, match)
    ]
    item = ITEM.match(quote.text, len(quote.text) - len(quote.text.lstrip()))
    if item and _unnumbered(index, quote, item):
        asides.append(Span(start=item.start(), end=item.end()))
    led = _LED_IN.fullmatch(quote.text.strip())
    if led and not negations(led["lead"]):
        shift = quote.text.index(led["lead"])
        asides.append(Span(start=shift, end=shift + len(led["lead"])))
    if not asides:
        return quote
    found = Quote.read(quote.text, sorted(set(asides)))
    return found if 0 < len(found.key.text) < len(quote.key.text) else quote


def _licensed(index: OpenIndex, quote: Quote, match: re.Match[str]) -> bool:
    """Whether an insertion changes nothing that it stands in, and does not stand in a source itself."""
    low, high = (bisect_left(quote.key.origin, at) for at in match.span())
    text = quote.key.text
    words = text[low:high]
    beside = (text[max(low - _BESIDE, 0) : low], text[high : high + _BESIDE])
    if any(
        standing(index, both)
        for both, context in ((beside[0] + words, beside[0]), (words + beside[1], beside[1]))
        if context
    ):
        return False
    folded = fold(quote.text)
    before, after = folded[: match.start()].rstrip()[-1:], folded[match.end() :].lstrip()[:1]
    if (before in _DIGITS and words[:1] in _FIGURE) or (words[-1:] in _FIGURE and after in _FIGURE):
        return False
    kinds = {token.kind for token in tokens(match.group().strip("[]［］〔〕【】()（）"))}
    return not kinds <= {"negation", "modality"}


def _unnumbered(index: OpenIndex, quote: Quote, item: re.Match[str]) -> bool:
    """Whether what follows the number of a quote's first item has no number before it where it stands.

    The same number a little before is the source's own: words between the two were left out.
    """
    at = bisect_left(quote.key.origin, item.end())
    number = quote.key.text[:at]
    its_own = (
        re.compile(rf"(?<![0-9〇一二三四五六七八九十]){re.escape(number)}(?![0-9〇一二三四五六七八九十])")
        if number
        else None
    )
    places = standing(index, quote.key.text[at : at + OVERLAP])
    before = [one.window.text[: max(0, one.start - one.window.start)] for one in places]
    return at < len(quote.key.text) and not any(
        _NUMBERED.search(text) or (its_own and its_own.search(text[-_ITEM_REACH:])) for text in before
    )


def replaced(quote: Quote, found: Sequence[Difference]) -> tuple[list[Difference], list[Span]]:
    """Return the differences, and what of the asides is none: words in brackets may stand in place of others.

    “截至[2024年]底” for “截至2025年底” puts in no note, it changes the year.
    """
    origin = quote.key.origin
    rest = list(quote.asides)
    differences = []
    for one in found:
        point = bisect_left(origin, one.given_at[0])
        aside = next((aside for aside in rest if bisect_left(origin, aside.start) == point), None)
        if aside and not one.given and worded(quote.text[aside.start : aside.end]):
            rest.remove(aside)
            words = squeeze(quote.text[aside.start : aside.end])
            kind = difference(words, one.source, (words, one.source)).kind
            one = replace(one, given=words, kind=kind, given_at=(aside.start, aside.end))
        differences.append(one)
    return differences, rest


def marked(
    stream: Stream, quote: Quote, part: tuple[int, int], blocks: Sequence[Block], asides: Sequence[Span]
) -> list[Counterpart]:
    """Return what a quote owns up to within one of its parts, in its order.

    Args:
        stream: the sources.
        quote: the quote.
        part: the part's key characters, [start, end).
        blocks: where these stand.
        asides: what the quote has put in.
    """
    origin, text = quote.key.origin, quote.text
    found = []
    for gap in gaps(quote, blocks):
        given_at = quote.ellipses[gap.at]
        source_at = (stream.raw(gap.start), stream.raw(gap.end - 1) + 1)
        given = squeeze(text[slice(*given_at)])
        words = stream.words(gap.start, gap.end)
        found.append(
            Counterpart(given=given, source=words, kind="omission", given_at=given_at, source_at=source_at)
        )
    for aside in asides:
        at = bisect_left(origin, aside.start)
        if part[0] <= at < part[1] or at == part[1] == len(origin):
            point = _point(stream, blocks, at)
            given, given_at = squeeze(text[aside.start : aside.end]), (aside.start, aside.end)
            if not LEFT_OUT.fullmatch(given):
                found.append(
                    Counterpart(
                        given=given, source="", kind="addition", given_at=given_at, source_at=(point, point)
                    )
                )
    return sorted(found, key=lambda one: one.given_at)


def _point(stream: Stream, blocks: Sequence[Block], at: int) -> int:
    """Return the offset in the file of what stands before a quote's key character."""
    before = [block for block in blocks if block.quote < at]
    if not before:
        return stream.raw(blocks[0].source)
    last = before[-1]
    return stream.raw(last.source + min(at - last.quote, last.length) - 1) + 1
