"""The arguments of the command line: which commands take which, and what they mean.

By argparse: typer takes longer to import than a question to be answered.
"""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, HelpFormatter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from rag.calls import MOST
from rag.errors import UsageError

Command = Callable[..., int]
# What argparse is told of an argument: its names, and the rest by keyword.
_Argument = tuple[tuple[str, ...], dict[str, Any]]


def _argument(*names: str, **told: object) -> _Argument:
    return names, told


def _path(name: str, meaning: str, **told: object) -> _Argument:
    return _argument(name, type=Path, metavar="路径", help=meaning, **told)


def _flag(name: str, meaning: str, **told: object) -> _Argument:
    return _argument(name, action="store_true", help=meaning, **told)


def _hits(text: str) -> int:
    """Return how many hits a search is to have; raise what argparse reports for anything else."""
    if not text.isdecimal() or not 1 <= int(text) <= MOST:
        raise ArgumentTypeError(f"应是 1 到 {MOST} 的整数")
    return int(text)


_DOCS = _path("--docs", "文档文件夹（默认 docs_src）")
_INDEX = _path("--index", "索引文件夹（默认 index）")
_JSON = _flag("--json", "标准输出只写 JSON", dest="as_json")
_OPENED = (
    _path("--batch", "每行一个 JSON 对象的输入文件，须与 --json 同用"),
    _DOCS,
    _INDEX,
    _JSON,
    _flag("--no-update", "用现有索引，不检查文档有无变化"),
)
_ARGUMENTS: Mapping[str, Sequence[_Argument]] = {
    "index": (
        _DOCS,
        _INDEX,
        _JSON,
        _argument("--ray", metavar="地址", help="在这个 Ray 集群上读文档、算向量（如 auto、10.0.0.1:6379）"),
    ),
    "ask": (_argument("question", nargs="?", help="问题"), *_OPENED),
    "cite": (
        _argument("quote", nargs="?", help="一句引文"),
        _path("--manuscript", "核查整篇稿件（txt、md、docx、html、pdf；- 为标准输入）"),
        _path("--output", "把稿件的核查报告写成 .html、.md 或 .docx 文件"),
        *_OPENED,
    ),
    "search": (
        _argument("query", nargs="?", help="检索词"),
        _argument("-k", type=_hits, default=10, metavar="条数", help=f"最多几条（默认 10，可到 {MOST}）"),
        *_OPENED,
    ),
    "structure": (_argument("file", type=Path, help="要看的文件"), _DOCS, _INDEX, _JSON),
    "verify": (_argument("answer", type=Path, help="ask --json 导出的回答"), _DOCS, _INDEX),
    "serve": (_DOCS, _INDEX),
    "mcp": (_DOCS, _INDEX),
    "doctor": (_DOCS, _INDEX, _JSON),
}


class _Formatter(HelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:  # noqa: ANN401 - argparse's own
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class _Parser(ArgumentParser):
    """argparse in Chinese: what is wrong is an error of ours, told in one line."""

    def __init__(self, **told: Any) -> None:  # noqa: ANN401 - argparse's own
        super().__init__(add_help=False, allow_abbrev=False, formatter_class=_Formatter, **told)
        self._named, self._options = self.add_argument_group("参数"), self.add_argument_group("选项")
        self.take("-h", "--help", action="help", help="看用法")

    def take(self, *names: str, **told: Any) -> None:  # noqa: ANN401 - argparse's own
        """Add an argument to the group in the help where it belongs."""
        group = self._options if names[0].startswith("-") else self._named
        group.add_argument(*names, **told)

    def error(self, message: str) -> NoReturn:
        """Raise a `UsageError`."""
        raise UsageError(f"命令或选项不对（{' '.join(message.split())}）；用 --help 看用法")


def parse(given: Sequence[str], commands: Mapping[str, Command]) -> tuple[Command, dict[str, Any]]:
    """Return the command that is called, and its arguments by name.

    Args:
        given: what stands behind the program's name.
        commands: each command by its name, in the order of the help, which shows what their docstrings say.

    Raises:
        UsageError: there is no such command, option or value.
        SystemExit: help was asked for and has been printed.
    """
    parser = _Parser(prog="python -m rag", description="引据：回答文档里的问题，每句话都注明并核对出处。")
    by_name = parser.add_subparsers(
        title="命令", prog="python -m rag", metavar="命令", dest="command", required=True
    )
    for name, command in commands.items():
        own = by_name.add_parser(name, help=command.__doc__, description=command.__doc__)
        for names, told in _ARGUMENTS[name]:
            own.take(*names, **told)
    found = vars(parser.parse_args(given))
    return commands[found.pop("command")], found
