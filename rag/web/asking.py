"""A question put to the assistant, step by step; whatever goes wrong is told in one line."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import replace

from rag.datatypes import Filters
from rag.errors import YinjuError
from rag.web.conversation import Conversation, Exchange, history
from rag.web.protocol import Assistant
from rag.web.turns import Turns

FAILED = "程序出错，这次没有答成；详情已记入日志，请再试一次。"
Scope = tuple[str, ...]
"""The files that are asked about; empty for all."""
MOMENT = 0.1
"""Seconds within which an answer seems to come at once (Nielsen, Usability Engineering, 1993, 5.5)."""
WAIT = 1.0
"""Seconds after which whoever waits is told how many come before, and is told anew."""
logger = logging.getLogger(__name__)


class Asking:
    """Puts questions to the assistant, each visitor's in turn."""

    def __init__(self, assistant: Assistant, turns: Turns) -> None:
        self._assistant = assistant
        self._turns = turns

    def _is_seen(self, began: float) -> bool:
        """Return whether a step is there long enough to be seen: not one of an extract that is whole in a moment.

        Each step that is shown costs the server some milliseconds, which those who wait their turn pay for.
        """
        return bool(self._assistant.settings.llm.base_url) or time.monotonic() - began > MOMENT

    def exchanges(
        self, question: str, earlier: Conversation, scope: Scope, visitor: str
    ) -> Iterator[Exchange]:
        """Yield the exchange as it grows, at once and then after each step; its last state is at an end.

        Args:
            question: what is asked.
            earlier: the conversation that it follows.
            scope: the files that are asked about.
            visitor: who asks.
        """
        exchange = Exchange(question=question)
        yield exchange
        filters = Filters(files=scope) if scope else None
        try:
            with self._turns.of(visitor) as waiting:
                told = time.monotonic()
                for ahead in waiting:
                    if time.monotonic() - told > WAIT:
                        told = time.monotonic()
                        yield replace(exchange, ahead=ahead)
                began = time.monotonic()
                for update in self._assistant.stream(question, history=history(earlier), filters=filters):
                    exchange = replace(exchange, answer=update.answer, stage=update.stage)
                    if exchange.stage == "done" or self._is_seen(began):
                        yield exchange
        except YinjuError as error:
            yield replace(exchange, error=str(error))
        except Exception:
            logger.exception("answering failed: %r", question)
            yield replace(exchange, error=FAILED)
