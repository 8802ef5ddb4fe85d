"""The page: its tabs, put together."""

from __future__ import annotations

import gradio as gr

from rag.web.api import endpoints
from rag.web.chat import chat_tab
from rag.web.check import check_tab
from rag.web.evaluation import evaluation_tab
from rag.web.keeping import Keeping
from rag.web.library import library_tab
from rag.web.options import WebOptions
from rag.web.protocol import Assistant
from rag.web.settings import settings_tab
from rag.web.turns import Turns

_MASTHEAD = "<h1>引据</h1><p>每一句回答都附出处，点编号看原文；文档里没有的，直接说没有。</p>"
_AT_ONCE = 8
_LOOK, _OLD = 600, 3600
"""Every so many seconds, what was uploaded so many seconds ago is deleted."""


def build(assistant: Assistant, options: WebOptions, turns: Turns) -> gr.Blocks:
    """Return the page for an assistant, not yet served; who asks it takes `turns`."""
    with gr.Blocks(
        title="引据", analytics_enabled=False, fill_width=True, delete_cache=(_LOOK, _OLD)
    ) as page:
        # First: an event of a tab would take its name, though that is private.
        endpoints(assistant, turns)
        scope = gr.State(())
        gr.HTML(_MASTHEAD, elem_classes="yj-masthead", apply_default_css=False)
        with gr.Tabs():
            with gr.Tab("问答", elem_classes="yj-tab"), gr.Row(elem_classes="yj-columns"):
                chat_tab(assistant, Keeping(assistant, options.data), scope, turns)
            with gr.Tab("引文核查", elem_classes="yj-tab"), gr.Row(elem_classes="yj-columns"):
                check_tab(assistant)
            with gr.Tab("文档库", elem_classes="yj-tab") as library, gr.Row(elem_classes="yj-columns"):
                library_tab(assistant, options, scope, library)
            with gr.Tab("评测", elem_classes="yj-tab") as evaluation:
                evaluation_tab(assistant, options, evaluation)
            with gr.Tab("设置", elem_classes="yj-tab") as settings:
                settings_tab(assistant, options, settings)
    page.queue(default_concurrency_limit=_AT_ONCE, api_open=False)
    return page
