"""Lines of a source and what each is by itself: a heading, a source line, a photo credit, a body line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.datatypes import Mark, Source, Span, cut
from rag.structure.flattened import LEAST, is_flat, pieces
from rag.structure.numbering import rank
from rag.structure.official import LABEL_KEYS, RECORD_KEYS
from rag.structure.people import REPORTER, is_name
from rag.text import fold

SHORT = 45
"""Characters: no title or section heading of the newspapers and sites looked at is longer than this."""

_NAME = r"(?:[一-鿿]{2,4}|[一-鿿]\s+[一-鿿]{1,2})"
_NAMES = rf"{_NAME}(?:[、\s]+{_NAME})*"
_DAY = r"(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|[一二][一二三四五六七八九〇零○]{3}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日)"

# (kind, pattern) in order of precedence; a pattern must match the whole folded line (see `rag.text.fold`).
_KINDS = [
    ("heading", r"#{1,6}\s*\S.*"),
    ("original", r"原标题:.{4,60}"),
    ("jump", r"\((?:上接|紧接|下转|转)[^()]{0,12}版[^()]{0,8}\)|(?:上接|紧接)第?[^(),。]{1,8}版"),
    (
        "credit",
        rf"\(?(?:.{{0,8}}{REPORTER}\s*)?{_NAMES}\s*(?:[/|]\s*(?:摄|图|供图)|摄影?|供图|摄影报道)\)?",
    ),
    ("credit", rf".{{4,80}}[。\s](?:新华社|中新社|本报|{REPORTER})?\s*{_NAMES}\s+(?:供图|摄影?|图)"),
    (
        "reporter",
        rf"\(?(?:新华社|本报|本刊|中新社|人民网|[一-鿿]{{2,6}}报)?{REPORTER}(?:\s*:?\s*{_NAMES})?\)?",
    ),
    ("masthead", r".*(?:统一连续出版物号|统一刊号|邮发代号|总第\s*\d+\s*期|今日\s*\d+\s*版).*"),
    ("guide", r"[▶▷►→»▲■●◆]{1,3}\s*第?\s*[a-z]?\d{1,2}\s*版.{0,40}"),
    ("guide", r"(?:本[期版]|今日|要闻|内页)?导[读览]"),
    ("guide", r"[-·]?\s*.{2,40}\s+(?:第?\s*\d{1,2}|[a-z]\d{1,2})\s*版"),
    ("related", r"(?:相关|推荐|延伸|热门|更多)(?:推荐|阅读|新闻|文章|链接|内容|报道|资讯):?|猜你喜欢:?"),
    ("qr", r"[^,。]{0,12}(?:微信公众号|扫一扫|扫码|二维码|官方微博|下载客户端)[^,。]{0,12}"),
    ("furniture", r"[-·\s]*(?:第\s*)?\d{1,4}\s*(?:页)?[-·\s]*"),
    ("furniture", r"[【\[(](?:纠错|打印本页|打印|关闭窗口|关闭|返回顶部|分享到|字号.*)[】\])]"),
    ("furniture", r"(?:https?://|www\.)\S+"),
    ("contents", r"目\s*[录次]"),
    ("colophon", r"《[^》]{2,20}》\s*\(.{0,12}\d{4}年\d{1,2}月\d{1,2}日.{0,12}\)"),
    (
        "adoption",
        rf"\((?:{_DAY}|\d{{4}}年).*(?:通过|公布|发布|修订|修正|批准|施行|废止|实施|印发|解释|讲话|提出).*\)",
    ),
    ("endnote", r"[(【](?:本栏目稿件|稿件|本文|文章|新闻|综合)?(?:来源|据|综合自|自):?[^()]{2,40}[)】]"),
    (
        "endnote",
        r"[(【](?:作者|记者|通讯员|责任编辑|责编|编辑|执笔|整理)(?:分?别?[系为]|:|单位|\s).*[)】]",
    ),
    ("contact", r"\(?(?:联系人|联系电话|联系方式|咨询电话)\s*:.*"),
    ("signed_by", r"\([一-鿿]{2,3}(?:\s[一-鿿]{2,3}){0,2}\)"),
    ("rule", r"\|[\s|:-]+\|"),
    ("row", r"\|.*\|.*|[^\t。]{1,40}(?:\t+[^\t。]{0,40})+"),
    (
        "release",
        r"\(?此件.{0,8}(?:公开|发布|印发|传达).{0,10}\)?|抄送:.*|.{2,30}\d{4}年\d{1,2}月\d{1,2}日印发",
    ),
    ("attachment", r"附\s*件?\s*\d{0,2}\s*:.*|附\s*件\s*[\d一二三四五六七八九十]{0,2}"),
    (
        "record",
        rf"(?:{RECORD_KEYS})\s*:.*|.*(?:\s|^)(?:{RECORD_KEYS})\s*:.*\s(?:{RECORD_KEYS})\s*:.*",
    ),
    (
        "number",
        r"[一-鿿]{1,16}[〔\[(]\s*\d{4}\s*[〕\])]\s*第?\s*\d{1,5}\s*号|\(?第\s*[\d一二三四五六七八九十百零〇○]{1,7}\s*号\)?"
        r"|[一-鿿]{2,20}(?:令|公告|通告)\s*\(?(?:\d{4}年)?\s*第\s*[\d一二三四五六七八九十百零〇○]{1,7}\s*号\)?|\d{4}年\s*第\s*\d{1,4}\s*号",
    ),
    (
        "byline",
        r"(?:来源|稿源|信息来源|文章来源|发布机构|作者|文|撰文|编辑|责任编辑|责编|发布时间|时间|日期)\s*[:/|].{2,120}",
    ),
    ("byline", rf"\(?{_DAY}\)?(?:\s*\d{{1,2}}:\d\d(?::\d\d)?)?\s*(?:来源|稿源|作者|{REPORTER})\s*:.{{2,80}}"),
    ("dateline", rf"\(?{_DAY}\)?(?:\s*\d{{1,2}}:\d\d(?::\d\d)?)?(?:\s+\S{{2,20}})?"),
    ("label", rf"(?:{LABEL_KEYS})\s*:.*"),
    ("record", r"关键词\s*:.*"),
    ("rule", r"(?!--$)[\W_]+"),
]
_KIND = re.compile("|".join(f"(?P<k{i}>{pattern})" for i, (_, pattern) in enumerate(_KINDS)))
_LONGEST_LABELLED = 240
"""Characters: a longer line, or one that ends as a sentence does, is body text without a look at the table."""
# On raw text, since an opening quotation mark folds to the same sign as a closing one.
ENDS = re.compile(r"(?:[。︒！？!?︕︖；;︔…：:︓]|——|--)[”’」』﹂﹄》）)︶】︼］\]\"']*$")
_CLOSERS = 8
"""Characters: no more closing marks stand behind a sentence's end."""
_SENTENCE_END = re.compile("[。!;]")
_BREAK = re.compile(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Invisible: control and format characters but for white space and for joiners, which some scripts
# and emoji are spelt with, but never behind a Chinese character.
_INVISIBLE = re.compile(
    r"(?:[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|(?<=[\u2e80-\u9fff\uff00-\uffef])[\u200c\u200d])+"
)
_MAY_BE_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u200c\u200d]"
)


