"""A language model behind an OpenAI-compatible endpoint, as a LangChain runnable that streams text.

LangChain is imported when the first call is made.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rag.errors import ModelError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage
    from langchain_core.prompt_values import PromptValue
    from langchain_core.runnables import Runnable
    from openai import DefaultAsyncHttpxClient

LONGEST_WAIT = 5.0
"""Seconds: an endpoint that is busy (429, 503) and names no longer a wait is asked once more after it.

Half the time limit where that is less: a reader who would wait longer is better served by the extract.
"""
LONGEST_TOKEN = 16
"""Characters that a token has on average at most; who writes more than `max_tokens` of these ignores the limit."""

PROBED = 60
"""Characters that are enough to tell that a model answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LLMOptions:
    """The language model: where it is, which it is, and how it is asked.

    A `base_url` such as `http://127.0.0.1:8000/v1` switches the model on. `timeout` is in seconds and limits
    the whole answer, the rewriting of a follow-up included; `max_tokens` limits its length, `evidence_tokens`
    that of the passages that the model is given (both in tokens; see `rag.tokens`). With `show_unsupported`,
    sentences that the evidence does not support are shown, marked so, instead of dropped.

    Raises:
        ValueError: a limit is not positive.
    """

    base_url: str = ""
    model: str = ""
    api_key: str = field(default="", repr=False)
    timeout: float = 60.0
    max_tokens: int = 800
    evidence_tokens: int = 2000
    temperature: float = 0.0
    show_unsupported: bool = False

    def __post_init__(self) -> None:
        if not self.timeout > 0 or min(self.max_tokens, self.evidence_tokens) < 1:
            raise ValueError("timeout 应大于 0，max_tokens、evidence_tokens 应是 1 以上的整数")


def text_of(
    options: LLMOptions, system: str, human: str, values: Mapping[str, Any], seconds: float | None = None
) -> Iterator[str]:
    """Yield the text of a call as it arrives; the call ends with the iterator, read to its end or not.

    Args:
        options: the endpoint.
        system: the system message, taken literally.
        human: the last message, with the places of `values` in braces.
        values: what goes there, and as `history` the (role, text) turns between the two messages.
        seconds: the time limit, where it is not `options.timeout`.

    Raises:
        ModelError: the endpoint failed or took too long, its address or the model's name is missing or
            malformed, or the text is not complete.
    """
    from rag.answering.calling import streamed

    client = connect(options)
    limit = options.timeout if seconds is None else seconds
    try:
        yield from streamed(reply(options, system, human, client), client, values, limit)
    except TimeoutError:
        raise too_slow(options) from None


def probe(options: LLMOptions, seconds: float) -> str:
    """Ask the model for a word and return what it begins to say, at most `PROBED` characters.

    Raises:
        ModelError: as `text_of`; the time limit is `seconds`, or the model's own where that is less.
    """
    limited = replace(options, timeout=min(seconds, options.timeout))
    said = ""
    for piece in text_of(limited, "你在接受连接测试。", "请只回答“好”。", {}):
        said += piece
        if len(said) >= PROBED:
            break
    return said[:PROBED]


def inert(text: str) -> str:
    """Return text that cannot close or open one of the tags that set data apart in a prompt."""
    return text.replace("<", "＜").replace(">", "＞")


def connect(options: LLMOptions) -> DefaultAsyncHttpxClient:
    """Return a client for one call: it goes where it is told and nowhere else, and asks a busy server again.

    Raises:
        ModelError: the endpoint's address or the model's name is missing or malformed.
    """
    from rag.answering.calling import import_libraries

    _check(options)
    import_libraries()
    import openai

    longest = min(LONGEST_WAIT, options.timeout / 2)

    async def say_whether_to_retry(response: Any) -> None:  # noqa: ANN401 - of the library that openai builds on
        """Let the client library, which obeys this header, try again only where the server names a short wait."""
        wait = response.headers.get("retry-after", "")
        short = response.status_code in (429, 503) and wait.isdecimal() and int(wait) <= longest
        response.headers["x-should-retry"] = "true" if short else "false"

    return openai.DefaultAsyncHttpxClient(
        follow_redirects=False, event_hooks={"response": [say_whether_to_retry]}
    )


