"""Does a sentence offer the kind of thing that a question asks for, and does it fit the constraints?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import rjieba

from rag.answering.candidates import Candidate
from rag.answering.evidence import ORDERS
from rag.informativeness import idf, known
from rag.numerals import Number, numbers, years
from rag.question import Question
from rag.structure.people import people
from rag.text import fold
from rag.words import cut, is_function_word

REMEMBERED = 50_000
"""Sentences and clauses of which is kept what they offer, some hundred bytes each."""

_DATE = re.compile(r"\d{4}年|\d{1,2}月(?:\d{1,2}日)?|\d{1,2}日|年底|年初")
_ORGANISATION = re.compile(
    r"[一-鿿]{2,}?(?:部|局|委|院|会|署|办|厅|司|处|集团|公司|银行|大学|学院|中心|协会|部门|政府|机关|企业|机构)"
)
_DEFINES = r"[\"'》]?(?:,|的(?:本质|内涵|含义|定义|实质|核心))?(?:既|就|正|也|主要|通常|一般)?(?:是|指|即|包括)|[\"']?\("
_PERSONAL = re.compile(
    r"人|者|员|专家|教授|同志|代表|干部|部长|书记|主任|企业|部门|单位|机构|政府|委员会|方面|民|师|生(?!产|态|活|物|成)|我们|公司|集团"
)
_WHO = re.compile(r"谁|哪[位名个]|什么人|何人")
_DEADLINE = re.compile(r"(?:到|至|截至|截止到?)((?:19|20)\d\d)年")
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
            return float(any(date not in question.text for date in _dates(text)))
        case "who":
            return float(any(name not in question.text for name in _persons(text)))
        case "organisation":
            return float(any(name not in question.text for name in _organisations(text)))
        case "where":
            return float(any(name not in question.text for name in _places(text)))
        case "definition":
            return _offers_definition(question, text)
        case "why":
            return float(bool(_REASON.search(text)))
        case _:
            return 0.5


@lru_cache(maxsize=REMEMBERED)
def _dates(text: str) -> tuple[str, ...]:
    return tuple(match.group() for match in _DATE.finditer(text))


@lru_cache(maxsize=REMEMBERED)
def _persons(text: str) -> tuple[str, ...]:
    return tuple(name for name, _ in people(text))


@lru_cache(maxsize=REMEMBERED)
def _organisations(text: str) -> tuple[str, ...]:
    return tuple(match.group() for match in _ORGANISATION.finditer(text))


@lru_cache(maxsize=REMEMBERED)
def _places(text: str) -> tuple[str, ...]:
    """Return the names of places in `text`, by the dictionary's part of speech."""
    return tuple(word for word, tag in rjieba.tag(text) if tag == "ns")


@lru_cache(maxsize=REMEMBERED)
def _years(text: str) -> frozenset[int]:
    return frozenset(years(text))


@lru_cache(maxsize=REMEMBERED)
def _numbers(text: str) -> tuple[Number, ...]:
    return tuple(numbers(text))


@lru_cache(maxsize=REMEMBERED)
def _told(text: str) -> tuple[tuple[str, float], ...]:
    """Return the words of a folded text that carry its topic, figures apart, with what each tells."""
    return tuple(
        (word, idf(word)) for word in cut(text) if not is_function_word(word) and not word[0].isdigit()
    )


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
    offered = [n for n in _numbers(text) if text[n.span.start : n.span.end] not in question.numbers]
    # 一年, 一批 and the like count nothing, a day of the calendar neither, unless it is just what is asked for.
    offered = [
        n for n in offered if n.unit == question.unit or (text[n.span.start] != "一" and not _of_calendar(n))
    ]
    if not offered:
        return 0.0
    if question.unit is None or any(
        _same_unit(number.unit, question.unit) or _bare(number) for number in offered
    ):
        return 1.0
    return 0.5


