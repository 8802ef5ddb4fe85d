"""Rows of a PDF's pages and what each is by its place: text, a note, a table's row, furniture at the edges."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from rag.reading.parts import Kind, ends_sentence
from rag.reading.pdf_glyphs import Sheet
from rag.reading.pdf_order import Flow, Row, flows

_FOLIO = re.compile(
    r"[-—–－·•\s]*\d{1,4}[-—–－·•\s]*|第\s*\d{1,4}\s*页.{0,12}|\d{1,4}\s*/\s*\d{1,4}|(?:page\s*)?\d{1,4}|[ivxl]{1,6}"
    r"|(?:https?|file)://\S+(?:\s*\d{1,4}/\d{1,4})?|\d{1,4}/\d{1,2}/\d{1,4},?\s*\d{1,2}:\d\d(?:\s*[AP]M)?",
    re.I,
)
"""Page numbers, and what browsers print on the edges of a page: the time and the address."""
NOTE = re.compile(r"[①-⑳⑴-⑽*※]|\[\d{1,3}\]|\d{1,2}\s*[^\d.、年月%]|注\s*\d*[:：]")
"""How a note at the foot of a page opens."""
_LEADER = re.compile(
    r"(?:(?:[.·．]\s*){4,}|(?:[…⋯‥]\s*){2,})[-—(（\s]*(?:\d{1,4}|[ivxl]{1,6})[-—)）\s]*$", re.I
)
"""How an entry of a table of contents ends: a row of dots and a page number."""
_CONTENTS = re.compile(r"目\s*[录錄次]|contents", re.I)
_EDGE = 0.13
"""Running heads, feet and page numbers stand in this share of the page's height from its top or bottom."""


@dataclass(slots=True)
class Place:
    """A row where it stands: page, column, and what it was made out to be."""

    row: Row
    page: int
    flow: Flow
    role: Kind

    @property
    def text(self) -> str:
        """The text of the row, its pieces apart."""
        return " ".join(line.text for line in self.row)

    @property
    def size(self) -> float:
        """The size of the row's first piece."""
        return self.row[0].size

    @property
    def y(self) -> float:
        """How far down the page the row stands."""
        return self.row[0].y

    @property
    def indented(self) -> bool:
        """Whether it begins as the first line of a paragraph does."""
        return 1.2 * self.size < self.row[0].x0 - self.flow.left < 4.5 * self.size

    @property
    def deep(self) -> bool:
        """Whether it begins so far in that it is set in the middle or at the right, not as text."""
        return self.row[0].x0 - self.flow.left > 8 * self.size

    @property
    def short(self) -> bool:
        """Whether it ends before the edge of its column."""
        return self.room > 2.2

    @property
    def room(self) -> float:
        """How many characters more its column would hold."""
        return (self.flow.right - self.row[-1].x1) / self.size

    @property
    def centred(self) -> bool:
        """Whether it stands in the middle of its column, away from the edges."""
        middle = (self.flow.left + self.flow.right) / 2
        apart = self.row[0].x0 > self.flow.left + self.size
        return apart and abs((self.row[0].x0 + self.row[-1].x1) / 2 - middle) < self.size

    def alike(self, other: Place) -> bool:
        """Whether it is set as large as another."""
        return abs(self.size - other.size) < 0.08 * max(self.size, other.size)


