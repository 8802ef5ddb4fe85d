"""The piece of writing that a question is about: an article, a teaser, a newspaper, an entry of an issue's guide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.answering.candidates import GetDocument
from rag.answering.matching import Matcher, overlap
from rag.datatypes import Article, Block, Document, Hit
from rag.text import fold, worded

_LEAST_SHARE = 0.3
"""Share of the question's information that a piece's title or text must have for it to be the one meant."""
_LIKE = 0.75
"""Share of the character pairs of a title in the question that a piece's title must have to be it."""
_ABOVE = ("title", "subtitle", "kicker", "jump", "heading")


@dataclass(frozen=True, slots=True)
class Piece:
    """An article or an aside, or one line of an aside where each line is an entry of its own."""

    document: Document
    article: Article
    entry: Block | None = None

    @property
    def name(self) -> str:
        """The title; of an aside the line that says what it is about."""
        if self.entry:
            return self.entry.text.lstrip("-· ")
        return self.article.name if self.article.paragraphs else self.article.metadata[0].text

    @property
    def lines(self) -> list[Block]:
        """The lines that state something of it: around its text, then those of the newspaper's masthead."""
        if self.entry:
            return [self.entry]
        own = [
            block
            for block in self.article.metadata
            if block.kind not in _ABOVE or not self.article.paragraphs
        ]
        return own + [block for block in self.document.noise if block.kind == "masthead" and block not in own]

    @property
    def headlines(self) -> list[Block]:
        """The lines that name it: kicker, title, subtitle; of an aside its first."""
        if self.article.paragraphs:
            return [block for block in self.article.metadata if block.kind in _ABOVE]
        return [self.entry or self.article.metadata[0]]


def meant(hits: Sequence[Hit], document: GetDocument, matcher: Matcher) -> Piece | None:
    """Return the piece that a question is about, None where none is near.

    What decides is its title, quoted or not, its authors and its document number, then its text.
    """
    best: tuple[float, Piece] | None = None
    question = matcher.question
    titles = [fold(title) for title in question.titles + question.quoted if worded(title)]
    for score, piece, text in _pieces(hits, document):
        article = piece.article
        named = fold(
            " ".join([*(block.text for block in piece.headlines), *article.authors, article.outlet or ""])
        )
        in_title = matcher.share(matcher.stands(named))
        in_text = matcher.share(matcher.stands(f"{named} {text}"))
        called = max((_likeness(title, named) for title in titles), default=0.0)
        told = any(author in question.text for author in article.authors)
        numbered = bool(article.number) and fold(article.number or "") in fold(question.text)
        if not (numbered or told or called or max(in_title, in_text) >= _LEAST_SHARE):
            continue
        total = in_text + in_title / 2 + score / 4 + called + told + 2 * numbered
        if best is None or total > best[0]:
            best = (total, piece)
    return best and best[1]


def _pieces(hits: Sequence[Hit], document: GetDocument) -> Iterator[tuple[float, Piece, str]]:
    """Yield the pieces that the hits lie in, once each, with the score and the folded text of the best hit.

    The text is that of a passage: a long report as a whole has the words of nearly every question.
    """
    seen: set[tuple[str, int]] = set()
    for hit in hits:
        key = (hit.chunk.file, hit.chunk.article)
        if key in seen:
            continue
        seen.add(key)
        source = document(hit.chunk.file)
        article = source.pieces[hit.chunk.article]
        if article.metadata and article.metadata[0].kind == "guide" and not article.paragraphs:
            yield from ((hit.score, Piece(source, article, block), "") for block in article.metadata)
        else:
            yield hit.score, Piece(source, article), fold(hit.chunk.text)


def _likeness(title: str, named: str) -> float:
    """Return how much of a title that a question gives is that of a piece, 0 where it is another."""
    bare = "".join(character for character in title if character.isalnum())
    inside = "".join(character for character in named if character.isalnum())
    if len(bare) < 2:
        return 0.0
    shared = overlap({bare[i : i + 2] for i in range(len(bare) - 1)}, inside)
    return shared if shared >= _LIKE else 0.0
