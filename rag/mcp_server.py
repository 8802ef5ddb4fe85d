"""The calls as tools of the Model Context Protocol: for assistants on this machine (stdio), or over HTTP.

Needs the package `mcp` (requirements-mcp.txt).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

import anyio
import mcp_types as types
from anyio.to_thread import run_sync
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette

from rag.calls import MOST, Assistant, Record
from rag.calls import call as call_of
from rag.errors import YinjuError

Call = Callable[[str, str, Mapping[str, object]], Record]
"""What runs a call: whose it is, its name, its arguments by name."""

logger = logging.getLogger(__name__)
_FAILED = "程序出错，这次没有答成；详情已记入日志，请再试一次"
_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_FILTERS = {
    "type": "object",
    "description": "只用一部分文档；各项同时满足才算",
    "properties": {
        "files": _TEXTS | {"description": "文件名"},
        "date_from": _TEXT | {"description": "最早日期，如 2026-01-06"},
        "date_to": _TEXT | {"description": "最晚日期，含当日"},
        "source": _TEXT | {"description": "报刊或网站名，写一部分也行"},
        "speaker": _TEXT | {"description": "说话人的全名"},
    },
    "additionalProperties": False,
}
_TURN = {
    "type": "object",
    "properties": {"role": {"enum": ["user", "assistant"]}, "content": _TEXT},
    "required": ["role", "content"],
}
_TOOLS: dict[str, tuple[str, dict[str, Any]]] = {
    "ask": (
        "依据文档回答一个问题：每句话都带逐字核对过的出处；文档里没有的会拒答，并给出最接近的段落",
        {
            "question": _TEXT | {"description": "问题"},
            "history": {"type": "array", "items": _TURN, "description": "此前的对话，最早的在前"},
            "filters": _FILTERS,
            "passages": _TEXTS | {"description": "只依据这些文字作答，不查文档"},
        },
    ),
    "cite": (
        "一句话出自文档哪里，是原文、有改动、拼接、转述还是文中没有，改动逐处列出",
        {"quote": _TEXT | {"description": "要核对的一句话"}},
    ),
    "check": ("逐句核查一篇稿件里的引文", {"text": _TEXT | {"description": "稿件全文"}}),
    "search": (
        "在文档里检索，只给段落，不作答",
        {
            "query": _TEXT | {"description": "检索词"},
            "k": {"type": "integer", "minimum": 1, "maximum": MOST, "default": 10, "description": "最多几条"},
            "filters": _FILTERS,
        },
    ),
}


def http_app(call: Call) -> Starlette:
    """Return an application that serves the tools at `/mcp`; whoever mounts it runs its lifespan.

    It looks at neither Host nor Origin, which is the guard's part.
    """
    return _server(call).streamable_http_app(
        json_response=True,
        stateless_http=True,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )


def serve_stdio(assistant: Assistant) -> None:
    """Serve the tools on standard input and output until the input ends."""
    server = _server(lambda _, name, arguments: call_of(assistant, name, arguments))

    async def serve() -> None:
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())

    anyio.run(serve)


def _server(call: Call) -> Server[Any]:
    tools = [
        types.Tool(
            name=name,
            description=description,
            input_schema={
                "type": "object",
                "properties": properties,
                "required": [next(iter(properties))],
                "additionalProperties": False,
            },
            annotations=types.ToolAnnotations(read_only_hint=True, open_world_hint=False),
        )
        for name, (description, properties) in _TOOLS.items()
    ]

    async def list_tools(
        _: ServerRequestContext[Any], __: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=tools)

    async def call_tool(
        context: ServerRequestContext[Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        client = getattr(context.request, "client", None)
        visitor = client.host if client else ""
        try:
            record = await run_sync(call, visitor, params.name, params.arguments or {})
        except YinjuError as error:
            return _result(str(error), is_error=True)
        except Exception:
            logger.exception("%s failed", params.name)
            return _result(_FAILED, is_error=True)
        return _result(json.dumps(record, ensure_ascii=False), structured_content=record)

    return Server("yinju", title="引据", on_list_tools=list_tools, on_call_tool=call_tool)


def _result(text: str, **fields: Any) -> types.CallToolResult:  # noqa: ANN401 - the result's own
    return types.CallToolResult(content=[types.TextContent(text=text)], **fields)
