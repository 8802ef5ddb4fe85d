"""The elements of a Word document's body to parts: paragraphs, headings, notes, text boxes, the rows of tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from rag.reading import tables
from rag.reading.characters import MEND, symbol
from rag.reading.docx_numbering import Numbering
from rag.reading.docx_package import (
    WRAPPERS,
    Style,
    Styles,
    attribute,
    child,
    name,
    number,
    numbering_of,
    switched_on,
)
from rag.reading.docx_tables import cells_of, holds_table, unwrapped
from rag.reading.parts import (
    Kind,
    Part,
    heading_level,
    is_headline,
    is_numbered,
    only_text,
    paragraphs,
    vocabulary,
)

_DROPPED = vocabulary(
    "del moveFrom delText delInstrText instrText pPr rPr sdtPr sdtEndPr rt rubyPr Fallback tblPr"
)
_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])")
_BOLD_FACE = re.compile(r"黑体|SimHei|Heiti|小标宋|FZXBS")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A part and how it looks: its size in half points, whether it is centred, whether its style says title."""

    part: Part
    size: int = 0
    centred: bool = False
    title: bool = False


class Body:
    """A walk over a body in document order; what it finds gathers in `drawn`."""

    def __init__(self, styles: Styles, numbering: Numbering, notes: dict[str, etree._Element | None]) -> None:
        self.drawn: list[Drawn] = []
        self._styles = styles
        self._numbering = numbering
        self._notes = {
            (kind, attribute(note, "id") or ""): note
            for kind, root in notes.items()
            for note in (root if root is not None else ())
        }
        self._referred: list[tuple[str, str]] = []
        self._note_count = 0
        self._boxes: list[etree._Element] = []
        self._carried = ""
        self._tables = 0  # how many tables the walk is in: what belongs to a cell waits for the table's end

    def read(self, container: etree._Element) -> None:
        """Add the blocks of `container`: a body, a cell, a text box."""
        for element in container:
            kind = name(element)
            if kind == "p":
                self._paragraph(element)
            elif kind == "tbl":
                self._table(element)
            elif kind in WRAPPERS or kind == "sdt":
                self.read(element)
            elif kind == "AlternateContent":
                self.read(_chosen(element))
            if kind in ("p", "tbl") and not self._tables:
                self._add_asides()

    def _add_asides(self) -> None:
        """Add the text boxes and the notes that belong to what was just read."""
        while self._boxes:
            boxes, self._boxes = self._boxes, []
            for box in boxes:
                self.read(box)
        while self._referred:
            referred, self._referred = self._referred, []
            for reference in referred:
                self._add_note(reference)

    def _add_note(self, reference: tuple[str, str]) -> None:
        note = self._notes.pop(reference, None)  # once, as a note can refer to itself
        if note is None or attribute(note, "type") not in (None, "normal"):
            return
        self._note_count += 1
        number = self._note_count
        text = only_text([one.part for one in self._apart(note)])
        if text:
            self._draw("note", (f"注{number}：{text}",))

    def _apart(self, container: etree._Element) -> list[Drawn]:
        """Return the blocks of `container` without adding them."""
        outer, self.drawn = self.drawn, []
        carried, self._carried = self._carried, ""
        self.read(container)
        inner, self.drawn = self.drawn, outer
        self._carried = carried
        return inner

    def _draw(self, kind: Kind, lines: tuple[str, ...], level: int = 0) -> None:
        self.drawn.append(Drawn(Part(kind=kind, lines=lines, level=level)))

    def _paragraph(self, element: etree._Element) -> None:
        properties = child(element, "pPr")
        style = self._styles.of(element)
        sizes: Counter[tuple[int, bool]] = Counter()
        text = self._carried + "".join(self._inline(element, style, sizes))
        self._carried = ""
        if child(properties, "rPr", "del") is not None:
            self._carried = text  # the end of the paragraph is deleted: it goes on in the next
            return
        if not text.strip():
            return
        listed = numbering_of(properties) or style.numbering
        if listed and listed[0] != "0":
            text = self._numbering.next(*listed) + text.lstrip()
        (size, bold), _ = sizes.most_common(1)[0] if sizes else ((self._styles.size, False), 0)
        centred = style.centred
        if child(properties, "jc") is not None:
            centred = attribute(child(properties, "jc"), "val") == "center"
        level, title = self._level(properties, style), style.name in ("title", "标题")
        blocks = paragraphs(text.translate(MEND))
        if (level or title) and blocks:
            blocks = [tuple(line for lines in blocks for line in lines)]
        for lines in blocks:
            joined = "".join(lines)
            kind: Kind = "heading" if level or title else "text"
            own = level or 1
            if style.name.startswith(("toc", "目录")):
                kind = "furniture"
            elif kind == "text" and bold and is_headline(joined) and (centred or is_numbered(joined)):
                kind, own = "heading", heading_level(joined)
            part = Part(kind=kind, lines=lines, level=own if kind == "heading" else 0)
            self.drawn.append(Drawn(part, size, bool(centred), title and kind == "heading"))

    def _level(self, properties: etree._Element | None, style: Style) -> int:
        """Return the level of a heading, 0 for a paragraph of text."""
        outline = number(attribute(child(properties, "outlineLvl"), "val"))
        if outline is None:
            outline = style.outline
        if outline is not None and outline < 9:
            return outline + 1
        if style.name == "subtitle":
            return 2
        match = _HEADING.fullmatch(style.name)
        return int(match.group(1)) if match and outline is None else 0

    def _inline(
        self, element: etree._Element, style: Style, sizes: Counter[tuple[int, bool]]
    ) -> Iterator[str]:
        """Yield the pieces of a paragraph's text; count in `sizes` how many characters have which size and weight."""
        for inner in element:
            kind = name(inner)
            if kind in _DROPPED or not kind:
                continue
            if kind == "r":
                look = child(inner, "rPr")
                if switched_on(look, "vanish"):
                    continue
                pieces = list(self._inline(inner, style, sizes))
                sizes[self._look(look, style)] += len("".join(pieces).strip())
                yield from pieces
            elif kind == "t":
                yield inner.text or ""
            elif kind in WRAPPERS or kind in ("sdt", "ruby") or kind.startswith("oMath"):
                yield from self._inline(inner, style, sizes)
            elif kind == "AlternateContent":
                yield from self._inline(_chosen(inner), style, sizes)
            elif kind in ("drawing", "pict", "object", "txbxContent"):
                self._boxes += _text_boxes(inner)
            else:
                yield self._sign(inner, kind)

    def _sign(self, element: etree._Element, kind: str) -> str:
        """Return the text that an element stands for; a reference to a note is kept for later."""
        if kind in ("footnoteReference", "endnoteReference"):
            self._referred.append((kind.removesuffix("Reference"), attribute(element, "id") or ""))
        elif kind in ("br", "cr"):
            return "" if attribute(element, "type") in ("page", "column") else "\n"
        elif kind in ("tab", "ptab"):
            return "\t"
        elif kind == "noBreakHyphen":
            return "-"
        elif kind == "sym":
            code = attribute(element, "char") or ""
            return symbol(int(code, 16)) if re.fullmatch(r"[0-9A-Fa-f]{1,6}", code) else ""
        elif len(element):
            return "".join(self._inline(element, Style(name=""), Counter()))
        return ""

    def _look(self, look: etree._Element | None, style: Style) -> tuple[int, bool]:
        size = number(attribute(child(look, "sz"), "val")) or style.size or self._styles.size
        bold = switched_on(look, "b")
        face = attribute(child(look, "rFonts"), "eastAsia") or ""
        return size, bool(style.bold if bold is None else bold) or bool(_BOLD_FACE.search(face))

    def _table(self, table: etree._Element) -> None:
        rows = [row for row in unwrapped(table, "tr") if child(row, "trPr", "del") is None]
        self._tables += 1
        drawn = [[self._apart(cell) for cell in unwrapped(row, "tc")] for row in rows]
        self._tables -= 1
        texts = [[only_text([one.part for one in cell]) for cell in row] for row in drawn]
        cells = cells_of(rows, texts)
        if any(holds_table(row) for row in rows) or tables.is_layout(cells):
            for row in drawn:
                for content in row:
                    self.drawn += content
            return
        headers = 0
        while headers < len(rows) and switched_on(child(rows[headers], "trPr"), "tblHeader"):
            headers += 1
        for line in tables.lines(cells, headers or None):
            self._draw("row", (line,))


def _chosen(alternatives: etree._Element) -> etree._Element:
    """Return the first of several renderings of the same content."""
    return next((inner for inner in alternatives if name(inner) in ("Choice", "Fallback")), alternatives)


def _text_boxes(drawing: etree._Element) -> Iterator[etree._Element]:
    """Yield the contents of the text boxes in a drawing, not those of another rendering of it, nor inner ones."""
    if name(drawing) == "txbxContent":
        yield drawing
        return
    for inner in drawing:
        if name(inner) != "Fallback":
            yield from _text_boxes(_chosen(inner) if name(inner) == "AlternateContent" else inner)
