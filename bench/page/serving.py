"""The web application in a process of its own, over an index of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rag.errors import UsageError

ROOT = Path(__file__).parent.parent.parent
_READY = "引据已就绪："


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Where the application is, and the seconds from its start until it was there."""

    address: str
    seconds: float


@contextmanager
def served(docs: Path, index: Path, data: Path) -> Iterator[Served]:
    """Serve the page over the documents in `docs`, with this index and data folder, until the block ends.

    Raises:
        UsageError: it does not come up; what it says stands on stderr.
    """
    environment = os.environ | {
        "YINJU_DOCS": str(docs),
        "YINJU_INDEX": str(index),
        "YINJU_WEB_DATA": str(data),
        "YINJU_WEB_HOST": "127.0.0.1",
        "PYTHONUTF8": "1",
    }
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "app.py"],
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        env=environment,
    )
    with process:
        try:
            line = process.stdout.readline().strip() if process.stdout else ""
            if not line.startswith(_READY):
                raise UsageError("网页没有起来；原因见上面的输出")
            yield Served(address=line.removeprefix(_READY), seconds=time.perf_counter() - started)
        finally:
            process.terminate()
