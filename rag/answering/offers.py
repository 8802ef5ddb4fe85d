"""Does a sentence offer the kind of thing that a question asks for, and does it fit the constraints?"""

from __future__ import annotations

import re

import rjieba

from rag.answering.candidates import Candidate
from rag.answering.matching import Matcher
from rag.informativeness import idf
from rag.numerals import numbers, years
from rag.question import Question
from rag.structure.people import people
from rag.text import fold
from rag.words import content_words

ECHO = 0.95
"""A sentence of whose information the question has this share or more tells nothing."""

_DATE = re.compile(r"\d{4}年|\d{1,2}月(?:\d{1,2}日)?|\d{1,2}日|年底|年初")
_ORGANISATION = re.compile(
    r"[一-鿿]{2,}?(?:部|局|委|院|会|署|办|厅|司|处|集团|公司|银行|大学|学院|中心|协会|部门|政府|机关|企业|机构)"
)
_DEFINES = r"[\"'》]?(?:,|的(?:本质|内涵|含义|定义|实质|核心))?(?:既|就|正|也|主要|通常|一般)?(?:是|指|即|包括)|[\"']?\("
_RANK = re.compile(r"第[一二三四五六七八九十\d]|首位|榜首|末位|倒数")
_ASKS_WHAT = re.compile(r"什么是|是什么|何为|何谓")
_REASON = re.compile(
    r"因为|由于|因此|所以|为了|旨在|目的|以便|从而|原因|在于|缘于|有利于|有助于|标志着|意义|关键"
)


def answers_type(question: Question, text: str) -> float:
    """Return how well the folded sentence offers the kind of thing asked for: 1 yes, 0 no, 0.5 not judged."""
    match question.kind:
        case "number":
            return _offers_number(question, text)
        case "date":
            return float(any(match.group() not in question.text for match in _DATE.finditer(text)))
        case "who":
            return float(any(name not in question.text for name, _ in people(text)))
        case "organisation":
            return float(any(m.group() not in question.text for m in _ORGANISATION.finditer(text)))
        case "where":
            return float(any(name not in question.text for name in _places(text)))
        case "definition":
            return _offers_definition(question, text)
        case "why":
            return float(bool(_REASON.search(text)))
        case _:
            return 0.5


def _places(text: str) -> list[str]:
    """Return the names of places in `text`, by the dictionary's part of speech."""
    return [word for word, tag in rjieba.tag(text) if tag == "ns"]


def _offers_definition(question: Question, text: str) -> float:
    """Return 1 where what is to be defined is said to be something, 0.5 where it is there, else 0."""
    if _ASKS_WHAT.search(text):
        return 0.0
    named = [topic for topic in question.topics if topic in text]
    defined = any(re.search(re.escape(topic) + _DEFINES, text) for topic in named)
    return 1.0 if defined else 0.5 if named else 0.0


def _offers_number(question: Question, text: str) -> float:
    """Return 1 for a number in the unit asked for, 0.5 for another number that the question lacks, else 0.

    A question for a rank (第几) asks for 第四 and the like.
    """
    if "第几" in question.text:
        return float(bool(_RANK.search(text)))
    offered = [n for n in numbers(text) if text[n.span.start : n.span.end] not in question.numbers]
    offered = [n for n in offered if not (n.unit == "年" and 1900 < n.value < 2100)]
    # 一年, 一批 and the like count nothing, unless it is just what is asked for.
    offered = [n for n in offered if text[n.span.start] != "一" or n.unit == question.unit]
    if not offered:
        return 0.0
    if question.unit is None or any(number.unit == question.unit for number in offered):
        return 1.0
    return 0.5


def unfit(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence cannot answer: no number or date where one is asked for, or only other years.

    A sentence that names no year has the years of its setting.
    """
    if question.kind in ("number", "date") and answers_type(question, candidate.folded) == 0:
        return True
    if not question.years:
        return False
    own = years(candidate.text)
    named = own or years(candidate.setting)
    return bool(named) and not question.years & named


def echoes(candidate: Candidate, matcher: Matcher) -> bool:
    """Whether a sentence only says the question again (强化企业主体地位。 to 为什么要强化企业主体地位？)."""
    question = matcher.question
    if question.kind == "yes_no" or question.attribution or answers_type(question, candidate.folded) == 1:
        return False
    told = [(word in matcher.asked, idf(word)) for word, _ in content_words(candidate.text)]
    known = sum(weight for in_question, weight in told if in_question)
    return known >= ECHO * sum(weight for _, weight in told)


def constraints(question: Question, text: str, setting: str) -> float:
    """Return the share of the question's years, numbers and quoted words that the sentence or its setting has.

    A year that stands in neither counts against the sentence only where the sentence or its paragraph names
    another one.
    """
    checks = [str(year) in text or (str(year) in setting and not years(text)) for year in question.years]
    checks += [fold(words) in setting for words in (*question.quoted, *question.titles)]
    bare = [number for number in question.numbers if not re.match(r"(?:19|20)\d\d年", number)]
    checks += [number in setting for number in bare]
    return sum(checks) / len(checks) if checks else 1.0
