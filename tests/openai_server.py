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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal


@dataclass(frozen=True)
class Say:
    """A reply in words: the text, or what makes it of the request's last message; sent in pieces of `size`."""

    text: str | Callable[[str], str]
    size: int = 4
    finish: str | None = "stop"


@dataclass(frozen=True)
class Fail:
    """An HTTP error with the form that OpenAI gives it."""

    status: int
    message: str = "boom"


@dataclass(frozen=True)
class Misbehave:
    """A broken reply.

    hang: no byte until the client is gone; hang_midway: a few words, then none; trickle: comments for ever;
    cut: the connection breaks in mid-text; empty: a stream without text; nothing: a stream without an event;
    malformed: an event that is not JSON; wrong_shape: JSON of another form; html: a web page.
    """

    how: Literal[
        "hang", "hang_midway", "trickle", "cut", "empty", "nothing", "malformed", "wrong_shape", "html"
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

    def answer(self, reply: Reply, body: dict[str, Any], closing: threading.Event) -> None:
        try:
            if isinstance(reply, Fail):
                error = {"error": {"message": reply.message, "type": "error", "code": None}}
                self.whole(json.dumps(error), status=reply.status)
            elif isinstance(reply, Misbehave):
                self.misbehave(reply.how, closing)
            elif body.get("stream"):
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

    def whole(self, content: str, *, status: int = 200, kind: str = "application/json") -> None:
        data = content.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def begin(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def send(self, line: str) -> None:
        data = line.encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def event(self, delta: dict[str, str], finish: str | None = None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        self.send(f"data: {json.dumps(envelope('chat.completion.chunk', choice))}\n\n")

    def end(self) -> None:
        self.send("data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def stream(self, text: str, reply: Say) -> None:
        self.begin()
        self.event({"role": "assistant", "content": ""})
        for start in range(0, len(text), reply.size):
            self.event({"content": text[start : start + reply.size]})
        if reply.finish:
            self.event({}, reply.finish)
        self.end()

    def misbehave(self, how: str, closing: threading.Event) -> None:
        self.close_connection = True
        if how == "html":
            self.whole("<html><body>网关</body></html>", kind="text/html")
            return
        if how == "hang":
            closing.wait(30)
            return
        self.begin()
        if how in ("hang_midway", "cut"):
            self.event({"content": "科技创新和技术改造再贷款规模"})
        if how == "hang_midway":
            closing.wait(30)
        elif how == "trickle":
            while not closing.is_set():
                self.send(": ping\n\n")
                time.sleep(0.02)
        elif how == "empty":
            self.event({}, "stop")
            self.end()
        elif how == "nothing":
            self.end()
        elif how == "malformed":
            self.send("data: {这不是 JSON\n\n")
            self.end()
        elif how == "wrong_shape":
            self.send('data: {"choices": [{"text": 3}]}\n\n')
            self.end()


def envelope(kind: str, choice: dict[str, Any]) -> dict[str, Any]:
    """Return a response or an event around a choice."""
    return {"id": "x", "object": kind, "created": 1, "model": "m", "choices": [choice]}
