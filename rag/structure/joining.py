"""Does a line go on where another broke off? Column edges, page ends and photo credits break sentences."""

from __future__ import annotations

import re

from rag.structure.lines import ENDS, Line
from rag.structure.numbering import is_article
from rag.words import words

POINT = re.compile(
    r"(?:[一二三四五六七八九十]是|其[一二三四五六七八九十]|第[一二三四五六七八九十]|首先|最后|--|[问答]:|[-·*]\s|[①-⑳])"
)
"""How a point of a list in prose begins, in folded text: 一是…, 第一…, ——…, 问：…"""
_OPENED = re.compile(r"[《（(“‘「『【〔][^》）)”’」』】〕]*$")
_MEDIAL = frozenset("，,、：:；;。！!？?…）)》】〕］]”’」』﹂")
_DANGLING = re.compile(r"[，,、（(《“‘「【〔—-]$|(?<!目)[的和与及或]$|[A-Za-z]$")
LABELLED = re.compile(r"[一-鿿]{2,6}:")
"""How a line begins that says what it states, or who speaks (主持人：方晓岚, 单位：%), in folded text."""
# A bracketed reference behind a sentence's end closes a paragraph: …。”（《全集》第六页）
_REFERENCE = re.compile(
    r"[。！？!?][”’」』\"']?[（(][^（()）]{2,60}[）)]$|[”’」』][。][（(][^（()）]{2,60}[）)]$"
)


def ended(paragraph: list[Line]) -> bool:
    """Whether a paragraph on these lines ends as a sentence does."""
    tail = "".join(line.text for line in paragraph[-3:])[-80:]
    return paragraph[-1].terminal or bool(_REFERENCE.search(tail) or ENDS.search(tail))


def never_begins(line: Line) -> bool:
    """Whether a line begins with a mark that no paragraph begins with: a closing quotation mark, a comma."""
    return line.kind in ("text", "rule") and line.text[0] in _MEDIAL


def breaks_off(line: Line, following: Line | None) -> bool:
    """Whether a short line can only be the beginning of a longer one: a bracket is open, or the next goes on."""
    if line.whole or following is None or following.whole:
        return False
    return bool(_OPENED.search(line.text)) or (never_begins(following) and not line.terminal)


def continues(paragraph: list[Line], line: Line, *, marked: bool, displayed: bool) -> bool:
    """Whether `line` goes on where a paragraph broke off in the middle of a sentence.

    Args:
        paragraph: its lines so far; the last one ends no sentence.
        line: the line that follows, credits and page numbers aside.
        marked: whether headings are marked as such in this source, so that no other line is one.
        displayed: whether `line`, if it is short, may well stand by itself: as a title, or as one of a list.
    """
    before = paragraph[-1]
    if before.whole or line.whole:
        return False
    if line.kind == "rule":
        return never_begins(line)
    if line.kind != "text" and not _cut_off(before, line):
        return False
    if never_begins(line) or _OPENED.search("".join(part.text for part in paragraph[-12:])[-80:]):
        return True
    if line.rank or is_article(line.folded) or POINT.match(line.folded) or LABELLED.match(line.folded):
        return False
    if marked or not line.short or line.terminal or _DANGLING.search(before.text):
        return True
    return straddles(before.text, line.text) or not displayed


def _cut_off(before: Line, line: Line) -> bool:
    """Whether a bare number is a word's end (M | 2) rather than a page's number."""
    return (
        line.kind == "furniture"
        and line.text.isdigit()
        and not line.gap
        and before.folded[-1:].isascii()
        and before.folded[-1:].isalpha()
    )


def straddles(before: str, after: str) -> bool:
    """Whether a dictionary word lies across the border of two lines, so that the break is in its middle.

    A long word that falls into two words just there (基础产业) says nothing: one side must be one character.
    """
    left, right = before[-4:], after[:4]
    return any(
        span.start < len(left) < span.end and 1 in (len(left) - span.start, span.end - len(left))
        for _, span in words(left + right)
    )
