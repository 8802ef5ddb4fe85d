"""The files of an index run prepared on a Ray cluster, in order: the same bytes as one process would make of them.

The docs folder has to be at the same path on every machine of the cluster, as on a shared file system. A machine
that fails is no loss: what it had in hand is done again elsewhere.
"""

from __future__ import annotations

import logging
import pickle
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import rag
from rag.errors import UsageError
from rag.preparing import Prepare, Prepared

PATIENCE = 5.0
"""Seconds within which a cluster has to take a connection."""
BLOCKS = 10_000
"""Tasks that a run is cut into at most; with fewer files, each is one."""


def prepared_on(address: str, files: Mapping[str, Path], prepare: Prepare) -> Iterator[Prepared]:
    """Yield what is prepared of each file, in their order, on the cluster at `address`.

    Raises:
        UsageError: Ray is not installed, or there is no cluster.
    """
    if not files:
        return
    _join(address)
    from ray.data import DataContext, from_items

    context = DataContext.get_current()
    context.execution_options.preserve_order = True
    context.enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    items = [{"name": name, "path": str(path.resolve())} for name, path in files.items()]
    dataset = from_items(items, override_num_blocks=min(len(items), BLOCKS))
    for row in dataset.map(_Task(prepare)).iter_rows():
        yield pickle.loads(row["prepared"])  # noqa: S301 - made by our own task a moment ago, never stored


def _join(address: str) -> None:
    """Connect this process to the cluster, and send it this program."""
    try:
        import ray
    except ModuleNotFoundError as error:
        raise UsageError("用 --ray 要装 Ray：pip install -r requirements-ray.txt") from error
    package = str(Path(rag.__file__).parent)
    try:
        _knock(address)
        ray.init(
            address=address,
            ignore_reinit_error=True,
            log_to_driver=False,
            logging_level="warning",
            runtime_env={"py_modules": [package], "excludes": ["__pycache__"]},
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise UsageError(f"连不上 Ray 集群 {address}；请检查地址，并确认集群已经启动") from error


def _knock(address: str) -> None:
    """Raise OSError if nothing listens at a HOST:PORT: Ray itself would try for ever."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host, int(port)), timeout=PATIENCE).close()


class _Task:
    """Prepares the file that a row names, and hands it back as bytes."""

    def __init__(self, prepare: Prepare) -> None:
        self._prepare = prepare

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        return {"prepared": pickle.dumps(self._prepare(row["name"], Path(row["path"])))}
