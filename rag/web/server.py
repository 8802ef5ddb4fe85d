"""The server behind the page: what listens, and what is put around the page. Nothing that it loads comes from outside."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
import sys
import threading
from functools import partial
from importlib.util import find_spec

import gradio as gr
import safehttpx
import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.applications import Starlette
from threadpoolctl import threadpool_limits

from rag.errors import UsageError
from rag.kept import Kept
from rag.web.api import add_routes, in_turn
from rag.web.downloads import router
from rag.web.evaluation_pages import evaluation_pages
from rag.web.guard import HEALTH, Guard
from rag.web.options import WebOptions
from rag.web.page import build
from rag.web.protocol import Assistant
from rag.web.theme import head, style, theme
from rag.web.turns import AT_ONCE, Turns

_PORTS_TRIED = 50


class _Server(uvicorn.Server):
    """A server that says where it is as soon as it answers."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            sys.stdout.write(f"引据已就绪：{_address(sockets[0])}\n")
            sys.stdout.flush()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Browsers keep a stream open for as long as they show the page; cutting these off is how we end,
        # and not an error to be logged for each of them.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        await super().shutdown(sockets)


def launch(assistant: Assistant, options: WebOptions) -> None:
    """Serve the page until interrupted, and print its address once it answers.

    Args:
        assistant: what answers.
        options: where it listens, the first port to try among it: while that is taken, the next one is.

    Raises:
        UsageError: the address does not belong to this machine, or no port is free.
    """
    listener = listen(options.host, options.port)
    # The matrices of one question are small: a second thread for them takes a core, and no time off.
    threadpool_limits(1, user_api="blas")
    threading.Thread(target=assistant.warm, daemon=True).start()
    asyncio.run(_Server(configuration(assistant, options)).serve(sockets=[listener]))


def configuration(assistant: Assistant, options: WebOptions) -> uvicorn.Config:
    """Return how the web application is run: what a request says of its sender is believed of `proxies` alone."""
    return uvicorn.Config(
        application(assistant, options),
        log_level="warning",
        timeout_graceful_shutdown=1,
        proxy_headers=bool(options.proxies),
        forwarded_allow_ips=options.proxies,
    )


def application(assistant: Assistant, options: WebOptions) -> Guard:
    """Return the web application: the page and all that is served beside it, behind the guard."""
    turns = Turns(partial(_at_once, assistant))
    page = build(assistant, options, turns)
    # Only so does Gradio look whether a file that a visitor names is one that was uploaded.
    page.has_launched = True
    safehttpx.async_validate_url = _no_address
    tools = _tools(assistant, turns)
    app = FastAPI(openapi_url=None, lifespan=tools.router.lifespan_context if tools else None)
    app.include_router(router(Kept(options.data / "answers"), assistant.verify))
    app.include_router(evaluation_pages(options))
    app.router.routes.extend(tools.routes if tools else [])
    add_routes(app, assistant, turns)
    _add_health(app, assistant)
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        theme=theme(),
        css=style(),
        head=head(),
        app_kwargs={"exception_handlers": {RequestValidationError: _not_valid}},
    )
    return Guard(app, options)


def _at_once(assistant: Assistant) -> int:
    """Return how many are answered at once: a model is waited for, extracts keep a core busy."""
    return AT_ONCE if assistant.settings.llm.base_url else os.cpu_count() or 1


async def _no_address(hostname: str) -> str:
    """Stand in for what Gradio asks before it fetches, on a visitor's behalf, from another server."""
    raise ValueError(f"nothing is fetched from {hostname}")


def _tools(assistant: Assistant, turns: Turns) -> Starlette | None:
    """Return what serves the tools of MCP, None where that is not installed."""
    if not find_spec("mcp"):
        return None
    from rag.mcp_server import http_app

    return http_app(partial(in_turn, assistant, turns))


def _add_health(app: FastAPI, assistant: Assistant) -> None:
    @app.get(HEALTH)
    def health() -> JSONResponse:
        if assistant.readable():
            return JSONResponse({"status": "ok"})
        return JSONResponse({"status": "unavailable", "error": "索引读不了"}, 503)


def _not_valid(request: Request, error: Exception) -> JSONResponse:
    """Answer a request that is not of the form that Gradio's own routes want."""
    return JSONResponse({"error": "请求的内容不合格式"}, 422)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to the first free port from `port` on."""
    for candidate in range(port, min(port + _PORTS_TRIED, 65536)):
        listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
        except OSError as error:
            listener.close()
            if error.errno != errno.EADDRINUSE:
                raise UsageError(
                    f"不能在 {host}:{candidate} 上提供服务：{error.strerror}；请检查 host 和 port 设置"
                ) from error
        else:
            return listener
    raise UsageError(f"端口 {port} 起的 {_PORTS_TRIED} 个都被占用；请关掉占用者，或换一个 port 设置")


def _address(listener: socket.socket) -> str:
    """Return the address at which a browser on this machine finds the listener."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{host}:{port}"
