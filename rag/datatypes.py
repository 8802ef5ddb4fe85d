"""The vocabulary of the project: frozen values that every stage passes on and none changes.

Offsets count Unicode code points in `Source.text`, half-open. They are born where text is split and
passed down; nobody searches for them afterwards. A place in a source is a tuple of spans in order,
because a line break or a photo credit can stand in the middle of a sentence; no span contains a line break.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

RefusalReason = Literal["not_in_documents", "not_stated", "off_topic", "unsafe"]
Verdict = Literal["supported", "unsupported"]
FactKind = Literal[
    "number", "date", "name", "organisation", "negation", "modality", "word", "omission", "addition"
]
QuoteVerdict = Literal["exact", "altered", "spliced", "paraphrase", "not_found"]
Outcome = Literal["exact", "altered", "spliced", "paraphrase", "not_found", "own"]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Span:
    """Code points `start` to `end` (half-open) of a source's text; 0 <= start < end."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"not a span: [{self.start}, {self.end})")


def cut(text: str, spans: Sequence[Span]) -> str:
    """Return the raw text at the spans, joined: what a citation quotes."""
    if len(spans) == 1:
        return text[spans[0].start : spans[0].end]
    return "".join(text[span.start : span.end] for span in spans)


def locate(spans: Sequence[Span], start: int, end: int) -> tuple[Span, ...]:
    """Map [start, end) of the joined text of `spans` back to spans of the source.

    Args:
        spans: the pieces whose join the offsets count in.
        start: first code point, 0 <= start < end.
        end: one past the last code point, at most the total length of the pieces.

    Raises:
        ValueError: the range is empty or reaches outside the pieces.
    """
    if not 0 <= start < end <= sum(span.end - span.start for span in spans):
        raise ValueError(f"[{start}, {end}) lies outside the pieces")
    found = []
    offset = 0
    for span in spans:
        length = span.end - span.start
        low, high = max(start - offset, 0), min(end - offset, length)
        if low < high:
            found.append(Span(start=span.start + low, end=span.start + high))
        offset += length
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a file's format says of a stretch of its text, so that nobody has to read it off the words.

    `spans` lie in one line each, in order; `level` is that of a heading (1 is the highest), else 0. Kinds:
    `heading`; `text`, a whole paragraph, however many lines and pages it is set on; `row`, a table's row;
    `note`, a footnote; `furniture`, a running head, a running foot or a page number.
    """

    kind: Literal["heading", "text", "row", "note", "furniture"]
    spans: tuple[Span, ...]
    level: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file, or one line of a `.jsonl`: its decoded text, never changed afterwards.

    `file` is relative to the docs folder (`NAME.jsonl#ID` for a line), `sha256` is of the bytes read,
    `pages` are the spans of its pages where it has pages, `declared` is what its container says of it
    (a line's `title`, `date`, `source`, `author`). `marks` is what its format says of its parts: empty for
    plain text, else in order and covering every character that is not white space.
    """

    file: str
    text: str
    sha256: str
    pages: tuple[Span, ...] = ()
    marks: tuple[Mark, ...] = ()
    declared: Mapping[str, str] = field(default_factory=dict)

    def page_of(self, offset: int) -> int | None:
        """Return the page, from 1, that the character at `offset` stands on, None where there are no pages."""
        return sum(page.start <= offset for page in self.pages) or None

    def line_of(self, offset: int) -> int:
        """Return the line, from 1, that the character at `offset` stands on."""
        return len((self.text[:offset] + "x").splitlines())


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A labelled stretch of a source outside its paragraphs: a metadata line or a piece of noise."""

    kind: str
    text: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that a source states about an article, and where it does.

    Kinds: `outlet`, `author`, `post` (of the person `of`), `speaker`, `date` (of publication, ISO 8601),
    `signed` (the date under a signature), `masthead` (the date of the newspaper's page), `issuer` (the
    issuing body), `number` (文号).
    """

    kind: str
    value: str
    span: Span
    of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A section heading inside an article; `level` counts from 1, the widest section of the article."""

    text: str
    span: Span
    level: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph as its author wrote it.

    `text` is the join of the raw text at `spans`; `number` counts from 1 within the article; `path` are the
    headings that it stands under, the widest section first, and the header of the table whose row it is; `speaker` is who speaks in it (an interview's
    answer), where that is stated.
    """

    number: int
    text: str
    spans: tuple[Span, ...]
    path: tuple[str, ...] = ()
    speaker: str | None = None

    @property
    def heading(self) -> str | None:
        """The heading of the section that it stands in, None for none."""
        return self.path[-1] if self.path else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One piece of writing in a source. What the source does not state is None or empty, never guessed.

    `metadata` holds the lines around the text, `facts` what they state, both with their spans; a field that
    the file's container declares has no fact. `date` is that of publication, ISO 8601, as the text states
    it, else as the container declares it, else that of the signature, else the masthead's; `issuer` is the issuing body and `number` the
    document number (文号). `fragment` marks the continuation of a piece whose beginning is not in the source.
    """

    span: Span
    title: str | None = None
    kicker: str | None = None
    subtitle: str | None = None
    outlet: str | None = None
    authors: tuple[str, ...] = ()
    date: str | None = None
    issuer: str | None = None
    number: str | None = None
    speakers: tuple[str, ...] = ()
    fragment: bool = False
    facts: tuple[Fact, ...] = ()
    headings: tuple[Heading, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()
    metadata: tuple[Block, ...] = ()

    @property
    def name(self) -> str:
        """The title, or for an untitled piece the opening words of its first paragraph."""
        return named(self.title, self.paragraphs[0].text if self.paragraphs else "")


def named(title: str | None, opening: str) -> str:
    """Return what an article is called: its title, else the first words of its `opening`."""
    return title or opening[:20] + ("…" if len(opening) > 20 else "")


ASIDE = "（正文以外）"
"""The name under which words are cited that stand in no article: a masthead, a teaser, a photo credit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A source with its structure: articles, none within another, and noise tile it, white space aside.

    `asides` is the noise that has words as articles without a paragraph, each with its lines as metadata: what
    belongs together, a teaser's title, text and date say, is one. So it can be searched, quoted and shown.
    """

    source: Source
    articles: tuple[Article, ...]
    noise: tuple[Block, ...]
    asides: tuple[Article, ...] = ()

    @property
    def pieces(self) -> tuple[Article, ...]:
        """The articles, then the asides: what the `article` of a chunk counts."""
        return self.articles + self.asides

    def article_at(self, offset: int) -> Article | None:
        """Return the article, or the aside, that the character at `offset` stands in."""
        for article in (*self.asides, *self.articles):
            if article.span.start <= offset < article.span.end:
                return article
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """What is embedded and indexed: whole sentences of one paragraph, or of short neighbours.

    `text` is the raw text at `spans` and is what may be quoted; `context` (title and heading) is embedded
    and indexed with it and never quoted. `article` counts from 0 within the document's `pieces`; `paragraphs`
    are the first and last paragraph number covered, both 0 in an aside.
    """

    id: int
    file: str
    article: int
    paragraphs: tuple[int, int]
    text: str
    spans: tuple[Span, ...]
    context: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of an article's comparable characters, by which quotes are sought.

    `text` are those from `start` on, counted through the article's lines and paragraphs in reading order, which
    overlap the window before and the one after; the ids of an article's windows are consecutive. Its first
    character belongs to the line or paragraph number `piece` (from 0) in that order, which begins at
    `piece_start`. `lines` are the parts of `text`, half-open, that stand in no paragraph: titles, headings,
    metadata, all of an aside. `article` counts as a chunk's does; `date` is its article's.
    """

    id: int
    file: str
    article: int
    start: int
    text: str
    piece: int
    piece_start: int
    lines: tuple[tuple[int, int], ...] = ()
    date: str | None = None

    @property
    def end(self) -> int:
        """One past the last character, counted as `start` is."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A chunk found by a search: its score in [0, 1], its 1-based rank and its score in each retriever's list.

    The scores of different retrievers have different scales and are never compared. `copies` are the other
    chunks found that say the same in nearly the same words, best first.
    """

    chunk: Chunk
    score: float
    ranks: Mapping[str, int]
    scores: Mapping[str, float] = field(default_factory=dict)
    copies: tuple[Chunk, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where words stand: the spans in a file, and the article and paragraph that they belong to.

    `quote` is the raw text at the spans. `paragraph` is 0 for a line outside the text: a byline, a masthead.
    `page` is the page that it begins on, from 1, where the file has pages.
    """

    file: str
    article: str
    paragraph: int
    spans: tuple[Span, ...]
    quote: str
    date: str | None = None
    outlet: str | None = None
    speaker: str | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A numbered passage that the answer may rest on; numbers run from 1 without a gap."""

    n: int
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A numbered place that the answer rests on; `n` is the number in its `[n]` markers.

    `also` are the places where the same words stand in copies of the passage, punctuation and white space aside.
    """

    n: int
    place: Place
    also: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of an answer, the numbers of its citations, and whether they support it."""

    text: str
    citations: tuple[int, ...] = ()
    verdict: Verdict = "supported"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why nothing is answered: a machine-readable reason and a sentence for the reader."""

    reason: RefusalReason
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Sources that say different things about one matter: which citations, and the difference in a sentence."""

    citations: tuple[int, ...]
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The one object behind the stream, the JSON, the chat history and every export.

    Every `[n]` in `text` is the number of one of `citations`, and every citation is used. `listing` says
    that the sentences are items to be shown one a line. `unanswered` are the parts of
    the question that are not answered where others are. `notice` tells the reader about a fallback
    (the language model failed, say) or that some of what a model wrote was left out. `seconds` maps a
    stage to how long it took.
    """

    question: str
    standalone_question: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...] = ()
    refusal: Refusal | None = None
    conflicts: tuple[Conflict, ...] = ()
    nearest: tuple[Place, ...] = ()
    listing: bool = False
    answerer: str = "extractive"
    unanswered: tuple[str, ...] = ()
    notice: str | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        """Whether the question was refused."""
        return self.refusal is not None

    @property
    def text(self) -> str:
        """The sentences with their `[n]` markers."""
        marked = (
            sentence.text + "".join(f"[{number}]" for number in sentence.citations)
            for sentence in self.sentences
        )
        return ("\n" if self.listing else " ").join(marked)

    @property
    def numbers(self) -> set[int]:
        """The numbers of the citations that its sentences and conflicts refer to."""
        cited = [part.citations for part in self.sentences] + [part.citations for part in self.conflicts]
        return {number for numbers in cited for number in numbers}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which part of the corpus a question is put to: what every field given admits.

    `files` are names of sources or of files that hold several (`NAME.jsonl`). `date_from` and `date_to` are
    ISO 8601 days, both included; an article without a date is admitted by neither. `outlet` is a part of the
    outlet's name, `speaker` a whole name: it admits the paragraphs that this person speaks, and what nobody
    speaks in an article where nobody else does. Width, case and traditional characters do not matter.

    Raises:
        ValueError: a date is no such day, or `date_from` is after `date_to`.
    """

    files: tuple[str, ...] = ()
    date_from: str | None = None
    date_to: str | None = None
    outlet: str | None = None
    speaker: str | None = None

    def __post_init__(self) -> None:
        days = [day for day in (self.date_from, self.date_to) if day is not None]
        if any(date.fromisoformat(day).isoformat() != day for day in days) or days != sorted(days):
            raise ValueError(f"not a range of days: {days}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One earlier turn of a conversation."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterpart:
    """Words of a quote and the words of its source that stand in their place, either "" where there are none.

    `given_at` are their offsets in the quote as it was given, `source_at` in the source's text, from the first
    character to one past the last; where there are none, twice the offset at which they would stand.
    """

    given: str
    source: str
    kind: FactKind
    given_at: tuple[int, int] = (0, 0)
    source_at: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference(Counterpart):
    """How a quote departs from its source: the words given, the words there, and what kind they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteMatch:
    """A place that a quote comes from, how alike the two are (0 to 1), and every difference.

    `given_at` are the offsets in the quote of the part that comes from there. `facts` are a restatement's
    numbers, dates, names and terms beside those of the source that they agree with. `marked` is what the
    quote itself owns up to: words left out for an ellipsis (`omission`), words put in within square brackets
    or as a note (`addition`).
    """

    place: Place
    similarity: float
    differences: tuple[Difference, ...] = ()
    facts: tuple[Counterpart, ...] = ()
    marked: tuple[Counterpart, ...] = ()
    given_at: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteReport:
    """What became of a quote: the verdict and the places that stand behind it, best first.

    `places` counts the places where the words stand, of which no more than some are among `matches`.
    `nearest` are, for a quote that was not found, the passages most like it, and how far they are.
    """

    quote: str
    verdict: QuoteVerdict
    matches: tuple[QuoteMatch, ...] = ()
    places: int = 0
    nearest: tuple[QuoteMatch, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A stretch of a manuscript, a sentence or a quotation mostly, and what became of it.

    `text` is the raw text of the manuscript at `spans`. `claimed` says that the manuscript gives it out as
    somebody's words: it stands in quotation marks, or behind “X指出：”. `report` is the lookup's; None for the
    author's own words. `attribution` is whom the manuscript names for the words (`given`, at `given_at` in the
    manuscript) where the source has somebody else (`source`, "" where it does not say who).
    """

    spans: tuple[Span, ...]
    text: str
    claimed: bool = False
    report: QuoteReport | None = None
    attribution: Difference | None = None

    @property
    def outcome(self) -> Outcome:
        """The lookup's verdict, or `own`: words that quote nothing and are not given out as a quotation."""
        return self.report.verdict if self.report else "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class ManuscriptReport:
    """A manuscript, stretch by stretch in its order: every character but white space lies in one of `checked`."""

    text: str
    checked: tuple[Checked, ...]

    @property
    def counts(self) -> dict[Outcome, int]:
        """How many stretches had each outcome, all six of them named."""
        found = Counter(checked.outcome for checked in self.checked)
        return {outcome: found[outcome] for outcome in get_args(Outcome)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A step of a streamed answer: what is being done, and the answer so far, already checked.

    The last update has the stage `done` and the whole answer.
    """

    stage: Literal["retrieved", "answering", "done"]
    answer: Answer
