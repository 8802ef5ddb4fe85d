"""What one browser session has asked and been answered, as immutable values; and the chat made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rag.datatypes import Answer, Citation, Turn
from rag.feedback import Rating
from rag.web.acts import acts_html, question_acts_html
from rag.web.found import Found
from rag.web.html import answer_html, block, error_html, question_html, waiting_html

Stage = Literal["searching", "retrieved", "answering", "done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A question and what became of it: an answer that may still be growing, or an error.

    `ahead` is how many questions of other visitors are answered before it. `rating` is what the reader thought of the answer. `problems` are what the last re-check of its quotes found,
    a line each; None where none was made.
    """

    question: str
    answer: Answer | None = None
    error: str | None = None
    stage: Stage = "searching"
    stopped: bool = False
    ahead: int = 0
    rating: Rating | None = None
    problems: tuple[str, ...] | None = None

    @property
    def running(self) -> bool:
        """Whether it is still being answered."""
        return self.stage != "done" and not self.stopped and self.error is None

    @property
    def answered(self) -> Answer | None:
        """The whole answer; None while it grows, or where it was stopped or failed."""
        return self.answer if self.stage == "done" and self.error is None else None


Conversation = tuple[Exchange, ...]


def history(conversation: Conversation) -> list[Turn]:
    """Return the finished turns, oldest first, as the assistant takes them."""
    turns = []
    for exchange in conversation:
        if exchange.answered:
            turns.append(Turn(role="user", content=exchange.question))
            turns.append(Turn(role="assistant", content=exchange.answered.text))
    return turns


def messages(conversation: Conversation) -> list[dict[str, str]]:
    """Return the conversation as the chat component takes it."""
    shown = []
    for turn, exchange in enumerate(conversation, start=1):
        if exchange.question.strip():
            asked = question_html(exchange.question) + question_acts_html(turn)
            shown.append({"role": "user", "content": asked})
        shown.append({"role": "assistant", "content": _reply(exchange, turn)})
    return shown


def find_places(conversation: Conversation, reference: str) -> Found | None:
    """Return what a link of the chat (`src-TURN-N`, `near-TURN-N`) stands for, among those of its answer."""
    kind, turn, number = reference.split("-")
    answer = conversation[int(turn) - 1].answer if 1 <= int(turn) <= len(conversation) else None
    if answer is None:
        return None
    near = tuple(Citation(n=n, place=place) for n, place in enumerate(answer.nearest, start=1))
    linked = {citation.n: citation for citation in (near if kind == "near" else answer.citations)}
    citation = linked.get(int(number))
    row = tuple(f"{kind}-{turn}-{n}" for n in linked)
    return Found(place=citation.place, also=citation.also, row=row) if citation else None


def _reply(exchange: Exchange, turn: int) -> str:
    if exchange.error is not None:
        return error_html(exchange.error) + (acts_html(turn, ("retry",)) if exchange.question.strip() else "")
    answer = exchange.answer
    if answer and (answer.sentences or answer.refusal):
        reply = answer_html(answer, turn, exchange.stage)
    else:
        reply = "" if exchange.stopped else waiting_html(answer, exchange.ahead)
    if exchange.stopped:
        reply += block("yj-answer", ['<p class="yj-wait">已停止。</p>'])
    if exchange.problems is not None and answer:
        reply += _rechecked(exchange.problems, len(answer.citations))
    if exchange.answered:
        verbs = ("copy", "link", "markdown", "word", *(("recheck",) if answer and answer.citations else ()))
        return reply + acts_html(turn, (*verbs, "retry"), rated=exchange.rating, rates=True)
    return reply + (acts_html(turn, ("retry",)) if exchange.stopped else "")


def _rechecked(problems: tuple[str, ...], citations: int) -> str:
    """Return what a re-check of an answer's quotes found."""
    if not problems:
        return block("yj-checked", [f"再次核对：{citations} 处出处都与源文件一致。"])
    rows = "".join(error_html(problem) for problem in problems)
    return block("yj-checked yj-failed", ["再次核对，有对不上的：", rows])
