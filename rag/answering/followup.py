"""The stand-alone form of a follow-up question, by rule."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.datatypes import Turn
from rag.structure.metadata import people
from rag.text import fold
from rag.words import content_words

SHORT = 24
"""Characters: a longer question is taken to say itself what it is about, unless a pronoun opens it."""

_WHAT_ABOUT = re.compile(
    r"^(?:那么?|那|然后|还有|换成|如果是)?\s*(?P<topic>.{1,20}?)(?:呢|又如何|怎么样|又是多少)[?？]?$"
)
_OPENS = re.compile(
    r"^(?:那么?|那|这|其|它|他|她|该|此|上述|前者|后者|第[一二三四五六七八九十\d]+[个条点项]|除了|还有|为什么呢?|具体|我问的是|在)"
)
_PERSON = re.compile(r"[他她]")
_YEAR = re.compile(r"(?:到|截至)?(?:19|20)\d\d年?")
_ASKING = re.compile(
    r"(?:分别)?(?:是|有|为|达到|增加到|要)?(?:多少|几[个家项类]?|什么时候|何时|什么|哪些|哪\S{0,3}?|谁|为什么|为何|如何|怎么样?|怎样)[^,，。]*[?？]?$"
)


def standalone(question: str, history: Sequence[Turn]) -> str:
    """Return the question in a form that can be understood without the turns before it.

    A question that is complete by itself comes back as it is. “那 2030 年呢” takes the place of the year in
    the last question, “那北京呢” asks the last question about 北京; a pronoun for a person becomes the
    person last named; any other follow-up has the topic of the last question put before it.
    """
    asked = [turn.content for turn in history if turn.role == "user"]
    if not asked or not _depends(question):
        return question
    previous = standalone(asked[-1], history[: _position(history)])
    about = _WHAT_ABOUT.match(question.strip())
    if about:
        return _about(about["topic"].strip("，, "), previous)
    if _PERSON.search(question):
        named = [name for turn in reversed(history) for name, _ in people(turn.content)]
        if named:
            return _PERSON.sub(named[0], question, count=1)
    return f"{_topic(previous)}，{question}"


def _position(history: Sequence[Turn]) -> int:
    """Return the index of the last question in `history`."""
    return max(i for i, turn in enumerate(history) if turn.role == "user")


def _depends(question: str) -> bool:
    """Whether a question leans on what was said before: it is short and opens so, or has little topic."""
    folded = fold(question.strip())
    if _OPENS.match(folded) or _WHAT_ABOUT.match(folded):
        return len(folded) <= SHORT * 2
    return len(folded) <= SHORT and len(content_words(question)) <= 3


def _about(topic: str, previous: str) -> str:
    """Return the previous question asked about `topic` instead."""
    year = _YEAR.search(topic)
    if year and len(topic) <= len(year.group()) + 2:
        if _YEAR.search(previous):
            return _YEAR.sub(topic, previous, count=1)
        return f"{topic}，{previous}"
    names = people(topic)
    if names and people(previous):
        old = people(previous)[0][0]
        return previous.replace(old, names[0][0])
    return f"{topic}，{previous}"


def _topic(question: str) -> str:
    """Return what a question is about: the question without its asking part."""
    bare = _ASKING.sub("", question.strip().rstrip("?？"))
    return bare or question
