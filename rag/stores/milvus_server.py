"""Connections to Milvus, and what the user is told when it cannot be worked with.

No message has a token in it: of an address only host, port and database are told.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, unquote, urlsplit

from pymilvus import MilvusClient
from pymilvus.exceptions import MilvusException

from rag.errors import StoreError, UsageError

SECONDS = 30.0
"""How long one request may take, trying again included."""
_CONNECTING_SECONDS = 5.0
_PORT = 19530
GONE = "这一代向量已经不在（索引更新过），请再试一次；仍不行，请运行 python -m rag index"
# What Milvus or its client say, and what the user is told instead.
_WORDS = {
    "auth check failure": "用户名、密码或 token 不对",
    "Fail connecting": "连不上，那里没有 Milvus 在运行",
    "failed to connect": "连不上，那里没有 Milvus 在运行",
    "not found[database": "没有这个数据库",
    "not found[collection": GONE,
    "does not exist": GONE,  # as Milvus Lite says it
    "milvus-lite": "用本地文件要先 pip install milvus-lite",
}
# The client writes each failure with a traceback of its own, beside raising it.
logging.getLogger("pymilvus").setLevel(logging.CRITICAL)


def _address(url: str) -> tuple[str, str, str]:
    """Return where the client connects to, the token and the database.

    Raises:
        UsageError: the address is none.
    """
    parts = urlsplit(url)
    if not parts.netloc and parts.path.endswith(".db"):
        return unquote(parts.path), "", ""
    try:
        host, port = parts.hostname, parts.port or _PORT
    except ValueError:
        host, port = None, _PORT
    tokens = parse_qs(parts.query)
    if not host or url.count("@") or tokens.keys() - {"token"}:
        raise UsageError(
            "设置 store 不是 Milvus 的地址，应像 milvus://主机:19530/库名?token=用户:密码 或 milvus:///路径/文件.db"
        )
    return f"http://{host}:{port}", "".join(tokens.get("token", [])), parts.path.strip("/")


@contextmanager
def told(url: str) -> Iterator[None]:
    """Turn an error of the client into one for the user.

    Raises:
        StoreError: something went wrong inside.
    """
    try:
        yield
    except MilvusException as error:
        uri, _, database = _address(url)
        where = "/".join(filter(None, (uri.removeprefix("http://"), database)))
        raise StoreError(f"Milvus（{where}）：{_reason(error)}") from error


def _reason(error: MilvusException) -> str:
    for words, reason in _WORDS.items():
        if words in str(error):
            return reason
    return " ".join(str(error.message).split())


def connect(url: str) -> MilvusClient:
    """Return a client, safe for several threads; it connects again by itself when the server was restarted.

    Raises:
        UsageError: the address is none.
        StoreError: the server cannot be reached.
    """
    uri, token, database = _address(url)
    with told(url):
        return MilvusClient(uri, token=token, db_name=database, timeout=_CONNECTING_SECONDS)
