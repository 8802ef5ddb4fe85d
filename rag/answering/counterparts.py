"""The last question asked about something else: 那北京呢 puts 北京 where the last question has its counterpart."""

from __future__ import annotations

import re

from rag.answering.constituents import TIME, Token, divide, nominal_runs, phrases, tokens
from rag.answering.mentions import named

_TIME = re.compile(TIME)
_TITLE = re.compile(r"《[^》]+》")
_SAME_TIME = re.compile(r"^(?:同一?(?:段)?(?:时间|时期|期|年)|同样)(?:的|里|内)?")
_OF = re.compile(r"[^，,的]*的")
_LEAST_PREFIX = 2


def swapped(topic: str, question: str, instead_of: str = "") -> str:
    """Return `question` asked about `topic`, which takes the place of its counterpart there.

    That is `instead_of` where it is told; else another time, work, person, place; else the phrase that ends
    or begins alike (铁路, 公路; 劳动者, 劳动对象); else the subject, or what is asked of it.
    """
    about = _SAME_TIME.sub("", topic.strip())
    if _TIME.fullmatch(about.rstrip("的")):
        return _at(about.rstrip("的"), question)
    if about.endswith("的") and len(about) > 1:
        return _of(about, question)
    about = re.sub(r"(?<=..)方面$", "", about)
    place = _counterpart(about, question)
    if instead_of and instead_of in question and instead_of not in question[slice(*place)]:
        return question.replace(instead_of, about, 1)
    start, end = place
    return question[:start] + about + question[end:]


def _at(time: str, question: str) -> str:
    """Return the question with another time, before it where it names none."""
    old = _TIME.search(question)
    return question[: old.start()] + time + question[old.end() :] if old else time + question


def _of(about: str, question: str) -> str:
    """Return the question with another modifier before 的; a verb alone (列席的) takes the place of the verb."""
    match = _OF.search(question)
    if not match:
        start, end = _counterpart(about[:-1], question)
        return question[:start] + about + question[end:]
    first = tokens(match.group())[0]
    if len(tokens(about)) == 2 and first.tag == "v" and not first.nominal:
        return about[:-1] + question[first.end :]
    runs = [a for a, b in nominal_runs(question) if a < match.end() <= b]
    asking = any(token.tag == "ask" for token in tokens(match.group()))
    start = runs[0] if runs and asking else match.start()
    return question[:start] + about + question[match.end() :]


def _counterpart(about: str, question: str) -> tuple[int, int]:
    """Return the span in the question that `about` takes the place of."""
    return (
        _titled(about, question)
        or _person(about, question)
        or _place(about, question)
        or _alike(about, question)
        or _subject(about, question)
    )


def _titled(about: str, question: str) -> tuple[int, int] | None:
    match = _TITLE.search(question)
    return match.span() if match and _TITLE.fullmatch(about) else None


def _person(about: str, question: str) -> tuple[int, int] | None:
    old = named(question)
    if old and (named(about) or [t.tag for t in tokens(about)] in (["nrt"], ["nr"], ["nrfg"])):
        start = question.index(old[0])
        return start, start + len(old[0])
    return None


def _place(about: str, question: str) -> tuple[int, int] | None:
    """Return where the question names a place, if `about` is one or several."""
    if {token.tag for token in tokens(about)} - {"ns", "c"}:
        return None
    return next(((t.start, t.end) for t in tokens(question) if t.tag == "ns"), None)


def _alike(about: str, question: str) -> tuple[int, int] | None:
    """Return the phrase of the question that ends (or begins) as `about` does, the nearest to it in length."""
    best: tuple[int, int, int] | None = None
    where: tuple[int, int] | None = None
    for start, end in phrases(question):
        phrase = question[start:end]
        if phrase in about and len(phrase) < _LEAST_PREFIX:
            continue
        common = max(_common(about[::-1], phrase[::-1]), _prefix(about, phrase))
        rank = (common, -abs(len(phrase) - len(about)), len(phrase))
        if common and phrase != about and (best is None or rank > best):
            best, where = rank, (start, end)
    return where and (_named_from(question, *where), where[1])


def _named_from(question: str, start: int, end: int) -> int:
    """Return where the name begins that ends with the organisation at `start`: 住房和城乡建设部."""
    organisation = any(token.tag == "nt" and token.end == end for token in tokens(question))
    return next((a for a, b in nominal_runs(question) if organisation and a < start < b == end), start)


def _common(a: str, b: str) -> int:
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _prefix(about: str, phrase: str) -> int:
    """Return how many characters both begin with, where these are a word and not all of either."""
    common = _common(about, phrase)
    return common if _LEAST_PREFIX <= common < min(len(about), len(phrase)) + 1 else 0


def _subject(about: str, question: str) -> tuple[int, int]:
    """Return the subject's last phrase; where it has no noun, the first noun phrase after what asks."""
    cut = divide(question)
    end = len(cut.frame) + len(cut.subject)
    runs = nominal_runs(question)
    before = [(a, min(b, end)) for a, b in runs if a < end]
    if before:
        start, stop = before[-1]
        kept = [t.end for t in tokens(question) if start <= t.start and t.end < stop and _stays(t)]
        start = max([start, *kept])
        if len(tokens(about)) > 1 and stop - start > len(about) + 1:  # what it is part of stays
            ends = [a for a, b in phrases(question) if start <= a and b == stop]
            start = min(ends, key=lambda a: (abs(stop - a - len(about)), -a), default=start)
        return start, stop
    return runs[0] if runs else (0, 0)


def _stays(token: Token) -> bool:
    """Whether what goes before a replaced noun stays up to here: a name, a quotation, a 的."""
    return token.tag in {"uj", "nt", "ns", "eng"} or token.text[0] in '“"《'
