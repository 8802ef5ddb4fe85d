"""The page: its tabs, put together."""

from __future__ import annotations

import gradio as gr

from rag.web.chat import chat_tab
from rag.web.check import check_endpoints, check_tab
from rag.web.evaluation import evaluation_tab
from rag.web.options import WebOptions
from rag.web.protocol import Assistant
from rag.web.settings import settings_tab

_MASTHEAD = "<h1>引据</h1><p>每一句回答都附出处，点编号看原文；文档里没有的，直接说没有。</p>"
_AT_ONCE = 8


def build(assistant: Assistant, options: WebOptions) -> gr.Blocks:
    """Return the page for an assistant, not yet served."""
    with gr.Blocks(title="引据", analytics_enabled=False, fill_width=True) as page:
        gr.HTML(_MASTHEAD, elem_classes="yj-masthead", apply_default_css=False)
        with gr.Tabs():
            with gr.Tab("问答", elem_classes="yj-tab"), gr.Row(elem_classes="yj-columns"):
                chat_tab(assistant)
            with gr.Tab("引文核查", elem_classes="yj-tab"), gr.Row(elem_classes="yj-columns"):
                check_tab(assistant)
            with gr.Tab("评测", elem_classes="yj-tab") as evaluation:
                evaluation_tab(assistant, options, evaluation)
            with gr.Tab("设置", elem_classes="yj-tab") as settings:
                settings_tab(assistant, options, settings)
        check_endpoints(assistant)
    page.queue(default_concurrency_limit=_AT_ONCE, api_open=False)
    return page
