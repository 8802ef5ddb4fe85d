"""Tables of the tabs 评测 and 设置: they scroll on their own where they are wider than the page."""

from __future__ import annotations

from collections.abc import Iterable


def table_html(label: str, head: Iterable[str], rows: Iterable[Iterable[str]], style: str = "") -> str:
    """Return a table in a frame that can be scrolled by keyboard too.

    Args:
        label: what the frame is called by a screen reader.
        head: the titles of the columns.
        rows: the cells, each of them HTML.
        style: the CSS class of the frame.
    """
    heads = "".join(f'<th scope="col">{title}</th>' for title in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="yj-table {style}" role="region" tabindex="0" aria-label="{label}">{table}</div>'