@lru_cache(maxsize=REMEMBERED)
def _personal(text: str) -> bool:
    """Whether a folded text may name somebody: a person of any nation by the dictionary, an unknown name, a body."""
    return bool(_PERSONAL.search(text)) or any(
        tag.startswith("nr") or (len(word) > 2 and not known(word) and not word.isascii())
        for word, tag in rjieba.tag(text)
    )


def _bare(number: Number) -> bool:
    """Whether a number is so large that its unit goes without saying (网民规模为10.51亿)."""
    return not number.unit and number.value >= _LARGE


def _of_calendar(number: Number) -> bool:
    return number.unit in ("月", "日", "号") or (number.unit in ("年", "") and 1900 < number.value < 2100)


_LARGE = 10_000
# Units that stand for one another; 个 counts anything that has no measure of its own.
_ALIKE = (
    {"人", "名", "位"},
    {"家", "户", "所"},
    {"项", "条", "件", "点", "方面", "类", "种"},
    {"天", "日"},
    {"%", "成"},
)
_COUNTED = frozenset([*"家项条件点类种名位人户批次座所台辆步", "部门", "方面"])


def _same_unit(offered: str, asked: str) -> bool:
    """Whether a number in one unit answers a question for another."""
    if offered == asked or any({offered, asked} <= alike for alike in _ALIKE):
        return True
    return "个" in (offered, asked) and bool({offered, asked} & _COUNTED)


def unfit(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence cannot answer: it asks itself, gives orders to its reader's program, lacks what is asked for.

    That is the number, in the unit asked for (多少家, 几年), the date, the person, or the year. A sentence that names no
    year has the years of its setting, else those of its article; a deadline (到2030年) must stand in its paragraph.
    """
    if candidate.folded.endswith("?") or ORDERS.search(candidate.folded):
        return True
    offered = answers_type(question, candidate.folded)
    if question.kind == "number" and offered < (1 if question.unit else 0.5):
        return True
    if question.kind == "date" and not offered:
        return True
    if (
        question.kind == "who"
        and not question.attribution
        and _WHO.search(question.text)
        and not offered
        and not _personal(candidate.folded)
    ):
        return True
    if any(year not in candidate.paragraph.text for year in _DEADLINE.findall(question.text)):
        return True
    if not question.years:
        return False
    own = _years(candidate.folded)
    named = own or _years(candidate.setting) or _article_years(candidate)
    return not question.years & named if named else question.kind == "number"


def _article_years(candidate: Candidate) -> frozenset[int]:
    """Return the years that an article names anywhere."""
    return frozenset().union(*(_years(paragraph.text) for paragraph in candidate.article.paragraphs))


def echo(text: str, asked: str) -> float:
    """Return the share of a folded sentence's information that stands in `asked`: 1 says nothing new."""
    told = _told(text)
    total = sum(weight for _, weight in told)
    return sum(weight for word, weight in told if word in asked) / total if total else 1.0


def beside(question: Question, clauses: Sequence[str], asked: str) -> float:
    """Return how much of the information beside a number or date that is asked for is the question's, 0 to 1.

    What is counted is the best clause that has such a number or date; 0.5 where neither is asked for or there.
    A number beside words of its own (再贷款规模增至8000亿元) is not the one asked for (基金规模是多少).
    """
    if question.kind not in ("number", "date"):
        return 0.5
    shares = [
        echo(clause, asked) for clause in clauses if answers_type(question, clause) == 1 and _told(clause)
    ]
    return max(shares, default=0.5)


def constraints(question: Question, text: str, setting: str) -> float:
    """Return the share of the question's years, numbers and quoted words that the sentence or its setting has.

    A year that stands in neither counts against the sentence only where the sentence or its paragraph names
    another one.
    """
    checks = [str(year) in text or (str(year) in setting and not _years(text)) for year in question.years]
    checks += [fold(words) in setting for words in (*question.quoted, *question.titles)]
    bare = [number for number in question.numbers if not re.match(r"(?:19|20)\d\d年", number)]
    checks += [number in setting for number in bare]
    return sum(checks) / len(checks) if checks else 1.0
