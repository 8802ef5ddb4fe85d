"""Sentences joined out of two: the subject of one with what is said of another, or clauses of both."""

from __future__ import annotations

import random
import re

import rjieba

from eval.altering.sentence import Given
from rag.text import clauses

_SUBJECT_TAGS = (
    "n",
    "ns",
    "nt",
    "nr",
    "nz",
    "vn",
    "an",
    "j",
    "l",
    "i",
    "b",
    "nrt",
    "eng",
    "m",
    "q",
    "f",
    "a",
    "uj",
    "s",
)
_NO_SUBJECT = re.compile(
    "^(?:其中|同时|此外|另外|今年|去年|近年|目前|当前|当天|日前|近日|会议|我们|大家|他|她|它|这|该|此|各|有关|下一步|要|与会|双方|[一二三四五六七八九]是|根据|按照|截至|"
    "记者|全会|总体|总的|特别|尤其|事实|历史|新时代|今天|如今|未来|第[一二三四]|上半年|下半年|[前上]|\\d|全国$|我国$|中国$|中方$|时间|数据|结果|统计)"
)


def subject(sentence: str) -> str | None:
    """Return the noun phrase that a sentence begins with, right before its verb; None where it does not so."""
    head, verb = "", ""
    for word, tag in rjieba.tag(sentence[:24]):
        if tag in ("v", "d", "vd"):
            verb = tag
            break
        if tag not in _SUBJECT_TAGS or (not head and tag[0] not in "nj"):
            return None
        head += word
    fit = verb and 2 <= len(head) <= 14 and not _NO_SUBJECT.match(head)
    return head if fit and not re.search("[的时年月日里中上下]$", head) else None


def subject_of_another(given: Given, draw: random.Random) -> str | None:
    """Return what the sentence says with the subject of another sentence around it."""
    ours = subject(given.sentence)
    if ours is None:
        return None
    others = sorted({s for text in given.around if (s := subject(text)) and not set(s) & set(ours)})
    return draw.choice(others) + given.sentence[len(ours) :] if others else None


_FITS = re.compile("(?!其中|同时|这|为|让|使|但|而)[^“”《》；]{8,30}")


def clause_of_another(given: Given, draw: random.Random) -> str | None:
    """Return the first clause of the sentence with a later clause of another one, of another subject."""
    ours = subject(given.sentence)
    spans = clauses(given.sentence)
    if ours is None or len(spans) < 2:
        return None
    found = []
    for text in given.around:
        theirs = subject(text)
        parts = [text[span.start : span.end] for span in clauses(text)]
        last = parts[-1] if len(parts) > 1 else ""
        another = theirs is not None and not set(theirs) & set(ours)
        if another and _FITS.fullmatch(last) and subject(last) is None:
            found.append(last)
    first = given.sentence[: spans[0].end]
    return first.rstrip("，；：") + "，" + draw.choice(found) if found and len(first) > 7 else None


def clause_added(given: Given, draw: random.Random) -> str | None:
    """Return the sentence with a clause of another document at its end."""
    parts = [text[span.start : span.end] for text in given.elsewhere for span in clauses(text)[1:]]
    fit = [
        part.rstrip("，；。：")
        for part in parts
        if 9 <= len(part) <= 24 and not re.search("[“”《》）（]", part)
    ]
    return f"{given.sentence.rstrip('。')}，{draw.choice(fit)}。" if fit else None
