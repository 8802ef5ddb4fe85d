"""Labelled lines to articles: where one ends and the next begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.datatypes import Article, Block, Document, Fact, Source, Span
from rag.numerals import find_dates
from rag.structure.asides import asides
from rag.structure.draft import Draft, Section
from rag.structure.lines import Line, invisible_spans
from rag.structure.metadata import read_byline, read_number, read_signature
from rag.structure.official import issuer_in_title, read_record
from rag.structure.people import introduced
from rag.structure.regions import NEWSPAPER
from rag.text import squeeze

_READ = {
    "byline": read_byline,
    "endnote": read_byline,
    "number": read_number,
    "record": read_record,
    "signature": read_signature,
}


class Builder:
    """Gathers labelled lines into the articles and the noise of one source."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.articles: list[Draft] = []
        self.captions: list[Draft] = []
        self.noise: list[Block] = []
        self.kicker: list[Line] = []
        self.masthead: list[Fact] = []
        self.ended = False
        self.header: str | None = None

    def add(self, role: str, lines: list[Line]) -> None:
        """Take the next block of the source."""
        if role not in ("row", "furniture"):
            self.header = None
        match role:
            case "title" | "jump":
                self._open(lines, fragment=role == "jump")
            case "heading":
                self._heading(lines)
            case "kicker":
                self.kicker += lines
            case "caption":
                self._caption(lines)
            case "paragraph":
                self._article().add_paragraph(lines)
            case "row":
                self._row(lines[0])
            case (
                "subtitle"
                | "adoption"
                | "release"
                | "attachment"
                | "byline"
                | "endnote"
                | "number"
                | "record"
                | "signature"
            ):
                self._metadata(role, lines)
            case _:
                self._noise(role, lines)

    def _article(self) -> Draft:
        """Return the article in progress; text before any title is an article without one."""
        if not self.articles:
            self.articles.append(Draft(self.source.text))
        for line in self.kicker:
            self.articles[-1].add_paragraph([line])
        self.kicker = []
        return self.articles[-1]

    def _open(self, lines: Sequence[Line], *, fragment: bool = False) -> None:
        """Begin an article; lines that stand above its title, a document number say, are its own."""
        title = "".join(line.title for line in lines)
        above = self.articles.pop() if self._waits(title) else None
        draft = above or Draft(self.source.text)
        draft.level = lines[0].level
        draft.fragment = fragment
        for kicker in self.kicker:
            draft.kicker = kicker.text
            draft.introduce(introduced(kicker.text), kicker.span)
            draft.add_block("kicker", kicker)
        self.kicker = []
        for line in lines:
            draft.add_block("jump" if fragment else "title", line, line.title)
        draft.title = None if fragment else title
        issuer = issuer_in_title(draft.title) if draft.title and not lines[0].level else None
        if issuer and issuer.span.end <= len(lines[0].text):
            draft.state([issuer], lines[0].span.start)
        self.articles.append(draft)
        self.ended = False

    def _waits(self, title: str) -> bool:
        """Whether the article in progress has no text yet, and either no title or this one, given above as well."""
        if not self.articles:
            return False
        draft = self.articles[-1]
        bare = not draft.paragraphs and not draft.headings and not draft.fragment
        return bare and (draft.title is None or squeeze(draft.title) == squeeze(title))

    def _heading(self, lines: Sequence[Line]) -> None:
        """A heading is a new article's title behind an article's end, and at or above its title's level.

        A numbered one never is, nor one right below a title, nor one in a piece whose container declares its
        title; one that a format marks is only behind an end.
        """
        draft, line = self.articles[-1] if self.articles else None, lines[0]
        if draft is None:
            begins = "title" not in self.source.declared
        elif draft.title and not draft.paragraphs and not draft.headings:
            begins = False
        else:
            above = line.level <= draft.level and not line.whole and line.level not in draft.section_levels
            begins = self.ended or draft.fragment or above
        if line.level and begins and not line.rank:
            self._open([line])
            return
        self._article().section_levels.add(line.level)
        span = Span(start=line.span.start, end=lines[-1].span.end)
        text = "".join(part.title for part in lines)
        self._article().add_heading(text, span, Section(rank=line.rank, level=line.level))

    def _metadata(self, role: str, lines: Sequence[Line]) -> None:
        """Take a line around the text; several are one name, a character a line."""
        draft, line = self._article(), lines[0]
        for part in lines:
            draft.add_block(role, part)
        if role == "subtitle":
            draft.subtitle = line.text
            draft.introduce(introduced(line.text), line.span)
        elif len(lines) > 1:
            name = "".join(part.text for part in lines)
            span = Span(start=0, end=lines[-1].span.end - line.span.start)
            draft.state([Fact(kind="issuer", value=name, span=span)], line.span.start)
        elif role in _READ and len(line.spans) == 1:
            draft.state(_READ[role](line.text), line.span.start)
        self.ended = self.ended or role in ("endnote", "signature")

    def _row(self, line: Line) -> None:
        """A row of a table in plain text is a paragraph with the table's first row in its path."""
        self._article().add_paragraph([line], header=self.header)
        self.header = self.header or " ".join(line.text.strip("|").replace("|", " ").split())

    def _caption(self, lines: list[Line]) -> None:
        draft = Draft(self.source.text)
        draft.add_paragraph(lines)
        self.captions.append(draft)

    def _place_captions(self, articles: list[Article]) -> None:
        """A captioned picture between articles is a short piece of its own, one inside an article is noise there."""
        around = [article.span for article in articles]
        for draft in self.captions:
            caption = draft.finish(self.masthead, {})
            if not any(span.start < caption.span.start < span.end for span in around):
                articles.append(caption)
                continue
            spans = [span for paragraph in caption.paragraphs for span in paragraph.spans]
            spans += [block.span for block in caption.metadata]
            text = self.source.text
            self.noise += [Block(kind="caption", text=text[s.start : s.end], span=s) for s in spans]

    def _noise(self, role: str, lines: Sequence[Line]) -> None:
        """Set lines aside, one block a line."""
        for line in lines:
            text = self.source.text[line.span.start : line.span.end]
            self.noise.append(Block(kind=role, text=text, span=line.span))
            if role == "masthead":
                self._masthead(self.noise[-1])

    def _masthead(self, block: Block) -> None:
        """Take the newspaper's name and date, each from the first line of the masthead that states it."""
        known = {fact.kind for fact in self.masthead}
        start = block.span.start
        if "outlet" not in known and NEWSPAPER.fullmatch("".join(block.text.split())):
            self.masthead.append(Fact(kind="outlet", value=block.text, span=block.span))
        for day, span in find_dates(block.text)[:1]:
            if "masthead" not in known:
                stated = Span(start=start + span.start, end=start + span.end)
                self.masthead.append(Fact(kind="masthead", value=day, span=stated))

    def finish(self) -> Document:
        """Return the document; an article without a paragraph is noise, and what the masthead states is shared."""
        for line in self.kicker:
            self._noise("furniture", [line])
        articles = []
        for draft in self._with_text():
            if draft.paragraphs:
                articles.append(draft.finish(self.masthead, self.source.declared))
            else:
                self.noise += [replace(block, kind="furniture") for block in draft.blocks()]
        self._share_column_source(articles)
        self._place_captions(articles)
        self.noise += self._invisible(articles)
        self.noise.sort(key=lambda block: block.span.start)
        articles.sort(key=lambda article: article.span.start)
        return Document(
            source=self.source,
            articles=tuple(articles),
            noise=tuple(self.noise),
            asides=asides(self.source.text, self.noise, self.masthead),
        )

    def _with_text(self) -> list[Draft]:
        """Return the articles; where none has a paragraph, one article whose paragraphs are the lines of all."""
        if any(draft.paragraphs for draft in self.articles) or self.captions:
            return self.articles
        sole = Draft(self.source.text)
        for block in [block for draft in self.articles for block in draft.blocks()]:
            if len(block.text.splitlines()) == 1:
                sole.add_line(block.span)
            else:
                self.noise.append(replace(block, kind="furniture"))
        return [sole]

    def _invisible(self, articles: Sequence[Article]) -> list[Block]:
        """Return the invisible characters between the spans of paragraphs as noise; those in other lines stay there."""
        text = self.source.text
        found = invisible_spans(text)
        if not found:
            return []
        blocks = [*self.noise, *(block for article in articles for block in article.metadata)]
        lines = [block.span for block in blocks]
        lines += [heading.span for article in articles for heading in article.headings]
        within = bytearray(len(text))
        for line in lines:
            within[line.start : line.end] = b"\1" * (line.end - line.start)
        return [
            Block(kind="control", text=text[span.start : span.end], span=span)
            for span in found
            if not within[span.start]
        ]

    def _share_column_source(self, articles: list[Article]) -> None:
        """A source given for a whole column (本栏目稿件来源) holds for the pieces before it that state none."""
        for last, article in enumerate(articles):
            if any("本栏目" in block.text for block in article.metadata if block.kind == "endnote"):
                shared = tuple(fact for fact in article.facts if fact.kind == "outlet")
                for i in range(last - 1, -1, -1):
                    if articles[i].outlet or articles[i].fragment:
                        break
                    articles[i] = replace(
                        articles[i], outlet=article.outlet, facts=articles[i].facts + shared
                    )
