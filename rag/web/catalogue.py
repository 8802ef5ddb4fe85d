"""What the index holds as HTML: a row a file, and in what the chat looks. Pure functions."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from rag.library import Entry, Work
from rag.text import fold
from rag.web.html import block, escape

_ROWS = 200
"""So many files are listed at once; the others are found by their names and titles."""
_NEWEST = 12
"""So many articles are named where the chat says what can be asked about."""
_WORKS = 3
"""So many articles of a file are named in its row."""


def catalogue_html(
    entries: Sequence[Entry], scope: Sequence[str], words: str = "", *, manage: bool = False, note: str = ""
) -> str:
    """Return the files of the library, those that `words` are found in, with their checkboxes and links.

    Args:
        entries: all files.
        scope: the names of the files that the chat is restricted to, empty for none.
        words: what is sought in names, titles and outlets; width, case and traditional characters do not matter.
        manage: whether the visitor may remove files.
        note: what became of what the visitor did, as HTML.
    """
    found = [entry for entry in entries if _has(entry, words)]
    rows = "".join(_row(entry, entry.file in scope, manage) for entry in found[:_ROWS])
    more = f"另有 {len(found) - _ROWS} 个文件没有列出；请在上面输入文件名或标题来查找。"
    parts = [
        f'<div class="yj-became" role="status">{note}</div>',
        _scope(scope),
        f'<p class="yj-total">{_total(entries, found, words)}</p>',
        f'<ul class="yj-files">{rows}</ul>',
        f'<p class="yj-more">{more}</p>' if len(found) > _ROWS else "",
    ]
    return block("yj-library", parts)


def scope_text(scope: Sequence[str]) -> str:
    """Return in what the chat looks, in words."""
    if not scope:
        return "问答范围：全部文件"
    named = "、".join(scope[:_WORKS]) + ("等" if len(scope) > _WORKS else "")
    return f"问答范围：只问 {len(scope)} 个文件（{named}）"


def overview_html(entries: Sequence[Entry]) -> str:
    """Return what can be asked about, in short: how much there is, and the newest articles with a date first."""
    works = [work for entry in entries for work in entry.works]
    newest = sorted(works, key=lambda work: work.date or "", reverse=True)[:_NEWEST]
    rows = "".join(f"<li>{escape(work_text(work))}</li>" for work in newest)
    more = f"<li>另有 {len(works) - _NEWEST:,} 篇，见“文档库”</li>" if len(works) > _NEWEST else ""
    total = f"文档库里有 {len(entries)} 个文件，{len(works):,} 篇"
    return f'<p class="yj-heading">{total}</p><ul class="yj-overview-list">{rows}{more}</ul>' if works else ""


def note_html(message: str, *, error: bool = False) -> str:
    """Return a message about what the visitor did."""
    return f'<p class="{"yj-error" if error else "yj-done"}">{escape(message)}</p>'


def reference(name: str, start: int = 0) -> str:
    """Return the link by which a file or a source of it opens, from its entry number `start` on."""
    return f"doc-{start}-{quote(name, safe='')}"


def link_html(name: str, label: str, style: str, start: int = 0) -> str:
    """Return a link that opens a file or a source of it in the panel; `label` is HTML."""
    return f'<a class="yj-link {style}" href="#{reference(name, start)}">{label}</a>'


def work_text(work: Work) -> str:
    """Return an article in a line: its title, where and when it was published, how long it is."""
    known = (f"《{work.name}》", work.outlet, work.date, f"{work.paragraphs} 段")
    return " · ".join(part for part in known if part)


def _has(entry: Entry, words: str) -> bool:
    """Whether each of the words is found in a file's name, or in what is said of its articles."""
    said = [entry.file, *(f"{work.name} {work.outlet or ''} {work.date or ''}" for work in entry.works)]
    whole = fold("\n".join(said))
    return all(word in whole for word in fold(words).split())


def _scope(scope: Sequence[str]) -> str:
    """Return in what the chat looks, with the buttons that change it."""
    style = "yj-scope yj-limited" if scope else "yj-scope"
    parts = [
        f"<span>{escape(scope_text(scope))}</span>",
        '<button type="button" class="yj-button yj-choose" disabled>只问选中的文件</button>',
        '<button type="button" class="yj-button yj-everything">问全部文件</button>' if scope else "",
    ]
    return block(style, parts)


def _total(entries: Sequence[Entry], found: Sequence[Entry], words: str) -> str:
    failed = sum(entry.reason is not None for entry in entries)
    total = counts_text(len(entries), entries)
    if failed:
        total += f"，其中 {failed} 个没能读"
    return total + (f"；找到 {len(found)} 个" if words.strip() else "")


def counts_text(files: int, entries: Iterable[Entry]) -> str:
    """Return how much there is in so many files."""
    counted = list(entries)
    works = sum(len(entry.works) for entry in counted)
    paragraphs = sum(entry.paragraphs for entry in counted)
    chunks = sum(entry.chunks for entry in counted)
    return f"{files} 个文件，{works:,} 篇，{paragraphs:,} 段，{chunks:,} 个片段"


def _row(entry: Entry, chosen: bool, manage: bool) -> str:
    """Return a file's row: a checkbox where it can be asked, what is in it or what ails it."""
    file = html.escape(entry.file)
    checked = " checked" if chosen else ""
    box = f'<input type="checkbox" value="{file}" aria-label="选中 {file}"{checked}>'
    if entry.reason is None:
        name = link_html(entry.file, escape(entry.file), "yj-name")
        told = f'{_works(entry)}<p class="yj-counts">{_counts(entry)}</p>'
    else:
        box = '<span class="yj-unread" aria-hidden="true">!</span>'
        name = f'<span class="yj-name">{escape(entry.file)}</span>'
        told = f'<p class="yj-problem"><strong>没能读</strong>{escape(entry.reason)}</p>'
    parts = [box, f'<div class="yj-about">{name}{told}</div>', _removal(file) if manage else ""]
    return f'<li class="yj-file">{"".join(parts)}</li>'


def _works(entry: Entry) -> str:
    rows = "".join(f"<li>{escape(work_text(work))}</li>" for work in entry.works[:_WORKS])
    more = len(entry.works) - _WORKS
    rows += f"<li>另有 {more:,} 篇，点文件名查看</li>" if more > 0 else ""
    return f'<ul class="yj-works">{rows}</ul>'


def _counts(entry: Entry) -> str:
    counts = (
        f"{len(entry.works):,} 篇",
        f"{entry.paragraphs:,} 段",
        f"{entry.chunks:,} 个片段",
        f"{entry.characters:,} 字",
        size_text(entry.size),
    )
    return " · ".join(counts)


def size_text(size: int) -> str:
    """Return a number of bytes in words."""
    return f"{size / 2**20:.1f} MB" if size >= 2**20 else f"{max(size / 2**10, 0.1):.1f} KB"


def _removal(file: str) -> str:
    """Return what takes a file out: opened first, and then confirmed; `file` is its name, escaped."""
    return (
        f'<details class="yj-removal"><summary aria-label="移出 {file}">移出</summary>'
        f"<p>把“{file}”移出文档库？文件不会删掉，会移到存放移出文件的文件夹里。</p>"
        f'<button type="button" class="yj-button yj-confirm" value="{file}">确认移出</button> '
        '<button type="button" class="yj-button yj-cancel">取消</button></details>'
    )
