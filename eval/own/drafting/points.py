"""Questions for points made one by one: 一是……二是……, in one paragraph or over several."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from eval.own.drafting.candidate import Candidate, Piece, Statement
from eval.own.drafting.wording import begins_with_verb, body, points_back

_ORDERED = re.compile(
    r"(?:^|[。；;，,：:])(?P<mark>[一二三四五六七八九]是|[一二三四五六七八九]要|其[一二三四五六][,，])(?P<item>[^。；;]{3,40}?)(?=[。；;，,])"
)
_HAS = re.compile(
    r"^(?P<of>.{4,24})的(?P<what>(?:重要|主要|基本|显著)?(?:有利)?(?:条件|意义|特征|特点|问题|挑战|成效|原则|路径|原因|优势))$"
)


@dataclass(slots=True)
class _Run:
    """The items of 一是……二是…… so far, the sentences that they stand in, and what stands above them."""

    topics: tuple[str, ...]
    path: tuple[str, ...]
    items: list[str] = field(default_factory=list)
    quotes: list[str] = field(default_factory=list)


def enumerations(piece: Piece) -> Iterator[Candidate]:
    """Propose `如何……？` for a topic that is followed by 一是……二是……, in one paragraph or over several."""
    for run in _runs(piece):
        question = next(filter(None, map(_about, run.topics)), None)
        if question is None or len(run.items) < 3:
            continue
        facts = [[item] for item in run.items]
        found = piece.candidate(question, "列举", "分点", facts=facts, quotes=list(dict.fromkeys(run.quotes)))
        if found:
            yield found


def _about(above: str) -> str | None:
    """Return the question that a sentence or heading above an enumeration is the topic of, None for none."""
    topic = re.sub(r"^(?:必须|需要?|可|要)", "", body(above)[0]).rstrip("。：:；;—")
    if not 4 <= len(topic) <= 30 or re.search(r"[，,：:；;]", topic) or points_back(topic):
        return None
    has = _HAS.match(topic)
    if has:
        return f"{has['of']}有哪些{has['what']}"
    return f"如何{topic}" if begins_with_verb(topic) and not topic.startswith("如何") else None


def _runs(piece: Piece) -> Iterator[_Run]:
    """Yield the runs of 一是……二是……; a run ends with its section."""
    run: _Run | None = None
    above: list[Statement] = []
    for statement in piece.statements:
        paragraph = statement.paragraph
        if above and above[0].paragraph is not paragraph:
            above = []
        for match in _ORDERED.finditer(statement.text):
            number = "一二三四五六七八九".index(match["mark"].strip("其是要,，")) + 1
            if number == 1:
                if run:
                    yield run
                run = _Run(
                    topics=(*(one.text for one in (*above[-1:], *above[:1])), paragraph.heading or ""),
                    path=paragraph.path,
                )
            if run and number == len(run.items) + 1 and run.path == paragraph.path:
                run.items.append(match["item"].strip())
                run.quotes.append(statement.text)
        above.append(statement)
    if run:
        yield run
