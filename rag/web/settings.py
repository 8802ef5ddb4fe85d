"""The tab 设置: the language model to be filled in and tried, and all settings in use to be read.

Only who may manage can fill in and try: trying calls whatever address is filled in. The key never comes back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from rag.answering.endpoint import LLMOptions, probe
from rag.errors import UsageError, YinjuError
from rag.settings_file import Key, origin, save_settings, variable
from rag.web.access import check_manager, may_manage
from rag.web.meanings import MEANINGS, settings_of
from rag.web.model_form import FIELDS, changes, filled_in, shown
from rag.web.notes import note_html, problem_html
from rag.web.options import WebOptions
from rag.web.protocol import Assistant
from rag.web.settings_html import fitted_html, masked, settings_html

TRIED = 15.0
"""Seconds that a model has at most to begin to answer when it is tried."""
_KEY: Key = ("llm", "api_key")
_MODEL = "<h2>语言模型</h2><p>存进工作文件夹里的 yinju.toml，下一个问题就用新的。密钥只存在这台机器上，不会再显示出来。</p>"
_ALL = "<h2>全部设置</h2><p>在 yinju.toml 里改，或用环境变量（YINJU_ 加大写的键，点换成下划线）改；环境变量先于文件。</p>"
_FITTED = "<h2>阈值</h2><p>随附的模型和这些数一起拟合，不能单独改。</p>"
_READ_ONLY = "<p>这里只能看。要改，请在运行引据的机器上打开网页，或设置 web.manage。</p>"
_LABELS = {
    "base_url": "接口地址",
    "model": "模型",
    "timeout": "时限（秒）",
    "max_tokens": "回答最多词元",
    "evidence_tokens": "资料最多词元",
    "temperature": "温度",
    "show_unsupported": "划掉不删",
}
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "queue": False}


def settings_tab(assistant: Assistant, options: WebOptions, tab: gr.Tab) -> None:
    """Lay out the tab inside the current Gradio context and wire it; `tab` is what it lies in."""
    with gr.Column(elem_classes="yj-settings"):
        note = gr.HTML(_READ_ONLY, apply_default_css=False, js_on_load=None, visible=False)
        with gr.Column(visible=False) as form:
            gr.HTML(_MODEL, apply_default_css=False, js_on_load=None)
            inputs = _inputs()
            key = gr.Textbox(label="密钥", type="password", max_lines=1, elem_classes="yj-field")
            with gr.Row(elem_classes="yj-manage"):
                save = gr.Button("保存", variant="primary", scale=0, min_width=96)
                test = gr.Button("测试连接", scale=0, min_width=120)
                drop = gr.Button("删除密钥", variant="stop", scale=0, min_width=120)
            said = gr.HTML(apply_default_css=False, js_on_load=None)
        gr.HTML(_ALL, apply_default_css=False, js_on_load=None)
        table = gr.HTML(apply_default_css=False, js_on_load=None)
        gr.HTML(_FITTED + fitted_html(), apply_default_css=False, js_on_load=None)
    fields = [inputs[name] for name in FIELDS]
    filled = [*fields, key]

    def enter(request: gr.Request) -> tuple[Any, ...]:
        if not may_manage(request, options):
            kept = [gr.skip()] * len(filled)
            return gr.update(visible=True), gr.update(visible=False), *kept, "", _table(assistant)
        return gr.update(visible=False), gr.update(visible=True), *_fields(assistant), "", _table(assistant)

    def store(request: gr.Request, changed: Callable[[], dict[Key, object]], done: str) -> tuple[Any, ...]:
        """Save what is changed and use it at once; where that cannot be, what is filled in stays as it is."""
        try:
            check_manager(request, options)
            found = changed()
            if found:
                assistant.use_model(save_settings(found).llm)
        except YinjuError as error:
            return *[gr.skip()] * len(filled), problem_html(str(error)), gr.skip()
        return *_fields(assistant), note_html(done if found else "没有改动。"), _table(assistant)

    def saved(request: gr.Request, *values: Any) -> tuple[Any, ...]:  # noqa: ANN401 - of the fields
        return store(request, lambda: _changed(assistant, values), "已保存，下一个问题就用新的设置。")

    def dropped(request: gr.Request) -> tuple[Any, ...]:
        return store(request, lambda: {_KEY: None}, "密钥已删除。")

    def tried(request: gr.Request, *values: Any) -> str:  # noqa: ANN401 - of the fields
        try:
            check_manager(request, options)
            return note_html(_told(filled_in(assistant.settings.llm, _changed(assistant, values))))
        except YinjuError as error:
            return problem_html(str(error))

    tab.select(enter, None, [note, form, *filled, said, table], **_QUIET)
    save.click(saved, filled, [*filled, said, table], **_QUIET)
    drop.click(dropped, None, [*filled, said, table], **_QUIET)
    test.click(tried, filled, said, **_QUIET)


def _inputs() -> dict[str, gr.components.Component]:
    """Lay out a field for each of `FIELDS`."""
    with gr.Row():
        inputs: dict[str, gr.components.Component] = {
            name: gr.Textbox(
                label=_LABELS[name], info=_info(name), max_lines=1, min_width=260, elem_classes="yj-field"
            )
            for name in ("base_url", "model")
        }
    with gr.Row():
        for name in ("timeout", "max_tokens", "evidence_tokens", "temperature"):
            whole = 0 if name.endswith("tokens") else None
            inputs[name] = gr.Number(
                label=_LABELS[name],
                info=_info(name),
                precision=whole,
                min_width=160,
                elem_classes="yj-field",
            )
    inputs["show_unsupported"] = gr.Checkbox(label=_LABELS["show_unsupported"], elem_classes="yj-field")
    return inputs


def _info(name: str) -> str:
    return MEANINGS["llm", name][0]


def _changed(assistant: Assistant, values: Sequence[object]) -> dict[Key, object]:
    *fields, key = values
    return changes(assistant.settings.llm, dict(zip(FIELDS, fields, strict=True)), str(key or ""))


def _fields(assistant: Assistant) -> list[Any]:
    """Return the fields as they are to be shown: those that the environment sets cannot be changed."""
    llm = assistant.settings.llm
    updates = []
    for name, value in shown(llm).items():
        fixed = origin(("llm", name)) == "environment"
        info = f"由环境变量 {variable(('llm', name))} 设定，不能在这里改" if fixed else _info(name)
        updates.append(gr.update(value=value, interactive=not fixed, info=info))
    fixed = origin(_KEY) == "environment"
    told = f"由环境变量 {variable(_KEY)} 设定，不能在这里改" if fixed else "留空就不改原来的"
    kept = masked(llm.api_key) or "没有设置"
    return [*updates, gr.update(value="", placeholder=kept, interactive=not fixed, info=told)]


def _table(assistant: Assistant) -> str:
    try:
        origins = {key: origin(key) for key in settings_of(assistant.settings)}
    except UsageError as error:
        return problem_html(str(error))
    return settings_html(assistant.settings, origins)


def _told(llm: LLMOptions) -> str:
    """Try a model and return what came back; raises ModelError for what is wrong."""
    if not llm.base_url:
        return "没有填接口地址：现在摘录原文作答，不用语言模型。"
    began = time.monotonic()
    said = probe(llm, TRIED)
    return f"连上了，{time.monotonic() - began:.1f} 秒后答：“{said}”"
