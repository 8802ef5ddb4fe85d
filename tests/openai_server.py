"""A language model's endpoint on the loopback interface that says what a test tells it to.

It speaks OpenAI chat completions, streamed and not, over real HTTP:

    with serve(Say("……。[1]")) as endpoint:
        ...  # endpoint.base_url

`endpoint.requests` are the bodies received, `endpoint.headers` their headers (names in lower case).
A script is a reply, or a list of replies that are given in turn (the last one again and again).
"""

from __future__ import annotations

import json
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any, Literal


@dataclass(frozen=True)
class Say:
    """A reply in words: the text, or what makes it of the request's last message; sent in pieces of `size`.

    manner, where it is not the usual one: talkative: with comments, events without text, thoughts in a field
    of their own, and the usage at the end; gzip: compressed; whole: not streamed, whatever was asked for.
    """

    text: str | Callable[[str], str]
    size: int = 4
    finish: str | None = "stop"
    manner: Literal["usual", "talkative", "gzip", "whole"] = "usual"


@dataclass(frozen=True)
class Fail:
    """An HTTP error with the form that OpenAI gives it, and with `headers`."""

    status: int
    message: str = "boom"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Misbehave:
    """A broken reply.

    hang: no byte until the client is gone; hang_midway: a few words, then none; trickle: comments for ever;
    cut: the connection breaks in mid-text; empty: a stream without text; nothing: a stream without an event;
    malformed: an event that is not JSON; wrong_shape: JSON of another form; html: a web page; endless: the
    same sentence until the client is gone; tool: a call of a tool; error: an error as an event; not_utf8: bytes
    that are no text; drop: the connection is closed without a word.
    """

    how: Literal[
        *("hang", "hang_midway", "trickle", "cut", "empty", "nothing", "malformed", "wrong_shape", "html"),
        *("endless", "tool", "error", "not_utf8", "drop"),
    ]


Reply = Say | Fail | Misbehave


@dataclass
class Endpoint:
    """A running server: where it is, and what it has received."""

    base_url: str
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)


@contextmanager
def serve(script: Reply | Sequence[Reply]) -> Iterator[Endpoint]:
    """Run a server with this script; it is stopped at the end."""
    replies = list(script) if isinstance(script, Sequence) else [script]
    endpoint = Endpoint(base_url="")

    class Handler(_Handler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            reply = replies[min(len(endpoint.requests), len(replies) - 1)]
            endpoint.requests.append(body)
            endpoint.headers.append({name.lower(): value for name, value in self.headers.items()})
            self.answer(reply, body, endpoint.closing)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    endpoint.base_url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield endpoint
    finally:
        endpoint.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Stay silent."""

    def handle(self) -> None:
        with suppress(ConnectionResetError):  # a client that has heard enough
            super().handle()

    def answer(self, reply: Reply, body: dict[str, Any], closing: threading.Event) -> None:
        try:
            if isinstance(reply, Fail):
                error = {"error": {"message": reply.message, "type": "error", "code": None}}
                self.whole(json.dumps(error), status=reply.status, headers=reply.headers)
            elif isinstance(reply, Misbehave):
                self.misbehave(reply.how, closing)
            elif body.get("stream") and reply.manner != "whole":
                self.stream(self.text_of(reply, body), reply)
            else:
                message = {"role": "assistant", "content": self.text_of(reply, body)}
                choice = {"index": 0, "message": message, "finish_reason": reply.finish}
                self.whole(json.dumps(envelope("chat.completion", choice)))
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    @staticmethod
    def text_of(reply: Say, body: dict[str, Any]) -> str:
        return reply.text if isinstance(reply.text, str) else reply.text(body["messages"][-1]["content"])

    def whole(
        self,
        content: str,
        *,
        status: int = 200,
        kind: str = "application/json",
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        data = content.encode()
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def begin(self, *, zipped: bool = False) -> None:
        self.zip = zlib.compressobj(wbits=31) if zipped else None
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        if zipped:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()

    def send(self, line: str | bytes) -> None:
        data = line if isinstance(line, bytes) else line.encode()
        if self.zip:
            data = self.zip.compress(data) + self.zip.flush(zlib.Z_SYNC_FLUSH)
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def event(self, delta: dict[str, Any], finish: str | None = None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        self.send(f"data: {json.dumps(envelope('chat.completion.chunk', choice))}\n\n")

    def end(self) -> None:
        self.send("data: [DONE]\n\n")
        if self.zip:
            data = self.zip.flush()
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def stream(self, text: str, reply: Say) -> None:
        talkative = reply.manner == "talkative"
        self.begin(zipped=reply.manner == "gzip")
        self.event({"role": "assistant", "content": ""})
        if talkative:
            self.event({"reasoning_content": "补贴大概是三千元。"})
        for start in range(0, len(text), reply.size):
            if talkative:
                self.send(": keep-alive\n\n")
                self.event({"role": "assistant"})
            self.event({"content": text[start : start + reply.size]})
        if reply.finish:
            self.event({}, reply.finish)
        if talkative:
            usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
            last = {**envelope("chat.completion.chunk", {}), "choices": [], "usage": usage}
            self.send(f"data: {json.dumps(last)}\n\n")
        self.end()

    def misbehave(self, how: str, closing: threading.Event) -> None:
        self.close_connection = True
        if how == "html":
            self.whole("<html><body>网关</body></html>", kind="text/html")
        elif how == "hang":
            closing.wait(30)
        elif how == "drop":
            return
        elif how in ("tool", "empty"):
            self.begin()
            function = {"name": "search", "arguments": "{}"}
            call = {"tool_calls": [{"index": 0, "id": "t", "type": "function", "function": function}]}
            self.event(call if how == "tool" else {}, "tool_calls" if how == "tool" else "stop")
            self.end()
        elif how in EVENTS:
            self.begin()
            self.send(EVENTS[how])
            self.end()
        else:
            self.begin()
            self.never_end(how, closing)

    def never_end(self, how: str, closing: threading.Event) -> None:
        if how in ("hang_midway", "cut"):
            self.event({"content": BEGUN})
        if how == "hang_midway":
            closing.wait(30)
        while how == "trickle" and not closing.is_set():
            self.send(": ping\n\n")
            time.sleep(0.02)
        while how == "endless" and not closing.is_set():
            self.event({"content": f"{BEGUN}增加至8000亿元。[1]"})


BEGUN = "科技创新和技术改造再贷款规模"
# What is sent in place of the events of an answer.
EVENTS: dict[str, str | bytes] = {
    "nothing": ": nothing\n\n",
    "malformed": "data: {这不是 JSON\n\n",
    "wrong_shape": 'data: {"choices": [{"text": 3}]}\n\n',
    "error": 'data: {"error": {"message": "overloaded", "type": "server_error"}}\n\n',
    "not_utf8": b'data: {"choices": [{"delta": {"content": "\xff\xfe"}}]}\n\n',
}


def envelope(kind: str, choice: dict[str, Any]) -> dict[str, Any]:
    """Return a response or an event around a choice."""
    return {"id": "x", "object": kind, "created": 1, "model": "m", "choices": [choice]}
