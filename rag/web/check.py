"""The tab 引文核查: where a sentence comes from, or all those of a manuscript, and whether they are quoted rightly."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from rag.datatypes import QuoteReport, Source
from rag.errors import UsageError, YinjuError
from rag.export.report import Report
from rag.manuscript.opening import manuscript_in, pasted
from rag.text import sentences
from rag.web.found import Found
from rag.web.guard import MANUSCRIPT
from rag.web.html import error_html
from rag.web.manuscript import find_checked, manuscript_html
from rag.web.panel import source_panel
from rag.web.protocol import Assistant
from rag.web.report import find_match, report_html
from rag.web.report_files import downloads_html
from rag.web.source import empty_html

_HINT = "点一下核查结果里的原文，它的全文会在这里打开。"
_FAILED = "程序出错，这次没有核成；详情已记入日志，请再试一次。"
logger = logging.getLogger(__name__)


def check_tab(assistant: Assistant) -> None:
    """Lay out the tab inside the current Gradio context and wire it."""
    report = gr.State(None)
    with gr.Column(scale=6, min_width=320, elem_classes="yj-left"):
        box = gr.Textbox(
            label="要核查的句子或稿件",
            show_label=False,
            container=False,
            placeholder="粘贴一句引文或整篇稿件，看它出自哪里、有没有引错",
            lines=4,
            max_lines=6,
            elem_classes="yj-box",
        )
        with gr.Row(elem_classes="yj-actions"):
            # Whatever its type: what cannot be read is refused below, in Chinese.
            upload = gr.UploadButton("上传稿件", scale=0, min_width=96, elem_classes="yj-upload")
            check = gr.Button("核查", variant="primary", scale=0, min_width=96, elem_classes="yj-check")
        result = gr.HTML(elem_classes="yj-result", apply_default_css=False)
    source_panel(assistant, report, _find, empty_html(_HINT))
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    check.click(_shown(lambda text: _checked(assistant, text)), box, [result, report], **quiet)
    upload.upload(
        _shown(lambda path: assistant.check(_uploaded(Path(path)))), upload, [result, report], **quiet
    )


def _uploaded(path: Path) -> Source:
    """Return the manuscript in a file that was uploaded.

    Raises:
        UsageError: it is too large, or cannot be read.
    """
    if path.stat().st_size > MANUSCRIPT:
        raise UsageError(f"稿件 {path.name} 超过 {MANUSCRIPT // 2**20} MB；请拆分后再传")
    return manuscript_in(path.read_bytes(), path.name)


def _checked(assistant: Assistant, text: str) -> Report:
    """Return the report on what was pasted: of several sentences one on each."""
    several = len([span for line in text.splitlines() for span in sentences(line)]) > 1
    return assistant.check(pasted(text)) if several else assistant.cite(text)


def _shown(run: Callable[[str], Report]) -> Callable[[str], tuple[str, Report | None]]:
    """Return the handler that shows what `run` makes of its input, or in one line what went wrong."""

    def show(given: str) -> tuple[str, Report | None]:
        try:
            report = run(given)
        except YinjuError as error:
            return error_html(str(error)), None
        except Exception:
            logger.exception("checking failed: %r", given)
            return error_html(_FAILED), None
        body = report_html(report) if isinstance(report, QuoteReport) else manuscript_html(report)
        return downloads_html(report) + body, report

    return show


def _find(report: Report | None, reference: str) -> Found | None:
    if report is None:
        return None
    if isinstance(report, QuoteReport):
        return find_match(report, reference)
    return find_checked(report, reference)
