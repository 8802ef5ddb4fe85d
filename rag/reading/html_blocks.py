"""Elements of a web page to parts: paragraphs, headings, list items, the rows of tables."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from lxml import etree

from rag.reading import tables
from rag.reading.html_lists import item, number
from rag.reading.html_main import Page
from rag.reading.html_tables import is_data, own_rows
from rag.reading.parts import Part, heading_level, is_headline, only_text, paragraphs, squash, vocabulary

_BLOCKS = vocabulary(
    "address article aside blockquote body caption center dd details dir div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu ol p pre section "
    "summary table tbody td tfoot th thead tr ul"
)
_BOLD = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)|font-family\s*:\s*[^;]*(?:黑体|SimHei)", re.I)
_LABELS = (
    "信息来源|文章来源|稿件来源|来源|发布时间|发布日期|发文日期|成文日期|公开日期|日期|时间|索引号|发文机关|发布机构|发文字号"
    "|文号|主题分类|有效性|公文种类|主题词|标题|责任编辑|责编|编辑|作者|名称"
)
_META = re.compile(rf"(?:^|\s)[\[【(（]?(?:{_LABELS}|索\s*引\s*号|文\s*号)\s*[:：]")
_APART = re.compile(rf"([^\s(（\[【]?)((?:{_LABELS})[:：])")
_DATELINE = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:\s*\d{1,2}:\d\d(?::\d\d)?)?")
_BREAK = "\x0b"
"""Stands for a <br> while the white space of the source is squashed; the page's own were taken out."""


def parts_of(page: Page) -> list[Part]:
    """Return the parts of the page's main text, led by its title and the metadata that stand around it."""
    walker = _Walker(page.skipped, page)
    walker.walk(page.body)
    return walker.parts


