"""An article being gathered: its paragraphs under their headings, and what is stated of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rag.datatypes import Article, Block, Fact, Heading, Paragraph, Span, cut
from rag.numerals import find_dates
from rag.structure.lines import Line
from rag.structure.metadata import dateline, tail
from rag.structure.people import speakers
from rag.structure.speech import attribute


@dataclass(frozen=True, slots=True)
class Section:
    """What tells how wide a section is: the rank of its heading's number and the level of its mark, 0 for none."""

    rank: int
    level: int

    def within(self, other: Section) -> bool:
        """Whether a section with this heading stands within the section `other` that was open before it.

        Numbers are compared with numbers, marks with marks; a numbered section stands within one that is only
        marked, one that is neither within any that is.
        """
        if self.rank and other.rank:
            return self.rank > other.rank
        if self.level and other.level:
            return self.level > other.level
        if self.rank:
            return other.level > 0
        return not self.level and (other.rank > 0 or other.level > 0)


class Draft:
    """An article being gathered from the lines of a source's `text`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.level = 0
        self.section_levels: set[int] = set()
        self.fragment = False
        self.title: str | None = None
        self.kicker: str | None = None
        self.subtitle: str | None = None
        self.introduced: list[str] = []
        self.headings: list[Heading] = []
        self.paragraphs: list[Paragraph] = []
        self.metadata: list[Block] = []
        self.facts: list[Fact] = []
        self._sections: list[tuple[Section, str]] = []

    def state(self, facts: Sequence[Fact], start: int) -> None:
        """Take what the line that begins at `start` states; where something was stated before, that stands."""
        known = {(fact.kind, fact.of) for fact in self.facts}
        for fact in facts:
            if (fact.kind, fact.of) not in known:
                span = Span(start=start + fact.span.start, end=start + fact.span.end)
                self.facts.append(Fact(kind=fact.kind, value=fact.value, span=span, of=fact.of))

    def introduce(self, found: tuple[str, Span] | None, span: Span) -> None:
        """Take the speaker whom a kicker or subtitle at `span` introduces."""
        if found is None:
            return
        post, name = found
        value = self.text[span.start + name.start : span.start + name.end]
        facts = [Fact(kind="speaker", value=value, span=name)]
        if post and name.start:
            at = self.text.find(post, span.start, span.start + name.start) - span.start
            facts.append(Fact(kind="post", value=post, span=Span(start=at, end=at + len(post)), of=value))
        self.state(facts, span.start)
        self.introduced.append(value)

    def add_block(self, kind: str, line: Line, text: str | None = None) -> None:
        """Add a line of metadata; `text` is its raw text where none is given."""
        raw = self.text[line.span.start : line.span.end]
        whole = text is None or len(line.spans) > 1
        self.metadata.append(Block(kind=kind, text=raw if whole else str(text), span=line.span))

    def add_heading(self, text: str, span: Span, section: Section) -> None:
        """Add a section heading; the sections that it does not stand within end here."""
        while self._sections and not section.within(self._sections[-1][0]):
            self._sections.pop()
        self._sections.append((section, text))
        self.headings.append(Heading(text=text, span=span, level=len(self._sections)))

    def add_paragraph(self, lines: Sequence[Line], header: str | None = None) -> None:
        """Add the paragraph on `lines`, its dateline and its bracketed source taken off.

        `header` is that of the table whose row it is; it stands in the path, below the headings.
        """
        spans = [span for line in lines for span in line.spans]
        first, last = spans[0], spans[-1]
        opening, stated = dateline(self.text[first.start : first.end])
        if opening and opening < first.end - first.start:
            self._take_off("dateline", first.start, first.start + opening)
            self.state(stated, first.start)
            spans[0] = Span(start=first.start + opening, end=first.end)
        last = spans[-1]
        closing, stated = tail(self.text[last.start : last.end])
        if closing < last.end - last.start:
            self._take_off("endnote", last.start + closing, last.end)
            self.state(stated, last.start)
            spans[-1] = Span(start=last.start, end=last.start + closing)
        self._append(tuple(spans), header)

    def add_line(self, span: Span) -> None:
        """Add a paragraph that is the line at `span`."""
        self._append((span,), None)

    def _take_off(self, kind: str, start: int, end: int) -> None:
        text = self.text[start:end]
        low, high = start + len(text) - len(text.lstrip()), start + len(text.rstrip())
        self.metadata.append(Block(kind=kind, text=text.strip(), span=Span(start=low, end=high)))

    def _append(self, spans: tuple[Span, ...], header: str | None) -> None:
        path = [heading for _, heading in self._sections]
        self.paragraphs.append(
            Paragraph(
                number=len(self.paragraphs) + 1,
                text=cut(self.text, spans),
                spans=spans,
                path=tuple([*path, header] if header else path),
            )
        )

    def _attributed(self) -> tuple[list[Paragraph], list[str]]:
        """Return the paragraphs with who speaks in each, and everybody who speaks, in order."""
        texts = [paragraph.text for paragraph in self.paragraphs]
        said = [speakers(text) for text in texts]
        spoken = attribute(texts, said, self.introduced, throughout=self.kicker is not None)
        paragraphs = [
            replace(paragraph, speaker=speaker) if speaker else paragraph
            for paragraph, speaker in zip(self.paragraphs, spoken, strict=True)
        ]
        heard = [name for names, name in zip(said, spoken, strict=True) for name in [*names, name] if name]
        return paragraphs, [*self.introduced, *heard]

    def blocks(self) -> Iterator[Block]:
        """Yield the metadata and headings as blocks: all that an article without text has."""
        yield from self.metadata
        for heading in self.headings:
            yield Block(kind="heading", text=heading.text, span=heading.span)

    def finish(self, masthead: Sequence[Fact], declared: Mapping[str, str]) -> Article:
        """Return the article; what the masthead states and the container declares fills what the text leaves open."""
        known = {fact.kind for fact in self.facts}
        dated = known & {"date", "signed"}
        facts = self.facts + [
            fact for fact in masthead if (not dated if fact.kind == "masthead" else fact.kind not in known)
        ]
        spans = [span for paragraph in self.paragraphs for span in paragraph.spans]
        spans += [block.span for block in self.metadata] + [heading.span for heading in self.headings]
        days = find_dates(declared.get("date", ""))
        paragraphs, named = self._attributed()
        writer = declared.get("author")
        return Article(
            span=Span(start=min(s.start for s in spans), end=max(s.end for s in spans)),
            title=self.title or declared.get("title"),
            kicker=self.kicker,
            subtitle=self.subtitle,
            outlet=_first(facts, "outlet") or declared.get("source"),
            authors=tuple(f.value for f in facts if f.kind == "author") or ((writer,) if writer else ()),
            date=_first(facts, "date") or (days[0][0] if days else _first(facts, "signed", "masthead")),
            issuer=_first(facts, "issuer"),
            number=_first(facts, "number"),
            speakers=tuple(dict.fromkeys(named)),
            fragment=self.fragment,
            facts=tuple(facts),
            headings=tuple(self.headings),
            paragraphs=tuple(paragraphs),
            metadata=tuple(self.metadata),
        )


def _first(facts: Sequence[Fact], *kinds: str) -> str | None:
    """Return the value of the first fact of the first kind that there is one of."""
    return next((fact.value for kind in kinds for fact in facts if fact.kind == kind), None)
