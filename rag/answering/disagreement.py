"""Where sources say different things about one matter: both are shown, and the difference is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.answering.candidates import Candidate, GetDocument, gather
from rag.answering.evidence import sentence_place
from rag.datatypes import Answer, Citation, Conflict, Hit, Place, Sentence
from rag.informativeness import idf
from rag.near_duplicates import altered
from rag.quoting.alignment import key, similarity
from rag.text import unlike_markers
from rag.words import content_words

ALIKE = 0.8
"""Indel similarity from which two sentences are of one matter: one fact of four characters changed in a sentence of 20."""
RARE = 9.0
"""Sentences under unlike titles are of one matter only where they share a word that tells as much, in the units of
`idf`: 全省生产总值增长5% is said of every province."""
_FACTS = ("number", "date", "negation")


def with_conflicts(answer: Answer, hits: Sequence[Hit], document: GetDocument) -> Answer:
    """Return the answer with what other articles say otherwise of what it cites, each as a sentence of its own.

    Two sentences disagree where they are the same but for figures, dates or negations, in articles of one year: the
    report of another year says other figures of another matter, as does a sentence with another name.
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
    years = {article.date[:4] for article in (own.article, other.article) if article.date}
    found = altered(own.text, other.text, ALIKE)
    if len(years) > 1 or not found or any(difference.kind not in _FACTS for difference in found):
        return False
    shared = {word for word, _ in content_words(own.text)} & {word for word, _ in content_words(other.text)}
    titles = key(own.article.name).text, key(other.article.name).text
    return similarity(*titles) >= ALIKE or any(idf(word) >= RARE for word in shared)


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
