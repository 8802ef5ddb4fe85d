"""The buttons under a question and an answer. Pure functions; what each does is wired in `rag.web.chat`.

A button carries `VERB-TURN` as its value, which the page's click listener hands to the toolbar.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

_ACTS = {
    "copy": ("复制", "复制回答，附脚注"),
    "link": ("链接", "复制一个链接，打开就是这条回答"),
    "markdown": ("Markdown", "存成 Markdown 文件，附脚注"),
    "word": ("Word", "存成 Word 文件，附脚注"),
    "recheck": ("再核对", "把引文与源文件再逐字核对一遍"),
    "retry": ("重答", "重新回答，其后的问答作废"),
    "right": ("准确", "这条回答是对的"),
    "wrong": ("有误", "这条回答有误，说说错在哪里"),
    "edit": ("编辑", "改了再问，其后的问答作废"),
}
_RATED = {"right": "已记下：准确", "wrong": "已记下：有误"}


def acts_html(
    turn: int, verbs: Sequence[str], *, rated: Literal["right", "wrong"] | None = None, rates: bool = False
) -> str:
    """Return the buttons under an answer.

    Args:
        turn: the number of the turn in the conversation, from 1.
        verbs: what can be done with the answer.
        rated: what the reader said of it last, if anything yet.
        rates: whether it can be rated.
    """
    buttons = "".join(_button(verb, turn) for verb in verbs)
    if rates:
        buttons += '<span class="yj-apart"></span>' + _button("right", turn) + _button("wrong", turn)
    if rated:
        buttons += f'<span class="yj-rated">{_RATED[rated]}</span>'
    return f'<div class="yj-acts">{buttons}</div>'


def question_acts_html(turn: int) -> str:
    """Return the button under a question."""
    return f'<div class="yj-acts yj-asked">{_button("edit", turn)}</div>'


def _button(verb: str, turn: int) -> str:
    label, title = _ACTS[verb]
    return f'<button type="button" class="yj-act" value="{verb}-{turn}" title="{title}">{label}</button>'
