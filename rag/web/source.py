"""The source panel: a whole article as HTML, the cited words marked in it. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.datatypes import Article, Document, Place, Source, Span, cut
from rag.text import squeeze
from rag.web.html import block, escape, paragraph, where

_CHANGED = "文件在作答之后有改动，原处已不是这些字句。引用时的原文是："
_FRAGMENT = "这是承接别处的后半篇，开头不在本文件中。"
_HEADING_SIGN = re.compile(r"[#\s]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line of an article to be shown: its spans in the source, its CSS class, and a paragraph's number."""

    spans: tuple[Span, ...]
    style: str
    number: int = 0


def marked_ranges(pieces: Sequence[Span], cited: Sequence[Span]) -> list[tuple[int, int]]:
    """Map cited spans of the source to ranges of the joined text of `pieces`.

    Ranges that touch in the joined text become one, so words cited across a line break are one mark.

    Args:
        pieces: the spans whose join is shown.
        cited: the spans to mark, in order; parts outside the pieces are left out.
    """
    ranges: list[tuple[int, int]] = []
    offset = 0
    for piece in pieces:
        for span in cited:
            low, high = max(span.start, piece.start), min(span.end, piece.end)
            if low >= high:
                continue
            start, end = offset + low - piece.start, offset + high - piece.start
            if ranges and ranges[-1][1] >= start:
                start, end = ranges.pop()[0], end
            ranges.append((start, end))
        offset += piece.end - piece.start
    return ranges


def mark(text: str, ranges: Sequence[tuple[int, int]]) -> str:
    """Return `text` escaped, with `<mark>` around each range."""
    parts = []
    position = 0
    for start, end in ranges:
        parts += [escape(text[position:start]), "<mark>", escape(text[start:end]), "</mark>"]
        position = end
    return "".join(parts) + escape(text[position:])


def source_html(document: Document, place: Place, reference: str, also: Sequence[Place] = ()) -> str:
    """Return the article that a place stands in, with the place's words marked.

    The quote is compared with the document once more before it is marked: if the document has changed since
    the answer was given, nothing is marked and the reader is told.

    Args:
        document: the file as it is indexed now.
        place: the words to mark.
        reference: the link that opened the panel, by which the page knows what is open.
        also: the other places of the same words.
    """
    source = document.source
    article = document.article_at(place.spans[0].start)
    if article is None or squeeze(cut(source.text, place.spans)) != squeeze(place.quote):
        body = f'<p class="yj-error">{_CHANGED}</p><p class="yj-paragraph">{escape(place.quote)}</p>'
        return _panel(reference, _header(place, place.article), body)
    lines = "".join(_line_html(source, line, place.spans) for line in _lines(article, source))
    fragment = f'<p class="yj-notice">{_FRAGMENT}</p>' if article.fragment else ""
    header = _header(place, article.name, _line_number(source, place), article)
    return _panel(reference, header, _also(also) + fragment + lines)


def empty_html(hint: str) -> str:
    """Return what the panel shows before a source is opened."""
    return block("yj-empty", ["<p><strong>原文</strong></p>", f"<p>{escape(hint)}</p>"])


def problem_html(message: str) -> str:
    """Return what the panel shows when a source cannot be opened."""
    return block("yj-empty", [f'<p class="yj-error">{escape(message)}</p>'])


def _also(places: Sequence[Place]) -> str:
    """Return how many other places there are, and folded away where each is; "" for none."""
    rows = "".join(f"<li>{escape(where(place))} · {escape(place.file)}</li>" for place in places)
    summary = f"<summary>另见 {len(places)} 处</summary>"
    return f'<details class="yj-also">{summary}<ul>{rows}</ul></details>' if places else ""


def _line_number(source: Source, place: Place) -> str:
    """Return which line of its file a place begins on, in words; "" where the text was taken out of a format."""
    if not place.file.lower().endswith((".txt", ".md")):
        return ""
    return f"文件第{source.line_of(place.spans[0].start)}行"


def _lines(article: Article, source: Source) -> list[_Line]:
    """Return everything that stands in an article, in the order of the file."""
    lines = [
        _Line(spans=(_without_sign(block.span, source),), style=f"yj-line yj-{block.kind}")
        for block in article.metadata
    ]
    lines += [
        _Line(spans=(_without_sign(heading.span, source),), style="yj-section")
        for heading in article.headings
    ]
    lines += [
        _Line(spans=paragraph.spans, style="yj-paragraph", number=paragraph.number)
        for paragraph in article.paragraphs
    ]
    return sorted(lines, key=lambda line: line.spans[0].start)


def _without_sign(span: Span, source: Source) -> Span:
    """Return a heading's span without the number signs and blanks that it begins with."""
    sign = _HEADING_SIGN.match(source.text, span.start, span.end)
    start = sign.end() if sign else span.start
    return Span(start=start, end=span.end) if start < span.end else span


def _line_html(source: Source, line: _Line, cited: Sequence[Span]) -> str:
    """Return a line with its marks; the title, which heads the panel, is repeated only if it is cited."""
    ranges = marked_ranges(line.spans, cited)
    if line.style.endswith("yj-title") and not ranges:
        return ""
    style = f"{line.style} yj-on" if ranges else line.style
    number = f'<span class="yj-number">{line.number}</span>' if line.number else ""
    return f'<p class="{style}">{number}{mark(cut(source.text, line.spans), ranges)}</p>'


def _header(place: Place, title: str, line: str = "", article: Article | None = None) -> str:
    known = article or Article(span=place.spans[0])
    posts = {fact.of: f"{fact.of}（{fact.value}）" for fact in known.facts if fact.kind == "post"}
    facts = [
        ("媒体", place.outlet),
        ("发文机关", known.issuer),
        ("文号", known.number),
        ("日期", place.date),
        ("作者", "、".join(posts.get(author, author) for author in known.authors)),
        ("讲话人", posts.get(place.speaker, place.speaker) if place.speaker else None),
        ("位置", " ".join(part for part in (paragraph(place), line) if part)),
        ("文件", place.file),
    ]
    rows = "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in facts if value)
    back = '<a class="yj-back" href="#back">返回</a>'
    return f'<header class="yj-header"><h2>{escape(title)}</h2><dl>{rows}</dl>{back}</header>'


def _panel(reference: str, header: str, body: str) -> str:
    article = block("yj-article", [body])
    return f'<section class="yj-source" data-reference="{escape(reference)}">{header}{article}</section>'
