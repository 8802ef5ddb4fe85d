"""How a parsed document agrees with its label: where paragraphs, titles and articles begin and end, what is lost.

Every figure is a count (`Counts`) or a share of counts, so figures of several documents are those of their sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from eval.structure_labels import Label
from rag.datatypes import Article, Document, Span
from rag.structure import account
from rag.text import squeeze

Edges = set[tuple[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What is counted in one document, or in several together: the sum, field by field.

    `edges*`: paragraph boundaries; `exact`: labelled paragraphs that come back with exactly their characters;
    `lost`, `twice`: as `rag.structure.account` counts them; `noise_inside`: labelled noise characters that
    stand in a paragraph; `text_outside`: labelled paragraph characters that stand in none; `borders*`: starts
    and ends of articles where they are labelled; `titles`, `dates`, `authors`: how many are labelled (a null is
    a label too) and how many of them come back.
    """

    documents: int = 1
    characters: int = 0
    edges: int = 0
    edges_found: int = 0
    edges_right: int = 0
    paragraphs: int = 0
    exact: int = 0
    lost: int = 0
    twice: int = 0
    noise: int = 0
    noise_inside: int = 0
    text_outside: int = 0
    borders: int = 0
    borders_found: int = 0
    borders_right: int = 0
    titles: int = 0
    titles_right: int = 0
    dates: int = 0
    dates_right: int = 0
    authors: int = 0
    authors_right: int = 0

    @property
    def precision(self) -> float | None:
        """Boundaries that are labelled / boundaries found, in [0, 1]; None where none is found."""
        return self.edges_right / self.edges_found if self.edges_found else None

    @property
    def recall(self) -> float | None:
        """Boundaries found / boundaries labelled, in [0, 1]; None where none is labelled."""
        return self.edges_right / self.edges if self.edges else None

    @property
    def f1(self) -> float | None:
        """2 · right / (found + labelled), the harmonic mean of precision and recall, in [0, 1]."""
        both = self.edges_found + self.edges
        return 2 * self.edges_right / both if both else None

    @property
    def whole(self) -> float | None:
        """Labelled paragraphs that come back exactly / labelled paragraphs, in [0, 1]."""
        return self.exact / self.paragraphs if self.paragraphs else None


def total(counts: Iterable[Counts]) -> Counts:
    """Return the sum of counts, field by field: shares of it weigh every boundary alike, not every document."""
    rows = list(counts)
    return Counts(**{field.name: sum(getattr(row, field.name) for row in rows) for field in fields(Counts)})


def ranks(text: str) -> list[int]:
    """Return, for every offset 0 … len(text), how many characters that are not white space stand before it."""
    found = [0]
    for character in text:
        found.append(found[-1] + (not character.isspace()))
    return found


def edges(rank: Sequence[int], blocks: Iterable[Sequence[Span]]) -> Edges:
    """Return the boundaries of blocks: ("start", rank of its first character), ("end", rank behind its last).

    Counted in ranks, so white space does not matter; a start and an end at one rank are two boundaries.
    """
    return {
        edge for spans in blocks for edge in (("start", rank[spans[0].start]), ("end", rank[spans[-1].end]))
    }


def extent(rank: Sequence[int], spans: Sequence[Span]) -> tuple[int, ...]:
    """Return the ranks of the characters of a block, for comparing two blocks whatever their pieces."""
    return tuple(number for span in spans for number in range(rank[span.start], rank[span.end]))


def measure(label: Label, document: Document) -> Counts:
    """Count how a parsed document agrees with its label; every field is explained at `Counts`."""
    text = document.source.text
    rank = ranks(text)
    labelled = label.pieces("paragraph")
    found = [paragraph.spans for article in document.articles for paragraph in article.paragraphs]
    wanted, given = edges(rank, labelled), edges(rank, found)
    whole = {extent(rank, spans) for spans in found}
    inside = {number for spans in found for number in extent(rank, spans)}
    noise = [number for spans in label.pieces("noise") for number in extent(rank, spans)]
    accounted = account(document)
    return Counts(
        characters=rank[-1],
        edges=len(wanted),
        edges_found=len(given),
        edges_right=len(wanted & given),
        paragraphs=len(labelled),
        exact=sum(extent(rank, spans) in whole for spans in labelled),
        lost=accounted["lost"],
        twice=accounted["twice"],
        noise=len(noise),
        noise_inside=len(inside.intersection(noise)),
        text_outside=sum(number not in inside for spans in labelled for number in extent(rank, spans)),
        **_articles(label, document, rank),
    )


def _articles(label: Label, document: Document, rank: Sequence[int]) -> dict[str, int]:
    """Count titles, and where articles are labelled borders, dates and authors too.

    A labelled article is compared with the parsed one that shares most characters with it. Where articles are
    not labelled, the titles parsed must be the labelled title, or none if that is null.
    """
    text = document.source.text
    if not label.articles:
        titles = [title for article in document.articles for title in _title(article)]
        return {"titles": 1, "titles_right": int(titles == _words(text, label.title))}
    wanted = edges(rank, [[article.span] for article in label.articles])
    given = edges(rank, [[article.span] for article in document.articles])
    pairs = [
        (article, max(document.articles, key=lambda other: _shared(article.span, other.span)))
        for article in label.articles
        if document.articles
    ]
    return {
        "borders": len(wanted),
        "borders_found": len(given),
        "borders_right": len(wanted & given),
        **dict.fromkeys(("titles", "dates", "authors"), len(label.articles)),
        "titles_right": sum(_words(text, one.title) == _title(other) for one, other in pairs),
        "dates_right": sum(one.date == other.date for one, other in pairs),
        "authors_right": sum(one.authors == other.authors for one, other in pairs),
    }


def _title(article: Article) -> list[str]:
    return [squeeze(article.title)] if article.title else []


def _words(text: str, span: Span | None) -> list[str]:
    return [squeeze(text[span.start : span.end])] if span else []


def _shared(a: Span, b: Span) -> int:
    return min(a.end, b.end) - max(a.start, b.start)
