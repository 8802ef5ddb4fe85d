"""What a command writes, and how it is set off there: by ANSI codes where there is a terminal, plain elsewhere."""

from __future__ import annotations

import re
import sys

BOLD, DIM = 1, 2
RED, GREEN, YELLOW, MAGENTA, GREY = 31, 32, 33, 35, 90

_CODE = re.compile(r"\x1b\[\d+m")


def style(text: str, *codes: int) -> str:
    """Return `text` set off by ANSI codes such as `BOLD`, up to its end."""
    return "".join(f"\x1b[{code}m" for code in codes) + f"{text}\x1b[0m"


def say(text: str, end: str = "\n") -> None:
    """Write `text` to standard output at once, without its ANSI codes where that is no terminal."""
    sys.stdout.write((text if sys.stdout.isatty() else _CODE.sub("", text)) + end)
    sys.stdout.flush()


def say_bytes(line: bytes) -> None:
    """Write a line to standard output as it is, whatever the terminal's encoding."""
    sys.stdout.flush()
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def note(line: str) -> None:
    """Write a line on what is going on, or what went wrong, to standard error."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
