"""The values of a table's cells: text, lists written in one way or another, facts with their accepted forms."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Sequence

LINE = re.compile(r"\n")
ITEM = re.compile(r"[\n；]")
"""What divides the items in a cell."""
_FORM = re.compile(r"[|｜]|\s/\s")
_JOINED = re.compile(r"(?<=[^\s/])/(?=[^\s/])")


def text(value: object) -> str:
    """Return what a cell says, without blanks around; "" for none."""
    if isinstance(value, str):
        return value.strip()
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def parsed(value: object) -> object:
    """Return the list in a cell, written as JSON or as Python does (pandas), else the value as it is."""
    if not isinstance(value, str) or not value.lstrip().startswith("["):
        return value
    for read in (json.loads, ast.literal_eval):
        try:
            found = read(value.strip())
        except (ValueError, SyntaxError, RecursionError, MemoryError):  # it is a text in brackets
            continue
        if isinstance(found, list):
            return found
    return value


def listed(value: object, divider: re.Pattern[str] | None = None) -> list[str]:
    """Return the texts in a cell, blank ones left out: those of a list, else its text, divided where told."""
    return [text(item) for item in _items(parsed(value), divider) if text(item)]


def facts(value: object) -> tuple[tuple[str, ...], ...]:
    """Return the facts in a cell, each with its accepted forms.

    Facts are a list, or divided by a line's end or `；`; forms are a list, or divided by `|` or ` / `. A `/`
    without blanks divides nothing (元/吨).
    """
    found = []
    for fact in _items(parsed(value), ITEM):
        forms = tuple(text(form) for form in _items(fact, _FORM) if text(form))
        found += [forms] if forms else []
    return tuple(found)


def write_facts(facts: Sequence[Sequence[str]]) -> object:
    """Return facts as a cell that `facts` reads back: for a person to read where that is possible, else a list."""
    written = "\n".join(" | ".join(forms) for forms in facts)
    if any(
        ITEM.search(form) or _FORM.search(f" {form} ") or form[:1] == "[" for forms in facts for form in forms
    ):
        return [list(forms) for forms in facts]
    return written


def has_joined(forms: Sequence[str]) -> bool:
    """Whether a form has a `/` that may have been meant to divide two."""
    return any(_JOINED.search(form) for form in forms)


def _items(value: object, separator: re.Pattern[str] | None) -> list[object]:
    if isinstance(value, list):
        return value
    return [*separator.split(text(value))] if separator else [value]
