"""The parts of the sources that a quote may come from, as one stream of comparable characters.

The pieces of an article (title and metadata lines, headings, paragraphs) stand in the stream whole and in
reading order. Neighbours follow one another without a break, so that a quote may run over a paragraph's end;
a separator that no key contains stands where pieces of an article were left out, and between articles.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.datatypes import Article, Chunk, Document, Place, Source, Span, Window, cut, locate
from rag.quoting.alignment import Key, key
from rag.quoting.layout import Laid, laid_out
from rag.text import fold, squeeze

_SEPARATOR = "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A paragraph (number from 1) or a metadata line, title or heading (number 0) in the stream.

    `start` and `end` are its place in the stream, `home` numbers the run of neighbours that it stands in.
    """

    source: Source
    article: Article
    home: int
    number: int
    text: str
    spans: tuple[Span, ...]
    speaker: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Windows of an article that follow one another, one at least."""

    windows: tuple[Window, ...]

    @property
    def article(self) -> tuple[str, int]:
        """The file, and the number of the article in it."""
        return self.windows[0].file, self.windows[0].article

    @property
    def start(self) -> int:
        """Where the first window begins in the article's comparable characters."""
        return self.windows[0].start

    @property
    def text(self) -> str:
        """The comparable characters that the windows hold together."""
        first, *others = self.windows
        return first.text + "".join(
            window.text[before.end - window.start :]
            for before, window in zip(self.windows, others, strict=False)
        )


