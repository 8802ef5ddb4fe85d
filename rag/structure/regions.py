"""Stretches of lines that are no text: a table of contents, teasers for other pieces, a page's foot."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from rag.structure.joining import straddles
from rag.structure.lines import Line

STATED = (
    "byline",
    "dateline",
    "reporter",
    "number",
    "adoption",
    "record",
    "colophon",
    "endnote",
    "release",
    "attachment",
)
"""Kinds of lines that state something of the article that they stand in."""
NOISE = ("credit", "masthead", "guide", "qr", "furniture", "rule")
"""Kinds of lines that belong to the page rather than to an article."""
ANNOUNCING = STATED[:6]
"""Kinds of lines that stand right under a title."""
_NARROWEST = 18
"""Characters: a narrower column is not told from a list by its width."""
_LEAST_WRAPPED = 8
_INSIDE_SHARE = 0.1
"""Share of those that must break off inside a word: at random, a quarter or so do."""
_INDENT = 3
"""Characters: a paragraph's first line is indented by two, and a mark may hang over the edge."""
_WRAPPED_SHARE = 0.6
"""Share of the lines that break off, at least eight, that must be of one length for a source to be hard-wrapped."""
NEWSPAPER = re.compile(r"[一-鿿]{1,12}(?:报|导报|刊|周刊|日报|时报|新闻)")
"""The name of a newspaper on a line of its own."""
_DAY = re.compile(r"\d{4}[年.-]\d{1,2}[月.-]\d{1,2}日?.{0,6}星期[一二三四五六日天].{0,40}")
_PAGE = re.compile(
    r"(?:第\s*)?[a-z]?\s*\d{1,3}\s*版(?:\s*:?\s*[一-鿿]{2,6})?|[一-鿿]{2,4}\s*[a-z]?\d{1,2}|[a-z]\d{1,2}\s*[一-鿿]{2,4}|[a-z\s]{6,60}"
)
_MOST_MASTHEAD = 8
"""Lines: no masthead takes more."""
_LEADER = re.compile(r"(?:[.…·]{2,}|-{2,})?\(?\d{0,4}\)?$")
"""What leads from an entry of a table of contents to its page."""
_MOST_FURNITURE = 6
"""Lines: a page's foot (a site's name, an account to follow) has no more."""


def masthead(lines: Sequence[Line]) -> int:
    """Return how many lines the masthead of a newspaper's page takes at the top, 0 where there is none.

    It has a line with what only mastheads state (a registration number, a postal code), or the day of the
    week with nothing but the newspaper's name above; names and numbers of pages below belong to it.
    """
    stated = max(
        (i + 1 for i, line in enumerate(lines[:_MOST_MASTHEAD]) if line.kind == "masthead"), default=0
    )
    named = 0
    while named < min(_MOST_MASTHEAD, len(lines)) and _is_name_of_newspaper(lines[named]):
        named += 1
    if named < len(lines) and _DAY.fullmatch(lines[named].folded):
        stated = max(stated, named + 1)
    while 0 < stated < min(_MOST_MASTHEAD, len(lines)) and (
        lines[stated].kind == "guide"
        or _DAY.fullmatch(lines[stated].folded)
        or _is_name_of_newspaper(lines[stated])
    ):
        stated += 1
    return stated


def _is_name_of_newspaper(line: Line) -> bool:
    """Whether a line is a newspaper's name, in Chinese or in Latin letters, or the name and number of its page."""
    return bool(_PAGE.fullmatch(line.folded)) or bool(NEWSPAPER.fullmatch("".join(line.text.split())))


def teasers(lines: Sequence[Line], index: int) -> int:
    """Return how many lines the teasers that begin at `index` take: to the next article, or to the end."""
    for ahead in range(index + 1, len(lines)):
        announced = lines[ahead].short and ahead + 2 < len(lines) and lines[ahead + 1].kind in ANNOUNCING
        if lines[ahead].kind == "heading" or announced:
            return ahead - index
    return len(lines) - index


def contents(lines: Sequence[Line], index: int) -> int:
    """Return how many lines the table of contents at `index` takes: to where its first entry stands again."""
    entries: list[str] = []
    for line in lines[index + 1 :]:
        entry = _LEADER.sub("", "".join(line.folded.lstrip("# ").split()))
        if not line.short or line.terminal or (entries and entry == entries[0]):
            break
        entries.append(entry)
    else:
        return 1
    return 1 + len(entries)


def foot(lines: Sequence[Line]) -> int:
    """Return the first line of the page's foot: short lines that nothing ends in, behind all text.

    The number of lines where there is none.
    """
    last = max((i for i, line in enumerate(lines) if line.terminal or line.whole), default=-1)
    left = [line for line in lines[last + 1 :] if line.kind == "text"]
    if last < 0 or len(left) > _MOST_FURNITURE or any(line.rank for line in left):
        return len(lines)
    return last + 1


def wrap_width(lines: Sequence[Line]) -> int:
    """Return the width, in characters, at which a source's lines were wrapped, 0 where they were not.

    Short lines that break off are then nearly all of one length, and often in the middle of a word, as
    headings and items of a list never are.
    """
    broken = [
        (len(line.text), straddles(line.text, after.text))
        for line, after in pairwise(lines)
        if line.kind == "text" and line.short and not line.terminal and not line.whole
    ]
    broken = [(length, inside) for length, inside in broken if length >= _NARROWEST]
    if len(broken) < _LEAST_WRAPPED:
        return 0
    width, _ = Counter(length for length, _ in broken).most_common(1)[0]
    alike = [inside for length, inside in broken if abs(length - width) <= _INDENT]
    wrapped = len(alike) >= _WRAPPED_SHARE * len(broken) and sum(alike) >= _INSIDE_SHARE * len(alike)
    return width if wrapped else 0
