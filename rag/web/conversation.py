"""What one browser session has asked and been answered, as immutable values; and the chat made of it."""

from __future__ import annotations

from dataclasses import dataclass

from rag.datatypes import Answer, Place, Turn
from rag.web.html import answer_html, block, error_html, question_html, waiting_html


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A question and what became of it: an answer that may still be growing, or an error."""

    question: str
    answer: Answer | None = None
    error: str | None = None
    running: bool = True
    stopped: bool = False


Conversation = tuple[Exchange, ...]


def history(conversation: Conversation) -> list[Turn]:
    """Return the finished turns, oldest first, as the assistant takes them."""
    turns = []
    for exchange in conversation:
        if exchange.answer and not exchange.running and not exchange.stopped:
            turns.append(Turn(role="user", content=exchange.question))
            turns.append(Turn(role="assistant", content=exchange.answer.text))
    return turns


def messages(conversation: Conversation) -> list[dict[str, str]]:
    """Return the conversation as the chat component takes it."""
    shown = []
    for turn, exchange in enumerate(conversation, start=1):
        if exchange.question.strip():
            shown.append({"role": "user", "content": question_html(exchange.question)})
        shown.append({"role": "assistant", "content": _reply(exchange, turn)})
    return shown


def find_places(conversation: Conversation, reference: str) -> tuple[Place, ...]:
    """Return the place that a link of the chat (`src-TURN-N`, `near-TURN-N`) stands for, then its other places.

    Empty where there is no such link.
    """
    kind, turn, number = reference.split("-")
    if not 1 <= int(turn) <= len(conversation):
        return ()
    answer = conversation[int(turn) - 1].answer
    if answer is None:
        return ()
    if kind == "near":
        return tuple(place for n, place in enumerate(answer.nearest, start=1) if n == int(number))
    return next(((c.place, *c.also) for c in answer.citations if c.n == int(number)), ())


def _reply(exchange: Exchange, turn: int) -> str:
    if exchange.error is not None:
        return error_html(exchange.error)
    answer = exchange.answer
    if answer and (answer.sentences or answer.refusal):
        reply = answer_html(answer, turn)
    else:
        reply = "" if exchange.stopped else waiting_html(answer)
    if exchange.stopped:
        reply += block("yj-answer", ['<p class="yj-wait">已停止。</p>'])
    return reply
