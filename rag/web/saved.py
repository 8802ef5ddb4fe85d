"""A conversation as the browser keeps it: JSON out and back, checked on the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rag.errors import UsageError
from rag.records import answer_from_json, answer_json
from rag.web.conversation import Conversation, Exchange

_OTHER = "这段对话是另一个版本存的，打不开了；可以在“历史”里删去它"


def conversation_json(conversation: Conversation) -> list[dict[str, Any]]:
    """Return the exchanges, oldest first, as `conversation_from_json` takes them; one under way as one stopped."""
    return [
        {
            "question": exchange.question,
            "answer": answer_json(exchange.answer) if exchange.answer else None,
            "error": exchange.error,
            "stopped": exchange.stopped or exchange.running,
            "rating": exchange.rating,
        }
        for exchange in conversation
    ]


def conversation_from_json(records: object) -> Conversation:
    """Return the conversation that a browser kept.

    Raises:
        UsageError: it is not what `conversation_json` makes.
    """
    if not isinstance(records, Sequence) or isinstance(records, str):
        raise UsageError(_OTHER)
    try:
        return tuple(_exchange(record) for record in records)
    except (KeyError, TypeError, UsageError) as error:
        raise UsageError(_OTHER) from error


def _exchange(record: Mapping[str, Any]) -> Exchange:
    answer, error, rating = record["answer"], record["error"], record["rating"]
    if rating not in (None, "right", "wrong"):
        raise UsageError(_OTHER)
    return Exchange(
        question=str(record["question"]),
        answer=None if answer is None else answer_from_json(answer),
        error=None if error is None else str(error),
        stage="answering" if record["stopped"] is True else "done",
        stopped=record["stopped"] is True,
        rating=rating,
    )
