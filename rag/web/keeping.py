"""What is done with an answer that has been given: copied, given a link, saved, checked again, rated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import gradio as gr

from rag import feedback
from rag.datatypes import Answer, Place
from rag.errors import YinjuError
from rag.export.answers import answers_sheet
from rag.export.text import as_text
from rag.kept import Kept
from rag.web.conversation import Conversation, Exchange, history, messages
from rag.web.desk import delivery, kept
from rag.web.protocol import Assistant

_GONE = "这一条回答已不在当前页面里，请从“历史”里重新打开那段对话"
_NOTHING = "还没有可以导出的回答"
_NO_LINK = "这个链接所指的回答已不在了，请重新提问。"

Step = tuple[Any, ...]


class Keeping:
    """The handlers of the buttons under an answer. What is kept lies in a folder: answers with a link, and feedback."""

    def __init__(self, assistant: Assistant, folder: Path) -> None:
        self.assistant = assistant
        self.kept = Kept(folder / "answers")
        self.feedback = folder / "feedback.jsonl"

    def copy(self, conversation: Conversation, event: gr.EventData) -> str:
        """Hand an answer with footnotes to the clipboard."""
        answers = _answers(conversation, event.turn)
        if not answers:
            return delivery(say=_GONE)
        return delivery(copy=as_text(answers_sheet(answers, self.assistant.verify, date.today())))

    def link(self, conversation: Conversation, event: gr.EventData) -> str:
        """Keep an answer, and hand its address to the clipboard."""
        return self._deliver("link", conversation, event.turn, "")

    def markdown(self, conversation: Conversation, event: gr.EventData) -> str:
        """Save an answer, or with turn 0 the whole conversation, as Markdown."""
        return self._deliver("go", conversation, event.turn, ".md")

    def word(self, conversation: Conversation, event: gr.EventData) -> str:
        """Save an answer, or with turn 0 the whole conversation, as a Word document."""
        return self._deliver("go", conversation, event.turn, ".docx")

    def _deliver(self, what: str, conversation: Conversation, turn: int, suffix: str) -> str:
        """Keep an answer or all of them, and hand out the id or the address of the file."""
        chosen = [n for n, each in enumerate(conversation, start=1) if each.answered and turn in (0, n)]
        if not chosen:
            return delivery(say=_GONE if turn else _NOTHING)
        try:
            ids = [self._keep(conversation, n) for n in chosen]
        except YinjuError as error:
            return delivery(say=str(error))
        return delivery(**{what: f"answers/{'~'.join(ids)}{suffix}" if suffix else ids[0]})

    def _keep(self, conversation: Conversation, turn: int) -> str:
        answer = conversation[turn - 1].answered
        assert answer is not None  # chosen as one that has
        return self.kept.keep(answer, history(conversation[: turn - 1]))

    def visit(self, event: gr.EventData) -> Step:
        """Show the answer that a link stands for, its quotes checked as it is opened."""
        try:
            found = self.kept.get(str(event.answer))
        except YinjuError as error:
            return _shown((Exchange(question="", error=str(error)),), "")
        if found is None:
            return _shown((Exchange(question="", error=_NO_LINK),), "")
        answer = found.answer
        exchange = Exchange(question=answer.question, answer=answer, stage="done")
        return _shown(
            (replace(exchange, problems=self._problems(answer)),), delivery(say="这是链接所指的回答")
        )

    def recheck(self, conversation: Conversation, event: gr.EventData) -> Step:
        """Compare the quotes of an answer with the source files once more."""
        answers = _answers(conversation, event.turn)
        if not answers:
            return gr.skip(), gr.skip(), delivery(say=_GONE)
        return _changed(conversation, event.turn, problems=self._problems(answers[0]))

    def right(self, conversation: Conversation, event: gr.EventData) -> Step:
        """Take down that an answer is right."""
        return self._rate(conversation, event.turn, "right", "")

    def wrong(self, conversation: Conversation, turn: int, note: str) -> Step:
        """Take down that an answer is wrong, with the reader's remark, and close the form."""
        return *self._rate(conversation, turn, "wrong", note), gr.Row(visible=False)

    def _rate(self, conversation: Conversation, turn: int, rating: feedback.Rating, note: str) -> Step:
        answers = _answers(conversation, turn)
        if not answers:
            return gr.skip(), gr.skip(), delivery(say=_GONE)
        try:
            feedback.append(self.feedback, answers[0], history(conversation[: turn - 1]), rating, note)
        except YinjuError as error:
            return gr.skip(), gr.skip(), delivery(say=str(error))
        return _changed(conversation, turn, rating=rating)

    def _problems(self, answer: Answer) -> tuple[str, ...]:
        places: list[tuple[int, Place]] = [
            (citation.n, place) for citation in answer.citations for place in (citation.place, *citation.also)
        ]
        return tuple(self.assistant.verify(places))


def _answers(conversation: Conversation, turn: int) -> Sequence[Answer]:
    """Return the answer of a turn, alone; empty where it has none."""
    exchanges = conversation[turn - 1 : turn] if turn > 0 else ()
    return [exchange.answered for exchange in exchanges if exchange.answered]


def _changed(conversation: Conversation, turn: int, **change: Any) -> Step:  # noqa: ANN401 - fields of an exchange
    exchange = replace(conversation[turn - 1], **change)
    changed = (*conversation[: turn - 1], exchange, *conversation[turn:])
    return _shown(changed, kept(changed))


def _shown(conversation: Conversation, told: str) -> Step:
    return messages(conversation), conversation, told
