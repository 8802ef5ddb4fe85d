"""The numbers that chapters, sections, articles and points of Chinese documents begin with."""

from __future__ import annotations

import re

_HAN = "[一二三四五六七八九十百千零〇○两0-9]"
# From the widest to the narrowest division; an article (条) and a run-in point are paragraphs, not headings.
_RANKS = [
    re.compile(
        rf"第{_HAN}+(?:编|部分|篇)(?![一-鿿])|第{_HAN}+(?:编|部分|篇)\s|(?:附\s*则|序\s*言|前\s*言|引\s*言|结\s*语|附\s*录)$"
    ),
    re.compile(rf"第{_HAN}+分编"),
    re.compile(rf"第{_HAN}+章(?!程)"),
    re.compile(rf"第{_HAN}+节(?!能|约|点|假)"),
    re.compile(r"[一二三四五六七八九十]{1,3}、"),
    re.compile(r"\([一二三四五六七八九十]{1,3}\)"),
    re.compile(r"\d{1,2}\s*[.、]\s*(?!\d)"),
    re.compile(r"\(\d{1,2}\)|\d{1,2}\)"),
]
_DIVISIONS = 4
_ARTICLE = re.compile(rf"第{_HAN}+条(?:之{_HAN}+)?(?=\s|$|【|\()")


def rank(folded: str) -> int:
    """Return the rank of the number that a folded line begins with, 0 for none.

    1 编 (and 附则, 序言), 2 分编, 3 章, 4 节, 5 一、, 6 （一）, 7 1., 8 （1）.
    """
    if folded[:1] not in _OPENINGS and not folded[:1].isdigit():
        return 0
    return next((number for number, pattern in enumerate(_RANKS, start=1) if pattern.match(folded)), 0)


_OPENINGS = frozenset("第(一二三四五六七八九十附序前引结")


def is_division(number: int) -> bool:
    """Whether a rank is that of an 编, 章 or 节: a line with it is a heading, whatever follows."""
    return 1 <= number <= _DIVISIONS


def is_article(folded: str) -> bool:
    """Whether a folded line opens an article of a law: 第三条."""
    return bool(_ARTICLE.match(folded))
