"""The source panel: a whole article as HTML, the cited words marked in it. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.datatypes import Article, Document, Place, Source, Span, cut
from rag.text import squeeze
from rag.web.found import Found
from rag.web.html import block, escape, paragraph, where

RAW = "raw-"
"""What stands before a link's name to show its place in the raw file."""
RAW_CHARACTERS = 50_000
"""So many characters of the raw file are shown before a place, and as many after it."""
_CHANGED = "文件在作答之后有改动，原处已不是这些字句。引用时的原文是："
_FRAGMENT = "这是承接别处的后半篇，开头不在本文件中。"
_LEFT_OUT = "文件很长，这里只列出这一处前后各约五万字。"
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


def source_html(document: Document, found: Found, reference: str) -> str:
    """Return the article that a place stands in, with the place's words marked.

    The quote is compared with the document once more before it is marked: if the document has changed since
    the answer was given, nothing is marked and the reader is told.

    Args:
        document: the file as it is indexed now.
        found: the place of the words to mark, the other places of the same words, and the links beside it.
        reference: the link that opened the panel, by which the page knows what is open.
    """
    source, place = document.source, found.place
    article = document.article_at(place.spans[0].start)
    if article is None or not _stands(source, place):
        return _panel(reference, found, _facts(place, place.article), _changed(place))
    lines = "".join(_line_html(source, line, place.spans) for line in _lines(article, source))
    fragment = f'<p class="yj-notice">{_FRAGMENT}</p>' if article.fragment else ""
    facts = _facts(place, article.name, _line_number(source, place), article)
    return _panel(reference, found, facts, _also(found.also) + fragment + lines)


def raw_html(document: Document, found: Found, reference: str) -> str:
    """Return the text of the file itself around a place, line by line as it stands there, its words marked.

    Args:
        document: the file as it is indexed now.
        found: the place of the words to mark, and the links beside it.
        reference: the link that opened the panel, `RAW` and that of the place.
    """
    source, place = document.source, found.place
    facts = _facts(place, place.file, _line_number(source, place))
    if not _stands(source, place):
        return _panel(reference, found, facts, _changed(place))
    start = source.text.rfind("\n", 0, max(place.spans[0].start - RAW_CHARACTERS, 0)) + 1
    end = source.text.find("\n", place.spans[-1].end + RAW_CHARACTERS)
    end = len(source.text) if end < 0 else end
    left_out = f'<p class="yj-notice">{_LEFT_OUT}</p>' if end - start < len(source.text) else ""
    lines = "".join(f"<li>{line}</li>" for line in _raw_lines(source, start, end, place.spans))
    first = source.line_of(start)
    return _panel(reference, found, facts, f'{left_out}<ol class="yj-raw" start="{first}">{lines}</ol>')


def empty_html(hint: str, overview: str = "") -> str:
    """Return what the panel shows before a source is opened: what it is for, and as HTML what there is."""
    return block("yj-empty", ["<p><strong>原文</strong></p>", f"<p>{escape(hint)}</p>", overview])


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


def _stands(source: Source, place: Place) -> bool:
    return squeeze(cut(source.text, place.spans)) == squeeze(place.quote)


def _changed(place: Place) -> str:
    return f'<p class="yj-error">{_CHANGED}</p><p class="yj-paragraph">{escape(place.quote)}</p>'


def _raw_lines(source: Source, start: int, end: int, cited: Sequence[Span]) -> Iterator[str]:
    """Yield the lines of a stretch of a source as HTML, as they stand in the file, with their marks."""
    for line in source.text[start:end].splitlines(keepends=True):
        words = line.rstrip("\r\n")
        piece = Span(start=start, end=start + len(line))
        yield mark(words, marked_ranges([piece], cited)) or "&#8203;"
        start = piece.end


def _facts(place: Place, title: str, line: str = "", article: Article | None = None) -> str:
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
    return f"<h2>{escape(title)}</h2><dl>{rows}</dl>"


def _panel(reference: str, found: Found, facts: str, body: str) -> str:
    header = f'<header class="yj-header">{facts}{_steps(reference, found.row)}</header>'
    name = escape(reference)
    return (
        f'<section class="yj-source" data-reference="{name}">{header}{block("yj-article", [body])}</section>'
    )


def _steps(reference: str, row: Sequence[str]) -> str:
    """Return the links to the places before and after, how many there are, and the way to the raw file or back."""
    own = reference.removeprefix(RAW)
    view = reference.removesuffix(own)
    parts = []
    if own in row and len(row) > 1:
        at = row.index(own)
        parts = [
            _step("‹ 上一处", view + row[at - 1] if at else ""),
            f"<span>{at + 1} / {len(row)}</span>",
            _step("下一处 ›", view + row[at + 1] if at + 1 < len(row) else ""),
        ]
    other = _step("看文章", own) if view else _step("看原始文件", RAW + own)
    return block("yj-steps", ['<a class="yj-back" href="#back">‹ 返回</a>', *parts, other])


def _step(label: str, reference: str) -> str:
    """Return a link that opens another place in the panel, or where there is none just its label."""
    if not reference:
        return f'<span class="yj-none">{label}</span>'
    return f'<a class="yj-link" href="#{escape(reference)}">{label}</a>'
