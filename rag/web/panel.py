"""The source panel beside a tab: opens the place that a clicked link stands for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import gradio as gr

from rag.errors import YinjuError
from rag.web.found import Found
from rag.web.protocol import Assistant
from rag.web.source import RAW, problem_html, raw_html, source_html
from rag.web.theme import static

_State = TypeVar("_State")
_GONE = "这条出处已不在当前页面里，请重新提问或核查。"


def source_panel(
    assistant: Assistant,
    state: gr.State,
    find: Callable[[_State, str], Found | None],
    empty: str,
) -> gr.HTML:
    """Lay out a source panel and wire it.

    Args:
        assistant: where documents come from.
        state: the session's value in which the links of this tab are looked up.
        find: finds what a link stands for in the state's value.
        empty: what the panel shows while nothing is open.
    """

    def open_source(value: _State, event: gr.EventData) -> str:
        reference: str = event.reference
        own = reference.removeprefix(RAW)
        found = find(value, own)
        if found is None:
            return problem_html(_GONE)
        number = int(own.rsplit("-", 1)[-1])
        try:
            problems = assistant.verify([(number, found.place)])
            if problems:
                return problem_html(problems[0])
            also = tuple(other for other in found.also if not assistant.verify([(number, other)]))
            show = source_html if own == reference else raw_html
            return show(assistant.document(found.place.file), replace(found, also=also), reference)
        except KeyError:
            return problem_html(f"{found.place.file} 已不在索引里，原文打不开。")
        except YinjuError as error:
            return problem_html(str(error))

    with gr.Column(scale=5, min_width=320, elem_classes="yj-right"):
        panel = gr.HTML(
            empty, elem_classes="yj-panel", apply_default_css=False, js_on_load=static("panel.js")
        )
    panel.click(open_source, state, panel, queue=False, show_progress="hidden", api_visibility="private")
    return panel
