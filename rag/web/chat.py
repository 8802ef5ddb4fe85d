"""The tab 问答: a conversation whose answers stream, beside the source panel."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from rag.errors import YinjuError
from rag.web.conversation import Conversation, Exchange, find_places, history, messages
from rag.web.panel import source_panel
from rag.web.protocol import Assistant
from rag.web.source import empty_html

EXAMPLES = (
    "科技创新和技术改造再贷款规模增加到多少？",
    "工信部2026年要抓好哪10个方面重点工作？",
    "零碳工厂建设遵循哪四方面原则？",
    "阴和俊在“部长通道”上说要重点抓好哪4个方面工作？",
    "2026年国内生产总值增长目标是多少？",
)
_INVITATION = '<p class="yj-invitation">想问文档里的什么？</p>'
_HINT = "点一下回答里的编号，出处的全文会在这里打开，引用的字句会标出来。"
_FAILED = "程序出错，这次没有答成；详情已记入日志，请再试一次。"
logger = logging.getLogger(__name__)


def chat_tab(assistant: Assistant) -> None:
    """Lay out the tab inside the current Gradio context and wire it."""
    conversation = gr.State(())
    with gr.Column(scale=6, min_width=320, elem_classes="yj-left"):
        chat = _chatbot()
        with gr.Row(elem_classes="yj-entry"):
            box = gr.Textbox(
                label="问题",
                placeholder="输入问题",
                show_label=False,
                container=False,
                max_lines=6,
                scale=8,
                elem_classes="yj-box",
            )
            send = gr.Button("提问", variant="primary", scale=0, min_width=76)
            stop = gr.Button("停止", variant="stop", scale=0, min_width=76, visible=False)
            clear = gr.Button("清空", scale=0, min_width=76)
    panel = source_panel(assistant, conversation, find_places, _HINT)

    ask = _asker(assistant)
    outputs = [box, chat, conversation, send, stop]
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    asked = gr.on([box.submit, send.click], ask, [box, conversation], outputs, **quiet)
    picked = chat.example_select(_pick, None, box, queue=False, **quiet)
    asked_picked = picked.then(ask, [box, conversation], outputs, **quiet)
    running = [asked, asked_picked]
    # Cancelled first, settled afterwards: a step already on its way would overwrite what is settled at once.
    stopped = stop.click(None, cancels=running, **quiet)
    stopped.then(_stop, conversation, [chat, conversation, send, stop], **quiet)
    cleared = clear.click(None, cancels=running, **quiet)
    cleared.then(_clear, None, [*outputs, panel], **quiet)


def _chatbot() -> gr.Chatbot:
    return gr.Chatbot(
        elem_classes="yj-chat",
        show_label=False,
        height="100%",
        layout="bubble",
        buttons=[],
        feedback_options=None,
        latex_delimiters=[],
        group_consecutive_messages=False,
        placeholder=_INVITATION,
        examples=[{"text": example} for example in EXAMPLES],
    )


def _asker(assistant: Assistant) -> Callable[[str, Conversation], Iterator[tuple[Any, ...]]]:
    """Return the handler that puts a question to the assistant and shows the answer as it grows."""

    def ask(question: str, conversation: Conversation) -> Iterator[tuple[Any, ...]]:
        for exchange in _exchanges(assistant, question, conversation):
            changed = (*conversation, exchange)
            box = question if exchange.error is not None else ""
            yield box, messages(changed), changed, *_buttons(exchange.running)

    return ask


def _exchanges(assistant: Assistant, question: str, earlier: Conversation) -> Iterator[Exchange]:
    """Yield the exchange as it grows; whatever goes wrong is its last state, in one line."""
    exchange = Exchange(question=question)
    yield exchange
    try:
        for update in assistant.stream(question, history=history(earlier)):
            exchange = replace(exchange, answer=update.answer, running=update.stage != "done")
            yield exchange
    except YinjuError as error:
        yield replace(exchange, error=str(error), running=False)
    except Exception:
        logger.exception("answering failed: %r", question)
        yield replace(exchange, error=_FAILED, running=False)


def _pick(event: gr.SelectData) -> str:
    return str(event.value["text"])


def _stop(conversation: Conversation) -> tuple[Any, ...]:
    """Keep what has been answered so far, and say that it was stopped."""
    if conversation and conversation[-1].running:
        conversation = (*conversation[:-1], replace(conversation[-1], running=False, stopped=True))
    return messages(conversation), conversation, *_buttons(running=False)


def _clear() -> tuple[Any, ...]:
    return "", [], (), *_buttons(running=False), empty_html(_HINT)


def _buttons(running: bool) -> tuple[gr.Button, gr.Button]:
    """Return the states of 提问 and 停止: one of them is there."""
    return gr.Button(visible=not running), gr.Button(visible=running)
