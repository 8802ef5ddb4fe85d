"""The sentences of a folder in their places, and the oracle: where words stand in the raw texts."""

from __future__ import annotations

import random
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from eval.altering.pairs import full_marks
from eval.altering.sentence import Given
from eval.dataset import Passage
from rag.datatypes import Article, Document, Span
from rag.text import fold, sentences

AROUND = 12
"""Sentences of its article, on either side, that a rule is offered."""
ELSEWHERE = 200
"""Sentences of other files that a rule is offered."""

# What a comparison of words leaves out: white space and marks, but not those that make a number.
_MARKS = re.compile(r"(?!(?<=\d)[.,:/~、-](?=\d))[^\w%‰]|_")
_DIGIT = re.compile(r"\d")


_full_marks = cache(full_marks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """Words as they stand, of an article and a paragraph counted through the corpus; `number` counts what is like it."""

    text: str
    number: int
    file: str
    article: int
    paragraph: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stream:
    """The comparable characters of an article, the offset in the file of each, and which of them begin a paragraph or a line."""

    file: str
    text: str
    origins: tuple[int, ...]
    begins: frozenset[int]


class Corpus:
    """What quotes are drawn from.

    `sentences` are those of all paragraphs in order, `headings` the titles and headings; `outside` are sentences
    of documents that are not in the corpus.
    """

    def __init__(self, documents: Sequence[Document], outside: Sequence[str] = ()) -> None:
        """Take the sentences of the documents."""
        self._elsewhere: dict[str, tuple[Located, ...]] = {}
        self._texts = {document.source.file: document.source.text for document in documents}
        self._articles = 0
        self.paragraphs: list[tuple[Located, ...]] = []
        self.headings: list[Located] = []
        streams: list[_Stream] = []
        for document in documents:
            for article in document.articles:
                self._take(document, article)
            streams += [_stream(document, piece) for piece in document.pieces]
        self.sentences = [sentence for paragraph in self.paragraphs for sentence in paragraph]
        self._streams = streams
        self._whole = "\n".join(stream.text for stream in streams)
        self._starts = [0]
        for stream in streams:
            self._starts.append(self._starts[-1] + len(stream.text) + 1)
        self.outside = [
            Located(text=text, number=i, file="", article=-1, paragraph=-1) for i, text in enumerate(outside)
        ]

    def _take(self, document: Document, article: Article) -> None:
        """Add the headings, the paragraphs and the sentences of an article."""
        number = self._articles
        self._articles += 1
        taken = sum(map(len, self.paragraphs))
        file = document.source.file
        for title in (article.title, *(heading.text for heading in article.headings)):
            if title:
                place = len(self.headings)
                self.headings.append(
                    Located(text=title, number=place, file=file, article=number, paragraph=-1)
                )
        for paragraph in article.paragraphs:
            found = []
            for span in sentences(paragraph.text):
                text = paragraph.text[span.start : span.end]
                place = len(self.paragraphs)
                found.append(Located(text=text, number=taken, file=file, article=number, paragraph=place))
                taken += 1
            self.paragraphs.append(tuple(found))

    def places(self, words: str) -> tuple[Passage, ...]:
        """Return every place where words stand, white space and marks aside, and not as part of a longer number."""
        wanted = comparable(words)
        found = []
        at = self._whole.find(wanted) if wanted else -1
        while at >= 0:
            if not self._cuts_a_number(at, at + len(wanted)):
                found.append(self._passage(at, at + len(wanted)))
            at = self._whole.find(wanted, at + 1)
        return tuple(found)

    def _cuts_a_number(self, start: int, end: int) -> bool:
        text = self._whole
        number = bisect_right(self._starts, start) - 1
        borders, base = self._streams[number].begins, self._starts[number]
        begins = (
            start - base not in borders
            and re.search(r"\d[^\w\s]?\Z", text[max(0, start - 2) : start])
            and _DIGIT.match(text, start)
        )
        ends = (
            end - base not in borders
            and re.match(r"[^\w\s]?\d", text[end : end + 2])
            and _DIGIT.match(text, end - 1)
        )
        return bool(begins or ends)

    def _passage(self, start: int, end: int) -> Passage:
        number = bisect_right(self._starts, start) - 1
        stream = self._streams[number]
        low, high = start - self._starts[number], end - self._starts[number]
        span = Span(start=stream.origins[low], end=stream.origins[high - 1] + 1)
        return Passage(file=stream.file, quote=self._texts[stream.file][span.start : span.end], span=span)

    def echoes(self, words: str, length: int) -> bool:
        """Whether any stretch of `length` comparable characters of words stands in the corpus."""
        wanted = comparable(words)
        return any(wanted[i : i + length] in self._whole for i in range(max(1, len(wanted) - length + 1)))

    def around(self, one: Located) -> list[Located]:
        """Return the sentences of its article that stand near one."""
        near = self.sentences[max(0, one.number - AROUND) : one.number + AROUND + 1]
        return [other for other in near if other.article == one.article and other is not one]

    def following(self, one: Located) -> Located | None:
        """Return the sentence that follows in the article."""
        following = self.sentences[one.number + 1 : one.number + 2]
        return next((other for other in following if other.article == one.article), None)

    def after(self, one: Located) -> Located | None:
        """Return the sentence that follows in the paragraph."""
        following = self.following(one)
        return following if following and following.paragraph == one.paragraph else None

    def elsewhere(self, one: Located) -> tuple[Located, ...]:
        """Return sentences of other files, for each file the same ones."""
        if one.file not in self._elsewhere:
            others = [other for other in self.sentences if other.file != one.file]
            drawn = random.Random(one.file).sample(others, min(ELSEWHERE, len(others)))
            self._elsewhere[one.file] = tuple(drawn)
        return self._elsewhere[one.file]

    def given(self, one: Located) -> Given:
        """Return a sentence as the rules of `eval.altering` take it."""
        after = self.after(one)
        return Given(
            sentence=_full_marks(one.text),
            after=_full_marks(after.text) if after else None,
            around=tuple(_full_marks(other.text) for other in self.around(one)),
            elsewhere=tuple(_full_marks(other.text) for other in self.elsewhere(one)),
        )

    def before(self, words: str) -> set[str]:
        """Return the characters that stand before words, wherever these stand."""
        return {self._texts[p.file][p.span.start - 1 : p.span.start] for p in self.places(words)}


def comparable(words: str) -> str:
    """Return the form in which words are sought: folded, without white space and marks but those inside numbers."""
    return _MARKS.sub("", re.sub(r"\s+", "", fold(words)))


def _stream(document: Document, piece: Article) -> _Stream:
    """Return the comparable characters of an article in the order of the text, its headings and lines included."""
    parts = [paragraph.spans for paragraph in piece.paragraphs]
    parts += [(heading.span,) for heading in piece.headings]
    parts += [(block.span,) for block in piece.metadata]
    raw = document.source.text
    offsets = {
        offset: part
        for part, spans in enumerate(sorted(parts, key=lambda spans: spans[0]))
        for span in spans
        for offset in range(span.start, span.end)
        if not raw[offset].isspace()
    }
    order = list(offsets)
    text = fold("".join(raw[offset] for offset in order))
    kept: list[int] = []
    end = 0
    for mark in [*_MARKS.finditer(text), None]:
        kept += range(end, mark.start() if mark else len(text))
        end = mark.end() if mark else end
    origins = tuple(order[i] for i in kept)
    return _Stream(
        file=document.source.file,
        text="".join(text[i] for i in kept),
        origins=origins,
        begins=frozenset(
            i for i, offset in enumerate(origins) if not i or offsets[offset] != offsets[origins[i - 1]]
        ),
    )
