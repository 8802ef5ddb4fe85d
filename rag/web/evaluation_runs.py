"""The evaluation as the page sees it: commands, the folders of past runs, their reports, drafts from feedback.

`eval` is a program of its own and not imported here: it runs in a process of its own, so that it stalls no chat.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from rag.errors import UsageError

ROOT = Path(__file__).parents[2]
"""The folder that the package `eval` lies in."""
BASELINE = "baseline"
FEEDBACK = "feedback.jsonl"
"""The file of feedback in the folder of what the page keeps."""
_DRAFTS = "drafts"
_LONGEST = 300.0
"""Seconds that a report or a draft may take."""
_PACKAGES = ("scipy", "matplotlib", "jinja2", "ir_measures")
RATINGS = {"right": "准确", "wrong": "有误"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """A run on disk. `right` is the share of questions answered rightly, `quotes` that of quotes judged rightly."""

    name: str
    started: datetime
    questions: str
    half: str
    tag: str
    right: float | None
    quotes: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """A line of the file of feedback, by its number from 1: what is shown of it, and the whole of it."""

    number: int
    time: datetime
    question: str
    rating: str
    note: str
    line: str


def obstacle() -> str:
    """Return why the evaluation cannot be run and what to do about it, "" if it can."""
    if not (ROOT / "eval").is_dir():
        return "这份安装里没有评测程序（eval 文件夹）；请从代码库取得全部文件"
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if not missing:
        return ""
    return f"评测要用的包没有装（{'、'.join(missing)}）：请运行 pip install -r requirements-dev.txt，再重新打开网页"


def command(*arguments: str) -> list[str]:
    """Return the command line of the evaluation; it works in the folder that the page was started in."""
    return [sys.executable, "-P", "-m", "eval", *arguments]


def environment() -> dict[str, str]:
    """Return the environment that the evaluation runs in: this one, and where it lies."""
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONUTF8": "1"}


def past_runs() -> list[PastRun]:
    """Return the finished runs, newest first, and the baseline, where there is one, as the last."""
    folders = [path.parent for path in sorted((ROOT / "eval" / "runs").glob("*/run.json"), reverse=True)]
    found = []
    for folder in [*folders, ROOT / "eval" / BASELINE]:
        with suppress(
            OSError, ValueError, KeyError, TypeError
        ):  # a damaged run is none, as for the evaluation
            found.append(_past_run(folder))
    return found


def _past_run(folder: Path) -> PastRun:
    described = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    run, metrics = described["configuration"], described["metrics"]
    return PastRun(
        name=folder.name,
        started=datetime.fromisoformat(run["started"]).astimezone(),
        questions=run["set"],
        half=run["split"],
        tag=run.get("tag") or "",
        right=metrics.get("right"),
        quotes=metrics.get("quote_accuracy"),
    )


class Reports:
    """The reports of the runs, each a page that is kept until there is a newer run to be plotted or compared with."""

    def __init__(self, folder: Path) -> None:
        """Keep them in this folder, which is made when there is one to keep."""
        self._folder = folder
        self._writing = threading.Lock()

    def page(self, name: str) -> str:
        """Return the report of a run as HTML.

        Raises:
            KeyError: there is no such run.
            UsageError: it cannot be written.
        """
        if name not in {run.name for run in past_runs()}:
            raise KeyError(name)
        path = self._folder / f"{name}.html"
        with self._writing:
            if not path.exists() or path.stat().st_mtime < _newest():
                self._folder.mkdir(parents=True, exist_ok=True)
                _call("report", name, "--to", str(path))
            return path.read_text(encoding="utf-8")


def _newest() -> float:
    """Return when the newest of the runs and the baseline was written, in seconds since the epoch."""
    return max(path.stat().st_mtime for path in (ROOT / "eval").glob("**/run.json"))


def load_feedback(data: Path) -> tuple[list[Rated], int]:
    """Return the feedback, newest first, and how many lines of the file cannot be read; none where no file is."""
    path = data / FEEDBACK
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n") if path.exists() else []
    found, damaged = [], 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found.append(_rated(number, line))
        except (ValueError, KeyError, TypeError):
            damaged += 1
    return found[::-1], damaged


def _rated(number: int, line: str) -> Rated:
    row = json.loads(line)
    return Rated(
        number=number,
        time=datetime.fromisoformat(row["time"]).astimezone(),
        question=str(row["question"]),
        rating=RATINGS[row["rating"]],
        note=str(row.get("note") or ""),
        line=line,
    )


def draft(rows: Sequence[Rated], docs: Path, data: Path) -> Path:
    """Write evaluation cases drafted from feedback to a new CSV file, one of `drafts(data)`, and return that.

    Raises:
        UsageError: they cannot be drafted or written.
    """
    folder = data / _DRAFTS
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}.csv"
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as stream:
        stream.writelines(f"{row.line}\n" for row in rows)
        stream.flush()
        _call(
            *("draft", "--feedback", stream.name, "--limit", "0"),
            *("--docs", str(docs), "--to", str(path)),
        )
    return path


def drafts(data: Path) -> list[Path]:
    """Return the drafts in the folder of what the page keeps, newest first."""
    return sorted((data / _DRAFTS).glob("*.csv"), reverse=True)


def drafted(path: Path) -> list[dict[str, str]]:
    """Return the cases of a draft, by column."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _call(*arguments: str) -> None:
    """Run a command of the evaluation.

    Raises:
        UsageError: it failed; the message is the last line that it wrote.
    """
    try:
        done = subprocess.run(
            command(*arguments),
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_LONGEST,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UsageError(f"{_LONGEST:.0f} 秒还没有做完，已放弃") from error
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise UsageError(lines[-1] if lines else f"没有做成（退出码 {done.returncode}）")
