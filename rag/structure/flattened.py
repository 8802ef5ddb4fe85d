"""Texts whose line breaks were lost: where their paragraphs, headings and signatures plainly began."""

from __future__ import annotations

import re
from itertools import pairwise

LEAST = 120
"""Characters: a shorter line is never cut. Notices of five lines are longer."""
FLAT_LINE = 250
"""Characters a line on average from which on a text counts as flattened; paragraphs as their authors set them
average 50 (laws) to 200 (reports)."""
MOST_LINES = 20
"""Lines: a flattened text keeps few; old reports have many paragraphs as long as a flattened line."""

_END = "[。!?;︒…]"
_HAN = "[一二三四五六七八九十百零0-9]"
_POINT = (
    rf"第{_HAN}+[编章节]\s|第{_HAN}+条(?![规的中款第、和所之,])|[一二三四五六七八九十]{{1,3}}、(?![一二三四五六七八九十])"
    r"|\([一二三四五六七八九十]{1,3}\)|[问答]\s*:|附件\s*\d{0,2}\s*:|\d{1,2}[.、]\s*(?=[一-鿿])"
)
# Where one block ends and the next begins; what lies between is white space or nothing.
_WIDE = re.compile(r"(?<=[。!?;:︒…])\s{2,}(?=\S)")
# Each is searched by the characters that it begins with, which few others are.
_BREAKS_BEHIND = [
    re.compile(rf"{_END}[\"')》」』】\]]?(?=\s+(?!\d{{1,2}}\s*[%、,])[一-鿿\"《(【\d])"),
    re.compile(rf"(?<!附件)(?<!附件\d)[。;:!?][\"')]?(?={_POINT})"),
    re.compile(
        r"\s摄(?=\s)|:(?=各[^\s。:]{1,60}:\s)|。(?=\d{4}年\d{1,2}月\d{1,2}日(?:尊敬|$))|[。日](?=尊敬的)"
    ),
]
_BREAKS_BEFORE = re.compile(
    rf"\s(?<![\s,、]\s)\s+(?=[一-鿿]{{3}}|[\"《(])|\s+(?=(?:{_POINT})\S|附件\s*[\d:]|序号\s|各[^\s。:]{{1,60}}:\s)"
)
# What a salutation or a lead-in is before its colon: 各有关单位：, 现就有关事项通知如下：
_ADDRESSED = re.compile(r"(?:各|尊敬的)[^。;!?:\s]{1,60}$")
_LEADS_IN = re.compile(r"(?:如下|下列|以下)[^。;!?:\s]{0,8}$")
_COLON = re.compile(":")
_ROW = re.compile(r"(?<=\s)(\d{1,3})\s+(?=[一-鿿]{2})")
_LEAST_ROWS = 3
# A scraped page's title, document number and addressees, run together.
_GLUED = re.compile(
    r"([^。,]{6,80}?(?:通知|意见|办法|决定|批复|公告|通报|函))\s*([一-鿿]{1,8}〔\d{4}〕\d{1,4}号)\s*(?=\S)"
)
_DAY = r"\d{4}年\d{1,2}月\d{1,2}日"
_SIGNATURE = re.compile(
    rf"\s+(?=[一-鿿]{{2,24}}(?:局|部|委|厅|会|院|府|办公室|中心|社|署)\s+{_DAY}(?:\s|$))"
    rf"|[。:;)】](?=\s+[^\s,。:;]{{3,30}}(?:\s+[^\s,。:;]{{3,30}}){{0,3}}\s+{_DAY}(?:\s|$))"
)
_SIGNED = re.compile(rf"(?<=[一-鿿])\s+(?={_DAY}(?:\s|$))|(?<={_DAY[-1]})\s+(?=[^\s,。]{{2,30}}$)")
_HEADED = re.compile(
    rf"(?:(?:[一二三四五六七八九十]{{1,3}}、|\([一二三四五六七八九十]{{1,3}}\)|第{_HAN}+[编章节]\s*)[^。;:!?\s]{{2,40}}|[一-鿿]{{6,24}})"
    r"(?=\s[一-鿿\"《\d(]\S{20})"
)
_OPENING = re.compile(
    r"(?:[^,。!?;\s]{4,60}|[^。!?;\s]{4,40})"
    r"(?:\s(?!新华|中新|人民网|本报|.{0,6}\d{1,2}[月日]|.{0,8}讯|\()[^,。!?;:\s]{4,60}){0,2}(?=\s)"
)
_ORIGINAL = re.compile(
    r"原标题:(.{4,60}?)(?=\1|[一-鿿]{2,6}[网社]\S{0,8}\d{1,2}月\d{1,2}日|\d{1,2}月\d{1,2}日[,上下据]|近日,|日前,)"
)
_GLUED_HEADING = re.compile(r"(?<=[。;例法定])\s*第[一二三四五六七八九十百零]+[编章节]$")
_SPACED_COMMA = re.compile(r"[,、]\s")


