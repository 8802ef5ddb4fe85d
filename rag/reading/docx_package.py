"""The parts of a .docx package: unpacked with a limit, parsed without entities; styles and numbering looked up."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from rag.errors import ReadingError
from rag.reading.parts import vocabulary

MAX_TOTAL = 1024 * 1024 * 1024
"""Bytes that a package may declare unpacked, pictures included."""
MAX_PART = 32 * 1024 * 1024
"""Bytes of one XML part: a five-year plan takes two million."""

WRAPPERS = vocabulary(
    "ins moveTo smartTag customXml sdtContent hyperlink fldSimple dir bdo rubyBase oMath oMathPara Choice"
)
"""Elements around text that is shown: insertions, links, content controls."""

_DAMAGED = "文件已损坏，打不开；请用 Word 或 WPS 打开修复后另存为 .docx"
_TOO_LARGE = "解压后过大，疑似压缩炸弹；请确认文件来源，或拆分后重试"
_SPOILT = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    LookupError,
)
"""What `zipfile` raises for damaged, encrypted or unknown packages, in its directory and in its data."""


def name(element: etree._Element) -> str:
    """Return an element's name without its namespace, which differs between the two editions of the format."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def attribute(element: etree._Element | None, key: str) -> str | None:
    """Return the attribute `key`, in whatever namespace; None where there is none."""
    if element is None:
        return None
    return next((value for full, value in element.items() if full.rpartition("}")[2] == key), None)


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """Return the first descendant along a path of names, None where there is none."""
    for step in path:
        if element is None:
            return None
        element = next((inner for inner in element if name(inner) == step), None)
    return element


def switched_on(properties: etree._Element | None, key: str) -> bool | None:
    """Return whether a property such as bold is on; None where it is not stated."""
    element = child(properties, key)
    if element is None:
        return None
    return (attribute(element, "val") or "1") not in ("0", "false", "off", "none")


class Package:
    """An opened .docx.

    Raises:
        ReadingError: on opening or on reading a part: damaged, encrypted, too large once unpacked, with entities.
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
            self._names = {info.filename for info in self._archive.infolist()}
            total = sum(info.file_size for info in self._archive.infolist())
        except _SPOILT as error:
            raise ReadingError(_DAMAGED) from error
        if total > MAX_TOTAL:
            raise ReadingError(_TOO_LARGE)

    def part(self, path: str) -> etree._Element | None:
        """Return the root of an XML part, None where the package has no such part."""
        if path not in self._names:
            return None
        try:
            with self._archive.open(path) as stream:
                data = stream.read(MAX_PART + 1)
        except _SPOILT as error:
            raise ReadingError(_DAMAGED) from error
        if len(data) > MAX_PART:
            raise ReadingError(_TOO_LARGE)
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True
        )
        try:
            root = etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            raise ReadingError(_DAMAGED) from error
        if root.getroottree().docinfo.doctype:
            raise ReadingError("文件里有实体声明，Word 不会这样保存，可能有害；请用 Word 打开后另存为 .docx")
        return root

    def main(self) -> tuple[str, etree._Element]:
        """Return the folder of the document's main part and its root."""
        relations = self.part("_rels/.rels")
        path = "word/document.xml"
        for relation in relations if relations is not None else ():
            if (attribute(relation, "Type") or "").endswith("/officeDocument"):
                path = (attribute(relation, "Target") or path).lstrip("/")
        root = self.part(path)
        if root is None:
            raise ReadingError("里面没有 Word 正文，可能已损坏；请用 Word 或 WPS 打开后另存为 .docx")
        return path.rpartition("/")[0], root


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph style says: its name, its outline level (0 is the highest), its numbering."""

    name: str
    outline: int | None = None
    numbering: tuple[str, int] | None = None
    size: int | None = None
    bold: bool | None = None
    centred: bool | None = None


@dataclass(slots=True)
class Styles:
    """The paragraph styles of a document by their id, each with what it inherits."""

    by_id: dict[str, Style] = field(default_factory=dict)
    default: str = ""
    size: int = 21

    def of(self, paragraph: etree._Element) -> Style:
        """Return the style of a paragraph."""
        identifier = attribute(child(paragraph, "pPr", "pStyle"), "val") or self.default
        return self.by_id.get(identifier, Style(name=""))


def read_styles(root: etree._Element | None) -> Styles:
    """Return the styles of a styles part; none for a package without one."""
    styles = Styles()
    elements = {}
    for element in root if root is not None else ():
        if name(element) == "style" and attribute(element, "type") == "paragraph":
            identifier = attribute(element, "styleId") or ""
            elements[identifier] = element
            if attribute(element, "default") in ("1", "true"):
                styles.default = identifier
    size = attribute(child(root, "docDefaults", "rPrDefault", "rPr", "sz"), "val")
    styles.size = int(size) if size and size.isdecimal() else 20
    for identifier in elements:
        styles.by_id[identifier] = _resolve(elements, identifier)
    return styles


def _resolve(elements: dict[str, etree._Element], identifier: str) -> Style:
    chain = list(_ancestry(elements, identifier))
    outline = numbering = size = bold = centred = None
    for element in chain:
        properties, look = child(element, "pPr"), child(element, "rPr")
        if outline is None:
            outline = number(attribute(child(properties, "outlineLvl"), "val"))
        if numbering is None:
            numbering = numbering_of(properties)
        if size is None:
            size = number(attribute(child(look, "sz"), "val"))
        if bold is None:
            bold = switched_on(look, "b")
        if centred is None and child(properties, "jc") is not None:
            centred = attribute(child(properties, "jc"), "val") == "center"
    title = attribute(child(chain[0], "name"), "val") or ""
    return Style(
        name=title.lower(), outline=outline, numbering=numbering, size=size, bold=bold, centred=centred
    )


def _ancestry(elements: dict[str, etree._Element], identifier: str) -> Iterator[etree._Element]:
    seen: set[str] = set()
    while identifier in elements and identifier not in seen:
        seen.add(identifier)
        yield elements[identifier]
        identifier = attribute(child(elements[identifier], "basedOn"), "val") or ""


def number(value: str | None) -> int | None:
    """Return the number that an attribute states, None where it states none."""
    return int(value) if value and value.isascii() and value.isdecimal() and len(value) < 10 else None


def numbering_of(properties: etree._Element | None) -> tuple[str, int] | None:
    """Return the list and the level that paragraph properties put it in; list 0 is none."""
    element = child(properties, "numPr")
    if element is None:
        return None
    identifier = attribute(child(element, "numId"), "val")
    level = number(attribute(child(element, "ilvl"), "val"))
    return (identifier, min(level or 0, 8)) if identifier else None
