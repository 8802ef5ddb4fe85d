"""A sheet as plain text: for the clipboard, or a file."""

from __future__ import annotations

from rag.export.sheet import Block, Note, Sheet, Table

_LEADS = {"item": "· ", "quote": "  "}
_APART = ("title", "heading", "closing")
"""The kinds of blocks that a blank line stands before."""


def as_text(sheet: Sheet) -> str:
    """Return a sheet as text, `[n]` where it refers to a footnote, and the footnotes at its end, a line each."""
    lines: list[str] = []
    for block in sheet.blocks:
        if isinstance(block, Table):
            lines += ["\t".join(row) for row in block.rows]
            continue
        lines += [""] * (block.kind in _APART and bool(lines))
        lines.append(_LEADS.get(block.kind, "") + _words(block))
    notes = [f"[{number}] {note}" for number, note in enumerate(sheet.notes, start=1)]
    return "\n".join([*lines, *([""] if notes else []), *notes]) + "\n"


def _words(block: Block) -> str:
    return "".join(f"[{part.number}]" if isinstance(part, Note) else part.text for part in block.parts)
