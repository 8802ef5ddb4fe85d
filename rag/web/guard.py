"""What every request passes before the page sees it, and what goes out with every response.

Who may ask, how much, how often; and headers by which a browser lets in nothing from elsewhere.
"""

from __future__ import annotations

import hmac
from base64 import b64decode
from collections import deque
from contextlib import suppress
from math import ceil
from time import monotonic

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.web.access import is_misnamed, may_manage
from rag.web.options import WebOptions

HEALTH = "/healthz"
UPLOAD = "/gradio_api/upload"
BODY = 4 * 2**20
"""Bytes of a request: a long conversation that the browser hands back."""
MANUSCRIPT = 10 * 2**20
"""Bytes of an upload: one manuscript, read and thrown away."""
LIBRARY = 500 * 2**20
"""Bytes of an upload by who may add documents: a folder at once."""
TRIES = 10
"""Wrong passwords that an address may try in a minute."""

_MINUTE = 60.0
_KEPT = 10_000
# What opening and watching the page asks for, again and again and at no cost.
_FREE = (
    "/assets/",
    "/static/",
    "/svelte/",
    "/theme.css",
    "/gradio_api/theme.css",
    "/gradio_api/heartbeat/",
    "/gradio_api/queue/data",
    "/gradio_api/upload_progress",
)
# Gradio's page has its configuration in a script of its own, sets styles, and makes functions of `js_on_load`.
_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    ]
)
HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
}


class Rate:
    """So many in any minute, by whoever does it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._times: dict[str, deque[float]] = {}

    def wait(self, who: str) -> int:
        """Return how many seconds it takes until one more is allowed, 0 if it is now."""
        times = self._times.get(who, deque())
        while times and times[0] <= monotonic() - _MINUTE:
            times.popleft()
        return ceil(times[0] + _MINUTE - monotonic()) if len(times) >= self._most else 0

    def count(self, who: str) -> None:
        """Count one."""
        if who not in self._times and len(self._times) >= _KEPT:
            recent = monotonic() - _MINUTE
            self._times = {each: times for each, times in self._times.items() if times[-1] > recent}
        self._times.setdefault(who, deque()).append(monotonic())


class _TooLarge(Exception):  # noqa: N818 - no error of ours: it unwinds whatever reads the request
    """The body of a request is larger than it may be."""


class Guard:
    """An ASGI application around another; streams go through it as they come."""

    def __init__(self, app: ASGIApp, options: WebOptions) -> None:
        self._app = app
        self._options = options
        self._requests = Rate(options.rate)
        self._tries = Rate(TRIES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve what may be served; refuse the rest with one line in Chinese."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                for name, value in HEADERS.items():
                    MutableHeaders(scope=message).setdefault(name, value)
            await send(message)

        refusal = None if scope["path"] == HEALTH else self._refusal(Request(scope))
        if refusal:
            await refusal(scope, receive, send_with_headers)
        else:
            await self._within_size(scope, receive, send_with_headers)

    def _refusal(self, request: Request) -> JSONResponse | None:
        """Return what a request is refused with, None if it is not."""
        headers, path = request.headers, request.scope["path"]
        if "origin" in headers and headers["origin"].partition("://")[2] != headers.get("host"):
            return _refused(403, "别的网站不能代访问者使用这里的网页和接口")
        if is_misnamed(request, self._options):
            return _refused(403, "请用 http://127.0.0.1 加端口打开；前面有代理的，把它的地址写进 proxies")
        client = request.client.host if request.client else ""
        if self._options.rate and not path.startswith(_FREE):
            if wait := self._requests.wait(client):
                return _refused(429, f"请求太频繁；请 {wait} 秒后再试", {"Retry-After": str(wait)})
            self._requests.count(client)
        return self._stranger(client, headers) if self._options.user else None

    def _stranger(self, client: str, headers: Headers) -> JSONResponse | None:
        """Return what a request is refused with that has not the user's name and password."""
        if wait := self._tries.wait(client):
            return _refused(429, f"密码错得太多；请 {wait} 秒后再试", {"Retry-After": str(wait)})
        given = headers.get("authorization")
        right = f"{self._options.user}:{self._options.password}".encode()
        if given and hmac.compare_digest(_credentials(given), right):
            return None
        if given:
            self._tries.count(client)
        asked = {"WWW-Authenticate": 'Basic realm="Yinju", charset="UTF-8"'}
        return _refused(401, "请输入用户名和密码", asked)

    async def _within_size(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request whose body is no larger than it may be, by what it says and by what comes."""
        request = Request(scope)
        most = BODY
        if scope["path"].rstrip("/") == UPLOAD:
            most = LIBRARY if may_manage(request, self._options) else MANUSCRIPT
        received = 0
        started = False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise _TooLarge
            return message

        async def unless_too_large(message: Message) -> None:
            # Whoever reads the body may take what unwinds it for an error of its own, and answer it.
            nonlocal started
            if received <= most:
                started = True
                await send(message)

        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > most:
            received = int(declared)
        else:
            with suppress(_TooLarge):
                await self._app(scope, counted, unless_too_large)
        if received > most and not started:
            refusal = _refused(413, f"请求太大，这里最多 {most // 2**20} MB；请缩短或拆分后重试")
            await refusal(scope, receive, send)


def _credentials(header: str) -> bytes:
    """Return name and password of an `Authorization` header, with the colon between; b"" where it has none."""
    scheme, _, encoded = header.partition(" ")
    try:
        return b64decode(encoded, validate=True) if scheme.lower() == "basic" else b""
    except ValueError:
        return b""


def _refused(status: int, line: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": line}, status, headers)