def reply(
    options: LLMOptions, system: str, human: str, client: DefaultAsyncHttpxClient
) -> Runnable[dict[str, Any], str]:
    """Return prompt | model | text, closed off from everything but the endpoint; see `text_of`.

    It streams only asynchronously, and raises ModelError alone.
    """
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
        max_retries=1,
        stream_chunk_timeout=None,
        http_async_client=client,
        **(limit if official else {"extra_body": limit}),
    )
    prompt = ChatPromptTemplate.from_messages(
        [SystemMessage(system), MessagesPlaceholder("history", optional=True), ("human", human)]
    )

    async def text(asked: AsyncIterator[PromptValue]) -> AsyncIterator[str]:
        import httpx
        import openai

        async for messages in asked:
            try:
                # a generator, though its type does not say so
                async with aclosing(model.astream(messages)) as chunks:  # type: ignore[type-var]
                    async for piece in _text(chunks, LONGEST_TOKEN * options.max_tokens):
                        yield piece
            except (openai.OpenAIError, httpx.HTTPError, OSError, *_MALFORMED) as error:
                raise _explained(error, options) from None

    return prompt | RunnableGenerator(text)


# What the client library raises on an answer that is not of the protocol's form.
_MALFORMED = (ValueError, TypeError, KeyError, AttributeError, IndexError)


async def _text(chunks: AsyncIterator[AIMessage], longest: int) -> AsyncIterator[str]:
    """Yield the text of a streamed message.

    Raises:
        ModelError: the message has no text or more than `longest` characters, was withheld, or broke off
            before the model had finished.
    """
    finish, length = None, 0
    async for chunk in chunks:
        finish = chunk.response_metadata.get("finish_reason") or finish
        if piece := str(chunk.text):
            length += len(piece)
            yield piece.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if length > longest:
            finish = "length"
            break
    if finish == "content_filter":
        raise ModelError("语言模型的回答被端点的内容审查拦下；请换一种问法，或换一个模型（llm.model）")
    if finish == "length":
        raise ModelError("语言模型写到长度上限还没有写完；请调大 llm.max_tokens，或换一个模型（llm.model）")
    if not length:
        raise ModelError(
            "语言模型没有写出任何文字；请检查 llm.base_url 是否为 OpenAI 兼容接口，以及 llm.model"
        )
    if finish is None:
        raise ModelError("语言模型的回答中途断开；请稍后重试")


def is_address(base_url: str) -> bool:
    """Return whether an endpoint may lie at `base_url`: an HTTP address with a host."""
    try:
        parts = urlsplit(base_url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _check(options: LLMOptions) -> None:
    """Refuse an endpoint that is not an address, and a model without a name."""
    if not is_address(options.base_url):
        raise ModelError("语言模型的地址不对；请把 llm.base_url 写成 http(s)://主机:端口/v1 的样子")
    if not options.model:
        raise ModelError("没有指明用哪个语言模型；请设置 llm.model")


def too_slow(options: LLMOptions) -> ModelError:
    """Return the error that the time limit is over."""
    return ModelError(f"语言模型在 {options.timeout:g} 秒内没有答完；请稍后重试，或调大 llm.timeout")


_STATUS = {
    400: "不接受这个请求（HTTP 400）；请检查 llm.model、llm.max_tokens 和 llm.evidence_tokens",
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
        return too_slow(options)
    if isinstance(error, openai.APIStatusError):
        status = error.status_code
        moved = f"要求转到别的地址（HTTP {status}），没有照办；请把 llm.base_url 改成最终的地址"
        other = f"出错（HTTP {status}）；请稍后重试，或查看它的日志"
        return ModelError(
            f"语言模型端点 {where} {_STATUS.get(status, moved if 300 <= status < 400 else other)}"
        )
    if isinstance(error, openai.APIConnectionError | httpx.HTTPError | OSError):
        return ModelError(f"连不上语言模型端点 {where}，或连接中途断开；请确认它已启动、llm.base_url 正确")
    if isinstance(error, openai.APIError):
        return ModelError(f"语言模型端点 {where} 答到一半报错；请稍后重试，或查看它的日志")
    return ModelError(f"语言模型端点 {where} 的回答不合 OpenAI 接口的格式；请检查 llm.base_url")
