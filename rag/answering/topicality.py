"""Whether a question says itself what it is about, and whether an answer is about what its question says.

The numbers are fitted by `training/fit_followup.py`.
"""

from __future__ import annotations

import math
import re

from rag.aliases import aliases
from rag.answering.candidates import GetDocument, surroundings
from rag.answering.constituents import topic
from rag.answering.matching import Vectors
from rag.answering.mentions import Exchange, named
from rag.answering.refusal import refuse
from rag.datatypes import Answer
from rag.informativeness import idf, known
from rag.question import Question, analyse
from rag.text import fold
from rag.words import content_words

WEIGHTS = (-2.6, 5.3, -4.9)
"""What makes a question lack its topic: how much its own words tell (ln(1 + sum of `idf`)), its
nearness to the last exchange (cosine), the share of the last topic that it repeats."""
BIAS = 8.2
"""Above 0 with the weighted features, the question lacks its topic."""
OWN = 0.3
"""Share of a follow-up's own information that its answer must be about."""

_DEFINES = re.compile(r"^(?:什么是|何谓|何为)|意思|含义|定义|理解")


def lacks_topic(asked: str, last: Exchange, vectors: Vectors) -> bool:
    """Whether a question leaves out what it is about and means the topic of the last exchange.

    A question for a definition, or about a work or a person by name, names its topic, however short it is.
    """
    if _DEFINES.search(fold(asked)) or analyse(asked).titles or named(asked):
        return False
    return sum(w * x for w, x in zip(WEIGHTS, features(asked, last, vectors), strict=True)) + BIAS > 0


def features(asked: str, last: Exchange, vectors: Vectors) -> tuple[float, float, float]:
    """Return the features of a question after an exchange that `WEIGHTS` weigh, in their order."""
    told = sum(analyse(asked).words.values())
    mine, theirs = vectors.embedder.encode_queries([asked, last.question + last.answer])
    return math.log1p(told), float(mine @ theirs), _repeated(topic(last.question), asked)


def _repeated(about: str, asked: str) -> float:
    """Return the share of the information of a topic that stands in a question, 0 to 1."""
    values = {word: idf(word) for word, _ in content_words(about)}
    folded = fold(asked)
    return sum(v for word, v in values.items() if word in folded) / (sum(values.values()) or 1.0)


def own(question: Question) -> dict[str, float]:
    """Return the words of a follow-up that tell what it is about itself, with how much: no word cut oddly."""
    return {w: v for w, v in question.words.items() if known(w) or w.isdigit() or w in question.names}


def standing(words: dict[str, float], text: str) -> float:
    """Return the share of the information of `words` that stands in a text, in any spelling, 0 to 1."""
    there = (v for word, v in words.items() if any(form in text for form in aliases().get(word, (word,))))
    return sum(there) / (sum(words.values()) or 1.0)


def keeps_topic(question: Question, answer: Answer, document: GetDocument) -> bool:
    """Whether the answer to a completed follow-up is about what the follow-up itself says.

    Of the information in its own words, at least `OWN` must stand in the paragraphs cited or what surrounds
    them: 欧盟有多少家 is not answered by how many there are here. One that says nothing (为什么) is about the last topic.
    """
    told = own(question)
    places = [citation.place for citation in answer.citations if citation.place.paragraph]
    if answer.refused or not told or not places:
        return True
    text = " ".join(
        surroundings(article, article.paragraphs[place.paragraph - 1])
        for place in places
        for article in document(place.file).articles
        if article.name == place.article and place.paragraph <= len(article.paragraphs)
    )
    return standing(told, text) >= OWN


def off_the_question(question: Question, answer: Answer) -> Answer:
    """Return the refusal in place of an answer that is about the last question and not about this one."""
    return refuse(question, "not_in_documents", [citation.place for citation in answer.citations])
