"""From a set's name to what the evaluation runs, the folders that it runs over, and others' figures beside ours."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from eval.external.data import Data
from eval.external.searching import FILE
from eval.external.table import EXTERNAL, Figure, Mode
from eval.metrics import KNOWN, METRICS
from eval.runner import AnswerRow
from eval.sets import EvaluationSet
from eval.summary import figure
from rag.errors import UsageError


def load_external(name: str, folder: Path | None, mode: Mode | None = None) -> EvaluationSet:
    """Return a set of the data folder, put to the program in a mode (its first where none is given).

    Raises:
        UsageError: there is no such set, folder or mode of the set, no folder is given, or a file of the set is
            missing or malformed.
    """
    if name not in EXTERNAL:
        known = "、".join(f"{key}（{external.about}）" for key, external in EXTERNAL.items())
        raise UsageError(f"没有叫 {name} 的外部集；有：{known}")
    if folder is None:
        raise UsageError(f"外部集 {name} 要用 --data 给出数据文件夹")
    tasks = EXTERNAL[name].tasks
    chosen = next(iter(tasks)) if mode is None else mode
    if chosen not in tasks:
        raise UsageError(f"外部集 {name} 没有 --mode {chosen}；有：{'、'.join(tasks)}")
    data = Data(folder)
    try:
        pool = tasks[chosen].load(data)
    except (KeyError, TypeError, IndexError) as error:
        raise UsageError(f"外部集 {name} 的字段不对：{error!r}") from error
    ours = METRICS if chosen == "reader" else [key for key in METRICS if "@" in key]
    return EvaluationSet(
        name=name,
        mode=chosen,
        questions=pool.questions,
        documents=pool.documents,
        asks=chosen == "reader",
        metrics={key: KNOWN[key] for key in (*ours, *tasks[chosen].metrics)},
        fingerprints=data.fingerprints,
    )


@contextmanager
def laid_out(asked: EvaluationSet, docs: Path, index: Path | None) -> Iterator[tuple[Path, Path | None]]:
    """Yield the folders of the documents and of the index that a set is run over.

    Those of a set with documents of its own are in a temporary folder, or, to be used again, in the index
    folder where one is given: `INDEX/SET/docs` and `INDEX/SET/index`.
    """
    if not asked.documents:
        yield docs, index
        return
    with TemporaryDirectory() as temporary:
        folder = (index or Path(temporary)) / asked.name
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in asked.documents)
        file = folder / "docs" / FILE
        if not file.exists() or file.read_text(encoding="utf-8") != lines:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(lines, encoding="utf-8")
        yield folder / "docs", folder / "index"


def beside(name: str, rows: Sequence[AnswerRow]) -> Iterator[tuple[Figure, int, float]]:
    """Yield the figures that others report on a set, each with the questions and the value that ours is of."""
    for one in EXTERNAL[name].figures if name in EXTERNAL else ():
        group = [row for row in rows if one.metric in row.scores and one.type in ("", row.type)]
        ours = figure(group, KNOWN[one.metric])
        if ours is not None:
            yield one, len(group), ours
