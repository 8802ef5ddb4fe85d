"""A stage of a system in a process of its own: its record, or why there is none, and the memory that it took."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import psutil

ROOT = Path(__file__).parent.parent.parent
_SAMPLED = 0.05
"""Seconds between two looks at how much memory a process has."""


class NoRecordError(Exception):
    """A stage gave no record; `too_long` where it was stopped for taking too long."""

    def __init__(self, reason: str, seconds: float, *, too_long: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.seconds, self.too_long = reason, seconds, too_long


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """The record of a stage, the seconds that it took, and the most memory, in bytes.

    The memory is what its process and those that it started had resident together, looked at many times a second.
    """

    record: dict[str, Any]
    seconds: float
    peak_bytes: int


def run(python: Path, arguments: Sequence[str], limit: float) -> Ran:
    """Run the harness and return its record; it is killed with all that it started after `limit` seconds.

    Raises:
        NoRecordError: it took too long, died, or printed something else.
    """
    command = [str(python), "-m", "bench.peers.harness", *arguments]
    started = time.perf_counter()
    with TemporaryFile() as out, TemporaryFile() as err:
        process = psutil.Popen(command, cwd=ROOT, stdout=out, stderr=err)
        watch = _Watch(process)
        try:
            status = process.wait(timeout=limit)
        except psutil.TimeoutExpired:
            raise NoRecordError(
                f"超过 {limit:.0f} 秒", time.perf_counter() - started, too_long=True
            ) from None
        finally:
            watch.stop()
            _kill(process)
        seconds = time.perf_counter() - started
        if status != 0:
            raise NoRecordError(_last_line(err) or f"退出码 {status}", seconds)
        printed = _last_line(out)
    try:
        record = json.loads(printed)
    except ValueError:
        record = None
    if not isinstance(record, dict):
        raise NoRecordError(f"输出的不是记录：{printed[:80]}", seconds)
    return Ran(record=record, seconds=seconds, peak_bytes=watch.peak)


def _last_line(output: IO[bytes]) -> str:
    output.seek(0)
    lines = output.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1].strip() if lines else ""


def _kill(process: psutil.Popen) -> None:
    """End a process with all that it started, where they still run."""
    try:
        family = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for one in family:
        try:
            one.kill()
        except psutil.NoSuchProcess:
            continue
    process.wait()


class _Watch:
    """Looks at the memory of a process and of those it started, until it is stopped; `peak` in bytes."""

    def __init__(self, process: psutil.Popen) -> None:
        self.peak = 0
        self._process = process
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._ended.wait(_SAMPLED):
            self.peak = max(self.peak, self._resident())

    def _resident(self) -> int:
        try:
            family = [self._process, *self._process.children(recursive=True)]
            return sum(one.memory_info().rss for one in family)
        except psutil.NoSuchProcess:
            return 0  # one has ended meanwhile: the next look tells

    def stop(self) -> None:
        """Look no longer."""
        self._ended.set()
        self._thread.join()
