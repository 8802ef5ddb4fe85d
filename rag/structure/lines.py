"""Lines of a source and what each is by itself: a heading, a source line, a photo credit, a body line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.datatypes import Span

SHORT = 45
"""Characters: no title or section heading of the newspapers and sites looked at is longer than this."""

# (kind, pattern) in order of precedence; a pattern must match the whole line.
_KINDS = [
    ("heading", r"#{1,6}\s*\S.*"),
    ("jump", r"[(（](?:上接|紧接|下转|转)[^()（）]{0,12}版[^()（）]{0,8}[)）]"),
    (
        "credit",
        r"[(（]?(?:.{0,8}(?:记者|通讯员)\s*)?[一-鿿]{2,4}(?:[、\s]+[一-鿿]{2,4})*\s*(?:[/／]\s*(?:摄|图|供图)|摄影?|供图|摄影报道)[)）]?",
    ),
    (
        "reporter",
        r"[(（]?(?:新华社|本报|本刊|中新社|人民网|[一-鿿]{2,6}报)?(?:特约|见习|首席)?(?:记者|通讯员)"
        r"(?:\s*[:：]?\s*[一-鿿]{2,4}(?:[、\s]+[一-鿿]{2,4})*)?[)）]?",
    ),
    ("masthead", r".*(?:统一连续出版物号|统一刊号|邮发代号|总第\s*\d+\s*期|今日\s*\d+\s*版).*"),
    ("guide", r"(?:本[期版]|今日|要闻|内页)?导[读览]"),
    ("guide", r"[-·•]?\s*.{2,40}\s+(?:第?\s*\d{1,2}|[A-Z]\d{1,2})\s*版"),
    (
        "related",
        r"(?:相关|推荐|延伸|热门|更多)(?:推荐|阅读|新闻|文章|链接|内容|报道|资讯)[:：]?|猜你喜欢[:：]?",
    ),
    ("qr", r".{0,12}(?:微信公众号|扫一扫|扫码|二维码|官方微博|下载客户端).{0,12}"),
    ("furniture", r"[-—–·\s]*(?:第\s*)?\d{1,4}\s*(?:页)?[-—–·\s]*"),
    ("colophon", r"《[^》]{2,20}》\s*[(（].{0,12}\d{4}年\d{1,2}月\d{1,2}日.{0,12}[)）]"),
    ("endnote", r"[(（](?:本栏目稿件|稿件|本文|文章|新闻)?(?:来源|据)[:：]?[^()（）]{2,40}[)）]"),
    ("endnote", r"[(（](?:作者|记者|通讯员|责任编辑|责编|编辑|执笔|整理)(?:[:：]|单位|系|为|分别).*[)）]"),
    (
        "byline",
        r"(?:来源|稿源|信息来源|文章来源|发布机构|作者|文|撰文|编辑|责任编辑|发布时间|发布日期|时间|日期)\s*[:：/|].{2,120}",
    ),
    ("dateline", r"(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?)(?:\s*\d{1,2}:\d\d(?::\d\d)?)?(?:\s+\S{2,20})?"),
]
_COMPILED = [(kind, re.compile(pattern)) for kind, pattern in _KINDS]
_TERMINAL = re.compile(r"(?:[。！？!?；;]|…|——|[:：])[”’\"'」』）)】]*$")
_NUMBERED = re.compile(
    r"第[一二三四五六七八九十百零\d]+[编章节部分篇](?:\s|$|[^一-鿿])|[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十]{1,3}[)）]"
    r"|\d{1,2}\s*[.．、]\s*(?!\d)"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line with text in it: the span without the white space at its ends, and what it is by itself.

    `kind` is one of the kinds of the table above or `text`; `level` is the number of # of a heading;
    `gap` counts the blank lines before it.
    """

    text: str
    span: Span
    kind: str
    level: int
    gap: int

    @property
    def short(self) -> bool:
        """Whether it can be a title or a heading by its looks: short, and no sentence ends in it."""
        return len(self.text) <= SHORT and not re.search(r"[。！!；;]", self.text)

    @property
    def terminal(self) -> bool:
        """Whether it ends as a sentence or a lead-in does."""
        return bool(_TERMINAL.search(self.text))

    @property
    def numbered(self) -> bool:
        """Whether it opens with the number of a chapter, a section or a point."""
        return bool(_NUMBERED.match(self.text))

    @property
    def title(self) -> str:
        """The text without the # of a heading."""
        return self.text.lstrip("#").strip() if self.kind == "heading" else self.text


def split_lines(text: str) -> list[Line]:
    """Return the lines of `text` that are not blank, classified one by one."""
    lines: list[Line] = []
    gap = 0
    for match in re.finditer(
        r"[^\r\n\x0b\x0c\x85\u2028\u2029]*(?:\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]|$)", text
    ):
        raw = match.group()
        stripped = raw.strip()
        if not stripped:
            gap += bool(raw)
            continue
        start = match.start() + len(raw) - len(raw.lstrip())
        kind, level = _classify(stripped)
        lines.append(
            Line(
                text=stripped,
                span=Span(start=start, end=start + len(stripped)),
                kind=kind,
                level=level,
                gap=gap,
            )
        )
        gap = 0
    return lines


def _classify(text: str) -> tuple[str, int]:
    """Return the kind of a line by itself, and the level of a heading (0 for others)."""
    for kind, pattern in _COMPILED:
        if pattern.fullmatch(text):
            level = len(text) - len(text.lstrip("#")) if kind == "heading" else 0
            return kind, level
    return "text", 0
