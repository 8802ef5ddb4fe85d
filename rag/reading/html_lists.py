"""What stands before the items of a web page's lists: the page shows the number, its source does not hold it."""

from __future__ import annotations

import re

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_HAN = "〇一二三四五六七八九"


def number(value: str | None, default: int) -> int:
    """Return the number of an attribute, `default` where it is none."""
    match = re.fullmatch(r"\s*(\d{1,5})\s*", value or "")
    return int(match.group(1)) if match else default


def item(kind: str, count: int) -> str:
    """Return what stands before the item `count` of a list of this kind."""
    if not kind or not 0 < count < 100:
        return f"{count}. " if kind else ""
    if kind == "一":
        tens, ones = divmod(count, 10)
        return f"{_HAN[tens] if tens > 1 else ''}{'十' if tens else ''}{_HAN[ones] if ones else ''}、"
    if kind in "aA" and count <= 26:
        return f"{_LETTERS[count - 1].upper() if kind == 'A' else _LETTERS[count - 1]}. "
    return f"{count}. "
