"""One call to a language model behind an OpenAI-compatible endpoint, streamed, through LangChain.

The call runs in a thread with an event loop of its own: the time limit holds whatever the endpoint does (a
byte a second, say), and the connection is closed when the reader goes away. LangChain is imported when the
first call is made.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rag.errors import ModelError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage
    from langchain_core.runnables import Runnable
    from openai import DefaultAsyncHttpxClient

_IMPORTING = threading.Lock()
_GRACE = 1.0
"""Seconds beyond the time limit in which a call reports its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LLMOptions:
    """The language model: where it is, which it is, and how it is asked.

    `timeout` is in seconds and limits the whole answer; `max_tokens` limits its length. A `base_url` such as
    `http://127.0.0.1:8000/v1` switches the model on. With `show_unsupported`, sentences that the evidence
    does not support are shown, marked so, instead of dropped.
    """

    base_url: str = ""
    model: str = ""
    api_key: str = field(default="", repr=False)
    timeout: float = 60.0
    max_tokens: int = 800
    temperature: float = 0.0
    show_unsupported: bool = False


class Call:
    """A running call; `next` returns its text piece by piece."""

    def __init__(self, options: LLMOptions, system: str, human: str, values: Mapping[str, Any]) -> None:
        """Start the call.

        Args:
            options: the endpoint.
            system: the system message, taken literally.
            human: the last message, with the places of `values` in braces.
            values: what goes there, and as `history` the (role, text) turns between the two messages.

        Raises:
            ModelError: the endpoint's address or the model's name is missing or malformed.
        """
        _import_libraries()
        import openai

        _check(options)
        self._options = options
        self._pieces: queue.SimpleQueue[str | ModelError | None] = queue.SimpleQueue()
        self._client = openai.DefaultAsyncHttpxClient()
        self._chain = _chain(options, system, human, self._client)
        self._ended = False
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._task = self._loop.create_task(self._run(values))
        self._thread = threading.Thread(target=self._serve, name="language-model", daemon=True)
        self._thread.start()

    def next(self) -> str | None:
        """Return the next piece of text, or None when the text is complete.

        Raises:
            ModelError: the endpoint failed or took too long.
        """
        try:
            piece = self._pieces.get(timeout=self._options.timeout + _GRACE)
        except queue.Empty:
            raise _too_slow(self._options) from None
        if isinstance(piece, ModelError):
            raise piece
        return piece

    def stop(self) -> None:
        """End the call, finished or not, and close its connection."""
        with self._lock:
            if not self._ended:
                self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(_GRACE)

    def _serve(self) -> None:
        """Run the call in this thread; one that `stop` has cancelled just ends."""
        try:
            with contextlib.suppress(asyncio.CancelledError):
                self._loop.run_until_complete(self._task)
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    async def _run(self, values: Mapping[str, Any]) -> None:
        """Put the text into the queue as it arrives, then None, or what went wrong."""
        import httpx
        import openai
        from langsmith import tracing_context

        end: ModelError | None = None
        try:
            async with self._client, asyncio.timeout(self._options.timeout):
                with tracing_context(enabled=False):
                    async for piece in self._chain.astream(dict(values)):
                        self._pieces.put(piece)
        except TimeoutError:
            end = _too_slow(self._options)
        except ModelError as error:
            end = error
        except (openai.OpenAIError, httpx.HTTPError, OSError, *_MALFORMED) as error:
            end = _explained(error, self._options)
        finally:
            with self._lock:
                self._ended = True
            self._pieces.put(end)


def _import_libraries() -> None:
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


def text_of(options: LLMOptions, system: str, human: str, values: Mapping[str, Any]) -> Iterator[str]:
    """Yield the text of a call as it arrives; arguments and errors are those of `Call`.

    The call ends with the iterator, whether it was read to its end or not.
    """
    call = Call(options, system, human, values)
    try:
        while (piece := call.next()) is not None:
            yield piece
    finally:
        call.stop()


def inert(text: str) -> str:
    """Return text that cannot close or open one of the tags that set data apart in a prompt."""
    return text.replace("<", "＜").replace(">", "＞")


