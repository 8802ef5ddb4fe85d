"""A document by its outline, as HTML for the panel: articles, headings, paragraphs, and what is no part of them.

Pure functions. A paragraph shows how it begins, and opens where it stands.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.datatypes import Article, Block, Document, Paragraph
from rag.library import Entry
from rag.render import NOISE
from rag.web.catalogue import counts_text, link_html, reference, size_text, work_text
from rag.web.html import block, escape

_SHOWN = 300
"""So many lines of an outline are shown at once."""
_OPENING = 32
"""So many characters of a paragraph are shown before it is opened."""
_FRAGMENT = "承接别处的后半篇，开头不在本文件中"


def document_html(document: Document, start: int = 0) -> str:
    """Return a document's outline in the order of the file, from the line number `start` on."""
    articles = document.articles
    paragraphs = sum(len(article.paragraphs) for article in articles)
    counts = f"{len(articles)} 篇，{paragraphs:,} 段，正文以外 {len(document.noise)} 处"
    lines = _lines(document)
    unfold = '<button type="button" class="yj-button yj-unfold">展开各段</button>' if paragraphs else ""
    return _panel(document.source.file, counts, unfold, lines, start)


def entry_html(entry: Entry, start: int = 0) -> str:
    """Return the articles of a file that holds several sources, each a link, from the number `start` on."""
    counts = f"{counts_text(1, [entry])}，{size_text(entry.size)}"
    rows = [
        f'<p class="yj-listed">{link_html(work.source, escape(work_text(work)), "yj-work")}</p>'
        for work in entry.works
    ]
    return _panel(entry.file, counts, "", rows, start)


def _panel(name: str, counts: str, tools: str, lines: Sequence[str], start: int) -> str:
    """Return the header, the lines from `start` on, and the links to those before and after them."""
    around = "".join(
        link_html(name, label, "yj-page", max(first, 0))
        for label, first, there in (
            (f"前 {_SHOWN} 条", start - _SHOWN, start > 0),
            (f"后面还有 {len(lines) - start - _SHOWN} 条", start + _SHOWN, start + _SHOWN < len(lines)),
        )
        if there
    )
    pages = f'<nav class="yj-pages" aria-label="翻页">{around}</nav>' if around else ""
    header = (
        f'<header class="yj-header"><h2>{escape(name)}</h2><p class="yj-counts">{escape(counts)}</p>'
        f'{tools}<a class="yj-back" href="#back">返回</a></header>'
    )
    body = block("yj-outline", ["".join(lines[start : start + _SHOWN]), pages])
    shown = escape(reference(name, start))
    return f'<section class="yj-source" data-reference="{shown}">{header}{body}</section>'


def _lines(document: Document) -> list[str]:
    """Return the lines of an outline in the order of the file."""
    placed: list[tuple[int, str]] = [(noise.span.start, _noise(noise)) for noise in document.noise]
    for article in document.articles:
        placed.append((article.span.start, _title(article)))
        placed += [
            (heading.span.start, _heading(heading.text, heading.level)) for heading in article.headings
        ]
        placed += [(paragraph.spans[0].start, _paragraph(paragraph)) for paragraph in article.paragraphs]
    return [line for _, line in sorted(placed, key=lambda each: each[0])]


def _title(article: Article) -> str:
    stated = (
        article.outlet,
        article.issuer,
        article.number,
        article.date,
        "、".join(article.authors),
        f"讲话人 {'、'.join(article.speakers)}" if article.speakers else "",
        f"{len(article.paragraphs)} 段",
        _FRAGMENT if article.fragment else "",
    )
    about = " · ".join(part for part in stated if part)
    return f'<h3>{escape(article.name) or "（无题）"}</h3><p class="yj-counts">{escape(about)}</p>'


def _heading(text: str, level: int) -> str:
    tag = f"h{min(level + 3, 6)}"
    return f"<{tag}>{escape(text)}</{tag}>"


def _paragraph(paragraph: Paragraph) -> str:
    text = paragraph.text
    opening = text[:_OPENING] + ("…" if len(text) > _OPENING else "")
    detail = f"{len(text)} 字" + (f"，{paragraph.speaker}说" if paragraph.speaker else "")
    return _folded("yj-part", f"<b>{paragraph.number}</b>", opening, detail, text)


def _noise(noise: Block) -> str:
    text = " ".join(noise.text.split()) or repr(noise.text)
    opening = text[:_OPENING] + ("…" if len(text) > _OPENING else "")
    return _folded("yj-part yj-aside", f"<b>{NOISE[noise.kind]}</b>", opening, f"{len(text)} 字", text)


def _folded(style: str, label: str, opening: str, detail: str, text: str) -> str:
    """Return a line that opens: its label, how it begins (not shown any more once it is open), and the text."""
    summary = f"{label}<span>{escape(opening)}</span><i>{escape(detail)}</i>"
    return f'<details class="{style}"><summary>{summary}</summary><p>{escape(text)}</p></details>'