@dataclass(slots=True)
class Line:
    """A line with text in it, and what it is by itself.

    `spans` are its characters in the source but for white space at the ends and invisible characters,
    `text` is their join and `folded` its folded form. `kind` is one of the table above, `row`, `note` or
    `text`; `level` is that of a heading by its number signs or its format; `rank` is that of its number
    (see `numbering.rank`), 0 for none; `short` says that it can be a title or a heading by its looks, since
    no sentence ends in it, `terminal` that it ends as a sentence or a lead-in does; `gap` counts the blank lines before it; `whole` says that it is a
    paragraph as its author set it, neither to be joined to others nor cut.
    """

    text: str
    folded: str
    spans: tuple[Span, ...]
    kind: str
    short: bool
    terminal: bool
    level: int = 0
    rank: int = 0
    gap: int = 0
    whole: bool = False

    @property
    def span(self) -> Span:
        """From its first to its last character."""
        return Span(start=self.spans[0].start, end=self.spans[-1].end)

    @property
    def title(self) -> str:
        """The text without the # of a heading, or the words 原标题."""
        return (
            re.sub(r"^[#＃\s]+|^原标题[:：]", "", self.text)
            if self.kind in ("heading", "original")
            else self.text
        )


def split_lines(source: Source) -> list[Line]:
    """Return the lines of `source` that are not blank, classified one by one."""
    if source.marks:
        return [_marked(source.text, mark) for mark in source.marks]
    text = source.text
    folded = fold(text)
    invisible, flat = _MAY_BE_INVISIBLE.search(text) is not None, is_flat(text)
    lines: list[Line] = []
    gap = 0
    for start, end in _line_ranges(text):
        parts = pieces(folded, start, end, flat=flat, first=not lines)
        if not parts:
            gap += 1
            continue
        for low, high in parts:
            spans = visible(text, low, high) if invisible else (Span(start=low, end=high),)
            if spans:
                lines.append(
                    _line(text, folded, spans, gap=gap, whole=len(parts) > 1 and end - start >= LEAST)
                )
                gap = 0
    return lines


