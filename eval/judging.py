"""One answer or quote report against its gold: every function says what it returns, none looks at two."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from eval.dataset import Passage, Question, Quote
from eval.matching import plain, states, visible
from rag.datatypes import Answer, Place, QuoteReport, cut
from rag.text import squeeze

# A cited place is the gold one when they share at least this part of the shorter: a source sentence that
# holds a gold clause does, and so does one sentence of a longer gold passage; touching at an edge does not.
SHARED = 0.5

_MARKER = re.compile(r"\[(\d+)\]")
ReadRaw = Callable[[str], str]


def words(answer: Answer) -> str:
    """Return what the answer says, without its markers."""
    return " ".join(sentence.text for sentence in answer.sentences)


def characters(answer: Answer) -> int:
    """Return the length of the answer in characters, white space and markers not counted."""
    return len(squeeze(words(answer)))


def missing_facts(question: Question, answer: Answer) -> tuple[str, ...]:
    """Return the facts that the answer does not state, each in its first accepted form."""
    said = words(answer)
    return tuple(forms[0] for forms in question.facts if not any(states(said, form) for form in forms))


def forbidden_words(question: Question, answer: Answer) -> tuple[str, ...]:
    """Return what the answer says and a right answer must not."""
    said = words(answer)
    return tuple(form for form in question.forbidden if states(said, form))


def fact_recall(question: Question, answer: Answer) -> float:
    """Return stated facts / facts, in [0, 1]; 0 for a refusal, whatever it mentions.

    Raises:
        ZeroDivisionError: the question has no facts (it is not answerable).
    """
    if answer.refused:
        return 0.0
    return 1 - len(missing_facts(question, answer)) / len(question.facts)


def is_right(question: Question, answer: Answer) -> bool:
    """Whether the answer is right.

    Answerable: not refused, every fact stated, nothing forbidden said, `characters` within `max_chars`.
    Unanswerable: refused.
    """
    if not question.answerable:
        return answer.refused
    return (
        not answer.refused
        and not missing_facts(question, answer)
        and not forbidden_words(question, answer)
        and characters(answer) <= question.max_chars
    )


def meets(place: Place, passage: Passage, read: ReadRaw) -> bool:
    """Whether a cited place is a gold passage: |cited ∩ gold| ≥ SHARED · min(|cited|, |gold|).

    Both are sets of offsets into the same raw file, white space not counted.
    """
    if place.file != passage.file:
        return False
    raw = read(place.file)
    cited, gold = visible(raw, place.spans), visible(raw, [passage.span])
    return bool(cited) and len(cited & gold) >= SHARED * min(len(cited), len(gold))


def citation_precision(question: Question, answer: Answer, read: ReadRaw) -> float | None:
    """Return citations that meet a gold passage / citations, in [0, 1]; None where nothing is cited.

    After citation precision in ALCE (Gao et al., 2023), with gold spans in place of an entailment model.
    """
    if not answer.citations:
        return None
    gold = [passage for passages in question.sources for passage in passages]
    right = sum(
        any(meets(citation.place, passage, read) for passage in gold) for citation in answer.citations
    )
    return right / len(answer.citations)


def citation_recall(question: Question, answer: Answer, read: ReadRaw) -> float:
    """Return gold passages that a citation meets / gold passages, in [0, 1]; 0 where nothing is cited.

    A passage that stands in several places is met by any of them.

    Raises:
        ZeroDivisionError: the question has no gold passage (it is not answerable).
    """
    met = sum(
        any(meets(citation.place, passage, read) for passage in passages for citation in answer.citations)
        for passages in question.sources
    )
    return met / len(question.sources)


def pointer_faults(answer: Answer, read: ReadRaw) -> tuple[str, ...]:
    """Return every broken pointer of an answer, in words; a valid answer has none.

    Markers `[n]` in the text and numbers at the sentences resolve to one citation each, every citation is
    used, and the raw text at a place's spans is its quote, white space aside (the nearest passages too).
    A `[2026]` that a sentence takes over from its source reads as a marker and is a fault as well.
    """
    counts = Counter(citation.n for citation in answer.citations)
    marked = {int(number) for number in _MARKER.findall(answer.text)}
    marked.update(number for sentence in answer.sentences for number in sentence.citations)
    faults = [f"标记 [{number}] 没有对应的引文" for number in sorted(marked - counts.keys())]
    faults += [f"引文 [{number}] 没有被用到" for number in sorted(counts.keys() - marked)]
    faults += [f"引文编号 [{number}] 重复" for number, count in sorted(counts.items()) if count > 1]
    places = [*(citation.place for citation in answer.citations), *answer.nearest]
    return (*faults, *place_faults(places, read))


def place_faults(places: Sequence[Place], read: ReadRaw) -> tuple[str, ...]:
    """Return the places whose quote is not the raw text at their spans, white space aside, in words."""
    return tuple(
        f"{place.file} {[(span.start, span.end) for span in place.spans]} 处的原文不是“{place.quote}”"
        for place in places
        if not place.spans or squeeze(cut(read(place.file), place.spans)) != squeeze(place.quote)
    )


def quote_faults(quote: Quote, report: QuoteReport) -> tuple[str, ...]:
    """Return what is wrong with a quote report, in words: the verdict, the file, the difference.

    A difference is pointed out when one of the best match's differences holds the given words and the
    source's words (`600个` for `500个` points out 600 for 500).
    """
    faults = []
    if report.verdict != quote.verdict:
        faults.append(f"判为 {report.verdict}，应为 {quote.verdict}")
    if quote.file is not None and quote.file not in {match.place.file for match in report.matches}:
        faults.append(f"没有指出出自 {quote.file}")
    if quote.given is not None and quote.source is not None:
        given, source = plain(quote.given), plain(quote.source)
        told = report.matches[0].differences if report.matches else ()
        if not any(given in plain(one.given) and source in plain(one.source) for one in told):
            faults.append(f"没有指出 {quote.given} 应为 {quote.source}")
    return tuple(faults)
