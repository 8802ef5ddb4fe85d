"""A report on a quote or a manuscript as a file: a page, Markdown, a Word document. Pure functions."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

from rag.datatypes import QuoteReport
from rag.export import WRITERS
from rag.export.report import Report, report_sheet
from rag.web.html import escape
from rag.web.manuscript import manuscript_html
from rag.web.report import report_html

_STATIC = Path(__file__).parent / "static"


def page_html(report: Report) -> str:
    """Return a report as a page of its own, which asks for nothing from elsewhere."""
    style = "".join(
        (_STATIC / name).read_text(encoding="utf-8") for name in ("colours.css", "report.css", "sheet.css")
    )
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>引文核查</title><style>{style}</style>'
    body = f"<h1>引文核查</h1>{_body(report)}"
    return f'<!doctype html><html lang="zh-CN"><head>{head}</head><body>{body}</body></html>\n'


def _body(report: Report) -> str:
    if isinstance(report, QuoteReport):
        return f'<p class="yj-manuscript">{escape(report.quote)}</p>{report_html(report, linked=False)}'
    return manuscript_html(report, linked=False)


FORMATS: dict[str, Callable[[Report], bytes]] = {
    ".html": lambda report: page_html(report).encode("utf-8", "replace"),
    ".md": lambda report: WRITERS[".md"](report_sheet(report)),
    ".docx": lambda report: WRITERS[".docx"](report_sheet(report)),
}
"""Suffix to what writes a report."""


def downloads_html(report: Report) -> str:
    """Return links that save the report as a file of each format; the files are in the links themselves."""
    links = "".join(
        f'<a class="yj-download" download="引文核查{suffix}" '
        f'href="data:application/octet-stream;base64,{b64encode(write(report)).decode()}">'
        f"存成 {suffix}</a>"
        for suffix, write in FORMATS.items()
    )
    return f'<p class="yj-downloads">{links}</p>'
