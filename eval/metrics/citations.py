"""Do the citations point to the right places, and do the pointers hold?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from eval.dataset import Passage
from eval.matching import visible
from eval.metrics.case import Case, ReadRaw
from rag.datatypes import Place, Span, cut
from rag.text import squeeze
from rag.verification import STALE

# A cited place is the gold one when they share at least this part of the shorter: a source sentence that
# holds a gold clause does, and so does one sentence of a longer gold passage; touching at an edge does not.
SHARED = 0.5

_SHOWN = 3
_MARKER = re.compile(r"\[(\d+)\]")


def meets(file: str, spans: Sequence[Span], passage: Passage, read: ReadRaw) -> bool:
    """Whether a place is a gold passage: |place ∩ gold| ≥ SHARED · min(|place|, |gold|).

    Both are sets of offsets into the same raw file, white space not counted.
    """
    if file != passage.file:
        return False
    raw = read(file)
    found, gold = visible(raw, spans), visible(raw, [passage.span])
    return bool(found) and len(found & gold) >= SHARED * min(len(found), len(gold))


def _cites(case: Case, passage: Passage) -> bool:
    places = (citation.place for citation in case.answer.citations)
    return any(meets(place.file, place.spans, passage, case.read) for place in places)


def citation_precision(case: Case) -> float | None:
    """Return citations that meet a gold passage / citations, in [0, 1]; None where nothing is cited.

    After citation precision in ALCE (Gao et al., 2023), with gold spans in place of an entailment model.
    """
    citations, sources = case.answer.citations, case.question.sources
    if not citations or not sources:
        return None
    gold = [passage for passages in sources for passage in passages]
    right = sum(
        any(meets(citation.place.file, citation.place.spans, passage, case.read) for passage in gold)
        for citation in citations
    )
    return right / len(citations)


def citation_recall(case: Case) -> float | None:
    """Return gold passages that a citation meets / gold passages, in [0, 1]; 0 where nothing is cited.

    A passage that stands in several places is met by any of them; None for a question without gold passages.
    """
    sources = case.question.sources
    if not sources:
        return None
    return sum(any(_cites(case, passage) for passage in passages) for passages in sources) / len(sources)


def pointer_faults(case: Case) -> tuple[str, ...]:
    """Return every broken pointer of an answer, in words; a valid answer has none.

    Markers `[n]` in the text and numbers at the sentences resolve to one citation each, every citation is
    used, and the raw text at a place's spans is its quote, white space aside (the other places of a citation,
    the nearest passages and the hits too). A cited place begins and ends at a mark or a blank.
    A `[2026]` that a sentence takes over from its source reads as a marker and is a fault as well. So is an
    answer that the program withheld because its quotes did not stand in the files: they have not changed.
    """
    answer = case.answer
    if STALE in answer.text:
        return (f"程序自己核对时引文已对不上，没有作答：{answer.text}",)
    counts = Counter(citation.n for citation in answer.citations)
    marked = {int(number) for number in _MARKER.findall(answer.text)}
    marked.update(number for sentence in answer.sentences for number in sentence.citations)
    faults = [f"标记 [{number}] 没有对应的引文" for number in sorted(marked - counts.keys())]
    faults += [f"引文 [{number}] 没有被用到" for number in sorted(counts.keys() - marked)]
    faults += [f"引文编号 [{number}] 重复" for number, count in sorted(counts.items()) if count > 1]
    cited = [citation.place for citation in answer.citations]
    faults += [f"引文停在字词中间：“{place.quote}”" for place in cited if _cuts_words(place, case.read)]
    others = [place for citation in answer.citations for place in citation.also]
    return (*faults, *place_faults([*cited, *others, *answer.nearest], case.read), *_hit_faults(case))


def _cuts_words(place: Place, read: ReadRaw) -> bool:
    """Whether a place begins or ends between two letters or figures: off by some, since sentences do not."""
    if not place.spans:
        return False
    raw, start, end = read(place.file), place.spans[0].start, place.spans[-1].end
    edges = raw[start - 1 : start + 1] if start else "", raw[end - 1 : end + 1]
    return any(len(edge) == 2 and edge.isalnum() for edge in edges)


def _hit_faults(case: Case) -> tuple[str, ...]:
    """Tell of the hits whose text is not the raw text at their spans: they are what a language model is shown."""
    false = [
        f"{hit.chunk.file} 的片段 {hit.chunk.id}"
        for hit in case.hits
        if squeeze(cut(case.read(hit.chunk.file), hit.chunk.spans)) != squeeze(hit.chunk.text)
    ]
    some = "、".join(false[:_SHOWN]) + (f" 等 {len(false)} 个" if len(false) > _SHOWN else "")
    return (f"检索到的 {some}与它所指的原文不同",) if false else ()


def place_faults(places: Sequence[Place], read: ReadRaw) -> tuple[str, ...]:
    """Return the places whose quote is not the raw text at their spans, white space aside, in words."""
    return tuple(
        f"{place.file} {[(span.start, span.end) for span in place.spans]} 处的原文不是“{place.quote}”"
        for place in places
        if not place.spans or squeeze(cut(read(place.file), place.spans)) != squeeze(place.quote)
    )


def pointer_validity(case: Case) -> float:
    """Return 1 for an answer without a pointer fault, else 0."""
    return float(not pointer_faults(case))
