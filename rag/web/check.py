"""The tab 引文核查: where a sentence comes from, and whether it is quoted rightly."""

from __future__ import annotations

import logging
from collections.abc import Callable

import gradio as gr

from rag.datatypes import Place, QuoteReport
from rag.errors import YinjuError
from rag.web.html import error_html
from rag.web.panel import source_panel
from rag.web.protocol import Assistant
from rag.web.report import find_match, report_html

_HINT = "点一下核查结果里的原文，它的全文会在这里打开。"
_FAILED = "程序出错，这次没有核成；详情已记入日志，请再试一次。"
logger = logging.getLogger(__name__)


def check_tab(assistant: Assistant) -> None:
    """Lay out the tab inside the current Gradio context and wire it."""
    report = gr.State(None)
    with gr.Column(scale=6, min_width=320, elem_classes="yj-left"):
        box = gr.Textbox(
            label="要核查的句子",
            show_label=False,
            container=False,
            placeholder="粘贴一句引文，看它出自哪里、有没有引错",
            lines=4,
            max_lines=12,
            elem_classes="yj-box",
        )
        check = gr.Button("核查", variant="primary", min_width=96, elem_classes="yj-check")
        result = gr.HTML(elem_classes="yj-result", apply_default_css=False)
    source_panel(assistant, report, _find, _HINT)
    check.click(_checker(assistant), box, [result, report], show_progress="hidden", api_visibility="private")


def _checker(assistant: Assistant) -> Callable[[str], tuple[str, QuoteReport | None]]:
    def check(quote: str) -> tuple[str, QuoteReport | None]:
        try:
            report = assistant.cite(quote)
        except YinjuError as error:
            return error_html(str(error)), None
        except Exception:
            logger.exception("checking failed: %r", quote)
            return error_html(_FAILED), None
        return report_html(report), report

    return check


def _find(report: QuoteReport | None, reference: str) -> tuple[Place, ...]:
    return find_match(report, reference) if report else ()
