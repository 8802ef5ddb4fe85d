"""The stand-alone form of a follow-up question, by rule."""

from __future__ import annotations

import re
from collections.abc import Sequence

import rjieba

from rag.aliases import aliases
from rag.answering.candidates import GetDocument, surroundings
from rag.answering.refusal import refuse, small_talk
from rag.datatypes import Answer, Turn
from rag.informativeness import known
from rag.question import Question, analyse
from rag.structure.people import people
from rag.text import fold
from rag.words import words

SHORT = 24
"""Characters: a longer question is taken to say itself what it is about, unless a pronoun opens it."""

TOPIC = 14.0
"""A question whose words tell less than this (in the units of `idf`: three plain nouns) leaves its topic out."""
OWN = 0.5
"""Share of a follow-up's own information that its answer must be about."""
LEAST = 5.0
"""A follow-up that tells less than this, in the units of `idf`, has no topic of its own."""
MOST = 6.0
"""What one word counts at most: a rare one is often only cut oddly (几类, 要建)."""

_WHAT_ABOUT = re.compile(
    r"^(?:那么?|那|然后|还有|换成|如果是)?\s*(?P<topic>.{1,20}?)(?:呢|又如何|怎么样|又是多少)[?？]?$"
)
_OPENS = re.compile(
    r"^(?:那么?|那|这|其|它|他|她|该|此|上述|前者|后者|第[一二三四五六七八九十\d]+[个条点项]|除了|还有|为什么呢?|具体|我问的是|在)"
)
_DEFINES = re.compile(r"^(?:什么是|何谓|何为)|意思|含义|定义|理解")
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
    asked = [i for i, turn in enumerate(history) if turn.role == "user" and not small_talk(turn.content)]
    if not asked or not _depends(question):
        return question
    previous = standalone(history[asked[-1]].content, history[: asked[-1]])
    about = _WHAT_ABOUT.match(question.strip())
    if about:
        return _about(about["topic"].strip("，, "), previous)
    if _PERSON.search(question):
        named = [name for turn in reversed(history) for name, _ in people(turn.content)]
        if named:
            return _PERSON.sub(named[0], question, count=1)
    return f"{_topic(previous)}，{question}"


def keeps_topic(question: Question, answer: Answer, document: GetDocument) -> bool:
    """Whether the answer to a completed follow-up is about what the follow-up itself says.

    Of the information in its own words, at least `OWN` must stand in the paragraphs cited or what surrounds
    them: 欧盟有多少家 is not answered by how many there are here. One that says next to nothing (由哪些部门发布)
    is about the last topic.
    """
    told = {
        word: min(value, MOST)
        for word, value in question.words.items()
        if known(word) or word.isdigit() or word in question.names
    }
    places = [citation.place for citation in answer.citations if citation.place.paragraph]
    if answer.refused or sum(told.values()) < LEAST or not places:
        return True
    text = " ".join(
        surroundings(article, article.paragraphs[place.paragraph - 1])
        for place in places
        for article in document(place.file).articles
        if article.name == place.article and place.paragraph <= len(article.paragraphs)
    )
    standing = sum(
        v for word, v in told.items() if any(form in text for form in aliases().get(word, (word,)))
    )
    return standing >= OWN * sum(told.values())


def off_the_question(question: Question, answer: Answer) -> Answer:
    """Return the refusal in place of an answer that is about the last question and not about this one."""
    return refuse(question, "not_in_documents", [citation.place for citation in answer.citations])


def _depends(question: str) -> bool:
    """Whether a question leans on what was said before: it is short and opens so, or has little topic.

    A question for a definition, or about a person by name, names its topic, however short it is.
    """
    folded = fold(question.strip())
    if small_talk(question):
        return False
    if _OPENS.match(folded) or _WHAT_ABOUT.match(folded) or _PERSON.search(folded):
        return len(folded) <= SHORT * 2
    asked = analyse(question)
    if len(folded) > SHORT or _DEFINES.search(folded) or people(question):
        return False
    return sum(min(told, MOST) for told in asked.words.values()) < TOPIC


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
    counterpart = _counterpart(topic, previous)
    return previous.replace(counterpart, topic) if counterpart else f"{topic}，{previous}"


def _counterpart(topic: str, previous: str) -> str | None:
    """Return the word of the last question that `topic` takes the place of: another place, or a like word.

    Words are alike that have the same length and the same last character (智能化, 绿色化).
    """
    places = [word for word, tag in rjieba.tag(previous) if tag == "ns"]
    if len(places) == 1 and [tag for _, tag in rjieba.tag(topic)] == ["ns"]:
        return str(places[0])
    spans = [span for _, span in words(previous)]
    for first in spans:
        for last in spans:
            candidate = previous[first.start : last.end]
            if len(topic) == len(candidate) > 2 and candidate[-1] == topic[-1] and candidate != topic:
                return candidate
    return None


def _topic(question: str) -> str:
    """Return what a question is about: what it defines, or its first clause without the asking part."""
    asked = analyse(question)
    if asked.kind == "definition" and asked.topics:
        return asked.topics[0]
    first = re.split(r"[，,]", question.strip().rstrip("?？"))[0]
    return _ASKING.sub("", first) or first
