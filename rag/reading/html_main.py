"""Which part of a web page is its main text: menus, footers and sharing buttons told from what was written."""

from __future__ import annotations

import re
from functools import cached_property

from lxml import etree

from rag.reading.parts import vocabulary

SKIPPED = vocabulary(
    "script style noscript template head iframe object embed applet canvas svg math button select option "
    "datalist input textarea audio video map dialog rp rt nav footer"
)
"""Elements whose text is no part of what a page says; `rt` is the pronunciation over a word."""

_CONTENT = vocabulary(
    "ucap-content trs_editor trs_ueditor trs_editor_view pages_content zoom zoomcon article-content "
    "article_content articlecontent content-body detail-content detail_content detailcontent art_con art- "
    "con artcontent news_content news-content newscontent xl_content xl-cont xl-content xlcontent "
    "rich_media_content js_content ivs_content zwxl-article arc_cont wzcon detail-news text_content main- "
    "content"
)
_CHROME = vocabulary(
    "nav navbar menu menus footer foot crumb crumbs breadcrumb breadcrumbs location position share "
    "bdsharebuttonbox bshare qrcode ewm erweima copyright friendlink friendlinks toolbar pagination pager "
    "pages comment comments related relate relates xgwz xgyd recommend login search sidebar aside banner "
    "topbar topnav subnav leftnav sitemap wzdh fenxiang fontsize print"
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_IMPRINT = re.compile(r"版权所有|ICP备|公网安备|主办单位|承办单位|网站标识码|技术支持|维护单位")
_COPYRIGHT = re.compile(r"^(?:版权所有|版权声明|Copyright|©)|[A-Z\u4e00-\u9fff]ICP[备證证]", re.I)
_TURNING = re.compile(r"(?:上|下)一(?:篇|条|页)\s*[:：]|返回(?:顶部|首页|列表)")
_SITE = re.compile(r"(?:网|网站|门户|日报|晚报|频道|在线)$")
_SEPARATORS = re.compile(r"[|｜>›»·•\s]+")
_SENTENCE = re.compile(r"[，。；、！？]")


class Page:
    """A parsed page and the questions about its elements.

    `root` is the element that holds the main text, `title` the one that shows its title (None where none does),
    `name` is that title without white space, `around` holds the elements that either stands in.
    """

    def __init__(self, tree: etree._Element, title: str) -> None:
        self.tree = tree
        body = next(tree.iter("body"), tree)
        self.show_hidden = False
        self.masses = self._weigh(body)
        if not self.masses[body]:
            self.show_hidden = True
            self.masses = self._weigh(body)
        self.body = body
        self.around: set[etree._Element] = set()
        self.root = self._main()
        self.around |= {self.root, *self.root.iterancestors()}
        self.name = "".join(title.split())
        self.sites = _sites(tree)
        self.title = self._find_title(self.name)
        if self.title is not None:
            self.around |= {self.title, *self.title.iterancestors()}

    @cached_property
    def scripted(self) -> bool:
        """Whether the page has scripts, so that a browser may show more than its source holds."""
        return next(self.tree.iter("script", "noscript"), None) is not None

    def skipped(self, element: etree._Element) -> bool:
        """Whether an element is not shown, or is not text."""
        if not isinstance(element.tag, str) or element.tag in SKIPPED:
            return True
        if self.show_hidden:
            return False
        return element.get("hidden") is not None or bool(_HIDDEN.search(element.get("style") or ""))

    def chrome(self, element: etree._Element) -> bool:
        """Whether an element belongs to the site rather than to the article, by its name and by what it holds."""
        if element in self.around:
            return False
        if element.tag in ("aside", "form") and not self._weighty(element):
            return True
        names = f"{element.get('id') or ''} {element.get('class') or ''}"
        words = (word.lower() for word in _WORD.findall(names))
        return not _CHROME.isdisjoint(words) and not self._weighty(element)

    def is_site_text(self, text: str, links: int, *, linked: bool, first: bool) -> bool:
        """Whether a block of the main text is the site's: its name, a menu in one line, links onward, the copyright.

        Args:
            text: that of the block.
            links: how many links are in it.
            linked: whether most of it are links.
            first: whether nothing of the main text stands before it.
        """
        bare = "".join(text.split())
        if (first and bare in self.sites) or (
            len(bare) < 120 and "。" not in bare and _COPYRIGHT.search(bare)
        ):
            return True
        if not linked:
            return False
        pieces = [piece for piece in _SEPARATORS.split(text) if piece]
        menu = links > 1 and len(pieces) >= links and max(map(len, pieces)) <= 8
        return menu or bool(_TURNING.match(bare))

    def _weighty(self, element: etree._Element) -> bool:
        """Whether an element holds more of the page's sentences than a menu or a footer does."""
        return self.masses.get(element, 0) > 0.3 * self.total

    def _weigh(self, body: etree._Element) -> dict[etree._Element, int]:
        """Return for each element that is shown how many characters of sentences stand in it, links aside."""
        masses: dict[etree._Element, int] = {body: 0}
        order: list[etree._Element] = []
        stack = [body]
        while stack:
            element = stack.pop()
            order.append(element)
            masses[element] = _mass(element.text) if element.tag != "a" else 0
            for child in element:
                masses[element] += _mass(child.tail) if element.tag != "a" else 0
                if not self.skipped(child):
                    stack.append(child)
        for element in reversed(order):
            parent = element.getparent()
            if element is not body and parent is not None:
                masses[parent] += masses[element]
        self.total = masses[body]
        return masses

    def _main(self) -> etree._Element:
        """Return the element with the main text: a container of a known name, else where most sentences stand."""
        known = [
            e for e in self.masses if self._is_container(e) and self.masses[e] >= 0.3 * max(self.total, 1)
        ]
        if known:
            return max(known, key=lambda element: self.masses[element])
        element = self.body
        while True:
            shown = [child for child in element if child in self.masses and child.tag not in ("p", "table")]
            heaviest = max(shown, key=lambda child: self.masses[child], default=None)
            if heaviest is None or self.masses[heaviest] < 0.8 * max(self.masses[element], 1):
                return element
            if heaviest.tag in ("span", "font", "b", "strong", "a", "li", "td", "tr"):
                return element
            element = heaviest

    def _is_container(self, element: etree._Element) -> bool:
        if element.tag in ("article", "main"):
            return True
        names = f"{element.get('id') or ''} {element.get('class') or ''}".lower().split()
        return not _CONTENT.isdisjoint(names)

    def _find_title(self, title: str) -> etree._Element | None:
        """Return the element that shows `title` and nothing else, or the first <h1> that has part of it."""
        headings = []
        for element in self.masses:
            if element.tag == "h1":
                headings.append(element)
            if title and _is_title(element, title) and not self._in_chrome(element):
                return element
        for element in headings:
            text = _bare(_content(element))
            if (
                len(text) >= 4
                and (not title or text in title or title in text)
                and not self._in_chrome(element)
            ):
                return element
        return None

    def _in_chrome(self, element: etree._Element) -> bool:
        return any(self.chrome(outer) for outer in (element, *element.iterancestors()))


def _sites(tree: etree._Element) -> frozenset[str]:
    """Return the names of the site, which stand behind the title in the page's head."""
    title = next(tree.iter("title"), None)
    pieces = re.split(r"[-_|｜]+", _bare(_content(title))) if title is not None else []
    return frozenset(piece for piece in pieces[1:] if _SITE.search(piece))


def _mass(text: str | None) -> int:
    bare = (text or "").strip()
    return len(bare) if len(bare) >= 8 and _SENTENCE.search(bare) and not _IMPRINT.search(bare) else 0


def _is_title(element: etree._Element, title: str) -> bool:
    """Whether an element shows the title and nothing else; long ones are not looked into."""
    if len(element) > 8 or element.tag in ("a", "li", "body"):
        return False
    text = _content(element)
    return len(text) < 4 * len(title) + 100 and _bare(text) == title


def _content(element: etree._Element) -> str:
    pieces: list[str] = []
    for i, piece in enumerate(element.itertext()):
        if i > 40:
            break
        pieces.append(str(piece))
    return "".join(pieces)


def _bare(text: str) -> str:
    return "".join(text.split())
