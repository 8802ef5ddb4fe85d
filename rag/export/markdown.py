"""A sheet as Markdown with footnotes (`[^1]`), in which every text that is not ours shows as it is.

What differs between two texts is marked with HTML's own tags: `~~8.5%~~提高` strikes nothing out, because the
signs of Markdown do not count beside punctuation without a blank, and Chinese has no blanks.
"""

from __future__ import annotations

import re

from rag.export.sheet import Block, Kind, Note, Sheet, Style, Table

_LEADS: dict[Kind, str] = {"title": "# ", "heading": "## ", "item": "- ", "quote": "> "}
_HEADINGS = ("title", "heading")
_SIGNS: dict[Style, tuple[str, str]] = {
    "plain": ("", ""),
    "strong": ("**", "**"),
    "struck": ("<del>", "</del>"),
    "added": ("<ins>", "</ins>"),
}
_SPECIAL = re.compile(r"[\\`*_~\[\]<>#|&$!^]")
_LEADING = re.compile(r"\s*(?:(?=[-+](?:[-\s]|$))|\d+(?=[.)](?:\s|$)))")
"""What at the beginning of a line would begin a list or a rule."""


def as_markdown(sheet: Sheet) -> str:
    """Return a sheet as Markdown, the footnotes at its end."""
    text = ""
    last: Kind | None = None
    for block in sheet.blocks:
        kind = None if isinstance(block, Table) else block.kind
        text += "" if not text else "\n" if kind == last == "item" else "\n\n"
        text += _table(block) if isinstance(block, Table) else _LEADS.get(block.kind, "") + _words(block)
        last = kind
    notes = (f"\n\n[^{number}]: {plain(note)}" for number, note in enumerate(sheet.notes, start=1))
    return text + "".join(notes) + "\n"


def plain(text: str) -> str:
    """Return `text`, which has no line break, as Markdown that shows just these characters within a line."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def _words(block: Block) -> str:
    text = ""
    for part in block.parts:
        if isinstance(part, Note):
            text += f"[^{part.number}]"
        else:
            before, after = _SIGNS[part.style]
            text += f"{before}{plain(part.text)}{after}"
    lead = _LEADING.match(text)
    return f"{lead[0]}\\{text[lead.end() :]}" if lead and block.kind not in _HEADINGS else text


def _table(table: Table) -> str:
    head, *rows = ("| " + " | ".join(map(plain, row)) + " |" for row in table.rows)
    return "\n".join([head, "|" + " --- |" * len(table.rows[0]), *rows])
