"""Running an asynchronous chain from synchronous code, within a time limit that holds whatever happens.

The chain runs in a thread with an event loop of its own: an endpoint that sends a byte a second cannot
outstay the limit, and its connection is closed when the reader goes away.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable
    from openai import DefaultAsyncHttpxClient

T = TypeVar("T")
_IMPORTING = threading.Lock()


class TimeLimit:
    """Seconds that the calls for one answer share, counted from the first call on."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end: float | None = None

    def left(self) -> float:
        """Return the seconds that are left, >= 0; the first time, all of them."""
        now = time.monotonic()
        self._end = self._end or now + self.seconds
        return max(self._end - now, 0.0)


def import_libraries() -> None:
    """Import what a call needs, one thread at a time: together for the first time, they see half of a module."""
    with _IMPORTING:
        for name in (
            "httpx",
            "openai",
            "langsmith",
            "langchain_core.prompts",
            "langchain.chat_models",
            "langchain_openai",
        ):
            import_module(name)


def streamed(
    chain: Runnable[dict[str, Any], T],
    client: DefaultAsyncHttpxClient,
    value: Mapping[str, Any],
    seconds: float,
) -> Iterator[T]:
    """Yield what a chain streams for `value`; its client is closed at the end, read to it or not.

    Raises:
        TimeoutError: the chain took longer than `seconds`.
        Exception: what the chain raises.
    """
    loop = asyncio.new_event_loop()
    outputs: queue.SimpleQueue[T | None] = queue.SimpleQueue()
    running = loop.create_task(_run(chain, client, value, seconds, outputs))
    with ThreadPoolExecutor(1, thread_name_prefix="language-model") as pool:
        ended = pool.submit(_finish, loop, running)
        try:
            while (output := outputs.get()) is not None:
                yield output
        finally:
            with suppress(RuntimeError):  # the loop is closed: there is nothing left to cancel
                loop.call_soon_threadsafe(running.cancel)
        ended.result()


async def _run(
    chain: Runnable[dict[str, Any], T],
    client: DefaultAsyncHttpxClient,
    value: Mapping[str, Any],
    seconds: float,
    outputs: queue.SimpleQueue[T | None],
) -> None:
    """Put what the chain streams into `outputs`, and None after it, whatever happens."""
    from langsmith import tracing_context

    try:
        # What is asked goes to the endpoint and nowhere else.
        with tracing_context(enabled=False):
            async with client, asyncio.timeout(seconds), _nothing_left_running():
                async for output in chain.astream(dict(value)):
                    outputs.put(output)
    finally:
        outputs.put(None)


@asynccontextmanager
async def _nothing_left_running() -> AsyncIterator[None]:
    """Cancel all other tasks at the end: the parallel steps of a chain go on by themselves."""
    try:
        yield
    finally:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


def _finish(loop: asyncio.AbstractEventLoop, running: asyncio.Task[None]) -> None:
    """Run a loop until the task has ended; a name that is still being looked up is not waited for."""
    try:
        loop.run_until_complete(running)
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
