"""The page and the server behind it. Nothing that it loads comes from outside."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import sys

import gradio as gr
import uvicorn
from fastapi import FastAPI

from rag.errors import UsageError
from rag.web.chat import chat_tab
from rag.web.check import check_endpoints, check_tab
from rag.web.protocol import Assistant
from rag.web.theme import head, static, theme

_MASTHEAD = "<h1>引据</h1><p>每一句回答都附出处，点编号看原文；文档里没有的，直接说没有。</p>"
_AT_ONCE = 8
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


def build(assistant: Assistant) -> gr.Blocks:
    """Return the page for an assistant, not yet served."""
    with gr.Blocks(title="引据", analytics_enabled=False, fill_width=True) as page:
        gr.HTML(_MASTHEAD, elem_classes="yj-masthead", apply_default_css=False)
        with gr.Tabs():
            with gr.Tab("问答", elem_classes="yj-tab"), gr.Row(elem_classes="yj-columns"):
                chat_tab(assistant)
            with gr.Tab("引文核查", elem_classes="yj-tab"), gr.Row(elem_classes="yj-columns"):
                check_tab(assistant)
        check_endpoints(assistant)
    page.queue(default_concurrency_limit=_AT_ONCE, api_open=False)
    return page


def launch(assistant: Assistant, host: str, port: int) -> None:
    """Serve the page until interrupted, and print its address once it answers.

    Args:
        assistant: what answers.
        host: the address to listen on.
        port: the first port to try; while it is taken, the next one is.

    Raises:
        UsageError: the address does not belong to this machine, or no port is free.
    """
    listener = listen(host, port)
    app = gr.mount_gradio_app(
        FastAPI(openapi_url=None),
        build(assistant),
        path="/",
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        theme=theme(),
        css=static("colours.css") + static("page.css") + static("report.css"),
        head=head(),
    )
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
    asyncio.run(_Server(config).serve(sockets=[listener]))


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
