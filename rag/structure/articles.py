"""Labelled lines to articles: where one ends and the next begins, and what is stated of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.datatypes import Article, Block, Document, Heading, Paragraph, Source, Span
from rag.numerals import find_dates
from rag.structure.lines import Line
from rag.structure.metadata import Stated, dateline, kicker_speakers, read_byline, speakers, tail


class Builder:
    """Gathers labelled lines into the articles and the noise of one source."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.articles: list[_Draft] = []
        self.noise: list[Block] = []
        self.kicker: list[Line] = []
        self.masthead = Stated()
        self.ended = False

    def add(self, role: str, lines: list[Line]) -> None:
        """Take the next block of the source."""
        match role:
            case "title" | "jump":
                self._open(lines[0], fragment=role == "jump")
            case "heading":
                self._heading(lines[0])
            case "kicker":
                self.kicker += lines
            case "subtitle" | "byline" | "endnote":
                self._metadata(role, lines[0])
            case "caption":
                self._caption(lines)
            case "paragraph":
                self._article().add_paragraph(lines)
            case _:
                self._noise(role, lines)

    def _article(self) -> _Draft:
        """Return the article in progress; text before any title is an article without one."""
        if not self.articles:
            self.articles.append(_Draft(self.source.text))
        if self.kicker:
            self.articles[-1].add_lines(self.kicker)
            self.kicker = []
        return self.articles[-1]

    def _open(self, line: Line, *, fragment: bool = False) -> None:
        draft = _Draft(self.source.text)
        draft.level = line.level
        draft.fragment = fragment
        for kicker in self.kicker:
            draft.kicker = kicker.text
            draft.speakers += kicker_speakers(kicker.text)
            draft.metadata.append(Block(kind="kicker", text=kicker.text, span=kicker.span))
        self.kicker = []
        draft.metadata.append(Block(kind="jump" if fragment else "title", text=line.title, span=line.span))
        draft.title = None if fragment else line.title
        self.articles.append(draft)
        self.ended = False

    def _heading(self, line: Line) -> None:
        """A heading is a new article's title behind an article's end, and at or above its title's level."""
        draft = self.articles[-1] if self.articles else None
        if line.level and (draft is None or self.ended or draft.fragment or line.level <= draft.level):
            self._open(line)
        else:
            self._article().headings.append(Heading(text=line.title, span=line.span))

    def _metadata(self, role: str, line: Line) -> None:
        draft = self._article()
        draft.metadata.append(Block(kind=role, text=line.text, span=line.span))
        if role == "subtitle":
            draft.subtitle = line.text
            draft.speakers += kicker_speakers(line.text)
            return
        draft.state(read_byline(line.text) if line.kind != "text" else Stated(authors=[line.text]))
        self.ended = self.ended or role == "endnote"

    def _caption(self, lines: list[Line]) -> None:
        """A captioned picture between articles is a short piece of its own; the text goes on behind it."""
        draft = _Draft(self.source.text)
        draft.add_paragraph(lines)
        self.articles.insert(len(self.articles) - 1 if self._inside() else len(self.articles), draft)

    def _inside(self) -> bool:
        """Whether the article in progress may go on: nothing has shown yet that it ended."""
        return bool(self.articles) and not self.ended

    def _noise(self, role: str, lines: Sequence[Line]) -> None:
        span = Span(start=lines[0].span.start, end=lines[-1].span.end)
        text = self.source.text[span.start : span.end]
        self.noise.append(Block(kind=role, text=text, span=span))
        if role == "masthead":
            dates = find_dates(text)
            self.masthead.date = dates[0][0] if dates else self.masthead.date
            self.masthead.outlet = self.masthead.outlet or text

    def finish(self) -> Document:
        """Return the document; an article without a paragraph is noise, and what the masthead states is shared."""
        for line in self.kicker:
            self._noise("furniture", [line])
        articles = []
        for draft in self.articles:
            if not draft.paragraphs:
                blocks = [
                    *draft.metadata,
                    *(Block(kind="", text=h.text, span=h.span) for h in draft.headings),
                ]
                self.noise += [replace(block, kind="furniture") for block in blocks]
                continue
            draft.state(Stated(outlet=self.masthead.outlet, date=self.masthead.date))
            draft.declare(self.source)
            articles.append(draft.finish())
        self._share_column_source(articles)
        self.noise.sort(key=lambda block: block.span.start)
        articles.sort(key=lambda article: article.span.start)
        return Document(source=self.source, articles=tuple(articles), noise=tuple(self.noise))

    def _share_column_source(self, articles: list[Article]) -> None:
        """A source given for a whole column (本栏目稿件来源) holds for the pieces before it that state none."""
        for last, article in enumerate(articles):
            if any("本栏目" in block.text for block in article.metadata if block.kind == "endnote"):
                for i in range(last - 1, -1, -1):
                    if articles[i].outlet or articles[i].fragment:
                        break
                    articles[i] = replace(articles[i], outlet=article.outlet)


