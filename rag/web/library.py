"""The tab 文档库: what the index holds, files added and removed, the chat restricted to some, any file opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import gradio as gr
from gradio.utils import get_upload_folder

from rag.errors import YinjuError
from rag.indexing import untold
from rag.reading import READERS
from rag.web.access import may_manage
from rag.web.adding import Upload, add_files, adding_html
from rag.web.catalogue import catalogue_html, note_html
from rag.web.options import WebOptions
from rag.web.outline import document_html, entry_html
from rag.web.protocol import Assistant
from rag.web.source import empty_html, problem_html
from rag.web.theme import static

_HINT = "点一下文件名，它的文章、小标题和段落会在这里列出，点一段看全文。"
_NOT_ALLOWED = "在这里不能添加或移出文档；请到运行引据的那台电脑上打开网页，或由管理者在 [web] 下设 manage。"
_DROP = (
    '<label class="yj-drop"><input type="file" multiple accept="{accept}">'
    "<span>把文件拖到这里，或<u>点这里选取</u></span><small>{formats}，每个不超过 50 MB</small></label>"
    '<p class="yj-said" role="status"></p>'
)

_Scope = tuple[str, ...]


def library_tab(assistant: Assistant, options: WebOptions, scope: gr.State, tab: gr.Tab) -> None:
    """Lay out the tab inside the current Gradio context and wire it.

    Args:
        assistant: what keeps the documents.
        options: who may add and remove them, and where removed ones go.
        scope: the session's names of the files that the chat is restricted to, () for none.
        tab: the tab itself; whenever it is opened, it shows what the index holds by then.
    """
    with gr.Column(scale=6, min_width=320, elem_classes="yj-left yj-shelf"):
        drop = gr.HTML(
            "",
            html_template=_drop_html() + "${value}",
            visible=False,
            elem_classes="yj-dropzone",
            apply_default_css=False,
            js_on_load=static("drop.js"),
        )
        find = gr.Textbox(
            label="查找文件",
            show_label=False,
            container=False,
            placeholder="按文件名、标题、来源查找",
            elem_classes="yj-box",
        )
        shelf = gr.HTML(elem_classes="yj-result", apply_default_css=False, js_on_load=static("library.js"))
    with gr.Column(scale=5, min_width=320, elem_classes="yj-right"):
        panel = gr.HTML(
            empty_html(_HINT),
            elem_classes="yj-panel",
            apply_default_css=False,
            js_on_load=static("panel.js") + static("outline.js"),
        )

    show = _shower(assistant, options)
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

    def enter(words: str, chosen: _Scope, request: gr.Request) -> tuple[Any, ...]:
        return gr.HTML(visible=may_manage(request, options)), *show(words, chosen, request)

    tab.select(enter, [find, scope], [drop, shelf, scope], **quiet)
    find.change(show, [find, scope], [shelf, scope], trigger_mode="always_last", **quiet)
    shelf.chosen(_chooser(show), find, [shelf, scope], trigger_mode="always_last", **quiet)
    shelf.removed(_remover(assistant, options, show), [find, scope], [shelf, scope], **quiet)
    drop.added(_adder(assistant, options, show), [find, scope], [drop, shelf, scope], **quiet)
    panel.click(_opener(assistant), None, panel, queue=False, **quiet)


def _drop_html() -> str:
    formats = "、".join(suffix.removeprefix(".") for suffix in READERS)
    return _DROP.format(accept=",".join(READERS), formats=formats)


def _shower(assistant: Assistant, options: WebOptions) -> Callable[..., tuple[str, _Scope]]:
    """Return what shows the library as it is by now; files that are gone leave the scope, but for the last."""

    def show(words: str, scope: _Scope, request: gr.Request, note: str = "") -> tuple[str, _Scope]:
        try:
            entries = assistant.catalogue()
        except YinjuError as error:
            return note_html(str(error), error=True), scope
        there = {entry.file for entry in entries}
        # A scope that has lost all its files stays: it does not widen to what nobody chose.
        kept = tuple(file for file in scope if file in there) or scope
        if scope and not there.intersection(scope):
            note += note_html("所限定的文件都不在文档库里了；请另选，或按“问全部文件”。", error=True)
        manage = may_manage(request, options)
        return catalogue_html(entries, kept, words, manage=manage, note=note), kept

    return show


def _chooser(show: Callable[..., tuple[str, _Scope]]) -> Callable[..., tuple[str, _Scope]]:
    """Return the handler that restricts the chat to the files chosen, or lifts the restriction."""

    def choose(words: str, event: gr.EventData, request: gr.Request) -> tuple[str, _Scope]:
        return show(words, tuple(str(file) for file in event.files), request)

    return choose


def _remover(
    assistant: Assistant, options: WebOptions, show: Callable[..., tuple[str, _Scope]]
) -> Callable[..., tuple[str, _Scope]]:
    """Return the handler that takes a file out of the library."""

    def remove(words: str, scope: _Scope, event: gr.EventData, request: gr.Request) -> tuple[str, _Scope]:
        file = str(event.file)
        if not may_manage(request, options):
            return show(words, scope, request, note_html(_NOT_ALLOWED, error=True))
        try:
            place = assistant.remove(file, options.data / "removed")
            assistant.update(untold)
        except YinjuError as error:
            return show(words, scope, request, note_html(str(error), error=True))
        told = f"“{file}”已移出文档库，现在放在 {place.resolve()}；要恢复，把它重新添加进来就是。"
        return show(words, scope, request, note_html(told))

    return remove


def _adder(
    assistant: Assistant, options: WebOptions, show: Callable[..., tuple[str, _Scope]]
) -> Callable[..., Iterator[tuple[Any, ...]]]:
    """Return the handler that adds what was uploaded, shows how far each file is, and clears the uploads away."""

    def add(words: str, scope: _Scope, event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        if not may_manage(request, options):
            yield note_html(_NOT_ALLOWED, error=True), gr.skip(), gr.skip()
            return
        uploads = _uploads(event.files)
        try:
            for rows in add_files(assistant, uploads, options.data / "removed" if event.replace else None):
                yield adding_html(rows), gr.skip(), gr.skip()
            yield gr.skip(), *show(words, scope, request)
        finally:
            _clear(uploads)

    return add


def _opener(assistant: Assistant) -> Callable[[gr.EventData], str]:
    """Return the handler that opens a file, or a source of it, by its outline."""

    def open_document(event: gr.EventData) -> str:
        _, start, name = str(event.reference).split("-", 2)
        name = unquote(name)
        try:
            return document_html(assistant.document(name), int(start))
        except KeyError:  # no source: a file that holds several, or none
            entries = {entry.file: entry for entry in assistant.catalogue()}
        if name not in entries:
            return problem_html(f"{name} 已不在文档库里。")
        return entry_html(entries[name], int(start))

    return open_document


def _uploads(files: Sequence[dict[str, Any]]) -> list[Upload]:
    """Return the files that a visitor says were uploaded; what has no path, or not that of an upload, did not arrive."""
    folder = Path(get_upload_folder()).resolve()
    uploads = []
    for file in files:
        path = Path(file["path"] or "").resolve()
        arrived = path.is_relative_to(folder) and path.is_file()
        uploads.append(Upload(name=str(file["name"]), path=path if arrived else None))
    return uploads


def _clear(uploads: Sequence[Upload]) -> None:
    """Delete the uploaded copies, and their folders where nothing else is in them."""
    for upload in uploads:
        if upload.path:
            upload.path.unlink(missing_ok=True)
            with suppress(OSError):  # the same bytes under another name lie there
                upload.path.parent.rmdir()
