"""What other programs may ask for: the same records behind the command line, HTTP and MCP.

Whatever is handed in is looked at first, as it comes from outside: each raises `UsageError` for what is not of
its form, with one line in Chinese.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from inspect import signature
from typing import Any, Protocol

from rag import records
from rag.datatypes import Answer, Article, Chunk, Filters, Hit, ManuscriptReport, QuoteReport, Source, Turn
from rag.errors import UsageError

MOST = 1000
"""Hits of a search."""

Record = dict[str, Any]


class Assistant(Protocol):
    """What programs ask of the assistant. It is called from several threads at once."""

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        passages: Sequence[str] | None = None,
    ) -> Answer:
        """Answer a question; raises `YinjuError` for one that cannot be worked with."""
        ...

    def cite(self, quote: str) -> QuoteReport:
        """Say where a sentence comes from and whether it is quoted rightly."""
        ...

    def check(self, manuscript: Source) -> ManuscriptReport:
        """Say of each sentence of a manuscript what it quotes and whether rightly."""
        ...

    def search(self, query: str, k: int = 10, filters: Filters | None = None) -> list[Hit]:
        """Return up to `k` hits, best first."""
        ...

    def article(self, chunk: Chunk) -> Article:
        """Return the article that a chunk lies in."""
        ...


def ask(
    assistant: Assistant,
    question: object = None,
    history: object = None,
    filters: object = None,
    passages: object = None,
) -> Record:
    """Return an answer, as `records.answer_json` has it."""
    _writable([question, history, filters, passages])
    answer = assistant.ask(
        _text(question, "question"),
        history=records.turns_from_json(history),
        filters=records.filters_from_json(filters),
        passages=records.passages_from_json(passages),
    )
    return records.answer_json(answer)


def cite(assistant: Assistant, quote: object = None) -> Record:
    """Return where a quote comes from, as `records.quote_json` has it."""
    _writable(quote)
    return records.quote_json(assistant.cite(_text(quote, "quote")))


def check(assistant: Assistant, text: object = None) -> Record:
    """Return what became of each sentence of a manuscript, as `records.manuscript_json` has it."""
    from rag.manuscript.opening import pasted

    _writable(text)
    return records.manuscript_json(assistant.check(pasted(_text(text, "text"))))


def search(assistant: Assistant, query: object = None, k: object = 10, filters: object = None) -> Record:
    """Return the hits for a query, as `records.hits_json` has them."""
    _writable([query, filters])
    words = _text(query, "query")
    if isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= MOST:
        raise UsageError(f"k 应是 1 到 {MOST} 的整数")
    hits = assistant.search(words, k, records.filters_from_json(filters))
    chunks = [chunk for hit in hits for chunk in (hit.chunk, *hit.copies)]
    return records.hits_json(words, hits, {chunk.id: assistant.article(chunk).name for chunk in chunks})


_CALLS: dict[str, Callable[..., Record]] = {"ask": ask, "cite": cite, "check": check, "search": search}
NAMES = {name: tuple(signature(function).parameters)[1:] for name, function in _CALLS.items()}
"""Name of a call to the names of its arguments in order, of which all but the first may be left out."""


def call(assistant: Assistant, name: str, arguments: Mapping[str, object]) -> Record:
    """Return what the call of a name returns.

    Raises:
        UsageError: there is no such call, or an argument is not known or not of its form.
    """
    if name not in _CALLS:
        raise UsageError(f"没有 {name}；可用的有 {'、'.join(_CALLS)}")
    unknown = set(arguments) - set(NAMES[name])
    if unknown:
        raise UsageError(f"{name} 不认识 {'、'.join(sorted(unknown))}；可用的有 {'、'.join(NAMES[name])}")
    return _CALLS[name](assistant, **arguments)


def _text(given: object, name: str) -> str:
    if not isinstance(given, str):
        raise UsageError(f"{name} 应是一段文字")
    return given


def _writable(given: object) -> None:
    """Refuse half a surrogate pair, which JSON can spell and no encoding can write."""
    try:
        json.dumps(given, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise UsageError("给出的文字里含有不成字的编码") from error
