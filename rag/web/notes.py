"""One-line remarks on what was done or went wrong, which a screen reader says aloud."""

from __future__ import annotations

from rag.web.html import escape


def note_html(message: str) -> str:
    """Return what was done, as text."""
    return f'<p class="yj-told" role="status">{escape(message)}</p>'


def problem_html(message: str) -> str:
    """Return what went wrong, as text."""
    return f'<p class="yj-error" role="alert">{escape(message)}</p>'
