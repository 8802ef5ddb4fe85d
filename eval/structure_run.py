"""Running the structure evaluation: every label whose text is at hand, and a sweep over all texts of a folder."""

from __future__ import annotations

import json
import lzma
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from eval.structure import Counts, measure, total
from eval.structure_labels import Label, faults
from rag.datatypes import Source
from rag.errors import ReadingError
from rag.reading import read
from rag.structure import account, parse

OURS = "docs_src"
# Sums: the corpus and the other sets, both seen while the parser was written, and what was held out.
PARTS = ("合计：本库", "合计：其他来源", "合计：留出文档")
# A sweep takes every `text`, and of the other fields what is long enough to be a document.
SWEPT_CHARACTERS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Which labels were measured, and why the others were not (id -> reason)."""

    rows: tuple[tuple[Label, Counts], ...]
    skipped: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """What became of the texts of a folder; `seconds` is processor time in parsing, `checking` in accounting."""

    texts: int
    bytes: int
    lost: int
    twice: int
    crashes: tuple[str, ...]
    seconds: float
    checking: float

    @property
    def speed(self) -> float:
        """Megabytes (10⁶ bytes of UTF-8) parsed a second of processor time, which is on one core."""
        return self.bytes / 1e6 / self.seconds if self.seconds else 0.0


def measure_all(labels: Sequence[Label], docs: Path, data: Path | None) -> Measured:
    """Measure every label whose text can be had; a failure is a reason, not the end of the run."""
    rows: list[tuple[Label, Counts]] = []
    skipped: dict[str, str] = {}
    for label in labels:
        source = _source(label, docs, data)
        try:
            reasons = [source] if isinstance(source, str) else faults(label, source.text)
            if isinstance(source, str) or reasons:
                skipped[label.id] = reasons[0]
            else:
                rows.append((label, measure(label, parse(source))))
        except Exception:  # noqa: BLE001 - one failing document must not end the run; the reason is kept
            skipped[label.id] = f"解析出错：{traceback.format_exc().strip().splitlines()[-1]}"
    return Measured(rows=tuple(rows), skipped=skipped)


def _source(label: Label, docs: Path, data: Path | None) -> Source | str:
    """Return the text of a label as the program would read it, or why it cannot be had."""
    if label.set == OURS:
        try:
            return next(iter(read(docs / label.id, docs)))
        except ReadingError as error:
            return str(error)
    if data is None:
        return "没有给出 --data"
    path = data / f"{label.set}.jsonl.xz"
    if not path.is_file():
        return f"数据文件夹里没有 {label.set}.jsonl.xz"
    found = next((row for row in _rows(path) if row.get("id") == label.id), None)
    if found is None or label.field not in found:
        return f"{label.set} 里没有这一篇"
    return Source(file=f"{label.set}#{label.id}", text=found[label.field], sha256=label.sha256)


def sweep(data: Path) -> Sweep:
    """Parse every text of every `*.jsonl.xz` under a folder and count what is lost, doubled, or crashes."""
    texts = size = lost = twice = 0
    crashes: list[str] = []
    seconds = checking = 0.0
    for path in sorted(data.rglob("*.jsonl.xz")):
        for number, row in enumerate(_rows(path), start=1):
            for text in swept(row):
                name = f"{path.relative_to(data).as_posix()} 第 {number} 行"
                texts += 1
                size += len(text.encode(errors="surrogatepass"))
                start = time.process_time()
                try:
                    document = parse(Source(file=name, text=text, sha256=""))
                    between = time.process_time()
                    counts = account(document)
                except Exception:  # noqa: BLE001 - as above
                    crashes.append(f"{name}：{traceback.format_exc().strip().splitlines()[-1]}")
                    continue
                seconds += between - start
                checking += time.process_time() - between
                lost += counts["lost"]
                twice += counts["twice"]
    return Sweep(
        texts=texts,
        bytes=size,
        lost=lost,
        twice=twice,
        crashes=tuple(crashes),
        seconds=seconds,
        checking=checking,
    )


def swept(value: object, field: str = "") -> Iterator[str]:
    """Yield the texts of a data row: `text` whatever its length, other strings of SWEPT_CHARACTERS or more."""
    if isinstance(value, str):
        if field == "text" or len(value) >= SWEPT_CHARACTERS:
            yield value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from swept(inner, name)
    elif isinstance(value, Sequence):
        for inner in value:
            yield from swept(inner)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


# --- what is shown


def broken(measured: Measured, swept_texts: Sweep | None) -> bool:
    """Say whether a hard rule is broken: a character lost or doubled, or a document that ends in an error."""
    whole = total(counts for _, counts in measured.rows)
    if (
        whole.lost
        or whole.twice
        or any(reason.startswith("解析出错") for reason in measured.skipped.values())
    ):
        return True
    return swept_texts is not None and bool(swept_texts.lost or swept_texts.twice or swept_texts.crashes)


def groups(measured: Measured) -> dict[str, Counts]:
    """Return the sums by kind (held-out documents apart), then over the parts of `_part`, and over all."""
    by: dict[str, list[Counts]] = {}
    parts: dict[str, list[Counts]] = {name: [] for name in PARTS}
    for label, counts in measured.rows:
        by.setdefault(_kind(label), []).append(counts)
        parts[_part(label)].append(counts)
    ends = {**parts, "合计": [counts for _, counts in measured.rows]}
    return {name: total(rows) for name, rows in {**by, **ends}.items() if rows}


def _part(label: Label) -> str:
    ours, others, heldout = PARTS
    if label.split == "heldout":
        return heldout
    return ours if label.set == OURS else others


def _kind(label: Label) -> str:
    return f"留出·{label.kind}" if label.split == "heldout" else label.kind


def as_json(measured: Measured, swept_texts: Sweep | None) -> dict[str, Any]:
    """Return everything that was counted, for a program to read."""
    return {
        "documents": [
            {
                "set": label.set,
                "id": label.id,
                "split": label.split,
                "kind": label.kind,
                **_numbers(counts),
            }
            for label, counts in measured.rows
        ],
        "groups": {name: _numbers(counts) for name, counts in groups(measured).items()},
        "skipped": dict(measured.skipped),
        "sweep": None if swept_texts is None else {**asdict(swept_texts), "mb_per_second": swept_texts.speed},
    }


def _numbers(counts: Counts) -> dict[str, float | None]:
    shares = {name: getattr(counts, name) for name in ("precision", "recall", "f1", "whole")}
    return {**asdict(counts), **shares}


def tables(measured: Measured) -> list[Table]:
    """Return a line per document, and a line per kind with the sums."""
    rows = [(f"{label.id[:12]} {_kind(label)}", counts) for label, counts in measured.rows]
    return [
        _table("结构，逐篇（段界准、全、F1、原样段以 % 计）", rows),
        _table("结构，按种类", list(groups(measured).items())),
    ]


def remarks(measured: Measured, swept_texts: Sweep | None) -> list[str]:
    """Return what was not measured, by reason, and the figures of the sweep."""
    reasons = dict.fromkeys(measured.skipped.values())
    unmeasured = {
        reason: [name[:12] for name, given in measured.skipped.items() if given == reason]
        for reason in reasons
    }
    lines = [f"未测 {len(names)} 篇，{reason}：{'、'.join(names)}" for reason, names in unmeasured.items()]
    if swept_texts is not None:
        lines.append(
            f"全部 {swept_texts.texts} 篇，{swept_texts.bytes / 1e6:.1f} MB："
            f"丢 {swept_texts.lost} 字，重 {swept_texts.twice} 字，出错 {len(swept_texts.crashes)} 篇；"
            f"解析单核每秒 {swept_texts.speed:.2f} MB（核对另用 {swept_texts.checking:.1f} 秒）"
        )
        lines += [f"出错 {crash}" for crash in swept_texts.crashes]
    return lines


def _table(title: str, rows: Sequence[tuple[str, Counts]]) -> Table:
    table = Table(title=title)
    table.add_column("文档" if "逐篇" in title else "种类", no_wrap=True)
    shares = ("段界准", "段界全", "F1", "原样段")
    for column in ("段落", *shares, "丢+重", "杂讯", "漏文", "标题", "篇界", "日期+作者"):
        table.add_column(column, justify="right", no_wrap=True)
    for name, row in rows:
        given = (row.precision, row.recall, row.f1, row.whole)
        table.add_row(
            name,
            str(row.paragraphs),
            *("—" if share is None else f"{share * 100:.1f}" for share in given),
            f"{row.lost}+{row.twice}",
            *map(str, (row.noise_inside, row.text_outside)),
            *(f"{right}/{labelled}" if labelled else "—" for right, labelled in _right(row)),
        )
    return table


def _right(row: Counts) -> list[tuple[int, int]]:
    return [
        (row.titles_right, row.titles),
        (row.borders_right, row.borders),
        (row.dates_right + row.authors_right, row.dates + row.authors),
    ]
