"""The toolbar above the chat, and through it all that the server hands to the browser besides what it shows.

The toolbar is one HTML component. Its script (`static/desk.js`) raises an event for each button on the page, keeps
conversations in the browser, and does what `delivery` tells it.
"""

from __future__ import annotations

import json
from itertools import count
from typing import Any

import gradio as gr

from rag.web.asking import Scope
from rag.web.catalogue import scope_text
from rag.web.conversation import Conversation
from rag.web.html import block, escape
from rag.web.saved import conversation_json
from rag.web.theme import static

_SERIAL = count()


def desk() -> gr.HTML:
    """Lay out the toolbar."""
    return gr.HTML(
        "",
        html_template=static("desk.html"),
        js_on_load=static("desk.js"),
        elem_classes="yj-desk",
        apply_default_css=False,
    )


def delivery(**what: Any) -> str:  # noqa: ANN401 - JSON
    """Return a value of the toolbar that makes the browser do something.

    Args:
        what: `copy`, a text for the clipboard; `link`, the id of an answer whose address is copied; `go`, an address
            to be downloaded; `keep`, a conversation to be kept in the browser; `say`, a line to be told; `focus`, a selector of what is to be
            written in next; `box`, what
            then stands in the box for questions (as an output of the event it would cost the server its making anew).
    """
    return json.dumps({"serial": next(_SERIAL), **what}, ensure_ascii=False)


def kept(conversation: Conversation, **what: Any) -> str:  # noqa: ANN401 - JSON
    """Return the delivery that keeps a conversation in the browser, and does what else is told; see `delivery`."""
    return delivery(keep=conversation_json(conversation), **what)


def status_html(scope: Scope, editing: int) -> str:
    """Return what is in force besides the words in the box: the documents chosen, the question being changed."""
    chips = []
    if scope:
        chips.append(f"<span>{escape(scope_text(scope))}{_button('all', '问全部文件')}</span>")
    if editing:
        chips.append(f"<span>正在改第 {editing} 问，发出后其后的问答作废{_button('unedit', '不改了')}</span>")
    return block("yj-chips", chips) if chips else ""


def _button(verb: str, label: str) -> str:
    return f'<button type="button" class="yj-act" value="{verb}-0">{label}</button>'
