"""What leaves the program: answers and reports on quotations as text, Markdown and Word documents. Pure functions."""

from __future__ import annotations

from collections.abc import Callable

from rag.export.markdown import as_markdown
from rag.export.sheet import Sheet
from rag.export.text import as_text
from rag.export.word import as_docx

WRITERS: dict[str, Callable[[Sheet], bytes]] = {
    ".txt": lambda sheet: as_text(sheet).encode("utf-8", "replace"),
    ".md": lambda sheet: as_markdown(sheet).encode("utf-8", "replace"),
    ".docx": as_docx,
}
"""Suffix to what writes a sheet as a file of that format."""
