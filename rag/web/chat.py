"""The tab 问答: a conversation whose answers stream, beside the source panel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from rag.errors import UsageError, YinjuError
from rag.web.asking import Asking, Scope
from rag.web.catalogue import overview_html
from rag.web.conversation import Conversation, find_places, messages
from rag.web.desk import delivery, desk, kept, status_html
from rag.web.keeping import Keeping
from rag.web.panel import source_panel
from rag.web.protocol import Assistant
from rag.web.saved import conversation_from_json
from rag.web.source import empty_html, problem_html
from rag.web.turns import Turns
from rag.web.welcome import welcome_html

_HINT = "点一下回答里的编号，出处的全文会在这里打开，引用的字句会标出来。"
_BUSY = "上一问还在作答；要先问别的，请按“停止”"
_LOST = "这段对话与服务器断开过，请从“历史”里重新打开"

Step = tuple[Any, ...]


def chat_tab(assistant: Assistant, keeping: Keeping, scope: gr.State, turns: Turns) -> None:
    """Lay out the tab inside the current Gradio context and wire it.

    Args:
        assistant: what answers.
        keeping: where answers that are given a link, and what readers think of them, are kept.
        scope: the session's choice of files, of which the tab shows that it is in force.
        turns: who is answered next when many ask.
    """
    conversation, editing, doubted = gr.State(()), gr.State(0), gr.State(0)
    with gr.Column(scale=6, min_width=320, elem_classes="yj-left"):
        bar = desk()
        chat = _chatbot(assistant)
        status = gr.HTML(elem_classes="yj-status", apply_default_css=False)
        with gr.Row(elem_classes="yj-entry yj-remark", visible=False) as remark_row:
            remark = _box("说明", "哪里不对？可以不填", 3)
            submit = gr.Button("提交", variant="primary", scale=0, min_width=76)
            cancel = gr.Button("取消", scale=0, min_width=76)
        with gr.Row(elem_classes="yj-entry"):
            box = _box("问题", "输入问题", 6)
            # Which of the two is there, the style sheet tells by whether an answer is being given.
            send = gr.Button("提问", variant="primary", scale=0, min_width=76, elem_classes="yj-send")
            stop = gr.Button("停止", variant="stop", scale=0, min_width=76, elem_classes="yj-stop")
    chatting = Chatting(assistant, Asking(assistant, turns))
    panel = source_panel(assistant, conversation, find_places, empty_html(_HINT))

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    asked = [box, conversation, scope, editing]
    answering = [chat, conversation, editing, bar]
    # Whose turn it is, `turns` decides: Gradio's own queue would serve who came first.
    at_once: dict[str, Any] = {**quiet, "concurrency_limit": None, "trigger_mode": "multiple"}
    running = [
        gr.on([box.submit, send.click], chatting.ask, asked, answering, **at_once),
        bar.retry(chatting.retry, [conversation, scope], answering, **at_once),
        bar.pick(chatting.pick, [conversation, scope], answering, **at_once),
    ]
    # Cancelled first, settled afterwards: a step already on its way would overwrite what is settled at once.
    stopped = stop.click(None, cancels=running, **quiet)
    stopped.then(_stop, conversation, [chat, conversation, bar], **quiet)
    begun = [box, chat, conversation, editing, bar, panel]
    bar.fresh(None, cancels=running, **quiet).then(chatting.fresh, None, begun, **quiet)
    bar.reopen(None, cancels=running, **quiet)
    bar.reopen(chatting.reopen, None, begun, **quiet)
    gr.on(None, chatting.idle, None, panel, **quiet)  # as the page opens
    bar.visit(keeping.visit, None, [chat, conversation, bar], **quiet)

    bar.edit(_edit, conversation, [box, editing, bar], **quiet)
    bar.unedit(lambda: ("", 0), None, [box, editing], **quiet)
    bar.all(lambda: (), None, scope, **quiet)
    gr.on([scope.change, editing.change], status_html, [scope, editing], status, **quiet)

    for event, act in (
        (bar.copy, keeping.copy),
        (bar.link, keeping.link),
        (bar.markdown, keeping.markdown),
        (bar.word, keeping.word),
    ):
        event(act, conversation, bar, **quiet)
    bar.recheck(keeping.recheck, conversation, [chat, conversation, bar], **quiet)
    bar.right(keeping.right, conversation, [chat, conversation, bar], **quiet)
    bar.wrong(_doubt, None, [doubted, remark_row, remark, bar], **quiet)
    gr.on(
        [submit.click, remark.submit],
        keeping.wrong,
        [conversation, doubted, remark],
        [chat, conversation, bar, remark_row],
        **quiet,
    )
    cancel.click(lambda: gr.Row(visible=False), None, remark_row, **quiet)


class Chatting:
    """The handlers that begin and go on with a conversation, and show the answers as they grow."""

    def __init__(self, assistant: Assistant, asking: Asking) -> None:
        self.assistant = assistant
        self.asking = asking

    def ask(
        self, question: str, conversation: Conversation, scope: Scope, editing: int, request: gr.Request
    ) -> Iterator[Step]:
        """Answer what stands in the box, after all turns or in place of the one that is being changed."""
        earlier = conversation[: editing - 1] if editing else conversation
        yield from self._answer(question, conversation, earlier, scope, request)

    def retry(
        self, conversation: Conversation, scope: Scope, event: gr.EventData, request: gr.Request
    ) -> Iterator[Step]:
        """Answer a question of the conversation anew; what came after it goes."""
        before = conversation[: event.turn - 1]
        if len(before) == len(conversation):
            yield _unchanged(_LOST)
        else:
            question = conversation[len(before)].question
            yield from self._answer(question, conversation, before, scope, request)

    def pick(
        self, conversation: Conversation, scope: Scope, event: gr.EventData, request: gr.Request
    ) -> Iterator[Step]:
        """Answer an example."""
        yield from self._answer(event.text, conversation, conversation, scope, request)

    def idle(self) -> str:
        """Return what the panel shows while no source is open: what it is for, and what can be asked about."""
        try:
            return empty_html(_HINT, overview_html(self.assistant.catalogue()))
        except YinjuError as error:
            return problem_html(str(error))

    def fresh(self) -> Step:
        """Begin a new conversation."""
        return "", [], (), 0, gr.skip(), self.idle()

    def reopen(self, event: gr.EventData) -> Step:
        """Show a conversation that the browser kept."""
        try:
            conversation, told = conversation_from_json(event.conversation), gr.skip()
        except UsageError as error:
            conversation, told = (), delivery(say=str(error))
        shown = messages(conversation)
        return "", shown, conversation, 0, told, self.idle()

    def _answer(
        self,
        question: str,
        conversation: Conversation,
        earlier: Conversation,
        scope: Scope,
        request: gr.Request,
    ) -> Iterator[Step]:
        if conversation and conversation[-1].running:
            yield _unchanged(_BUSY)
            return
        for exchange in self.asking.exchanges(question, earlier, scope, request.session_hash or ""):
            changed = (*earlier, exchange)
            if exchange.error is not None:
                told = kept(changed, box=question)
            elif exchange.running:
                told = kept(changed, box="") if exchange.stage == "searching" else delivery()
            else:
                told = kept(changed)
            yield messages(changed), changed, 0, told


def _chatbot(assistant: Assistant) -> gr.Chatbot:
    files = {entry.file for entry in assistant.catalogue()}
    return gr.Chatbot(
        elem_classes="yj-chat",
        label="对话",
        show_label=False,
        height="100%",
        layout="bubble",
        buttons=[],
        feedback_options=None,
        latex_delimiters=[],
        group_consecutive_messages=False,
        placeholder=welcome_html(files),
    )


def _box(label: str, placeholder: str, lines: int) -> gr.Textbox:
    return gr.Textbox(
        label=label,
        placeholder=placeholder,
        show_label=False,
        container=False,
        max_lines=lines,
        scale=8,
        elem_classes="yj-box",
    )


def _unchanged(line: str) -> Step:
    """Return a step that changes nothing and tells a line."""
    return (*(gr.skip() for _ in range(3)), delivery(say=line))


def _stop(conversation: Conversation) -> Step:
    """Keep what has been answered so far, and say that it was stopped."""
    if conversation and conversation[-1].running:
        conversation = (*conversation[:-1], replace(conversation[-1], stopped=True))
    return messages(conversation), conversation, kept(conversation)


def _edit(conversation: Conversation, event: gr.EventData) -> Step:
    """Put a question back into the box, to be changed."""
    if not 1 <= event.turn <= len(conversation):
        return gr.skip(), gr.skip(), delivery(say=_LOST)
    return conversation[event.turn - 1].question, event.turn, gr.skip()


def _doubt(event: gr.EventData) -> Step:
    """Ask what is wrong with an answer."""
    return event.turn, gr.Row(visible=True), "", delivery(focus=".yj-remark textarea")
