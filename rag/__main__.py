"""The command line: `python -m rag COMMAND`. What each prints with `--json` is fixed; see README.md."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag import calls, records, render
from rag.arguments import Command, parse
from rag.errors import ReadingError, UsageError, YinjuError
from rag.terminal import note, say, say_bytes

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.config import Settings

Record = dict[str, Any]


def _settings(docs: Path | None, index: Path | None) -> Settings:
    from rag.config import load_settings

    settings = load_settings()
    return replace(settings, docs=docs or settings.docs, index=index or settings.index)


def _open(docs: Path | None, index: Path | None, no_update: bool) -> Assistant:
    from rag.assistant import open_assistant

    return open_assistant(_settings(docs, index), update=not no_update, report=note)


def _print(record: Record) -> None:
    say_bytes(records.line(record))


def _records(batch: Path) -> Iterable[Record]:
    """Yield the objects of a batch file.

    Raises:
        UsageError: the file cannot be read, or a line is not an object.
    """
    try:
        lines = batch.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"读不了批量文件 {batch}；请检查路径，并存成 UTF-8") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            records.line(record)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{batch} 第 {number} 行不是 JSON，或含有不成字的编码") from error
        if not isinstance(record, dict):
            raise UsageError(f"{batch} 第 {number} 行不是 JSON 对象")
        yield record


def _identifier(record: Record) -> Record:
    """Return the `id` of a record, alone; nothing where it has none."""
    return {} if record.get("id") is None else {"id": record["id"]}


def _each(
    given: str | None, batch: Path | None, as_json: bool, key: str, run: Callable[[Record], Record]
) -> bool:
    """Print `run` of every record of a batch as JSON; return whether there was a batch.

    Raises:
        UsageError: both or neither of an argument and a batch are given, or a batch without `--json`.
    """
    if (given is None) == (batch is None):
        raise UsageError("请给出一段文字，或用 --batch 给出文件，二者取一")
    if given is not None and any("\ud800" <= character <= "\udfff" for character in given):
        raise UsageError("给出的文字不是有效的 UTF-8；请检查终端的编码")
    if batch is None:
        return False
    if not as_json:
        raise UsageError("--batch 须与 --json 同用")
    failed = False
    for record in list(_records(batch)):
        try:
            if not isinstance(record.get(key), str):
                raise UsageError(f"这一行没有文字字段 {key}")
            _print(run(record))
        except UsageError as error:
            failed = True
            _print({"id": record.get("id"), "error": str(error)})
    if failed:
        raise UsageError(f"{batch} 里有不能处理的行，见输出里的 error；其余各行都已处理")
    return True


def index_command(docs: Path | None, index: Path | None, as_json: bool, ray: str | None) -> int:
    """建立或更新索引，逐个文件报告结果。"""
    from rag.assistant import build_index

    report = build_index(_settings(docs, index), note, ray)
    if as_json:
        _print(records.index_json(report))
    else:
        say(render.index_text(report))
    return int(any(row.status == "failed" for row in report.files))


def ask(
    question: str | None,
    batch: Path | None,
    docs: Path | None,
    index: Path | None,
    as_json: bool,
    no_update: bool,
) -> int:
    """回答一个问题，答案之下列出出处。"""
    opened = cache(lambda: _open(docs, index, no_update))

    def answer(record: Record) -> Record:
        given = {key: record.get(key) for key in ("question", "history", "filters", "passages")}
        return _identifier(record) | calls.ask(opened(), **given)

    if _each(question, batch, as_json, "question", answer):
        return 0
    if as_json:
        _print(answer({"question": question}))
        return 0
    shown = ""
    for update in opened().stream(question or ""):
        text = update.answer.text
        if update.stage != "retrieved" and text.startswith(shown):
            say(text[len(shown) :], end="")
            shown = text
        elif update.stage == "done":
            say(f"\n{text}", end="")
    say("\n\n" + render.sources_text(update.answer))
    return 0


def cite(
    quote: str | None,
    manuscript: Path | None,
    output: Path | None,
    batch: Path | None,
    docs: Path | None,
    index: Path | None,
    as_json: bool,
    no_update: bool,
) -> int:
    """查一句话出自哪里，引得对不对；或用 --manuscript 逐句核查一篇稿件。"""
    opened = cache(lambda: _open(docs, index, no_update))
    if manuscript is not None:
        if quote is not None or batch is not None:
            raise UsageError("--manuscript 核查整篇稿件，不与一句引文或 --batch 同用；请只给一样")
        _cite_manuscript(manuscript, output, opened, as_json)
        return 0
    if output is not None:
        raise UsageError("--output 写稿件的核查报告，须与 --manuscript 同用")

    def report(record: Record) -> Record:
        return _identifier(record) | calls.cite(opened(), record["quote"])

    if _each(quote, batch, as_json, "quote", report):
        return 0
    if as_json:
        _print(report({"quote": quote}))
    else:
        say(render.quote_text(opened().cite(quote or "")))
    return 0


def _cite_manuscript(
    manuscript: Path, output: Path | None, opened: Callable[[], Assistant], as_json: bool
) -> None:
    """Check a manuscript; print the report, and write it to a file where one is given."""
    from rag import proof
    from rag.manuscript.opening import manuscript_in, read_manuscript
    from rag.web.report_files import FORMATS

    if output is not None and output.suffix.lower() not in FORMATS:
        raise UsageError(f"--output 只能是 {'、'.join(FORMATS)} 文件，不能是 {output}")
    data = sys.stdin.buffer.read() if str(manuscript) == "-" else None
    source = read_manuscript(manuscript) if data is None else manuscript_in(data, "stdin.txt")
    report = opened().check(source)
    if output is not None:
        try:
            output.write_bytes(FORMATS[output.suffix.lower()](report))
        except OSError as error:
            raise UsageError(f"写不了 {output}；请检查它的文件夹在不在、有没有写权限") from error
        note(f"核查报告已写入 {output}")
    if as_json:
        _print(records.manuscript_json(report))
    elif output is None:
        say(proof.manuscript_text(report))


def search(
    query: str | None,
    k: int,
    batch: Path | None,
    docs: Path | None,
    index: Path | None,
    as_json: bool,
    no_update: bool,
) -> int:
    """只检索，不作答。"""
    opened = cache(lambda: _open(docs, index, no_update))

    def found(record: Record) -> Record:
        return _identifier(record) | calls.search(opened(), record["query"], k, record.get("filters"))

    if _each(query, batch, as_json, "query", found):
        return 0
    record = found({"query": query})
    if as_json:
        _print(record)
    else:
        say(render.hits_text(record))
    return 0


def structure(
    file: Path,
    docs: Path | None,
    index: Path | None,
    as_json: bool,
) -> int:
    """看一个文件读成了什么：文章、段落，以及搁置的杂项。"""
    from rag.reading import read
    from rag.structure import account, parse

    folder = _settings(docs, index).docs.resolve()
    path = file.resolve()
    if not path.is_file():
        raise UsageError(f"找不到文件 {file}；请检查路径")
    try:
        sources = read(path, folder if path.is_relative_to(folder) else path.parent)
    except ReadingError as error:
        raise UsageError(f"读不了 {file}：{error}") from error
    for document in map(parse, sources):
        record = records.structure_json(document, account(document))
        if as_json:
            _print(record)
        else:
            say(render.structure_text(record))
    return 0


def verify(
    answer: Path,
    docs: Path | None,
    index: Path | None,
) -> int:
    """把导出的回答与源文件再核对一遍；引文都还对得上才返回 0。"""
    from rag.verification import check_markers
    from rag.verification import verify as check

    try:
        record = json.loads(answer.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"读不了 {answer}；它应是 ask --json 导出的文件") from error
    citations = records.citations_from_json(record)
    places = [(citation.n, place) for citation in citations for place in (citation.place, *citation.also)]
    problems = check_markers(str(record.get("answer")), {n for n, _ in places})
    problems += check(_settings(docs, index).docs, places)
    for problem in problems:
        note(problem)
    if problems:
        return 1
    say(f"{len(places)} 处引文都与源文件一致")
    return 0


def serve(docs: Path | None, index: Path | None) -> int:
    """打开网页版，同 python app.py。"""
    from rag.assistant import open_assistant
    from rag.web.server import launch

    settings = _settings(docs, index)
    launch(open_assistant(settings, report=note), settings.web)
    return 0


def mcp_command(docs: Path | None, index: Path | None) -> int:
    """作为 MCP 工具服务，供桌面客户端在标准输入输出上调用。"""
    from rag.assistant import open_assistant
    from rag.mcp_server import serve_stdio

    serve_stdio(open_assistant(_settings(docs, index), report=note))
    return 0


def doctor(docs: Path | None, index: Path | None, as_json: bool) -> int:
    """看装了什么、设了什么、缺什么、该怎么办。"""
    from rag.doctor import examine

    findings = examine(_settings(docs, index))
    if as_json:
        _print({"ok": all(f["ok"] for f in findings), "findings": findings})
    else:
        for finding in findings:
            say(f"{'✓' if finding['ok'] else '✗'} {finding['name']}：{finding['message']}")
    return int(not all(f["ok"] for f in findings))


COMMANDS: dict[str, Command] = {
    "index": index_command,
    "ask": ask,
    "cite": cite,
    "search": search,
    "structure": structure,
    "verify": verify,
    "serve": serve,
    "mcp": mcp_command,
    "doctor": doctor,
}


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def main() -> int:
    """Run the command line; return its exit status: 0 done, 2 bad usage or input, 1 anything else."""
    try:
        command, arguments = parse(sys.argv[1:], COMMANDS)
        return command(**arguments)
    except YinjuError as error:
        note(f"错误：{error}")
        return error.status
    except KeyboardInterrupt:
        note("已中断")
        return 1
    except Exception as error:  # noqa: BLE001 - the outermost shell: the user sees a line, never a traceback
        note(f"错误：程序出错（{type(error).__name__}：{_one_line(error)}）；请把命令和这一行报告给维护者")
        return 1


if __name__ == "__main__":
    result = main()
    # The process ends: to look for rings in what it has loaded would take longer than the answer did.
    gc.freeze()
    sys.exit(result)
