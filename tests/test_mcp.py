"""The tools for MCP clients, as the client of the package itself sees them."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from fake_assistant import LOAN_QUOTE
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from web_server import ROOT, fake_page

from rag import calls

USER = ("甲", "密")


async def told(client: Client, name: str, **arguments: object) -> tuple[bool, Any]:
    """Return whether a tool failed, and its record, or the line that says why."""
    result = await client.call_tool(name, arguments)
    (content,) = result.content
    if result.is_error:
        return True, content.text
    assert json.loads(content.text) == result.structured_content
    return False, result.structured_content


async def look(client: Client) -> None:
    """The tools are the calls, with their arguments, the first of them required."""
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert {name: tuple(tool.input_schema["properties"]) for name, tool in tools.items()} == calls.NAMES
    assert tools["ask"].input_schema["required"] == ["question"]


def test_over_http_behind_a_password(tmp_path: Path) -> None:
    async def run(address: str) -> None:
        async with connected(address) as client:
            await look(client)
            failed, answer = await told(client, "ask", question="再贷款？")
            assert not failed and answer["citations"][0]["quote"] == LOAN_QUOTE
            assert (await told(client, "cite", quote=LOAN_QUOTE))[1]["verdict"] == "exact"
            assert (await told(client, "search", query="甲", k=1))[1]["hits"][0]["paragraph"] == 1
            assert await told(client, "ask") == (True, "question 应是一段文字")
            assert await told(client, "ask", question="问", filters={"x": 1}) == (
                True,
                "filters 里的 x 不认识",
            )
            assert await told(client, "cite", page=1) == (True, "cite 不认识 page；可用的有 quote")
            failed, line = await told(client, "ask", question="崩溃")
            assert failed and line.startswith("程序出错")

    with fake_page(tmp_path, user=USER[0], password=USER[1]) as address:
        asyncio.run(run(address))
        assert httpx.post(f"{address}/mcp", json={}).status_code == 401


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[Client]:
    token = base64.b64encode(":".join(USER).encode()).decode()
    async with (
        httpx.AsyncClient(headers={"authorization": f"Basic {token}"}) as http,
        Client(streamable_http_client(f"{address}/mcp", http_client=http)) as client,
    ):
        yield client


def test_over_stdio_with_the_five_documents(tmp_path: Path) -> None:
    async def run() -> None:
        server = StdioServerParameters(
            command=sys.executable,
            args=["-m", "rag", "mcp", "--index", str(tmp_path / "index")],
            cwd=ROOT,
            env=os.environ | {"PYTHONUTF8": "1"},
        )
        async with Client(stdio_client(server)) as client:
            await look(client)
            failed, answer = await told(client, "ask", question="零碳工厂建设遵循哪四方面原则？")
            assert not failed and "因业施策、系统推进" in answer["answer"]
            cited = answer["citations"][0]
            text = (ROOT / "docs_src" / cited["file"]).read_text(encoding="utf-8")
            assert "".join(text[start:end] for start, end in cited["spans"]) == cited["quote"]
            assert await told(client, "search", query="，") == (
                True,
                "检索词里只有标点符号；请输入文字后重试",
            )

    asyncio.run(run())
