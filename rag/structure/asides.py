"""What stands outside the articles, put together: a masthead, a photo's credit, a teaser with its date and outlet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from rag.datatypes import ASIDE, Article, Block, Fact, Span
from rag.numerals import find_dates
from rag.structure.metadata import read_byline
from rag.text import squeeze, worded

_NAME = re.compile(r"[^\d,，。!！?？:：;；]{2,20}")
_MOST_AFTER = 30
"""Characters behind the date of a line that closes a teaser: a time and an outlet, no text."""


def asides(text: str, noise: Sequence[Block], masthead: Sequence[Fact]) -> tuple[Article, ...]:
    """Return the noise that has words as articles of metadata lines, each with what its lines state.

    `noise` is in the order of `text`; `masthead` is what the newspaper's states. Blocks of one kind with nothing between them are one aside; among
    teasers each ends with the line that dates it, and where no line does, each line is one.
    """
    worth = [line for block in noise for line in _lines(block) if worded(line.text)]
    runs: list[list[Block]] = []
    for i, block in enumerate(worth):
        joined = bool(runs) and _adjoin(text, worth[i - 1], block)
        if joined:
            runs[-1].append(block)
        else:
            runs.append([block])
    return tuple(
        _aside(group, masthead) for run in runs for group in (_teasers(run) if _is_related(run) else [run])
    )


def _lines(block: Block) -> list[Block]:
    """Return the lines of a block of noise, which can be a heading on several."""
    found = []
    start = block.span.start
    for line in block.text.splitlines(keepends=True):
        bare = line.strip()
        low = start + line.find(bare)
        if bare:
            found.append(Block(kind=block.kind, text=bare, span=Span(start=low, end=low + len(bare))))
        start += len(line)
    return found


def _adjoin(text: str, first: Block, second: Block) -> bool:
    """Whether two blocks of noise are of one kind, or a photo's caption and credit, with nothing between them."""
    alike = first.kind == second.kind or {first.kind, second.kind} == {"caption", "credit"}
    return alike and not text[first.span.end : second.span.start].strip()


def _is_related(run: Sequence[Block]) -> bool:
    return run[0].kind == "related"


def _teasers(run: Sequence[Block]) -> list[list[Block]]:
    """Return the lines of teasers, one list each; what announces them (相关推荐) is a list of its own."""
    closing = [i for i, block in enumerate(run) if _closing(block)]
    ends = [0, 1, *(i + 1 for i in closing), len(run)] if closing else range(len(run) + 1)
    return [list(run[low:high]) for low, high in pairwise(ends) if low < high]


def _closing(block: Block) -> list[Fact]:
    """Return the date and the outlet that a line below a teaser states, nothing for any other line."""
    dates = find_dates(block.text)
    if (
        not dates
        or len(squeeze(block.text[dates[0][1].end :])) > _MOST_AFTER
        or block.text[: dates[0][1].start].strip()
    ):
        return []
    facts = [fact for fact in read_byline(block.text) if fact.kind in ("date", "outlet")]
    named = _NAME.fullmatch(block.text[dates[0][1].end :].strip())
    if named and not any(fact.kind == "outlet" for fact in facts):
        start = block.text.index(named.group(), dates[0][1].end)
        facts.append(
            Fact(kind="outlet", value=named.group(), span=Span(start=start, end=start + len(named.group())))
        )
    return facts


def _aside(group: Sequence[Block], masthead: Sequence[Fact]) -> Article:
    span = Span(start=group[0].span.start, end=group[-1].span.end)
    facts = [fact for fact in masthead if span.start <= fact.span.start < span.end]
    facts += [
        Fact(
            kind=fact.kind,
            value=fact.value,
            span=Span(start=block.span.start + fact.span.start, end=block.span.start + fact.span.end),
        )
        for block in group
        if block.kind == "related"
        for fact in _closing(block)
    ]
    values = {fact.kind: fact.value for fact in facts}
    return Article(
        span=span,
        title=ASIDE,
        outlet=values.get("outlet"),
        date=values.get("date") or values.get("masthead"),
        facts=tuple(facts),
        metadata=tuple(group),
    )
