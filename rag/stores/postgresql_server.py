"""Connections to a PostgreSQL server, and what the user is told when it cannot be worked with.

No message has a password in it: of an address only host, port and database are told.
"""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict

from rag.errors import StoreError, UsageError

Connection = psycopg.Connection[Any]
_Found = TypeVar("_Found")

_LIMITS = {"connect_timeout": "5", "tcp_user_timeout": "30000", "keepalives_idle": "30"}
"""Seconds to connect, milliseconds without an answer, seconds of silence; what the address says goes before."""

# What is wrong, by what the server reports, or by words of libpq where there was no server to report anything.
_REPORTED: Mapping[type[psycopg.Error], str] = {
    errors.QueryCanceled: "超时，请稍后再试",
    errors.LockNotAvailable: "另一个进程正在写这个索引，请稍后再试",
    errors.UndefinedTable: "这一代向量已经不在（索引更新过），请再试一次；仍不行，请运行 python -m rag index",
    errors.UndefinedFile: "服务器上没有装 pgvector",
    errors.FeatureNotSupported: "服务器上没有装 pgvector",
    errors.InsufficientPrivilege: "权限不够：要能建表，扩展 vector 可由管理员先建好（CREATE EXTENSION vector）",
    errors.DiskFull: "磁盘或共享内存满了（容器请加大 --shm-size）",
}
_WORDS = {
    "password authentication failed": "用户名或密码不对",
    "no password supplied": "没有给密码",
    "no pg_hba.conf entry": "服务器不许从这里连接（pg_hba.conf）",
    "refused": "那里没有 PostgreSQL 在运行",
    "No such file": "那里没有 PostgreSQL 在运行",
    "resolve host": "找不到这台主机",
    "timeout expired": "没有回应",
    "starting up": "服务器正在启动，请稍后再试",
}


def _parts(url: str) -> dict[str, Any]:
    """Return the parts of an address by libpq's names.

    Raises:
        UsageError: it is none, or it has a character that must be escaped, by which a part of a password could
            pass for a host and be told.
    """
    authority = re.split("[/?#]", url.partition("://")[2], maxsplit=1)[0]
    if url.count("@") > min(authority.count("@"), 1):
        raise UsageError("设置 store：密码里的 @ : / ? # % 要写成 %40 %3A %2F %3F %23 %25")
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error:
        parts = {"port": "unknown"}
    if not set(str(parts.get("port", ""))) <= set("0123456789,"):  # a comma between those of several hosts
        raise UsageError("设置 store 不是 PostgreSQL 的地址，应像 postgresql://用户:密码@主机:5432/库名")
    return parts


@contextmanager
def told(url: str) -> Iterator[None]:
    """Turn an error of psycopg into one for the user.

    Raises:
        StoreError: something went wrong inside.
    """
    try:
        yield
    except psycopg.Error as error:
        parts = _parts(url)
        where = f"{parts.get('host', '本机')}:{parts.get('port', 5432)}/{parts.get('dbname', '')}"
        raise StoreError(f"PostgreSQL（{where}）：{_reason(error)}") from error


def _reason(error: psycopg.Error) -> str:
    for kind, reason in _REPORTED.items():
        if isinstance(error, kind):
            return reason
    for words, reason in _WORDS.items():
        if words in str(error):
            return reason
    text = error.diag.message_primary or str(error).rpartition("FATAL:")[2]
    return " ".join(text.split())


def connect(url: str, settings: str) -> Connection:
    """Return a new connection, each statement on it a transaction of its own, after the `SET`s of `settings`.

    Raises:
        UsageError: the address is none.
        StoreError: the server cannot be reached.
    """
    parts = _parts(url)
    with told(url):
        # Nothing is prepared: a plan made for any generation and filter fits none of them well.
        connection = psycopg.connect(**{**_LIMITS, **parts}, autocommit=True, prepare_threshold=None)
        connection.execute(settings)
    return connection


class Connections:
    """Connections for reading, handed from thread to thread; closed when nobody holds this any longer."""

    def __init__(self, url: str, settings: str) -> None:
        self._url = url
        self._settings = settings
        self._idle: list[Connection] = []
        weakref.finalize(self, _close_all, self._idle)

    def run(self, ask: Callable[[Connection], _Found]) -> _Found:
        """Return what `ask` finds; where a connection was lost since it was used last, it is asked again.

        Raises:
            StoreError: the server cannot be reached, or refuses what is asked.
        """
        while True:
            idle = _taken(self._idle)
            connection = idle or connect(self._url, self._settings)
            try:
                with told(self._url):
                    found = ask(connection)
            except BaseException as error:
                lost = connection.broken
                connection.close()
                if idle is None or not lost or not isinstance(error, StoreError):
                    raise
            else:
                self._idle.append(connection)
                return found


def _taken(idle: list[Connection]) -> Connection | None:
    """Take a connection off the list; one step, so that no two threads get the same."""
    try:
        return idle.pop()
    except IndexError:
        return None


def _close_all(connections: list[Connection]) -> None:
    for connection in connections:
        connection.close()