def invisible_spans(text: str) -> list[Span]:
    """Return the runs of invisible characters in `text`: controls, byte order marks, zero-width blanks."""
    if not _MAY_BE_INVISIBLE.search(text):
        return []
    return [Span(start=match.start(), end=match.end()) for match in _INVISIBLE.finditer(text)]


def visible(text: str, start: int, end: int) -> tuple[Span, ...]:
    """Return the spans of [start, end) without invisible characters and without white space at the ends."""
    runs = []
    position = start
    for match in _INVISIBLE.finditer(text, start, end):
        runs.append((position, match.start()))
        position = match.end()
    runs = [(low, high) for low, high in (*runs, (position, end)) if text[low:high].strip()]
    if not runs:
        return ()
    first, last = text[slice(*runs[0])], text[slice(*runs[-1])]
    low, high = runs[0][0] + len(first) - len(first.lstrip()), runs[-1][0] + len(last.rstrip())
    return tuple(Span(start=max(low, a), end=min(high, b)) for a, b in runs)


def _line_ranges(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start and end of every line of `text`, its line break left out."""
    start = 0
    for match in _BREAK.finditer(text):
        yield start, match.start()
        start = match.end()
    if start < len(text):
        yield start, len(text)


def _line(text: str, folded: str, spans: Sequence[Span], *, gap: int, whole: bool) -> Line:
    own, raw = cut(folded, spans), cut(text, spans)
    kind = classify(own)
    return Line(
        text=raw,
        folded=own,
        spans=tuple(spans),
        kind=kind,
        short=_is_short(own),
        terminal=_is_terminal(raw),
        level=len(own) - len(own.lstrip("#")) if kind == "heading" else 0,
        rank=rank(own.lstrip("# ")),
        gap=gap,
        whole=whole,
    )


def _marked(text: str, mark: Mark) -> Line:
    """Return the line that a format's mark stands for; a text mark may still be a byline, a credit, a number."""
    spans = mark.spans
    own = cut(text, spans)
    folded = fold(own)
    kind = classify(folded) if mark.kind in ("text", "row") else mark.kind
    if mark.kind == "row" and kind not in ("record", "label"):
        kind = "row"
    return Line(
        text=own,
        folded=folded,
        spans=spans,
        short=_is_short(folded),
        terminal=_is_terminal(own),
        kind="text" if kind == "heading" and mark.kind == "text" else kind,
        level=mark.level,
        rank=rank(folded),
        gap=1,
        whole=True,
    )


def _is_short(folded: str) -> bool:
    return len(folded) <= SHORT and not _SENTENCE_END.search(folded)


def _is_terminal(text: str) -> bool:
    return bool(ENDS.search(text, max(0, len(text) - _CLOSERS))) and text not in ("——", "--")


def classify(folded: str) -> str:
    """Return the kind of a folded line by itself."""
    if folded[0] not in "#抄" and (folded[-1] in "。;" or len(folded) > _LONGEST_LABELLED):
        return "text"
    match = _KIND.fullmatch(folded)
    kind = _KINDS[int(str(match.lastgroup)[1:])][0] if match else "text"
    return "text" if kind == "signed_by" and not is_name(folded.strip("()").split()[0]) else kind
