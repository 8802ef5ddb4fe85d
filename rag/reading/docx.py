"""Word documents (.docx): the body in order, with its headings, list numbers, tables and notes.

Read with lxml from the few XML parts that hold text, so that content controls, text boxes, tracked changes and
notes are reached too. Headers and footers are left out (a .docx has no pages for them to stand on, and they repeat),
and so are comments, deletions, hidden text and the signs that refer to notes: each note follows its paragraph.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import replace

from rag.datatypes import Source
from rag.errors import ReadingError
from rag.reading.docx_blocks import Body, Drawn
from rag.reading.docx_numbering import Numbering
from rag.reading.docx_package import Package, name, read_styles
from rag.reading.parts import Part, compose, tidy


def read_docx(data: bytes, file: str) -> list[Source]:
    """Return the one source of a Word document.

    Raises:
        ReadingError: the package is damaged, too large once unpacked, or holds no text.
    """
    package = Package(data)
    folder, root = package.main()
    base = f"{folder}/" if folder else ""
    body = Body(
        read_styles(package.part(f"{base}styles.xml")),
        Numbering(package.part(f"{base}numbering.xml")),
        {kind: package.part(f"{base}{kind}s.xml") for kind in ("footnote", "endnote")},
    )
    for element in root:
        if name(element) == "body":
            body.read(element)
    text, marks = compose(_titled(body.drawn))
    if not text:
        raise ReadingError("里面没有文字，可能全是图片；请导出为 PDF 并做文字识别，或换成有文字的文件")
    title = _title(package, text)
    digest = hashlib.sha256(data).hexdigest()
    return [
        Source(file=file, text=text, sha256=digest, marks=marks, declared={"title": title} if title else {})
    ]


def _titled(drawn: list[Drawn]) -> list[Part]:
    """Return the parts with the document's title made out: in the style of that name, or large and centred at its head.

    Where there is one, the other headings stand below it.
    """
    sizes: Counter[int] = Counter()
    for one in drawn:
        if one.part.kind == "text":
            sizes[one.size] += sum(map(len, one.part.lines))
    normal = sizes.most_common(1)[0][0] if sizes else 0
    parts: list[Part] = []
    title: int | None = None
    opening = True
    for one in drawn:
        part = one.part
        large = one.centred and normal and one.size >= 1.2 * normal and len("".join(part.lines)) <= 80
        if title == len(parts) - 1 and title >= 0 and large and one.size == drawn[title].size:
            parts[title] = replace(parts[title], lines=parts[title].lines + part.lines)
            continue
        if title is None and (one.title or (opening and large and part.kind in ("text", "heading"))):
            title = len(parts)
            part = replace(part, kind="heading", level=1)
        opening = opening and (title is not None or len("".join(part.lines)) <= 40)
        parts.append(part)
    others = [part.level for i, part in enumerate(parts) if part.kind == "heading" and i != title]
    if title is not None and 1 in others:
        parts = [
            replace(part, level=part.level + 1) if part.kind == "heading" and i != title else part
            for i, part in enumerate(parts)
        ]
    return parts


def _title(package: Package, text: str) -> str:
    """Return the title in the document's properties where its opening has the same words: many are of a template."""
    root = package.part("docProps/core.xml")
    for element in root if root is not None else ():
        if name(element) == "title" and element.text:
            title = tidy(" ".join(element.text.split()))
            bare = re.sub(r"\s", "", title)
            if len(bare) >= 4 and bare in re.sub(r"\s", "", text[:2000]):
                return title
    return ""
