"""A sheet as a Word document with real footnotes.

What never changes of the package lies in `package/`, as Word has it in its archive; written here are the document,
its footnotes and its title. By hand, since python-docx, which would be one more dependency, writes no footnotes.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

from rag.export.sheet import Block, Kind, Note, Sheet, Style, Table

_PACKAGE = Path(__file__).parent / "package"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_CORE = (
    'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"'
)
_FORBIDDEN = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""The characters that XML cannot hold."""
_STYLES: dict[Kind, str] = {
    "title": "Heading1",
    "heading": "Heading2",
    "text": "Normal",
    "item": "ListBullet",
    "quote": "Quote",
    "remark": "Remark",
    "closing": "Remark",
}
_LOOKS: dict[Style, str] = {
    "plain": "",
    "strong": "<w:b/>",
    "struck": '<w:strike/><w:color w:val="8A3B12"/>',
    "added": '<w:color w:val="24594F"/><w:u w:val="single"/>',
}
_SUPERSCRIPT = '<w:rStyle w:val="FootnoteReference"/>'
_SEPARATORS = "".join(
    f'<w:footnote w:type="{kind}" w:id="{number}"><w:p><w:r><w:{kind}/></w:r></w:p></w:footnote>'
    for kind, number in (("separator", -1), ("continuationSeparator", 0))
)
_PAGE = (
    '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1440" w:right="1588" w:bottom="1440" w:left="1588" w:header="851" w:footer="992" w:gutter="0"/>'
    "</w:sectPr>"
)


def as_docx(sheet: Sheet) -> bytes:
    """Return a sheet as a .docx file; the same sheet gives the same bytes."""
    footnotes = _Footnotes(sheet)
    body = "".join(
        _table(block) if isinstance(block, Table) else _paragraph(block, footnotes) for block in sheet.blocks
    )
    parts = {
        path.relative_to(_PACKAGE).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(_PACKAGE.rglob("*"))
        if path.is_file()
    }
    parts["word/document.xml"] = f"{_HEAD}<w:document {_W}><w:body>{body}{_PAGE}</w:body></w:document>"
    parts["word/footnotes.xml"] = f"{_HEAD}<w:footnotes {_W}>{_SEPARATORS}{footnotes.xml}</w:footnotes>"
    parts["docProps/core.xml"] = (
        f"{_HEAD}<cp:coreProperties {_CORE}><dc:title>{_text(sheet.title)}</dc:title>"
        "<dc:creator>引据</dc:creator></cp:coreProperties>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, xml in parts.items():
            archive.writestr(zipfile.ZipInfo(name), xml, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


class _Footnotes:
    """The footnotes as the document comes to refer to them.

    Word gives each footnote one place in the text. Where a note is referred to again, another one stands that
    refers to the first; its number is a field, which Word keeps right.
    """

    def __init__(self, sheet: Sheet) -> None:
        self._notes = sheet.notes
        self._shown: dict[int, int] = {}
        self._count = 0
        self.xml = ""

    def refer(self, number: int) -> str:
        """Return the run that refers to the sheet's note `number`, and keep its footnote."""
        self._count += 1
        reference = _run(f'<w:footnoteReference w:id="{self._count}"/>', _SUPERSCRIPT)
        if number in self._shown:
            first = self._shown[number]
            field = f'<w:fldSimple w:instr=" NOTEREF _note{first} \\h ">{_words(str(first))}</w:fldSimple>'
            self._keep(_words(" 同注") + field)
            return reference
        self._shown[number] = self._count
        self._keep(_words(f" {self._notes[number - 1]}"))
        mark = f'w:id="{self._count}"'
        return f'<w:bookmarkStart {mark} w:name="_note{self._count}"/>{reference}<w:bookmarkEnd {mark}/>'

    def _keep(self, runs: str) -> None:
        sign = _run("<w:footnoteRef/>", _SUPERSCRIPT)
        self.xml += f'<w:footnote w:id="{self._count}">{_styled("FootnoteText", sign + runs)}</w:footnote>'


def _paragraph(block: Block, footnotes: _Footnotes) -> str:
    runs = ""
    after_note = False
    for part in block.parts:
        if isinstance(part, Note):
            # A blank, raised as the numbers are, so that 1 and 2 do not read as 12.
            runs += _words(" ", _SUPERSCRIPT) if after_note else ""
            runs += footnotes.refer(part.number)
        else:
            runs += _words(part.text, _LOOKS[part.style])
        after_note = isinstance(part, Note)
    return _styled(_STYLES[block.kind], runs)


def _table(table: Table) -> str:
    grid = "<w:gridCol/>" * len(table.rows[0])
    head, *rows = (_row(row, "<w:b/>" if at == 0 else "") for at, row in enumerate(table.rows))
    look = '<w:tblStyle w:val="TableGrid"/><w:tblW w:w="5000" w:type="pct"/>'
    # A paragraph after it: two tables in a row would be one, and none may end the document.
    rows_xml = "".join([head, *rows])
    return f"<w:tbl><w:tblPr>{look}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows_xml}</w:tbl><w:p/>"


def _row(cells: tuple[str, ...], look: str) -> str:
    columns = "".join(f"<w:tc>{_styled('Normal', _words(cell, look))}</w:tc>" for cell in cells)
    return f"<w:tr>{columns}</w:tr>"


def _styled(style: str, runs: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{runs}</w:p>'


def _words(text: str, look: str = "") -> str:
    return _run(f'<w:t xml:space="preserve">{_text(text)}</w:t>', look)


def _run(content: str, look: str) -> str:
    return f"<w:r><w:rPr>{look}</w:rPr>{content}</w:r>" if look else f"<w:r>{content}</w:r>"


def _text(text: str) -> str:
    """Return `text` for XML, without the characters that it cannot hold."""
    return escape(_FORBIDDEN.sub("", text))