def is_flat(text: str) -> bool:
    """Whether a text has lost the line breaks between its paragraphs: few lines, too long to be paragraphs."""
    lines = text.strip().count("\n") + 1
    return lines <= MOST_LINES and len(text) / lines >= FLAT_LINE


def pieces(folded: str, start: int, end: int, *, flat: bool, first: bool) -> list[tuple[int, int]]:
    """Return the blocks that the line [start, end) of a folded text holds, white space at their ends left out.

    A line of a text that keeps its line breaks is one block. Of a flattened one, the blocks begin behind a
    sentence's end and a blank, behind wide blanks, and at numbered points, headings and signatures.

    Args:
        folded: the whole text, folded.
        start: the line's first character.
        end: one past its last.
        flat: whether the text is flattened, see `is_flat`.
        first: whether nothing but white space stands before it, so that a title may.
    """
    if end - start < LEAST:
        return _unglued(folded, start, end, first=first)
    cuts = {match.start() for match in _WIDE.finditer(folded, start, end)}
    if flat and not _spaced(folded, start, end):
        for pattern in _BREAKS_BEHIND:
            cuts |= {match.end() for match in pattern.finditer(folded, start, end)} - {end}
        cuts |= {match.start() for match in _BREAKS_BEFORE.finditer(folded, start, end)}
        cuts |= {match.end() for match in _SIGNATURE.finditer(folded, start, end)}
        cuts |= _addressed(folded, start, end)
        cuts |= _rows(folded, start, end)
        cuts |= set(_title_ends(folded, start, end)) if first else set()
    if not cuts:
        return _unglued(folded, start, end, first=first)
    borders = [start, *sorted(cuts), end]
    blocks = _trimmed(folded, list(pairwise(borders)))
    return [part for block in blocks for part in _headed(folded, *block)]


def _title_ends(folded: str, start: int, end: int) -> list[int]:
    """Return where the title ends that a flattened text opens with, and the original title before it (原标题)."""
    ends = []
    if original := _ORIGINAL.match(folded, start, end):
        ends.append(start := original.end())
    if opening := _OPENING.match(folded, start, end):
        ends.append(opening.end())
    return ends


def _unglued(folded: str, start: int, end: int, *, first: bool) -> list[tuple[int, int]]:
    """Return a line cut where lines were glued together: a title to its number, a heading to a sentence's end."""
    cuts: list[int] = []
    if first and (glued := _GLUED.match(folded, start, end)):
        cuts += [glued.end(1), glued.end(2)]
    heading = "第" in folded[max(start + 1, end - 12) : end] and _GLUED_HEADING.search(
        folded, max(start + 1, end - 12), end
    )
    if heading:
        cuts.append(heading.start())
    return _trimmed(folded, list(pairwise([start, *cuts, end])) if cuts else [(start, end)])


def _addressed(folded: str, start: int, end: int) -> set[int]:
    """Return where salutations and lead-ins end that stand on a line of their own."""
    found = set()
    for match in _COLON.finditer(folded, start, end - 1):
        before = folded[max(start, match.start() - 64) : match.start()]
        spaced = folded[match.end()].isspace()
        if _ADDRESSED.search(before) or (spaced and _LEADS_IN.search(before)):
            found.add(match.end())
    return found


def _rows(folded: str, start: int, end: int) -> set[int]:
    """Return where the rows of a table begin that are numbered 1, 2, 3, …"""
    runs: list[list[int]] = [[]]
    for match in _ROW.finditer(folded, start, end):
        number = int(match.group(1))
        if number == len(runs[-1]) + 1:
            runs[-1].append(match.start())
        elif number == 1:
            runs.append([match.start()])
    return {place for run in runs if len(run) >= _LEAST_ROWS for place in run}


def _spaced(folded: str, start: int, end: int) -> bool:
    """Whether blanks follow commas too, so that a blank behind a full stop says nothing."""
    commas = folded.count(",", start, end) + folded.count("、", start, end)
    return len(_SPACED_COMMA.findall(folded, start, end)) * 5 > commas


def _headed(folded: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return a block cut behind the heading that it opens with, and before the date that it is signed with."""
    cuts = []
    heading = _HEADED.match(folded, start, end)
    if heading and heading.end() < end:
        cuts.append(heading.end())
    if end - start < 100:
        cuts += [match.start() for match in _SIGNED.finditer(folded, start, end)]
    borders = [start, *cuts, end]
    return _trimmed(folded, list(pairwise(borders)))


def _trimmed(folded: str, ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the ranges without the white space at their ends; blank ones are left out."""
    found = []
    for start, end in ranges:
        piece = folded[start:end]
        low, high = start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
        if low < high:
            found.append((low, high))
    return found
