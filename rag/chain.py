"""Questions to checked answers as a LangChain runnable, for others to build on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, TypedDict

from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import run_in_executor

from rag.assistant import Assistant
from rag.datatypes import Answer, Filters, Turn


class Asked(TypedDict, total=False):
    """What is asked; the keys are the arguments of `Assistant.ask`."""

    question: str
    history: list[Turn]
    filters: Filters | None
    passages: list[str] | None


class AnswerChain(Runnable[str | Asked, Answer]):
    """Answers questions as the assistant does: retrieve, number the evidence, prompt, stream, ground.

    Takes a question, or a dict of the arguments of `Assistant.ask`. `invoke` returns the whole `Answer`;
    `stream` and `astream` yield it as it grows, every sentence in it checked, the last one whole; `batch` and
    the other methods of a runnable follow from these. Without a language model set, answers are extractive.
    Errors are those of `Assistant.ask`; a language model that fails is none of them.
    """

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant

    def invoke(self, input: str | Asked, config: RunnableConfig | None = None, **_: object) -> Answer:  # noqa: A002
        """Return the answer."""
        return self._call_with_config(lambda asked: self.assistant.ask(**_arguments(asked)), input, config)

    def stream(
        self,
        input: str | Asked,  # noqa: A002 - the name that LangChain gives it
        config: RunnableConfig | None = None,
        **_: object,
    ) -> Iterator[Answer]:
        """Yield the answer as it grows."""
        yield from self._transform_stream_with_config(iter([input]), self._answers, config)

    async def astream(
        self,
        input: str | Asked,  # noqa: A002
        config: RunnableConfig | None = None,
        **_: object,
    ) -> AsyncIterator[Answer]:
        """Yield the answer as it grows."""
        answers = self.stream(input, config)
        while answer := await run_in_executor(config, next, answers, None):
            yield answer

    def _answers(self, inputs: Iterator[str | Asked]) -> Iterator[Answer]:
        for asked in inputs:
            for update in self.assistant.stream(**_arguments(asked)):
                if update.stage != "retrieved":
                    yield update.answer


def _arguments(asked: str | Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `Assistant.ask`, `question` first."""
    return {"question": asked} if isinstance(asked, str) else dict(asked)