class _Draft:
    """An article being gathered."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.level = 0
        self.fragment = False
        self.title: str | None = None
        self.kicker: str | None = None
        self.subtitle: str | None = None
        self.stated = Stated()
        self.speakers: list[str] = []
        self.headings: list[Heading] = []
        self.paragraphs: list[Paragraph] = []
        self.metadata: list[Block] = []
        self.answering: str | None = None

    def state(self, stated: Stated) -> None:
        """Take what a line states; what was stated before stands."""
        self.stated.outlet = self.stated.outlet or stated.outlet
        self.stated.date = self.stated.date or stated.date
        self.stated.authors = self.stated.authors or stated.authors

    def declare(self, source: Source) -> None:
        """Take what the container of the source says of it."""
        declared = source.declared
        self.title = self.title or declared.get("title")
        dates = find_dates(declared.get("date", ""))
        author = declared.get("author")
        self.state(
            Stated(
                outlet=declared.get("source"),
                authors=[author] if author else [],
                date=dates[0][0] if dates else None,
            )
        )

    def add_lines(self, lines: Sequence[Line]) -> None:
        """Add lines that each are a paragraph of their own."""
        for line in lines:
            self.add_paragraph([line])

    def add_paragraph(self, lines: Sequence[Line]) -> None:
        """Add the paragraph on `lines`, its dateline and its bracketed source taken off."""
        spans = [line.span for line in lines]
        first, last = spans[0], spans[-1]
        opening, reporters = dateline(self.text[first.start : first.end])
        if opening and opening < first.end - first.start:
            self._take_off("dateline", first.start, first.start + opening)
            self.stated.authors = self.stated.authors or reporters
            spans[0] = Span(start=first.start + opening, end=first.end)
        closing, outlet = tail(self.text[last.start : last.end])
        if closing < last.end - last.start and last.start + closing > spans[-1].start:
            self._take_off("endnote", last.start + closing, last.end)
            self.state(Stated(outlet=outlet))
            spans[-1] = Span(start=spans[-1].start, end=last.start + closing)
        self._append(tuple(spans))

    def _take_off(self, kind: str, start: int, end: int) -> None:
        text = self.text[start:end].strip()
        self.metadata.append(Block(kind=kind, text=text, span=Span(start=start, end=start + len(text))))

    def _append(self, spans: tuple[Span, ...]) -> None:
        text = "".join(self.text[span.start : span.end] for span in spans)
        self.paragraphs.append(
            Paragraph(
                number=len(self.paragraphs) + 1,
                text=text,
                spans=spans,
                heading=self.headings[-1].text if self.headings else None,
                speaker=self._speaker(text),
            )
        )

    def _speaker(self, text: str) -> str | None:
        """Return who speaks in a paragraph: its own 某某说, the interviewed person, or the kicker's person."""
        named = speakers(text)
        self.speakers += [name for name in named if name not in self.speakers]
        if text.startswith(("问:", "问：", "记者:", "记者：")):
            self.answering = None
            return None
        if text.startswith(("答:", "答：")):
            self.answering = self.speakers[0] if self.speakers else None
        if named:
            return named[0]
        return self.answering or (self.speakers[0] if self.kicker and self.speakers else None)

    def finish(self) -> Article:
        """Return the article."""
        spans = [span for paragraph in self.paragraphs for span in paragraph.spans]
        spans += [block.span for block in self.metadata] + [heading.span for heading in self.headings]
        return Article(
            span=Span(start=min(s.start for s in spans), end=max(s.end for s in spans)),
            title=self.title,
            kicker=self.kicker,
            subtitle=self.subtitle,
            outlet=self.stated.outlet,
            authors=tuple(self.stated.authors),
            date=self.stated.date,
            speakers=tuple(dict.fromkeys(self.speakers)),
            fragment=self.fragment,
            headings=tuple(self.headings),
            paragraphs=tuple(self.paragraphs),
            metadata=tuple(self.metadata),
        )
