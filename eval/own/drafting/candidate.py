"""A proposed question, and what the rules that propose it work on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eval.matching import occurrences
from rag.datatypes import Article, Document, Paragraph, Span, Turn, cut
from rag.text import sentences, squeeze

_LONGEST_QUOTE = 90
_STEP = 8
# A table, an annex, or the body that issued a paper, read as its title.
_NO_TITLE = re.compile(r"^(?:专栏|附件|附表|表\s*\d)|(?:办公[厅室]|委员会|人民政府|[^全]部|局)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A question for a person to edit: what a right answer says, where it stands, and which rule proposes it.

    `facts` are as in `eval.dataset.Question`; each quote stands exactly once in `file`. `rule` names the rule;
    `note` is more for the person. `article` is the number of the article in the file.
    """

    question: str
    type: str
    rule: str
    file: str = ""
    article: int = 0
    facts: tuple[tuple[str, ...], ...] = ()
    reference: str = ""
    quotes: tuple[str, ...] = ()
    history: tuple[Turn, ...] = ()
    answerable: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A sentence of an article and the paragraph that it stands in."""

    text: str
    paragraph: Paragraph


class Piece:
    """An article with its place, as the rules see it."""

    def __init__(self, document: Document, number: int) -> None:
        """Take the article of that number out of a document."""
        self.document = document
        self.number = number
        self.article: Article = document.articles[number]
        self.statements = tuple(_statements(self.article.paragraphs))
        self.short = _abbreviations(" ".join(paragraph.text for paragraph in self.article.paragraphs))

    @property
    def title(self) -> str | None:
        """The title as a question names it, None where there is none that would do."""
        title = squeeze_title(self.article.title or "")
        fits = 4 <= len(title) <= 40 and not self.article.fragment and not _NO_TITLE.search(title)
        return title if fits else None

    def once(self, words: str) -> bool:
        """Whether words stand exactly once in the file."""
        return len(occurrences(self.document.source.text, words)) == 1

    def around(self, span: Span) -> str | None:
        """Return the words at a span, with as many behind them as make them unique in the file."""
        text = self.document.source.text
        for end in range(span.end, min(span.end + _LONGEST_QUOTE, len(text)) + 1, _STEP):
            words = text[span.start : end]
            if self.once(words):
                return " ".join(words.split())
        return None

    def candidate(
        self, question: str, kind: str, rule: str, *, facts: Sequence[Sequence[str]], quotes: Sequence[str]
    ) -> Candidate | None:
        """Return a candidate on this article, None where a quote does not stand exactly once."""
        if not quotes or not all(self.once(quote) for quote in quotes):
            return None
        return Candidate(
            question=asked(question),
            type=kind,
            rule=rule,
            file=self.document.source.file,
            article=self.number,
            facts=tuple(tuple(dict.fromkeys(forms)) for forms in facts),
            quotes=tuple(quotes),
        )


def _statements(paragraphs: Sequence[Paragraph]) -> Iterator[Statement]:
    for paragraph in paragraphs:
        if not paragraph.text.startswith(("问:", "问：")):
            for span in sentences(paragraph.text):
                yield Statement(text=cut(paragraph.text, [span]), paragraph=paragraph)


_SHORT = re.compile(
    r"《([^《》]{4,60})》[^。《》]{0,40}?(?:以下|下称|下文)?简?称[为]?[“\"《]([^》”\"]{2,12})[》”\"]"
)


def _abbreviations(text: str) -> dict[str, str]:
    """Return the works that a text shortens (以下简称《方案》): short name to name."""
    return {match[2]: match[1] for match in _SHORT.finditer(text)}


_WIDE = str.maketrans({",": "，", ";": "；", ":": "：", "(": "（", ")": "）", "?": "？"})
_IN_NUMBER = re.compile(r"(?<=\d)[,:](?=\d)")


def asked(text: str) -> str:
    """Return a question as it is written in Chinese: full-width marks, one question mark, no white space at Han."""
    held = _IN_NUMBER.sub(lambda match: {",": "\ue000", ":": "\ue001"}[match.group()], squeeze_title(text))
    wide = held.translate(_WIDE).replace("\ue000", ",").replace("\ue001", ":")
    return _nested(wide.rstrip("，；：。？！、 ")) + "？"


def _nested(text: str) -> str:
    """Return a text with quotation marks inside quotation marks written as ‘’."""
    written, depth = [], 0
    for mark in text:
        if mark == "“":
            depth += 1
        written.append({"“": "‘", "”": "’"}.get(mark, mark) if depth > 1 else mark)
        if mark == "”" and depth:
            depth -= 1
    return "".join(written)


def squeeze_title(text: str) -> str:
    """Return a title on one line: blanks between Han characters stay as one, others go."""
    return re.sub(r"(?<=[^\w]) | (?=[^\w])", "", " ".join(text.split()))


def plain_words(text: str) -> int:
    """Return how many characters a text has, white space aside."""
    return len(squeeze(text))
