"""Chinese text: folding for comparison, sentences, words, numerals.

Nothing here changes a stored text. Matching runs over `fold(text)`, which has the same length, so that
what is found there can be cut from the raw text at the same offsets.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.datatypes import Span

TRADITIONAL = Path(__file__).parent / "models" / "traditional.txt"
_QUOTATION = str.maketrans("“”„‟«»『』「」〝〞＂‘’‚‛`´＇", '"' * 13 + "'" * 7)
# Forms that have no compatibility mapping of one character but are written for one another.
_VARIANTS = str.maketrans("—–―‒−•‧∙⋅・～〜", "-----·····~~")

_CLOSERS = "”’」』》）)】］]\"'﹂﹄︶︘︼"


@cache
def _table() -> dict[int, str]:
    """Return the translation: every code point whose folded form differs, to one character."""
    simplified = {line[0]: line[1] for line in TRADITIONAL.read_text(encoding="utf-8").splitlines()}
    table: dict[int, str] = {}
    # Compatibility forms (full width, circled, presentation, squared…) live in these blocks; a form that
    # unfolds to several characters keeps its own code point, since lengths must not change.
    blocks = (
        range(0x80, 0x3400),
        range(0xF900, 0xFB00),
        range(0xFE10, 0xFE20),
        range(0xFE30, 0xFE70),
        range(0xFF00, 0xFFF0),
        range(0x1D400, 0x1D800),
        range(0x1F100, 0x1F200),
    )
    for code in (code for block in blocks for code in block):
        plain = unicodedata.normalize("NFKC", chr(code))
        if len(plain) == 1:
            lower = plain.lower()
            plain = lower if len(lower) == 1 else plain
            if ord(plain) != code:
                table[code] = plain
    for character in map(chr, range(ord("A"), ord("Z") + 1)):
        table[ord(character)] = character.lower()
    table.update({ord(character): form for character, form in simplified.items()})
    for mapping in (_QUOTATION, _VARIANTS):
        table.update({code: chr(form) for code, form in mapping.items()})
    # What a compatibility form stands for can itself be traditional or a quotation mark (⾞ → 車 → 车).
    return {code: table.get(ord(form), form) for code, form in table.items()}


def fold(text: str) -> str:
    """Return `text` in the form that comparisons use; `len(fold(text)) == len(text)`.

    Full-width, compatibility and vertical forms become plain ones, quotation marks and dashes become one
    kind each, traditional characters become simplified, letters become lower case.
    """
    if len(text) < _LONG:
        return text.translate(_table())
    codes = _codes()[np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")]
    return str(codes.tobytes(), "utf-32-le", "surrogatepass")


_LONG = 64
"""From this length on a table look-up by numpy, which costs three microseconds to begin with, is the faster way."""


@cache
def _codes() -> NDArray[np.uint32]:
    """Return `_table` as an array over all code points."""
    codes = np.arange(sys.maxunicode + 1, dtype="<u4")
    for code, form in _table().items():
        codes[code] = ord(form)
    return codes


_CLOSER = f"[{re.escape(_CLOSERS)}]"
_TERMINATOR = re.compile(rf"(?:[。！？!?︒︕︖]+|(?<!…)…++(?=\s*+$)){_CLOSER}*")
# What may follow a closing quotation mark and still belong to the sentence: who said it.
_SPEAKER_TAIL = re.compile(r"[^。！？!?，,；;]{0,24}(?:说|表示|指出|强调|介绍|认为|称|坦言|透露|道)[。！!]")


def sentences(text: str) -> list[Span]:
    """Split a paragraph into sentences.

    A sentence ends after 。！？ and the closing marks behind it. It does not end inside brackets or a book
    title, nor at a question or exclamation mark that closes a quotation which the sentence goes on from,
    and a quotation keeps the short clause behind it that says who spoke.

    Returns:
        Spans that tile `text` but for white space between sentences; none for a blank text.
    """
    ends: list[int] = []
    position = 0
    while match := _TERMINATOR.search(text, position):
        end = match.end()
        position = end
        start = ends[-1] if ends else 0
        if _inside_brackets(text, start, match.start()) and not _bracketed(text[start:end], match.group()):
            continue
        quoted = match.group()[-1] in "”’\"'」』"
        if quoted and end < len(text) and not text[end].isspace():
            tail = _SPEAKER_TAIL.match(text, end)
            if tail:
                end = position = tail.end()
            elif "。" not in match.group() and text[end] not in "“「":
                continue
        ends.append(end)
    if not ends or text[ends[-1] :].strip():
        ends.append(len(text))
    spans = []
    start = 0
    for end in ends:
        piece = text[start:end]
        low = start + len(piece) - len(piece.lstrip())
        high = start + len(piece.rstrip())
        if low < high:
            spans.append(Span(start=low, end=high))
        start = end
    return spans


def _inside_brackets(text: str, start: int, end: int) -> bool:
    """Whether `end` lies in a bracket or book title that was opened after `start` and is closed later on."""
    for opener, closer in (("(", ")"), ("（", "）"), ("《", "》")):
        last = text.rfind(opener, start, end)
        if last >= 0 and closer not in text[last:end] and closer in text[end : end + 200]:
            return True
    return False


def _bracketed(sentence: str, ending: str) -> bool:
    """Whether a sentence stands in brackets as a whole: （……。）"""
    return "。" in ending and sentence.lstrip()[0] in "(（" and ending[-1] in ")）"


_CLAUSE = re.compile(rf"[，,；;：:。！？!?]{_CLOSER}*|(?<=.)——")


def clauses(text: str) -> list[Span]:
    """Split a sentence after its commas, semicolons and colons; a comma between digits does not count."""
    spans = []
    start = 0
    for match in _CLAUSE.finditer(text):
        inside_number = (
            text[match.start() - 1 : match.start()].isdigit() and text[match.end() :][:1].isdigit()
        )
        if inside_number or match.end() <= start:
            continue
        spans.append(Span(start=start, end=match.end()))
        start = match.end()
    if start < len(text):
        spans.append(Span(start=start, end=len(text)))
    return spans


def squeeze(text: str) -> str:
    """Return `text` without white space: the form in which a quote and its source are compared."""
    return "".join(text.split())


def worded(text: str) -> bool:
    """Whether there is a letter, a character or a digit in `text`, and not marks and white space alone."""
    return any(character.isalnum() for character in text)


def unlike_markers(text: str) -> str:
    """Return `text` with a source's own [2026] written 〔2026〕: [n] is how an answer marks its citations."""
    return re.sub(r"\[(\d+)\]", r"〔\1〕", text)
