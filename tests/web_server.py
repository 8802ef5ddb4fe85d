"""The page in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent


@contextmanager
def served(errors: Path, *command: str, **environment: str) -> Iterator[tuple[str, Path]]:
    """Serve a page in a process of its own; yield its address and the file of what it says on stderr."""
    with errors.open("w") as sink:
        process = subprocess.Popen(
            [sys.executable, *command],
            stdout=subprocess.PIPE,
            stderr=sink,
            text=True,
            encoding="utf-8",
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"} | environment,
        )
        with process:
            assert process.stdout is not None
            line = process.stdout.readline().strip()
            assert line.startswith("引据已就绪：http://127.0.0.1:"), errors.read_text()
            try:
                yield line.partition("：")[2], errors
            finally:
                process.terminate()


@contextmanager
def fake_page(folder: Path, *, pause: float = 0.01, **options: object) -> Iterator[str]:
    """Serve the page over the fake assistant, what it keeps in `folder`; yield its address.

    Nothing may have been asked of another machine in the end.
    """
    options = {"data": str(folder / "data")} | options
    command = (str(ROOT / "tests" / "fake_assistant.py"), str(pause), repr(options))
    with served(folder / "stderr", *command) as (address, errors):
        yield address
    assert "OUTSIDE" not in errors.read_text()
