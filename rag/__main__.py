"""The command line: `python -m rag COMMAND`. What each prints with `--json` is fixed; see README.md."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from rag import calls, records, render
from rag.assistant import Assistant, build_index, open_assistant
from rag.config import Settings, load_settings
from rag.errors import ReadingError, UsageError, YinjuError

app = typer.Typer(
    help="引据：回答文档里的问题，每句话都注明并核对出处。",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

# Wherever this version of typer keeps click's class of usage errors.
_USAGE_ERROR = cast(type[Exception], typer.BadParameter.__base__)

_INTERRUPTED = 130  # what typer makes of Ctrl-C

Record = dict[str, Any]
Docs = Annotated[Path | None, typer.Option("--docs", help="文档文件夹", show_default="docs_src")]
Index = Annotated[Path | None, typer.Option("--index", help="索引文件夹", show_default="index")]
Json = Annotated[bool, typer.Option("--json", help="标准输出只写 JSON")]
Batch = Annotated[Path | None, typer.Option("--batch", help="每行一个 JSON 对象的输入文件，须与 --json 同用")]
NoUpdate = Annotated[bool, typer.Option("--no-update", help="用现有索引，不检查文档有无变化")]


def _settings(docs: Path | None, index: Path | None) -> Settings:
    settings = load_settings()
    return replace(settings, docs=docs or settings.docs, index=index or settings.index)


def _note(line: str) -> None:
    """Write a line of progress to standard error."""
    typer.echo(line, err=True)


def _open(docs: Path | None, index: Path | None, no_update: bool) -> Assistant:
    return open_assistant(_settings(docs, index), update=not no_update, report=_note)


def _print(record: Record) -> None:
    typer.echo(records.line(record))


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


@app.command(name="index")
def index_command(docs: Docs = None, index: Index = None, as_json: Json = False) -> None:
    """建立或更新索引，逐个文件报告结果。"""
    report = build_index(_settings(docs, index), _note)
    if as_json:
        _print(records.index_json(report))
    else:
        typer.echo(render.index_text(report))
    if any(row.status == "failed" for row in report.files):
        raise typer.Exit(1)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="问题", show_default=False)] = None,
    batch: Batch = None,
    docs: Docs = None,
    index: Index = None,
    as_json: Json = False,
    no_update: NoUpdate = False,
) -> None:
    """回答一个问题，答案之下列出出处。"""
    opened = cache(lambda: _open(docs, index, no_update))

    def answer(record: Record) -> Record:
        given = {key: record.get(key) for key in ("question", "history", "filters", "passages")}
        return _identifier(record) | calls.ask(opened(), **given)

    if _each(question, batch, as_json, "question", answer):
        return
    if as_json:
        _print(answer({"question": question}))
        return
    shown = ""
    for update in opened().stream(question or ""):
        text = update.answer.text
        if update.stage != "retrieved" and text.startswith(shown):
            typer.echo(text[len(shown) :], nl=False)
            shown = text
        elif update.stage == "done":
            typer.echo(f"\n{text}", nl=False)
    typer.echo("\n\n" + render.sources_text(update.answer))


@app.command()
def cite(
    quote: Annotated[str | None, typer.Argument(help="一句引文", show_default=False)] = None,
    manuscript: Annotated[
        Path | None,
        typer.Option("--manuscript", help="核查整篇稿件（txt、md、docx、html、pdf；- 为标准输入）"),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="把稿件的核查报告写成 .html、.md 或 .docx 文件")
    ] = None,
    batch: Batch = None,
    docs: Docs = None,
    index: Index = None,
    as_json: Json = False,
    no_update: NoUpdate = False,
) -> None:
    """查一句话出自哪里，引得对不对；或用 --manuscript 逐句核查一篇稿件。"""
    opened = cache(lambda: _open(docs, index, no_update))
    if manuscript is not None:
        if quote is not None or batch is not None:
            raise UsageError("--manuscript 核查整篇稿件，不与一句引文或 --batch 同用；请只给一样")
        _cite_manuscript(manuscript, output, opened, as_json)
        return
    if output is not None:
        raise UsageError("--output 写稿件的核查报告，须与 --manuscript 同用")

    def report(record: Record) -> Record:
        return _identifier(record) | calls.cite(opened(), record["quote"])

    if _each(quote, batch, as_json, "quote", report):
        return
    if as_json:
        _print(report({"quote": quote}))
    else:
        typer.echo(render.quote_text(opened().cite(quote or "")))


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
        _note(f"核查报告已写入 {output}")
    if as_json:
        _print(records.manuscript_json(report))
    elif output is None:
        typer.echo(proof.manuscript_text(report))


@app.command()
def search(
    query: Annotated[str | None, typer.Argument(help="检索词", show_default=False)] = None,
    k: Annotated[int, typer.Option("-k", help="最多几条", min=1, max=calls.MOST)] = 10,
    batch: Batch = None,
    docs: Docs = None,
    index: Index = None,
    as_json: Json = False,
    no_update: NoUpdate = False,
) -> None:
    """只检索，不作答。"""
    opened = cache(lambda: _open(docs, index, no_update))

    def found(record: Record) -> Record:
        return _identifier(record) | calls.search(opened(), record["query"], k, record.get("filters"))

    if _each(query, batch, as_json, "query", found):
        return
    record = found({"query": query})
    if as_json:
        _print(record)
    else:
        typer.echo(render.hits_text(record))


@app.command()
def structure(
    file: Annotated[Path, typer.Argument(help="要看的文件")],
    docs: Docs = None,
    index: Index = None,
    as_json: Json = False,
) -> None:
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
            typer.echo(render.structure_text(record))


@app.command()
def verify(
    answer: Annotated[Path, typer.Argument(help="ask --json 导出的回答")],
    docs: Docs = None,
    index: Index = None,
) -> None:
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
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(1)
    typer.echo(f"{len(places)} 处引文都与源文件一致")


@app.command()
def serve(docs: Docs = None, index: Index = None) -> None:
    """打开网页版，同 python app.py。"""
    from rag.web.server import launch

    settings = _settings(docs, index)
    launch(open_assistant(settings, report=_note), settings.web)


@app.command(name="mcp")
def mcp_command(docs: Docs = None, index: Index = None) -> None:
    """作为 MCP 工具服务，供桌面客户端在标准输入输出上调用。"""
    from rag.mcp_server import serve_stdio

    serve_stdio(open_assistant(_settings(docs, index), report=_note))


@app.command()
def doctor(docs: Docs = None, index: Index = None, as_json: Json = False) -> None:
    """看装了什么、设了什么、缺什么、该怎么办。"""
    from rag.doctor import examine

    findings = examine(_settings(docs, index))
    if as_json:
        _print({"ok": all(f["ok"] for f in findings), "findings": findings})
    else:
        for finding in findings:
            typer.echo(f"{'✓' if finding['ok'] else '✗'} {finding['name']}：{finding['message']}")
    if not all(f["ok"] for f in findings):
        raise typer.Exit(1)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def main() -> int:
    """Run the command line; return its exit status: 0 done, 2 bad usage or input, 1 anything else."""
    try:
        status = app(standalone_mode=False)
    except YinjuError as error:
        _note(f"错误：{error}")
        return error.status
    except _USAGE_ERROR as error:
        _note(f"错误：命令或选项不对（{_one_line(error)}）；用 --help 看用法")
        return 2
    except Exception as error:  # noqa: BLE001 - the outermost shell: the user sees a line, never a traceback
        _note(f"错误：程序出错（{type(error).__name__}：{_one_line(error)}）；请把命令和这一行报告给维护者")
        return 1
    if status == _INTERRUPTED:
        _note("已中断")
        return 1
    return int(status or 0)


if __name__ == "__main__":
    result = main()
    # The process ends: to look for rings in what it has loaded would take longer than the answer did.
    gc.freeze()
    sys.exit(result)
