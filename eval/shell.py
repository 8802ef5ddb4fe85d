"""The outermost shell of a maintainer's command line: from what went wrong to a line in Chinese and an exit status."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import cast

import typer

from rag.errors import YinjuError

# Wherever this version of typer keeps click's class of usage errors.
_USAGE_ERROR = cast(type[Exception], typer.BadParameter.__base__)


def called(app: typer.Typer, name: str, arguments: Sequence[str] | None = None) -> int:
    """Run a command line that is called `name` and return its exit status.

    That of the command, 2 on bad usage, 130 when interrupted; an error of the program has its own. Whatever
    else is raised is a bug, and passes.
    """
    try:
        return int(app(args=arguments, prog_name=name, standalone_mode=False) or 0)
    except YinjuError as error:
        typer.echo(str(error), err=True)
        return error.status
    except (KeyboardInterrupt, typer.Abort):
        typer.echo("已中断，没有存结果", err=True)
        return 130
    except _USAGE_ERROR as error:
        given = sys.argv[1:] if arguments is None else arguments
        typer.echo(f"{_misused(error, given)}；用法见 {name} --help", err=True)
        return 2


def _misused(error: Exception, arguments: Sequence[str]) -> str:
    """Say in Chinese what click says in English, by the fields that its usage errors carry."""
    option = getattr(error, "option_name", None)
    parameter = getattr(error, "param", None)
    if option:
        return f"没有选项 {option}" if hasattr(error, "possibilities") else f"选项 {option} 缺少值"
    if parameter is not None and parameter.opts:
        if type(error).__name__ == "MissingParameter":
            return f"缺少 {parameter.opts[0]}"
        return f"选项 {parameter.opts[0]} 的值不对"
    return f"命令不对：{' '.join(arguments)}" if arguments else "没有给出命令"
