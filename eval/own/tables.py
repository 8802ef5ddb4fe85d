"""Tables of questions as files: CSV as a spreadsheet writes it, JSONL; both ways."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.dataset import DatasetError
from rag.errors import ReadingError, UsageError
from rag.reading import decode

SUFFIXES = (".csv", ".tsv", ".jsonl")
"""What is read. A spreadsheet's own format is not: it saves as CSV."""
OTHERS = (".xlsx", ".xls", ".et", ".ods", ".json", ".parquet")
"""What people have their questions in and is refused with advice."""

_DELIMITERS = ",;\t，；"
_FORMULA = re.compile(r"'*[=+\-@＝＋－＠\t\r]")
"""What a spreadsheet may take for a formula, or what has been guarded against that already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: its number as an editor shows it (the header of a CSV is row 1), and its values by column."""

    number: int
    values: Mapping[str, object]


def is_table(name: str) -> bool:
    """Whether a name is that of a file of questions, of whatever format."""
    return Path(name).suffix.lower() in (*SUFFIXES, *OTHERS)


def read_table(path: Path) -> list[Row]:
    """Return the rows of a CSV or JSONL file, blank ones left out; columns in lower case, without blanks around.

    The encoding is found as for documents. A CSV is separated by whatever splits its header into most columns:
    comma, semicolon or tab.

    Raises:
        DatasetError: the file cannot be read, is empty, or is not what its suffix says.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise DatasetError(
            f"{path.name} 不是 CSV 或 JSONL：电子表格请另存为“CSV UTF-8”，JSON 请每行写一个对象"
        )
    try:
        text = decode(path.read_bytes())
    except FileNotFoundError as error:
        raise DatasetError(f"没有这个文件：{path}") from error
    except OSError as error:
        raise DatasetError(f"读不到 {path}：它是文件夹，或没有读的权限") from error
    except ReadingError as error:
        raise DatasetError(f"{path.name} {error}") from error
    rows = _json_rows(path, text) if path.suffix.lower() == ".jsonl" else _csv_rows(path, text)
    if not rows:
        raise DatasetError(f"{path.name} 里没有题：请至少写一行")
    return rows


def _json_rows(path: Path, text: str) -> list[Row]:
    rows = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DatasetError(f"{path.name} 第 {number} 行不是 JSON：请每行写一个完整的对象") from error
        if not isinstance(values, dict):
            raise DatasetError(f'{path.name} 第 {number} 行不是对象：应是 {{"question": …}}')
        rows.append(Row(number=number, values={_column(name): value for name, value in values.items()}))
    return rows


def _csv_rows(path: Path, text: str) -> list[Row]:
    header = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    columns: list[str] = []
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if number == 1:
                columns = [_column(cell) for cell in cells]
            elif any(cell.strip() for cell in cells):
                if len(cells) > len(columns):
                    raise DatasetError(
                        f"{path.name} 第 {number} 行有 {len(cells)} 格，表头只有 {len(columns)} 格：带逗号或换行的格要用双引号括起"
                    )
                values = {name: _unguarded(cell) for name, cell in zip(columns, cells, strict=False)}
                rows.append(Row(number=number, values=values))
    except csv.Error as error:
        what = (
            f"有一格超过 {csv.field_size_limit()} 字，或双引号没有成对"
            if "limit" in str(error)
            else "双引号没有成对"
        )
        raise DatasetError(f"{path.name} 第 {number + 1} 行{what}：请改好这一行") from error
    return rows


def _column(name: str) -> str:
    return name.strip().lower()


def guarded(cell: str) -> str:
    """Return a cell so that no spreadsheet runs it as a formula: `'` in front of `=`, `+`, `-`, `@`, tab, return.

    A cell that has such a `'` already gets another one, so that reading always takes off exactly one.
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def write_table(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> None:
    """Write rows as CSV (UTF-8 with a byte order mark, for spreadsheets) or as JSONL, by the suffix.

    In a CSV a list is written as JSON, a truth value as 是 or 否, and `guarded` cells cannot become formulas.

    Raises:
        UsageError: the suffix is neither, the file exists, or it cannot be written.
    """
    if path.suffix.lower() not in (".csv", ".jsonl"):
        raise UsageError(f"--to {path} 应以 .csv 或 .jsonl 结尾")
    text = io.StringIO(newline="")
    if path.suffix.lower() == ".csv":
        text.write("\ufeff")
        writer = csv.writer(text)
        writer.writerow(columns)
        writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)
    else:
        for row in rows:
            kept = {column: row[column] for column in columns if row.get(column) not in (None, "")}
            text.write(json.dumps(kept, ensure_ascii=False) + "\n")
    try:
        with path.open("x", encoding="utf-8", newline="") as stream:
            stream.write(text.getvalue())
    except FileExistsError as error:
        raise UsageError(f"已有 {path}，不覆盖（也许有人改过）：请换个名字，或先删去它") from error
    except OSError as error:
        raise UsageError(f"写不了 {path}：{error.strerror}；请检查文件夹") from error


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return guarded(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
