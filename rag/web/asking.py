"""A question put to the assistant, step by step; whatever goes wrong is told in one line."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

from rag.datatypes import Filters
from rag.errors import YinjuError
from rag.web.conversation import Conversation, Exchange, history
from rag.web.protocol import Assistant

FAILED = "程序出错，这次没有答成；详情已记入日志，请再试一次。"
Scope = tuple[str, ...]
"""The files that are asked about; empty for all."""
logger = logging.getLogger(__name__)


def exchanges(assistant: Assistant, question: str, earlier: Conversation, scope: Scope) -> Iterator[Exchange]:
    """Yield the exchange as it grows, at once and then after each step; its last state is at an end."""
    exchange = Exchange(question=question)
    yield exchange
    filters = Filters(files=scope) if scope else None
    try:
        for update in assistant.stream(question, history=history(earlier), filters=filters):
            exchange = replace(exchange, answer=update.answer, stage=update.stage)
            yield exchange
    except YinjuError as error:
        yield replace(exchange, error=str(error))
    except Exception:
        logger.exception("answering failed: %r", question)
        yield replace(exchange, error=FAILED)
