"""What the tab 评测 links to: the reports, and the drafts to be downloaded."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse, HTMLResponse

from rag.errors import UsageError
from rag.web.access import may_manage
from rag.web.evaluation_html import DRAFT, REPORT
from rag.web.evaluation_runs import Reports, drafts
from rag.web.html import escape
from rag.web.options import WebOptions

# A report has no script, and were it to have one, it would not run; it may be shown in a frame of our page alone.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox allow-popups",
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
}


def evaluation_pages(options: WebOptions) -> APIRouter:
    """Return the routes: reports for whoever sees the page, drafts for those who may manage it."""
    router = APIRouter()
    reports = Reports(options.data / "reports")

    @router.get(f"/{REPORT}/{{name}}")
    def report(name: str) -> HTMLResponse:
        try:
            return HTMLResponse(reports.page(name), headers=_HEADERS)
        except KeyError:
            return HTMLResponse(_page("没有这次评测结果。"), status_code=404, headers=_HEADERS)
        except UsageError as error:
            return HTMLResponse(_page(f"报告没有写成：{error}"), status_code=500, headers=_HEADERS)

    @router.get(f"/{DRAFT}/{{name}}")
    def draft(name: str, request: Request) -> FileResponse:
        found = {path.name: path for path in drafts(options.data)} if may_manage(request, options) else {}
        if name not in found:
            raise HTTPException(404, "没有这份草稿")
        return FileResponse(found[name], media_type="text/csv", filename=name)

    return router


def _page(message: str) -> str:
    style = (
        "<style>:root { color-scheme: light dark } body { font-family: sans-serif; padding: 1rem }</style>"
    )
    return f'<!DOCTYPE html><html lang="zh-CN"><meta charset="utf-8"><title>评测报告</title>{style}<p>{escape(message)}</p></html>'
