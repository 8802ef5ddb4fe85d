"""Runs on disk, the baseline among them.

A run is a folder: `answers.jsonl`, `quotes.jsonl` and `sentences.jsonl` (one row a line) and, written last, `run.json` (what was
run, with which settings and fingerprints, and the metrics). The baseline is such a folder in the repository.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eval.grounding import SentenceRow
from eval.runner import AnswerRow, QuoteRow
from eval.summary import summary
from rag.errors import UsageError

RUNS = Path(__file__).parent / "runs"
BASELINE = Path(__file__).parent / "baseline"
_TAG = re.compile(r"[\w.-]{1,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run: its rows, what it was run with (a path becomes a string on disk), and what it is called."""

    answers: tuple[AnswerRow, ...]
    quotes: tuple[QuoteRow, ...]
    sentences: tuple[SentenceRow, ...] = ()
    configuration: Mapping[str, Any]
    name: str = ""


def write_run(folder: Path, run: Run) -> Path:
    """Write a run into a new folder under `folder`, named by the UTC time and the tag, and return it.

    Raises:
        UsageError: it cannot be written; nothing is left of it.
    """
    tag = run.configuration.get("tag")
    name = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f") + (f"-{tag}" if tag else "")
    path = folder / name
    try:
        _write(path, replace(run, name=name))
    except OSError as error:
        shutil.rmtree(path, ignore_errors=True)
        raise UsageError(f"结果存不到 {path}：{error.strerror}；请腾出空间或改好权限后再跑") from error
    return path


def accept(path: Path, run: Run) -> None:
    """Make a run the baseline at `path`.

    Raises:
        UsageError: the run is not to be repeated from a commit, or questions of it ended in an error or
            without the language model.
    """
    if str(run.configuration.get("program", {}).get("commit")).endswith("+"):
        raise UsageError(
            f"结果 {run.name} 是用没有提交的代码跑的，别人重现不了：请先提交代码，再 run，再 accept"
        )
    failed = sum(row.error is not None or bool(row.notice) for row in run.answers)
    failed += sum(row.error is not None for row in run.quotes)
    failed += sum(row.error is not None for row in run.sentences)
    if failed:
        raise UsageError(f"结果 {run.name} 里有 {failed} 题出错或没有用上语言模型：请改好再跑")
    aside = path.with_name(path.name + ".new")
    shutil.rmtree(aside, ignore_errors=True)
    _write(aside, run)
    shutil.rmtree(path, ignore_errors=True)
    aside.rename(path)


def check_tag(tag: str) -> None:
    """Refuse a tag that cannot be part of a folder's name.

    Raises:
        UsageError: it has other characters than letters, digits, `_`, `-` and `.`, or is a name of its own.
    """
    if not _TAG.fullmatch(tag) or tag in ("baseline", "latest"):
        raise UsageError(
            f"标签 {tag} 不能用：请用字母、汉字、数字、下划线、连字符或点，且不是 baseline、latest"
        )


def find_run(name: str, runs: Path | None = None) -> Run:
    """Return the run of that name; as `find_folder`."""
    return read_run(find_folder(name, runs))


def find_folder(name: str, runs: Path | None = None) -> Path:
    """Return the folder of a run: `baseline`, `latest`, a tag (its newest run), or a run's folder.

    Runs are looked for in the folder `runs`, `RUNS` where none is given.

    Raises:
        UsageError: there is none.
    """
    runs = runs or RUNS
    if name == "baseline":
        if not (BASELINE / "run.json").exists():
            raise UsageError("还没有基线：请先运行 python -m eval run，再运行 python -m eval accept")
        return BASELINE
    finished = [path.parent for path in sorted(runs.glob("*/run.json"))]
    if name == "latest" and not finished:
        raise UsageError(f"{runs} 里还没有评测结果：请先运行 python -m eval run")
    fitting = [path for path in finished if name in ("latest", path.name, path.name.partition("-")[2])]
    if fitting:
        return fitting[-1]
    if (Path(name) / "run.json").exists():
        return Path(name)
    raise UsageError(f"没有叫 {name} 的评测结果：可用 baseline、latest、标签，或 {runs} 下的文件夹名")


def read_run(path: Path) -> Run:
    """Return the run in a folder.

    Raises:
        UsageError: it is not what this version writes.
    """
    try:
        configuration = _described(path)["configuration"]
        return Run(
            name=path.name,
            answers=tuple(AnswerRow(**row) for row in _read_rows(path / "answers.jsonl")),
            quotes=tuple(QuoteRow(**row) for row in _read_rows(path / "quotes.jsonl")),
            sentences=tuple(SentenceRow(**row) for row in _read_rows(path / "sentences.jsonl")),
            configuration=configuration,
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        again = (
            "取回库里的，或重新运行 python -m eval accept"
            if path == BASELINE
            else "删去它，重新运行 python -m eval run"
        )
        raise UsageError(f"{path} 不是这个版本写的评测结果：请{again}") from error


def _described(path: Path) -> dict[str, Any]:
    """Return what `run.json` says; KeyError where it lacks what every run says."""
    described: dict[str, Any] = json.loads((path / "run.json").read_text(encoding="utf-8"))
    for name in ("set", "split", "started"):
        described["configuration"][name]
    return described


def past_runs(folder: Path = RUNS) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the name and the `run.json` of every finished run, oldest first; damaged ones are passed over."""
    found: list[tuple[str, Mapping[str, Any]]] = []
    for path in sorted(folder.glob("*/run.json")):
        with suppress(OSError, ValueError, KeyError, TypeError):
            found.append((path.parent.name, _described(path.parent)))
    return found


def _write(path: Path, run: Run) -> None:
    path.mkdir(parents=True)
    _write_rows(path / "answers.jsonl", run.answers)
    _write_rows(path / "quotes.jsonl", run.quotes)
    _write_rows(path / "sentences.jsonl", run.sentences)
    described = {
        "configuration": dict(run.configuration),
        "metrics": summary(run.answers, run.quotes, run.sentences),
    }
    text = json.dumps(described, ensure_ascii=False, indent=1, default=str)
    (path / "run.json").write_text(text + "\n", encoding="utf-8")


def _write_rows(path: Path, rows: Sequence[AnswerRow | QuoteRow | SentenceRow]) -> None:
    lines = (json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows)
    path.write_text("".join(lines), encoding="utf-8")


def _read_rows(path: Path) -> list[dict[str, Any]]:
    # Not splitlines: a question may hold a character that ends a line elsewhere (U+2028).
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    return [{name: _tuples(value) for name, value in row.items()} for row in rows]


def _tuples(value: Any) -> Any:  # noqa: ANN401 - any value of a row
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value
