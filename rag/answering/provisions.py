"""Questions for an article of a law by its number (第六条怎么规定): the article itself, or that there is none."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.candidates import Candidate
from rag.answering.evidence import sentence_place
from rag.datatypes import Article, Place, Span
from rag.numerals import chinese_value
from rag.question import Question
from rag.text import fold

LEAST = 3
"""Paragraphs that open with 第…条 make a text a law; fewer may be quotations of one."""
_NUMBERED = re.compile(r"第([〇零一二三四五六七八九十百千两]+|\d+)条")


def provision(question: Question, candidates: Sequence[Candidate]) -> list[tuple[str, Place]] | None:
    """Return what the article of a law says that a question names by its number, paragraph by paragraph, with its places.

    The law is that of the best candidate that stands in one. None where no number or no law is meant, an empty list where
    the law has no such article.
    """
    asked = _NUMBERED.search(fold(question.text))
    law = next((c for c in candidates if asked and len(_provisions(c.article)) >= LEAST), None)
    if asked is None or law is None:
        return None
    of = _provisions(law.article).get(_value(asked.group(1)), range(0))
    paragraphs = [law.article.paragraphs[place] for place in of]
    return [
        (p.text, sentence_place(law.document, law.article, p, Span(start=0, end=len(p.text))))
        for p in paragraphs
    ]


def _provisions(article: Article) -> dict[int, range]:
    """Return for each article of a law, by number, the places of its paragraphs; empty for what is no law."""
    opened = [
        (place, _value(match.group(1)))
        for place, paragraph in enumerate(article.paragraphs)
        if (match := _NUMBERED.match(fold(paragraph.text[:12])))
    ]
    ends = [*(place for place, _ in opened[1:]), len(article.paragraphs)][: len(opened)]
    return {
        number: range(place, next((i for i in range(place + 1, end) if _apart(article, place, i)), end))
        for (place, number), end in zip(opened, ends, strict=True)
    }


def _apart(article: Article, one: int, other: int) -> bool:
    """Whether a paragraph stands under another heading than an earlier one."""
    return article.paragraphs[one].path != article.paragraphs[other].path


def _value(numeral: str) -> int:
    return int(numeral) if numeral.isdigit() else int(chinese_value(numeral))
