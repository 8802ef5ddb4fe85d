"""Saved web pages: the main text with its headings, lists and tables; menus, footers and scripts left out."""

from __future__ import annotations

import hashlib
import re

from lxml import etree

from rag.datatypes import Source
from rag.errors import ReadingError
from rag.reading.html_blocks import parts_of
from rag.reading.html_main import Page
from rag.reading.parts import compose, tidy
from rag.reading.text import attempt, decode

_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]{3,20})""", re.I)
_XML_CHARSET = re.compile(rb"""^\s*<\?xml[^>]{0,100}encoding\s*=\s*["']([\w-]{3,20})""", re.I)
_ENCODINGS = {
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "gb_2312-80", "x-gbk"), "gb18030"),
    **dict.fromkeys(("big5", "big5-hkscs"), "big5hkscs"),
    **dict.fromkeys(("utf-8", "utf8"), "utf-8"),
}
_SPOILT = 1000
"""One character in so many may be spoilt in a page that states its encoding; browsers show such pages too."""
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]")
_SCRIPTED = "网页里没有正文，内容由脚本生成；请在浏览器里打开，把正文复制成 .txt 或打印成 PDF 后重试"

_DECLARED = {
    "title": ("articletitle", "og:title", "twitter:title"),
    "date": ("pubdate", "article:published_time", "publishdate", "firstpublishedtime", "og:release_date"),
    "source": ("contentsource", "article:source"),
    "author": ("article:author", "og:article:author"),
}
_DATE = re.compile(r"((?:19|20)\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})")
_SITE = re.compile(
    r"(?:网|网站|频道|门户|政府|首页|日报|部|委|委员会|局|厅|司|办公室|中心|公报|要闻|动态|新闻|公告|公示|文件|政策|解读|专栏|信息公开)$"
)


def read_html(data: bytes, file: str) -> list[Source]:
    """Return the one source of a web page, with what its head declares of it.

    Raises:
        ReadingError: no encoding fits, or there is no text in the page.
    """
    text = _CONTROLS.sub(" ", _text(data))
    if not text.strip():
        raise ReadingError("文件是空的")
    if "<" not in text:
        raise ReadingError("里面没有网页标签，像是纯文本；请把后缀改成 .txt")
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise ReadingError("网页内容已损坏，解析不了；请重新保存") from error
    if any("depth" in entry.message for entry in parser.error_log):
        raise ReadingError("网页的标签嵌套过深，读不全；请在浏览器里打开，把正文复制成 .txt 后重试")
    if root is None:
        raise ReadingError(_SCRIPTED)
    stated = _stated(root)
    page = Page(root, stated.get("title", ""))
    parts = parts_of(page)
    if sum(len(line) for part in parts for line in part.lines) < 20 and page.scripted:
        parts = []
    composed, marks = compose(parts)
    if not composed:
        raise ReadingError(_SCRIPTED if page.scripted else "网页里没有文字")
    digest = hashlib.sha256(data).hexdigest()
    return [Source(file=file, text=composed, sha256=digest, marks=marks, declared=stated)]


def _text(data: bytes) -> str:
    """Return the page decoded: by its byte order mark, by the encoding it states where that fits, else as any text."""
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return decode(data)
    found = _CHARSET.search(data[:8192]) or _XML_CHARSET.search(data)
    encoding = _ENCODINGS.get(found.group(1).decode("ascii").lower(), "") if found else ""
    text = attempt(data, encoding) if encoding else None
    if text is not None:
        return text
    try:
        return decode(data)
    except ReadingError:
        text = data.decode(encoding, errors="replace") if encoding else ""
        if not text or text.count("\ufffd") * _SPOILT > len(text):
            raise
        return text


def _stated(root: etree._Element) -> dict[str, str]:
    """Return title, date, source and author where the page's head states them; nothing is guessed."""
    metas: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = (meta.get("name") or meta.get("property") or "").strip().lower()
        content = tidy(" ".join((meta.get("content") or "").split()))
        if name and content:
            metas.setdefault(name, content)
    stated = {
        key: next((metas[name] for name in names if name in metas), "") for key, names in _DECLARED.items()
    }
    if not stated["title"]:
        stated["title"] = _title(root, metas.get("sitename", ""))
    date = _DATE.search(stated["date"])
    stated["date"] = f"{date[1]}-{int(date[2]):02}-{int(date[3]):02}" if date else ""
    stated["source"] = re.sub(r"^(?:信息|文章|稿件)?来源\s*[:：]\s*", "", stated["source"])
    if re.fullmatch(r"https?://\S+|[\x00-\x7f]*", stated["author"]):
        stated["author"] = ""
    return {key: value for key, value in stated.items() if value}


def _title(root: etree._Element, site: str) -> str:
    """Return the page's <title> without the names of the site and its sections behind it."""
    element = next(root.iter("title"), None)
    title = tidy(" ".join("".join(map(str, element.itertext())).split())) if element is not None else ""
    title = re.split(r"\s*_+\s*", title)[0]
    pieces = re.split(r"(\s*[|｜]+\s*|\s*-{1,2}\s*|\s+[–—]+\s+)", title)
    while len(pieces) > 1 and (pieces[-1] == site or _SITE.search(pieces[-1])):
        del pieces[-2:]
    kept = "".join(pieces)
    return "" if kept == site or (_SITE.search(kept) and len(kept) < 12) else kept
