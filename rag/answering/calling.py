"""Running an asynchronous chain from synchronous code, within a time limit that holds whatever happens.

The chain runs in a thread with an event loop of its own: an endpoint that sends a byte a second cannot
outstay the limit, and its connection is closed when the reader goes away.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import aclosing, contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable
    from openai import DefaultAsyncHttpxClient

T = TypeVar("T")
_GRACE = 1.0
"""Seconds in which a connection is closed."""
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
    end = time.monotonic() + seconds
    outputs = _outputs(chain, client, value)
    with _event_loop() as loop:
        try:
            while True:
                coming = _next(outputs, end - time.monotonic())
                yield asyncio.run_coroutine_threadsafe(coming, loop).result()
        except StopAsyncIteration:
            return
        finally:
            closing = asyncio.run_coroutine_threadsafe(_close(outputs), loop)
            concurrent.futures.wait([closing], timeout=_GRACE)


async def _outputs(
    chain: Runnable[dict[str, Any], T], client: DefaultAsyncHttpxClient, value: Mapping[str, Any]
) -> AsyncGenerator[T, None]:
    async with client:
        try:
            # a generator, though its type does not say so
            async with aclosing(chain.astream(dict(value))) as outputs:  # type: ignore[type-var]
                async for output in outputs:
                    yield output
        finally:
            await _end_others()  # before the client is closed under them


async def _next(outputs: AsyncIterator[T], seconds: float) -> T:
    """Return the next output, untraced: what is asked goes to the endpoint and nowhere else."""
    from langsmith import tracing_context

    with tracing_context(enabled=False):
        async with asyncio.timeout(seconds):
            return await anext(outputs)


async def _end_others() -> None:
    """Cancel all other tasks: a chain's parallel steps go on by themselves."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


async def _close(outputs: AsyncGenerator[Any, None]) -> None:
    """End what is still running, and close the generator with all that it holds open."""
    await _end_others()
    await outputs.aclose()
    await asyncio.get_running_loop().shutdown_asyncgens()


@contextmanager
def _event_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Run an event loop in a thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="language-model", daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_GRACE)
        if not thread.is_alive():
            loop.close()
