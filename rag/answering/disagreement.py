"""Where sources say different things about one matter: both are shown, and the difference is said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answering.candidates import Candidate, GetDocument, gather
from rag.answering.evidence import sentence_place
from rag.datatypes import Answer, Citation, Conflict, Hit, Place, Sentence
from rag.near_duplicates import altered
from rag.numerals import years
from rag.question import analyse
from rag.quoting.alignment import key
from rag.text import unlike_markers

ALIKE = 0.8
"""Indel similarity from which two sentences are of one matter: one fact of four characters changed in a sentence of 20."""
_FACTS = ("number", "negation")
# What says of when, of which or of what rank something is: sentences that differ there are of two matters.
_WHICH = re.compile(r"[年月日号季旬周]|半年|第|批|届|期|次|版|轮")


def with_conflicts(answer: Answer, hits: Sequence[Hit], document: GetDocument) -> Answer:
    """Return the answer with what other articles say otherwise of what it cites, each as a sentence of its own.

    Two sentences disagree where they are the same but for figures or negations and speak of the same: under one
    title, or naming the same person or place themselves, and of one time. The report of another year or county says
    other figures of another matter.
    """
    cited = [(c, place) for c in answer.citations if (place := c.place).paragraph]
    candidates = gather(hits, document) if cited else []
    for citation, place in cited:
        own = next((c for c in candidates if _of(c, place) and place.quote in c.text), None)
        rival = own and next((c for c in candidates if _disagrees(own, c)), None)
        if own and rival:
            answer = _with(answer, citation, own, rival)
    return answer


def _of(candidate: Candidate, place: Place) -> bool:
    """Whether a sentence is of the paragraph that a place lies in."""
    return (
        candidate.document.source.file == place.file
        and candidate.article.name == place.article
        and candidate.paragraph.number == place.paragraph
    )


def _disagrees(own: Candidate, other: Candidate) -> bool:
    """Whether another article says otherwise of the same."""
    if own.article is other.article or own.folded == other.folded:
        return False
    found = altered(own.text, other.text, ALIKE)
    if not found or any(d.kind not in _FACTS or _WHICH.search(d.given + d.source) for d in found):
        return False
    dates = {article.date[:4] for article in (own.article, other.article) if article.date}
    if len(dates) > 1 or years(own.article.name) != years(other.article.name):
        return False
    titles = key(own.article.name).text, key(other.article.name).text
    return titles[0] in titles[1] or titles[1] in titles[0] or _subjects(own) & _subjects(other) != set()


def _subjects(candidate: Candidate) -> set[str]:
    """Return the persons and places that a sentence itself names."""
    return set(analyse(candidate.text).names)


def _with(answer: Answer, citation: Citation, own: Candidate, rival: Candidate) -> Answer:
    """Return the answer with the rival's sentence and the difference."""
    place = sentence_place(rival.document, rival.article, rival.paragraph, rival.span)
    if any(other.place == place for other in answer.citations):
        return answer
    n = max(other.n for other in answer.citations) + 1
    said = "；".join(
        f"一处作“{difference.given or '（无）'}”，另一处作“{difference.source or '（无）'}”"
        for difference in altered(own.text, rival.text, ALIKE)
    )
    return replace(
        answer,
        sentences=(*answer.sentences, Sentence(text=unlike_markers(rival.text), citations=(n,))),
        citations=(*answer.citations, Citation(n=n, place=place)),
        conflicts=(*answer.conflicts, Conflict(citations=(citation.n, n), message=f"两处说法不一：{said}。")),
    )
