"""Files that a visitor adds: each put into the docs folder, all indexed in one update; how far each is, as values."""

from __future__ import annotations

import html
import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from typing import Literal

from rag.errors import YinjuError
from rag.indexing import FileReport, Reading
from rag.library import NameTakenError
from rag.web.html import block, escape
from rag.web.protocol import Assistant

Step = Literal["received", "reading", "read", "indexed", "same", "taken", "failed"]

_STEPS: dict[Step, tuple[int, str]] = {
    "received": (1, "已收到，等待读取"),
    "reading": (2, "正在读"),
    "read": (3, "已读完，正在编入索引"),
    "indexed": (4, "可以问了"),
    "same": (4, "已有一模一样的文件，不必再添"),
    "taken": (1, "没有添加"),
    "failed": (4, "没能读"),
}
"""Step to how much of the way is done, of `_WHOLE`, and what it is called."""
_WHOLE = 4
_LOST = "没有传上来；可能是连接中断，或文件太大，请重试"
_CRASHED = "程序出错，没有编入索引；详情已记入日志，请再试一次"
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as it was sent: its name, and where its bytes are; None where they did not arrive."""

    name: str
    path: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adding:
    """How far a file is, and what there is to say about it."""

    file: str
    step: Step
    detail: str = ""


def add_files(
    assistant: Assistant, uploads: Sequence[Upload], aside: Path | None = None
) -> Iterator[tuple[Adding, ...]]:
    """Add files and index them together; yield how far each is, in the order given, whenever that changes.

    Args:
        assistant: what keeps the documents.
        uploads: the files.
        aside: where files go that are replaced by others of the same name; None if none may be replaced.
    """
    rows: tuple[Adding, ...] = ()
    for upload in uploads:
        rows = (*rows, _stored(assistant, upload, aside))
        yield rows
    if any(row.step == "received" for row in rows):
        yield from _indexed(assistant, rows)


def adding_html(rows: Sequence[Adding]) -> str:
    """Return the files with a progress bar each."""
    return f'<ul class="yj-adding" aria-live="polite">{"".join(map(_row_html, rows))}</ul>' if rows else ""


def _stored(assistant: Assistant, upload: Upload, aside: Path | None) -> Adding:
    if upload.path is None:
        return Adding(file=upload.name, step="failed", detail=_LOST)
    try:
        added = assistant.add(upload.name, upload.path, aside)
    except NameTakenError as error:
        return Adding(file=upload.name, step="taken", detail=str(error))
    except YinjuError as error:
        return Adding(file=upload.name, step="failed", detail=str(error))
    return Adding(file=upload.name, step="same" if added == "same" else "received")


def _indexed(assistant: Assistant, rows: tuple[Adding, ...]) -> Iterator[tuple[Adding, ...]]:
    """Update the index; yield the rows as the files are read, and when all can be searched."""
    told: SimpleQueue[Reading | FileReport | None] = SimpleQueue()
    with ThreadPoolExecutor(1) as executor:
        run = executor.submit(assistant.update, told.put)
        run.add_done_callback(lambda _: told.put(None))
        while (report := told.get()) is not None:
            rows = tuple(_read(row, report) for row in rows)
            yield rows
    try:
        ended = {report.file: report for report in run.result().files}
    except YinjuError as error:
        yield tuple(_failed(row, str(error)) for row in rows)
    except Exception:
        logger.exception("the index could not be updated")
        yield tuple(_failed(row, _CRASHED) for row in rows)
    else:
        yield tuple(_ended(row, ended) for row in rows)


def _pending(row: Adding) -> bool:
    return row.step in ("received", "reading", "read")


def _read(row: Adding, report: Reading | FileReport) -> Adding:
    """Return the row one step on, if it is the one that the report is about."""
    if not _pending(row) or row.file != report.file:
        return row
    return replace(row, step="reading" if isinstance(report, Reading) else "read")


def _ended(row: Adding, reports: dict[str, FileReport]) -> Adding:
    """Return the row as the index holds the file now."""
    if not _pending(row):
        return row
    report = reports.get(row.file)
    if report is None:
        return _failed(row, "文件又被移走了；请重新添加")
    if report.reason:
        return _failed(row, report.reason)
    counts = f"{report.articles} 篇，{report.paragraphs} 段，{report.chunks} 个片段"
    return replace(row, step="indexed", detail=counts)


def _failed(row: Adding, reason: str) -> Adding:
    return replace(row, step="failed", detail=reason) if _pending(row) else row


def _row_html(row: Adding) -> str:
    done, words = _STEPS[row.step]
    file = html.escape(row.file)
    button = f'<button type="button" class="yj-button yj-replace" value="{file}">换成这一份</button>'
    parts = [
        f'<span class="yj-name">{escape(row.file)}</span>',
        f'<progress max="{_WHOLE}" value="{done}" aria-label="{file}"></progress>',
        f"<strong>{words}</strong>",
        f"<span>{escape(row.detail)}</span>" if row.detail else "",
        button if row.step == "taken" else "",
    ]
    return f'<li class="yj-{row.step}">{block("yj-step", parts)}</li>'