# What the client library raises on an answer that is not of the protocol's form.
_MALFORMED = (ValueError, TypeError, KeyError, AttributeError, IndexError)


def _chain(
    options: LLMOptions, system: str, human: str, client: DefaultAsyncHttpxClient
) -> Runnable[dict[str, Any], str]:
    """Return prompt | model | text, closed off from everything but the endpoint."""
    from langchain.chat_models import init_chat_model
    from langchain_core.messages import SystemMessage
    from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
    from langchain_core.runnables import RunnableGenerator

    # OpenAI's own models want the newer name of the limit, most other servers know only the older one.
    official = urlsplit(options.base_url).hostname == "api.openai.com"
    limit: dict[str, Any] = {"max_tokens": options.max_tokens}
    model: BaseChatModel = init_chat_model(
        f"openai:{options.model}",
        base_url=options.base_url,
        api_key=options.api_key or "none",
        temperature=options.temperature,
        timeout=options.timeout,
        max_retries=0,
        stream_chunk_timeout=None,
        http_async_client=client,
        **(limit if official else {"extra_body": limit}),
    )
    prompt = ChatPromptTemplate.from_messages(
        [SystemMessage(system), MessagesPlaceholder("history"), ("human", human)]
    )
    return prompt | model | RunnableGenerator(_text)


async def _text(chunks: AsyncIterator[AIMessage]) -> AsyncIterator[str]:
    """Yield the text of a streamed message.

    Raises:
        ModelError: the message has no text, was withheld, or broke off before the model had finished.
    """
    finish, length = None, 0
    async for chunk in chunks:
        finish = chunk.response_metadata.get("finish_reason") or finish
        if piece := str(chunk.text):
            length += len(piece)
            yield piece
    if finish == "content_filter":
        raise ModelError("语言模型的回答被端点的内容审查拦下；请换一种问法，或换一个模型（llm.model）")
    if not length:
        raise ModelError(
            "语言模型没有写出任何文字；请检查 llm.base_url 是否为 OpenAI 兼容接口，以及 llm.model"
        )
    if finish is None:
        raise ModelError("语言模型的回答中途断开；请稍后重试")


def _check(options: LLMOptions) -> None:
    """Refuse an endpoint that is not an address, and a model without a name."""
    try:
        parts = urlsplit(options.base_url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise ModelError("语言模型的地址不对；请把 llm.base_url 写成 http(s)://主机:端口/v1 的样子")
    if not options.model:
        raise ModelError("没有指明用哪个语言模型；请设置 llm.model")


def _too_slow(options: LLMOptions) -> ModelError:
    return ModelError(f"语言模型在 {options.timeout:g} 秒内没有答完；请稍后重试，或调大 llm.timeout")


_STATUS = {
    400: "不接受这个请求（HTTP 400）；请检查 llm.model 和 llm.max_tokens",
    401: "不认可密钥（HTTP 401）；请检查 llm.api_key",
    403: "拒绝访问（HTTP 403）；请检查 llm.api_key 的权限",
    404: "没有这个模型或路径（HTTP 404）；请检查 llm.base_url 和 llm.model",
    429: "限流或额度已用完（HTTP 429）；请稍后重试",
}


def _explained(error: Exception, options: LLMOptions) -> ModelError:
    """Return what went wrong and what to do, without a word of what the endpoint or the library said."""
    import httpx
    import openai

    where = urlsplit(options.base_url).netloc.rpartition("@")[2]
    if isinstance(error, openai.APITimeoutError | httpx.TimeoutException):
        return _too_slow(options)
    if isinstance(error, openai.APIStatusError):
        status = error.status_code
        other = f"出错（HTTP {status}）；请稍后重试，或查看它的日志"
        return ModelError(f"语言模型端点 {where} {_STATUS.get(status, other)}")
    if isinstance(error, openai.APIConnectionError | httpx.HTTPError | OSError):
        return ModelError(f"连不上语言模型端点 {where}，或连接中途断开；请确认它已启动、llm.base_url 正确")
    return ModelError(f"语言模型端点 {where} 的回答不合 OpenAI 接口的格式；请检查 llm.base_url")
