"""Many people asking at once, over the queue that the page itself uses."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
from gradio_client.utils import apply_diff

from bench.page.reading import said
from rag.errors import UsageError

PLACEHOLDER = "输入问题"
"""What stands in the empty box for questions, by which it is found."""
_TIMEOUT = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What became of a question: the answer as the page shows it, None where there was none.

    `first` and `whole` are the seconds until its first words, and until all of it.
    """

    question: str
    answer: str | None
    first: float
    whole: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The page's event of asking: its index, its trigger, the components that it reads and writes, and their values."""

    index: int
    box: int
    chat: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    values: Mapping[int, Any]


def find_event(config: Mapping[str, Any]) -> Event:
    """Return what happens when a question is submitted, found in the page's configuration.

    Raises:
        UsageError: there is no such event.
    """
    components = {one["id"]: one for one in config["components"]}
    boxes = [n for n, one in components.items() if one["props"].get("placeholder") == PLACEHOLDER]
    for event in config["dependencies"]:
        chats = [n for n in event["outputs"] if components[n]["type"] == "chatbot"]
        for box in boxes:
            if [box, "submit"] in event["targets"] and chats:
                return Event(
                    index=event["id"],
                    box=box,
                    chat=chats[0],
                    inputs=tuple(event["inputs"]),
                    outputs=tuple(event["outputs"]),
                    values={n: components[n]["props"].get("value") for n in event["inputs"]},
                )
    raise UsageError("页面里没有找到提问框；bench/page 要跟着网页改")


def load_events(config: Mapping[str, Any]) -> list[tuple[int, tuple[int, ...]]]:
    """Return the index and the inputs of each event that a browser raises as it opens the page."""
    return [
        (event["id"], tuple(event["inputs"]))
        for event in config["dependencies"]
        if event["backend_fn"] and any(trigger == "load" for _, trigger in event["targets"])
    ]


class Visitor:
    """One person's session: the values of the components as a browser holds them."""

    def __init__(self, address: str) -> None:
        self._client = httpx.Client(base_url=address, timeout=_TIMEOUT, trust_env=False)
        config = self._client.get("/config").raise_for_status().json()
        self._prefix = config["api_prefix"]
        self._event = find_event(config)
        self._values = dict(self._event.values)
        self._session = secrets.token_hex(8)
        for index, inputs in load_events(config):
            self._join({"data": [self._values.get(n) for n in inputs], "fn_index": index, "trigger_id": None})
            for _ in self._messages():
                pass

    def ask(self, question: str) -> Reply:
        """Ask a question in this person's conversation, and return what the page shows."""
        event = self._event
        self._values[event.box] = question
        data = [self._values[n] for n in event.inputs]
        started = time.perf_counter()
        self._join({"data": data, "fn_index": event.index, "trigger_id": event.box})
        first = None
        shown: str | None = None
        for values in self._steps():
            self._values |= dict(zip(event.outputs, values, strict=True))
            shown = said(_last(self._values[event.chat]))
            if shown and first is None:
                first = time.perf_counter() - started
        whole = time.perf_counter() - started
        return Reply(question=question, answer=shown, first=whole if first is None else first, whole=whole)

    def _steps(self) -> Iterator[list[Any]]:
        """Yield the values of the event's outputs as they change; the stream tells of changes alone after the first."""
        values: list[Any] = []
        for message in self._messages():
            data = (message.get("output") or {}).get("data")
            if message["msg"] == "process_generating" and data:
                values = [apply_diff(*pair) for pair in zip(values, data, strict=True)] if values else data
                yield values
            elif message["msg"] == "process_completed":
                if message["success"] and data:
                    yield data
                return

    def _join(self, event: Mapping[str, Any]) -> None:
        body = {"event_data": None, "session_hash": self._session, **event}
        self._client.post(f"{self._prefix}/queue/join", json=body).raise_for_status()

    def _messages(self) -> Iterator[dict[str, Any]]:
        """Yield what the server tells of this person's event, up to its end."""
        query = {"session_hash": self._session}
        with self._client.stream("GET", f"{self._prefix}/queue/data", params=query) as stream:
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    message = json.loads(line.removeprefix("data:"))
                    yield message
                    if message["msg"] == "process_completed":
                        return

    def leave(self) -> None:
        """Close this person's connections."""
        self._client.close()


def _last(chat: Sequence[Mapping[str, Any]]) -> str:
    """Return the HTML of a chat's last message, where that is the assistant's."""
    if not chat or chat[-1]["role"] != "assistant":
        return ""
    content = chat[-1]["content"]
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def ask_at_once(address: str, conversations: Sequence[Sequence[str]]) -> list[list[Reply]]:
    """Have as many people as there are conversations ask at once, each question after the one before it."""

    def converse(questions: Sequence[str]) -> list[Reply]:
        visitor = Visitor(address)
        try:
            return [visitor.ask(question) for question in questions]
        finally:
            visitor.leave()

    with ThreadPoolExecutor(len(conversations)) as pool:
        return list(pool.map(converse, conversations))
