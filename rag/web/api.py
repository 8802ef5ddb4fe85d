"""What the page offers to other programs over HTTP: `ask`, `cite`, `check` and `search`.

`POST /gradio_api/run/NAME` with `{"data": [...]}` is answered here, as Gradio's own route can neither fill in
what is left out nor say in Chinese what is wrong; `gradio_client` and Gradio's description of the interface see
the same functions as Gradio's endpoints.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from rag.calls import NAMES, Record, call
from rag.errors import BusyError, UsageError, YinjuError
from rag.web.protocol import Assistant
from rag.web.turns import Turns

_FORM = '请求的内容应是 JSON，例如 {"data": ["零碳工厂是什么？"]}'
_FAILED = "程序出错，这次没有答成；详情已记入日志，请再试一次"
_STATUS = {UsageError: 400, BusyError: 503}
logger = logging.getLogger(__name__)


def in_turn(
    assistant: Assistant, turns: Turns, visitor: str, name: str, arguments: Mapping[str, object]
) -> Record:
    """Return what a call of `rag.calls` returns, once it is the visitor's turn.

    Raises:
        YinjuError: as the call does, or because too many wait.
    """
    with turns.of(visitor) as waiting:
        for _ in waiting:
            pass
        return call(assistant, name, arguments)


def endpoints(assistant: Assistant, turns: Turns) -> None:
    """Open the calls to `gradio_client`, inside the current Gradio context."""

    def run(request: gr.Request, name: str, *values: object) -> Record:
        try:
            return in_turn(assistant, turns, _visitor(request), name, _named(name, values))
        except YinjuError as error:
            raise gr.Error(str(error), print_exception=False) from error

    def ask(
        request: gr.Request,
        question: str,
        history: list[dict[str, str]] | None = None,
        filters: dict[str, Any] | None = None,
        passages: list[str] | None = None,
    ) -> dict[str, Any]:
        return run(request, "ask", question, history, filters, passages)

    def cite(request: gr.Request, quote: str) -> dict[str, Any]:
        return run(request, "cite", quote)

    def check(request: gr.Request, text: str) -> dict[str, Any]:
        return run(request, "check", text)

    def search(
        request: gr.Request, query: str, k: int = 10, filters: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        return run(request, "search", query, k, filters)

    gr.api(ask, api_name="ask", api_description="回答一个问题，每句话都附出处", queue=False)
    gr.api(cite, api_name="cite", api_description="引文出自哪里，引得对不对", queue=False)
    gr.api(check, api_name="check", api_description="逐句核查一篇稿件", queue=False)
    gr.api(search, api_name="search", api_description="只检索，不作答", queue=False)


def add_routes(app: FastAPI, assistant: Assistant, turns: Turns) -> None:
    """Answer `POST /gradio_api/run/NAME` for each of the calls; to be added before the page is."""

    def route(name: str) -> None:
        @app.post(f"/gradio_api/run/{name}")
        async def answer(request: Request) -> JSONResponse:
            try:
                arguments = _named(name, _values(await request.body()))
                record = await run_in_threadpool(
                    in_turn, assistant, turns, _visitor(request), name, arguments
                )
            except YinjuError as error:
                return JSONResponse({"error": str(error)}, _STATUS.get(type(error), 500))
            except Exception:
                logger.exception("%s failed", name)
                return JSONResponse({"error": _FAILED}, 500)
            return JSONResponse({"data": [record]})

    for name in NAMES:
        route(name)


def _values(body: bytes) -> list[object]:
    """Return what stands under `data` in the body of a request.

    Raises:
        UsageError: the body is not of its form.
    """
    try:
        record = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UsageError(_FORM) from error
    data = record.get("data") if isinstance(record, dict) else None
    if not isinstance(data, list):
        raise UsageError(_FORM)
    return data


def _named(name: str, values: Sequence[object]) -> dict[str, object]:
    """Return the arguments of a call by their names.

    Raises:
        UsageError: there are more of them than the call has.
    """
    if len(values) > len(NAMES[name]):
        raise UsageError(
            f"{name} 最多 {len(NAMES[name])} 项（{'、'.join(NAMES[name])}），这里有 {len(values)} 项"
        )
    return dict(zip(NAMES[name], values, strict=False))


def _visitor(request: Request | gr.Request) -> str:
    """Return whom a program's requests are counted to: its address."""
    return request.client.host if request.client else ""