class Layout:
    """The rows of all pages in reading order, and what they have in common.

    `size` is that of the text, `pitch` the usual distance of its lines; `indents` says that paragraphs begin with
    an indent, `bold` that the text itself is set in bold.
    """

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        self._sheets = sheets
        self.places = [
            Place(row, number, flow, "furniture" if row[0].tilted else "text")
            for number, columns in enumerate(flows(sheets))
            for flow in columns
            for row in flow.rows
        ]
        sizes: Counter[float] = Counter()
        for place in self.places:
            sizes[round(place.size, 1)] += len(place.text)
        self.size = sizes.most_common(1)[0][0] if sizes else 12.0
        self.pitch = self._usual_pitch()
        self._mark_furniture()
        self._mark_contents()
        self._mark_notes()
        self._mark_rows()
        self._widen()
        self.pitch = self._usual_pitch()
        body = [p for p in self.places if p.role == "text" and abs(p.size - self.size) < 0.05 * self.size]
        indented = sum(place.indented for place in body)
        self.indents = indented >= 2 and (indented > 0.04 * len(body) or _open_indented(body))
        self.bold = sum(p.row[0].bold for p in body) > 0.5 * len(body)

    def _mark_furniture(self) -> None:
        """Mark running heads and feet, which repeat at the same place on three pages, and page numbers.

        Both stand outside the text: with nothing but others of them farther out, set apart or smaller.
        """
        seen: dict[tuple[str, int], set[int]] = defaultdict(set)
        pages: dict[int, list[Place]] = defaultdict(list)
        for place in self.places:
            if self._at_edge(place):
                seen[self._likeness(place)].add(place.page)
            if place.role != "furniture":
                pages[place.page].append(place)
        for places in pages.values():
            places.sort(key=lambda place: place.y)
            for outward in (places, places[::-1]):
                for place in outward:
                    repeated = len(seen[self._likeness(place)]) >= 3
                    folio = bool(_FOLIO.fullmatch(place.text.strip()))
                    if not (self._at_edge(place) and (repeated or folio) and self._apart(place, outward)):
                        break
                    place.role = "furniture"

    def _apart(self, place: Place, outward: Sequence[Place]) -> bool:
        """Whether a row at the edge is smaller than the text, or farther from the next row than lines of text are."""
        if place.size < 0.94 * self.size:
            return True
        inner = next(
            (o for o in outward if o.role == "text" and abs(o.y - place.y) > 4 and o is not place), None
        )
        return inner is None or abs(inner.y - place.y) > 1.4 * self.pitch

    def _at_edge(self, place: Place) -> bool:
        height = self._sheets[place.page].height
        return not _EDGE * height < place.y < (1 - _EDGE) * height

    def _likeness(self, place: Place) -> tuple[str, int]:
        return re.sub(r"\d+", "0", "".join(place.text.split())), round(place.y / 8)

    def _mark_contents(self) -> None:
        """Mark the entries of a table of contents, two or more on a page, those on two lines, and its heading."""
        entries = [i for i, place in enumerate(self.places) if _LEADER.search(place.text)]
        pages = Counter(self.places[i].page for i in entries)
        entries = [i for i in entries if pages[self.places[i].page] > 1]
        for before, i in zip([-1, *entries], entries, strict=False):
            self.places[i].role = "furniture"
            above = self.places[i - 1] if i else None
            if above is None:
                continue
            within = i - before == 2 and before >= 0 and above.alike(self.places[i])
            if within or _CONTENTS.fullmatch(above.text.strip()):
                above.role = "furniture"

    def _mark_notes(self) -> None:
        """Mark the small print at the foot of a page, from the first row that opens with a sign of a note."""
        pages: dict[int, list[Place]] = defaultdict(list)
        for place in self.places:
            if place.role == "text":
                pages[place.page].append(place)
        for page, own in pages.items():
            small: list[Place] = []
            for place in reversed(own):
                if place.size > 0.92 * self.size or place.y < 0.4 * self._sheets[page].height:
                    break
                small.append(place)
            small.reverse()
            first = next((i for i, place in enumerate(small) if NOTE.match(place.text)), len(small))
            for place in small[first:]:
                place.role = "note"

    def _mark_rows(self) -> None:
        """Mark rows of several pieces, two or more after another, as a table's, and one of one piece between them."""
        rows: set[int] = set()
        for i, place in enumerate(self.places):
            near = self.places[i + 1 : i + 3]
            if len(place.row) < 2 or not near or near[0].flow is not place.flow:
                continue
            if len(near[0].row) > 1:
                rows |= {i, i + 1}
            elif len(near) > 1 and len(near[1].row) > 1 and _begin_level(place, *near):
                rows |= {i, i + 1, i + 2}
        for i in rows:
            if self.places[i].role == "text":
                self.places[i].role = "row"

    def _widen(self) -> None:
        """Set the edges of the columns by their text; a short one ends where others that begin there do."""
        texts: dict[int, list[Place]] = defaultdict(list)
        for place in self.places:
            if place.role == "text":
                texts[id(place.flow)].append(place)
        for places in texts.values():
            places[0].flow.measure([place.row for place in places])
        ends: dict[int, float] = defaultdict(float)
        for place in self.places:
            slot = round(place.flow.left / 24)
            ends[slot] = max(ends[slot], place.flow.right)
        for place in self.places:
            if len(place.flow.rows) < 8:
                place.flow.right = max(place.flow.right, ends[round(place.flow.left / 24)])

    def _usual_pitch(self) -> float:
        gaps = [
            b.y - a.y
            for a, b in pairwise(self.places)
            if a.flow is b.flow and a.role == b.role == "text" and abs(a.size - b.size) < 0.05 * self.size
        ]
        return median(gaps) if gaps else 1.6 * self.size

    def large(self, place: Place) -> bool:
        """Whether a row is set in larger print than the text."""
        return place.size > 1.1 * self.size


def _open_indented(body: Sequence[Place]) -> bool:
    """Whether nearly all rows of text after one that stops short of the edge, at a paragraph's end, are indented."""
    opening = [place for before, place in pairwise(body) if before.short and ends_sentence(before.text)]
    return sum(place.indented for place in opening) > 0.8 * len(opening)


def _begin_level(first: Place, *others: Place) -> bool:
    """Whether rows of one column begin at the same edge."""
    return all(place.flow is first.flow and abs(place.row[0].x0 - first.row[0].x0) < 2 for place in others)