class Stream:
    """The keys of some pieces of the sources, with what leads from a position back to its source."""

    def __init__(
        self,
        document: Callable[[str], Document],
        stretches: Sequence[Stretch],
        chunks: Sequence[Chunk] = (),
    ) -> None:
        """Lay out every piece that the stretches reach into or that chunks are from, by file and article.

        Args:
            document: returns the document of a file.
            stretches: windows to look at, in any order.
            chunks: passages to look at besides.
        """
        self.pieces: list[Piece] = []
        self.origin: list[int] = []
        self._texts: list[str] = []
        self._articles: dict[tuple[str, int], list[Piece]] = {}
        # Where pieces begin in their article's comparable characters, and where in the stream.
        self._begun: dict[tuple[str, int], list[tuple[int, int]]] = {}
        wanted: dict[tuple[str, int], tuple[list[Stretch], set[int]]] = {}
        for stretch in stretches:
            wanted.setdefault(stretch.article, ([], set()))[0].append(stretch)
        for chunk in chunks:
            first, last = chunk.paragraphs
            wanted.setdefault((chunk.file, chunk.article), ([], set()))[1].update(range(first, last + 1))
        for (file, number), (inside, paragraphs) in sorted(wanted.items(), key=lambda item: item[0]):
            self._lay(document(file), number, inside, paragraphs)
        self.text = "".join(self._texts)
        self._starts = [piece.start for piece in self.pieces]

    def _lay(
        self, document: Document, number: int, stretches: Sequence[Stretch], paragraphs: Collection[int]
    ) -> None:
        """Append the pieces of one article that stretches reach into or that have these paragraph numbers."""
        article = document.pieces[number]
        laid = laid_out(document.source, article)
        starts = dict(start for stretch in stretches for start in _reached(laid, stretch))
        wanted = sorted(starts.keys() | {at for at, piece in enumerate(laid) if piece[0] in paragraphs})
        here = self._articles[document.source.file, number] = []
        begun = self._begun[document.source.file, number] = []
        home = self.pieces[-1].home if self.pieces else -1
        for before, at in zip([-2, *wanted], wanted, strict=False):
            if at > before + 1:
                home += 1
                if self.pieces:
                    self._texts.append(_SEPARATOR)
                    self.origin.append(0)
            paragraph, text, spans, speaker = laid[at]
            found = _key(text)
            piece = Piece(
                source=document.source,
                article=article,
                home=home,
                number=paragraph,
                text=text,
                spans=spans,
                speaker=speaker,
                start=len(self.origin),
                end=len(self.origin) + len(found.text),
            )
            if at in starts:
                begun.append((starts[at], piece.start))
            self.origin.extend(found.origin)
            self._texts.append(found.text)
            self.pieces.append(piece)
            here.append(piece)

    def at(self, article: tuple[str, int], position: int) -> int:
        """Return where the stream has a comparable character that one of its stretches holds.

        Args:
            article: its file, and the number of its article there.
            position: its number among the comparable characters of the article.
        """
        begun = self._begun[article]
        start, place = begun[bisect_right(begun, position, key=lambda pair: pair[0]) - 1]
        return place + position - start

    def region(self, chunk: Chunk) -> tuple[int, int]:
        """Return where the paragraphs of a chunk that was laid out begin and end."""
        first, last = chunk.paragraphs
        inside = [
            piece for piece in self._articles[chunk.file, chunk.article] if first <= piece.number <= last
        ]
        return inside[0].start, inside[-1].end

    def piece(self, position: int) -> Piece:
        """Return the piece that the character at `position` belongs to."""
        return self.pieces[bisect_right(self._starts, position) - 1]

    def raw(self, position: int) -> int:
        """Return the offset in its file's text of the character at `position`."""
        return self.offsets(position, position + 1)[0]

    def offsets(self, start: int, end: int) -> list[int]:
        """Return the offsets in their file's text of the characters [start, end), all of one piece."""
        found: list[int] = []
        before = 0
        for span in self.piece(start).spans:
            stop = bisect_left(self.origin, before + span.end - span.start, start, end)
            found.extend(span.start - before + at for at in self.origin[start:stop])
            start = stop
            before += span.end - span.start
        return found

    def words(self, start: int, end: int) -> str:
        """Return the text of the characters [start, end), with the marks between them, without white space."""
        parts = [
            piece.text[
                self.origin[low] if low == start else 0 : self.origin[high - 1] + 1 if high == end else None
            ]
            for piece, low, high in self.covered(start, end)
        ]
        return squeeze("".join(parts))

    def run(self, position: int) -> tuple[int, int]:
        """Return the stretch of the stream that the neighbours around `position` take, all of one article."""
        end = self.text.find(_SEPARATOR, position)
        return self.text.rfind(_SEPARATOR, 0, position) + 1, end if end >= 0 else len(self.text)

    def covered(self, start: int, end: int) -> Iterator[tuple[Piece, int, int]]:
        """Yield the pieces that [start, end) reaches into, each with the part of it that is covered."""
        for number in range(bisect_right(self._starts, start) - 1, len(self.pieces)):
            piece = self.pieces[number]
            if piece.start >= end:
                return
            if max(start, piece.start) < min(end, piece.end):
                yield piece, max(start, piece.start), min(end, piece.end)

    def place(self, ranges: Sequence[tuple[int, int]], around: tuple[str, str] = ("", "")) -> Place:
        """Return the place of these stretches of the stream, all of one article, in order.

        Args:
            ranges: half-open stretches, none empty.
            around: what stands in the quote before and after its comparable characters (quotation marks,
                a full stop); as much of it as stands in the source as well becomes part of the place.
        """
        parts = [part for start, end in ranges for part in self.covered(start, end)]
        spans: list[Span] = []
        for number, (piece, start, end) in enumerate(parts):
            low, high = self.origin[start], self.origin[end - 1] + 1
            if number == 0:
                low -= _shared(piece.text[:low][::-1], around[0][::-1])
            elif start == piece.start and piece is not parts[number - 1][0]:
                low = 0
            if number == len(parts) - 1:
                high += _shared(piece.text[high:], around[1])
            elif end == piece.end and piece is not parts[number + 1][0]:
                high = len(piece.text)
            spans.extend(locate(piece.spans, low, high))
        first = next((piece for piece, _, _ in parts if piece.number), parts[0][0])
        return Place(
            file=first.source.file,
            article=first.article.name,
            paragraph=first.number,
            spans=tuple(spans),
            quote=cut(first.source.text, spans),
            date=first.article.date,
            outlet=first.article.outlet,
            speaker=first.speaker,
            page=first.source.page_of(spans[0].start),
        )


@lru_cache(maxsize=4096)
def _key(text: str) -> Key:
    """Return the key of a piece; the same ones are looked at again and again."""
    return key(text)


def _reached(laid: Sequence[Laid], stretch: Stretch) -> Iterator[tuple[int, int]]:
    """Yield the numbers of the pieces that a stretch reaches into, each with where it begins in the article."""
    at, start = stretch.windows[0].piece, stretch.windows[0].piece_start
    while at < len(laid) and start < stretch.windows[-1].end:
        yield at, start
        start += len(_key(laid[at][1]).text)
        at += 1


def _shared(source: str, quote: str) -> int:
    """Return how many characters at the beginning of `source` the beginning of `quote` has as well."""
    left, right = fold(source), fold("".join(quote.split()))
    count = 0
    while count < min(len(left), len(right)) and left[count] == right[count]:
        count += 1
    return count