class _Walker:
    """A walk over a tree in document order, without recursion, that gathers text into parts."""

    def __init__(self, skipped: Callable[[etree._Element], bool], page: Page | None = None) -> None:
        self.skipped = skipped
        self.page = page
        self.root = page.root if page else None
        self.title = page.title if page else None
        self.parts: list[Part] = []
        self.inside = page is None
        self.place: Literal["before", "title", "after"] = "before"
        self.heading = 0
        self._text: list[str] = []
        self._bold = 0
        self._emphasised = self._total = self._linked = 0
        self._links = self._anchors = 0
        self._pre = 0
        self._prefix = ""
        self._counters: list[tuple[str, int]] = []

    def walk(self, scope: etree._Element) -> None:
        """Gather the parts of `scope`."""
        if not self._open(scope):
            return
        stack = [(scope, iter(scope))]
        while stack:
            element, children = stack[-1]
            child = next(children, None)
            if child is None:
                stack.pop()
                self._close(element)
                if stack:
                    self._add(element.tail)
            elif self._open(child):
                stack.append((child, iter(child)))
            else:
                self._add(child.tail)
        self._flush()

    def _open(self, element: etree._Element) -> bool:
        """Begin an element; False where its content is not to be walked."""
        if self.skipped(element) or self._is_chrome(element):
            return False
        tag = element.tag
        if tag == "br":
            self._break(element)
            return False
        if tag in _BLOCKS:
            self._flush()
        if element is self.root:
            self.inside = True
        if tag == "table" and self._table(element):
            return False
        if element is self.title:
            self.heading, self.place = 1, "title"
        elif re.fullmatch(r"h[1-6]", tag):
            self.heading = int(tag[1])
        self._list(element)
        self._bold += _is_bold(element)
        self._links += tag == "a"
        self._anchors += tag == "a"
        self._pre += tag == "pre"
        self._add(element.text)
        return True

    def _break(self, element: etree._Element) -> None:
        """Break a line; one in bold above a line that is not is a heading, and a block by itself."""
        above = "".join(self._text).strip()
        plain = not self._bold and bool((element.tail or "").strip())
        if plain and self._emphasised == self._total > 0 and is_headline(above):
            self._flush()
        else:
            self._text.append(_BREAK)

    def _close(self, element: etree._Element) -> None:
        tag = element.tag
        if tag in _BLOCKS:
            self._flush()
        if element is self.title or re.fullmatch(r"h[1-6]", tag):
            if element is self.title:
                self._flush()
                self.place = "after"
            self.heading = 0
        if element is self.root:
            self.inside = False
        if tag in ("ol", "ul"):
            self._counters.pop()
        self._bold -= _is_bold(element)
        self._links -= tag == "a"
        self._pre -= tag == "pre"

    def _is_chrome(self, element: etree._Element) -> bool:
        """Whether to leave out an element of the site: inside the main text only where it is made of links."""
        if self.page is None or not self.page.chrome(element):
            return False
        if not self.inside:
            return True
        links = sum(len("".join(map(str, link.itertext()))) for link in element.iter("a"))
        return 2 * links >= len("".join("".join(map(str, element.itertext())).split()))

    def _add(self, text: str | None) -> None:
        if not text:
            return
        self._text.append(re.sub(r"\r\n?|\n", _BREAK, text) if self._pre else text)
        length = len(text.strip())
        self._total += length
        self._emphasised += length if self._bold else 0
        self._linked += length if self._links else 0

    def _flush(self) -> None:
        """End a block: what was gathered since the last one becomes parts."""
        text = squash("".join(self._text)).replace(_BREAK, "\n")
        emphasised, linked = self._emphasised == self._total > 0, 2 * self._linked >= self._total
        self._text = []
        self._emphasised = self._total = self._linked = 0
        anchors, self._anchors = self._anchors, 0
        if not text.strip():
            return
        page = self.page if self.inside and not self.heading else None
        if page and page.is_site_text(text, anchors, linked=linked, first=not self.parts):
            return
        prefix, self._prefix = self._prefix, ""
        blocks = paragraphs(prefix + text)
        if self.heading:
            blocks = [tuple(line for lines in blocks for line in lines)] if blocks else []
        for lines in blocks:
            joined = "".join(lines)
            if not self.inside and not self._is_metadata(joined, linked):
                continue
            if not self.inside and self.place != "title":
                lines = tuple(_APART.sub(r"\1 \2", line).strip() for line in lines)
            if self.heading:
                self.parts.append(Part(kind="heading", lines=lines, level=self.heading))
            elif self.page and "".join(joined.split()) == self.page.name:
                self.parts.append(Part(kind="heading", lines=lines, level=1))
            elif emphasised and len(blocks) == 1 and is_headline(joined):
                self.parts.append(Part(kind="heading", lines=lines, level=heading_level(joined)))
            else:
                self.parts.append(Part(kind="text", lines=lines))

    def _is_metadata(self, text: str, linked: bool) -> bool:
        """Whether a block around the main text tells of the article: its title, a date, a source, an author."""
        if self.place == "title":
            return True
        if self.heading or linked or len(text) > 200:
            return False
        return bool(_META.search(text)) or (self.place == "after" and bool(_DATELINE.fullmatch(text)))

    def _table(self, table: etree._Element) -> bool:
        """Add the rows of a table of data; False for one that only places text on the page."""
        if self.page and table in self.page.around:
            return False
        if not is_data(table):
            return False
        rows = [[self._cell(cell) for cell in row.iterchildren("td", "th")] for row in own_rows(table)]
        if tables.is_layout(rows):
            return False
        for caption in table.iterchildren("caption"):
            self.parts += _inner(caption, self.skipped)
        head = sum(1 for head in table.iterchildren("thead") for _ in head.iter("tr"))
        lines = tables.lines(rows, head or None)
        if not self.inside:
            lines = [line for line in lines if _META.search(line)]
        self.parts += [Part(kind="row", lines=(line,)) for line in lines]
        return True

    def _cell(self, cell: etree._Element) -> tables.Cell:
        return tables.Cell(
            text=self._cell_text(cell),
            width=number(cell.get("colspan"), 1),
            height=number(cell.get("rowspan"), 1),
            header=cell.tag == "th",
        )

    def _cell_text(self, cell: etree._Element) -> str:
        """Return what a cell says on one line; the cells of a table inside it stand apart."""
        parts = _inner(cell, self.skipped)
        if next(cell.iterdescendants("table"), None) is None:
            return only_text(parts)
        return " ".join(only_text([part]) for part in parts)

    def _list(self, element: etree._Element) -> None:
        """Keep count of list items: the number before an item is text that the page shows."""
        if element.tag in ("ol", "ul"):
            style = (element.get("style") or "").replace(" ", "").lower()
            kind = element.get("type") or ("1" if element.tag == "ol" else "")
            if "list-style-type:none" in style or "list-style:none" in style or element.tag == "ul":
                kind = ""
            elif re.search(r"list-style(?:-type)?:(?:cjk-ideographic|simp-chinese)", style):
                kind = "一"
            self._counters.append((kind, number(element.get("start"), 1) - 1))
        elif element.tag == "li" and self._counters:
            kind, count = self._counters[-1]
            count = number(element.get("value"), count + 1)
            self._counters[-1] = (kind, count)
            self._prefix = item(kind, count)


def _inner(element: etree._Element, skipped: Callable[[etree._Element], bool]) -> list[Part]:
    """Return the parts inside a cell or a caption."""
    walker = _Walker(skipped)
    walker.walk(element)
    return walker.parts


def _is_bold(element: etree._Element) -> bool:
    return element.tag in ("b", "strong") or bool(_BOLD.search(element.get("style") or ""))
