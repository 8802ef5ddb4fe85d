"""What there is to check in a paragraph of a manuscript: its sentences, and the quotations in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.attribution import SAID
from rag.manuscript.speakers import named
from rag.text import fold, sentences, worded

QUOTED = 19
"""From so many letters, characters and digits on, words in quotation marks are somebody's, and not a term (fitted)."""
INTRODUCED = 12
"""The same where a verb of speech or a colon stands before the marks; fewer are read with their sentence (fitted)."""

_PAIRS = dict(zip("“「『﹁﹃‘", "”」』﹂﹄’", strict=True)) | {'"': '"', "＂": "＂"}
_VERB = rf"(?:{SAID}|提出|规定|明确|提到|写道|写明|部署|披露|回应)"
# Who speaks, with up to two clauses about the occasion: “……日前在接受采访时指出：”.
_LEAD = re.compile(
    rf"(?:[^,;:。!?]{{0,40}},){{0,2}}[^,;:。!?]{{0,40}}?{_VERB}(?:道|称|说|了|过|,|的是)?(?P<stop>[:,])"
)
_INTRODUCTION = re.compile(rf"(?:{_VERB}[^,;。!?\"]{{0,4}},?|:)$")
_ENDED = re.compile(r"[。！!]\W$")

Range = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch [start, end) of a paragraph's text.

    `marked` says that it stands in quotation marks, or behind “X指出：”, and is looked up by itself; `claimed` as
    in `Checked`.
    """

    start: int
    end: int
    marked: bool = False
    claimed: bool = False


def quotations(paragraphs: Sequence[str]) -> list[list[Part]]:
    """Return for each paragraph what stands in quotation marks in it, marks included, short terms left out.

    Of nested marks only the outermost count. A quotation that a paragraph leaves open goes on in the next one
    where that begins with the same mark, or closes it; otherwise the mark is taken for a slip of the pen.
    """
    found = []
    carried = ""
    for number, text in enumerate(paragraphs):
        following = paragraphs[number + 1] if number + 1 < len(paragraphs) else ""
        marked, carried = _marked(text, carried, following)
        found.append(
            [
                Part(start=start, end=end, marked=True, claimed=_is_claimed(text, start, end))
                for start, end in marked
                if size(text[start:end]) >= INTRODUCED or _ENDED.search(text[start:end])
            ]
        )
    return found


def _marked(text: str, carried: str, following: str) -> tuple[list[Range], str]:
    """Return the stretches in marks, and the mark that stays open at the end, "" for none.

    Args:
        text: a paragraph.
        carried: the mark that the paragraph before left open.
        following: the paragraph after.
    """
    ranges = []
    opened = [(carried, 0)] if carried and not text.startswith(carried) else []
    at = 0
    while True:
        for position in range(at, len(text)):
            character = text[position]
            if opened and character == _PAIRS[opened[-1][0]]:
                mark, start = opened.pop()
                if not opened:
                    ranges.append((start, position + 1))
            elif character in _PAIRS:
                opened.append((character, position))
        if not opened:
            return ranges, ""
        mark, start = opened[0]
        if _goes_on(mark, following):
            return [*ranges, (start, len(text))], mark
        ranges = [(low, high) for low, high in ranges if high <= start]
        opened, at = [], start + 1


def _goes_on(mark: str, following: str) -> bool:
    """Whether a paragraph goes on with a quotation that was opened with `mark` before it."""
    closer = _PAIRS[mark]
    if following.startswith(mark):
        return True
    marks = [character for character in following if character in (mark, closer)]
    return mark != closer and marks[:1] == [closer]


def _is_claimed(text: str, start: int, end: int) -> bool:
    """Whether what stands in marks is given out as somebody's words, and not as a term or a title."""
    inside = text[start:end]
    if re.fullmatch(r"\W*《[^》]*》\W*", inside):
        return False
    if _ENDED.search(inside):
        return True
    return size(inside) >= (INTRODUCED if is_introduced(text, start) else QUOTED)


def is_introduced(text: str, start: int) -> bool:
    """Whether a verb of speech or a colon stands right before `start`."""
    return _INTRODUCTION.search(fold(text[max(0, start - 12) : start])) is not None


def size(text: str) -> int:
    """Return the number of letters, characters and digits in `text`."""
    return sum(character.isalnum() for character in text)


def units(text: str, quoted: Sequence[Part]) -> list[tuple[Range, list[Part]]]:
    """Return the sentences of a paragraph, those that a quotation runs over as one, each with its parts.

    A sentence without a quotation is one part of itself. Parts tile their sentence, white space aside, and
    none is without a letter, character or digit unless its whole sentence is.

    Args:
        text: the paragraph.
        quoted: what stands in quotation marks in it, in order.
    """
    joined: list[Range] = []
    for span in sentences(text):
        if joined and any(part.start < span.start < part.end for part in quoted):
            joined[-1] = (joined[-1][0], span.end)
        else:
            joined.append((span.start, span.end))
    return [((start, end), _parts(text, start, end, quoted)) for start, end in joined]


def _parts(text: str, start: int, end: int, quoted: Sequence[Part]) -> list[Part]:
    inner = [part for part in quoted if start <= part.start < end]
    if not any(part.claimed for part in inner):
        lead = introduction(text[start:end])
        inner = [Part(start=start + lead, end=end, marked=True, claimed=True)] if lead else inner
    parts: list[Part] = []
    at = start
    for part in inner:
        if at < part.start:
            parts.append(Part(start=at, end=part.start))
        parts.append(part)
        at = part.end
    if at < end:
        parts.append(Part(start=at, end=end))
    return _worded(text, parts)


def _worded(text: str, parts: Sequence[Part]) -> list[Part]:
    """Return the parts, one that is marks alone joined to the one before it, or the first to the one after."""
    joined: list[Part] = []
    for part in parts:
        if joined and not (
            worded(text[part.start : part.end]) and worded(text[joined[-1].start : joined[-1].end])
        ):
            last = joined.pop()
            part = Part(
                start=last.start,
                end=part.end,
                marked=part.marked or last.marked,
                claimed=part.claimed or last.claimed,
            )
        joined.append(part)
    return joined


def introduction(sentence: str) -> int:
    """Return where in a sentence the words begin that it gives out as somebody's: behind “X指出：”; 0 for nowhere.

    Behind a comma only where the sentence says who: a person, a body or a document by name.
    """
    lead = _LEAD.match(fold(sentence))
    if not lead or not worded(sentence[lead.end() :]):
        return 0
    return lead.end() if lead["stop"] == ":" or named(sentence[: lead.end()]) else 0
