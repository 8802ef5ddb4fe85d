"""One command at a time in a process of its own, and how far it is."""

from __future__ import annotations

import re
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from rag.errors import UsageError

State = Literal["idle", "running", "done", "failed", "cancelled"]

GRACE = 5.0
"""Seconds that a command has to end in when it is cancelled, before it is killed."""
_STEP = re.compile(r"评测 (\d+)/(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a command is, `idle` before the first: `done` of `total` steps, 0 of 0 before it tells of any.

    `seconds` is the time since it told of the first. `message` is the last line that it wrote besides.
    """

    state: State = "idle"
    done: int = 0
    total: int = 0
    seconds: float = 0.0
    message: str = ""

    @property
    def rate(self) -> float | None:
        """Steps a second; None while that cannot be told."""
        return self.done / self.seconds if self.done and self.seconds > 0 else None

    @property
    def left(self) -> float | None:
        """Seconds that the rest takes at this rate; None while that cannot be told."""
        return (self.total - self.done) / self.rate if self.rate else None


class Runner:
    """Runs a command that tells on stderr how far it is, in lines such as `评测 32/640`. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._follower = threading.Thread()
        self._progress = Progress()
        self._began = 0.0

    def start(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start a command.

        Raises:
            UsageError: the one before is still running, or this one cannot be started.
        """
        with self._lock:
            if self._follower.is_alive():
                raise UsageError("已有一次评测在跑；请等它跑完，或先取消")
            try:
                self._process = subprocess.Popen(
                    command,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    encoding="utf-8",
                    errors="replace",
                )
            except OSError as error:
                raise UsageError(f"评测的进程起不来：{error.strerror}") from error
            self._progress = Progress(state="running")
            self._follower = threading.Thread(target=self._follow, args=(self._process,), daemon=True)
            self._follower.start()

    def cancel(self) -> None:
        """End the command that is running, if one is, and wait until it has ended."""
        with self._lock:
            process, follower = self._process, self._follower
            if process is None or process.poll() is not None:
                return
            self._set(state="cancelled")
        process.send_signal(signal.SIGINT)
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
        follower.join()

    @property
    def progress(self) -> Progress:
        """How far the command is, or how the last one ended."""
        with self._lock:
            if self._progress.state == "running" and self._progress.total:
                self._set(seconds=time.monotonic() - self._began)
            return self._progress

    def _follow(self, process: subprocess.Popen[str]) -> None:
        """Read what the command writes until it ends."""
        with process:
            for line in process.stderr or ():
                with self._lock:
                    self._hear(line.strip())
        with self._lock:
            if self._progress.state == "running":
                self._set(state="failed" if process.returncode else "done")

    def _hear(self, line: str) -> None:
        step = _STEP.fullmatch(line)
        if step:
            done, total = map(int, step.groups())
            if not self._progress.total:
                self._began = time.monotonic()
            self._set(done=done, total=total, seconds=time.monotonic() - self._began)
        elif line:
            self._set(message=line)

    def _set(self, **changes: Any) -> None:  # noqa: ANN401 - of any field
        """Change the progress; the lock is held."""
        self._progress = replace(self._progress, **changes)
