"""The sentences that may answer, and what speaks for each: the features of the sentence scorer."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.datatypes import Article, Document, Hit, Paragraph, Span
from rag.embedding import Embedder
from rag.informativeness import idf
from rag.numerals import numbers, years
from rag.question import Kind, Question, aliases
from rag.structure.metadata import people
from rag.text import clauses, fold, sentences
from rag.words import content_words

GetDocument = Callable[[str], Document]
FEATURES = (
    "words",
    "context",
    "soft",
    "bigrams",
    "trigrams",
    "clause",
    "attached",
    "number",
    "date",
    "name",
    "defined",
    "reason",
    "constraints",
    "dense",
    "hit",
    "length",
    "asks",
)
"""Names of the columns of `features`, in order."""

SHORTLIST = 60
"""Sentences that are looked at closely; the answering one is almost never behind (see fit_answering.py)."""
REMEMBERED = 50_000
"""Vectors kept in memory, about 1 kB each."""

ECHO = 0.95
"""A sentence of whose information the question has this share or more tells nothing."""

_HAN = re.compile(r"[一-鿿]+")
_SPEAKER_LABEL = re.compile(r"[问答][:：]")
_DATE = re.compile(r"\d{4}年|\d{1,2}月(?:\d{1,2}日)?|\d{1,2}日|年底|年初")
_ORGANISATION = re.compile(
    r"[一-鿿]{2,}?(?:部|局|委|院|会|署|办|厅|司|处|集团|公司|银行|大学|学院|中心|协会|部门|政府|机关|企业|机构)"
)
_PLACE = re.compile(
    r"[一-鿿]{1,}?(?:省|市|县|区|州|镇|乡|村|国|洲|湾|港|岛|山|河|湖|海|路|街|会议|论坛|大会|中心|站)|京津冀|长三角|北京|上海|广州|深圳|天津|重庆|香港|澳门|台湾"
)
_DEFINES = r"[\"'》]?(?:,|的(?:本质|内涵|含义|定义|实质|核心))?(?:既|就|正|也|主要|通常|一般)?(?:是|指|即|包括)|[\"']?\("
_ASKS_WHAT = re.compile(r"什么是|是什么|何为|何谓")
_REASON = re.compile(
    r"因为|由于|因此|所以|为了|旨在|目的|以便|从而|原因|在于|缘于|有利于|有助于|标志着|意义|关键"
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a paragraph near a hit; `span` counts in the paragraph's text.

    `setting` is the folded text that it is read in: its paragraph, headings, speaker, date.
    """

    document: Document
    article: Article
    paragraph: Paragraph
    span: Span
    setting: str
    hit_score: float

    @property
    def text(self) -> str:
        """The sentence as it stands in its paragraph."""
        return self.paragraph.text[self.span.start : self.span.end]


def paragraph_sentences(paragraph: Paragraph) -> list[Span]:
    """Return the sentences of a paragraph, the 问： or 答： in front of the first left out."""
    found = sentences(paragraph.text)
    label = _SPEAKER_LABEL.match(paragraph.text)
    if label and found and label.end() < found[0].end:
        found[0] = Span(start=label.end(), end=found[0].end)
    return found


def gather(hits: Sequence[Hit], document: GetDocument) -> list[Candidate]:
    """Return the sentences of the hits' paragraphs and of those next to them, once each.

    A sentence next to a hit, not in it, has the hit score 0.
    """
    scores: dict[tuple[str, int, int], float] = {}
    for hit in hits:
        chunk = hit.chunk
        first, last = chunk.paragraphs
        for number in range(first - 1, last + 2):
            key = (chunk.file, chunk.article, number)
            score = hit.score if first <= number <= last else 0.0
            scores[key] = max(scores.get(key, 0.0), score)
    found = []
    for (file, index, number), score in scores.items():
        source = document(file)
        article = source.articles[index]
        if not 1 <= number <= len(article.paragraphs):
            continue
        paragraph = article.paragraphs[number - 1]
        setting = surroundings(article, paragraph)
        for span in paragraph_sentences(paragraph):
            found.append(Candidate(source, article, paragraph, span, setting, score))
    return found


def surroundings(article: Article, paragraph: Paragraph) -> str:
    """Return the folded text that a paragraph's sentences are read in: itself, headings, speaker, date."""
    return fold(
        " ".join(
            filter(
                None,
                (
                    article.kicker,
                    article.title,
                    article.subtitle,
                    paragraph.heading,
                    paragraph.speaker,
                    *article.authors,
                    article.outlet,
                    article.date and f"{article.date[:4]}年",
                    paragraph.text,
                ),
            )
        )
    )


def shortlist(candidates: Sequence[Candidate], matcher: Matcher) -> list[Candidate]:
    """Return the `SHORTLIST` candidates that have most of the question's words, in their setting or themselves."""
    if len(candidates) <= SHORTLIST:
        return list(candidates)
    rough = [
        matcher.share(matcher.stands(c.setting))
        + _overlap(matcher.bigrams, c.setting)
        + 2 * _overlap(matcher.bigrams, fold(c.text))
        + c.hit_score
        for c in candidates
    ]
    best = sorted(range(len(candidates)), key=lambda i: (-rough[i], i))[:SHORTLIST]
    return [candidates[i] for i in sorted(best)]


class Vectors:
    """An embedder that remembers what it has encoded: the sentences of a corpus come up again and again."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder
        self.known: dict[str, NDArray[np.float32]] = {}

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return what `Embedder.encode` returns."""
        known = self.known
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            if len(known) + len(missing) > REMEMBERED:
                self.known = known = {}
                missing = list(dict.fromkeys(texts))
            known.update(zip(missing, self.embedder.encode(missing), strict=True))
        if not texts:
            return self.embedder.encode(texts)
        return np.stack([known[text] for text in texts])


class Matcher:
    """Holds a question against sentences: which of its words stand there, and how nearly the others do."""

    def __init__(self, question: Question, embedder: Vectors, text: str = "") -> None:
        """Make the question ready; its words that do not stand in the folded `text` are looked for respelt."""
        self.question = question
        self.words = list(question.words)
        self.weights = np.array([question.words[word] for word in self.words], dtype=np.float32)
        self.total = float(self.weights.sum()) or 1.0
        folded = fold(question.text)
        self.forms = [aliases().get(word, (word,)) + respelt(word, folded, text) for word in self.words]
        self.embedder = embedder
        self.asked = " ".join([folded, *(form for forms in self.forms for form in forms)])
        self.vector = embedder.encode([folded])[0]
        self.word_vectors = embedder.encode(self.words)
        bare = re.sub(r"[^\w]", "", "".join(self.words))
        self.bigrams = {bare[i : i + 2] for i in range(len(bare) - 1)}
        self.trigrams = {bare[i : i + 3] for i in range(len(bare) - 2)}

    def stands(self, text: str) -> NDArray[np.float32]:
        """Return 1 for each question word that stands in the folded `text`, by any of its names, else 0."""
        return np.array([any(form in text for form in forms) for forms in self.forms], dtype=np.float32)

    def share(self, matched: NDArray[np.float32]) -> float:
        """Return the share of the question's information in the words matched, 0 to 1."""
        return float(matched @ self.weights) / self.total if self.words else 0.0


def respelt(word: str, question: str, text: str) -> tuple[str, ...]:
    """Return `word` as `text` spells it, where the question has one character of it wrong; else nothing.

    The characters beside it in the question must agree (福化机构: 孵化机构), and only one spelling may.
    """
    at = question.find(word)
    if not text or word in text or not _HAN.fullmatch(word) or at < 0:
        return ()
    for reach in (2, 1):
        found: set[str] = set()
        for low in range(max(at - reach, 0), at + 1):
            for high in range(at + len(word), min(at + len(word) + reach, len(question)) + 1):
                window = question[low:high]
                if high - low >= max(3, len(word) + reach) and _HAN.fullmatch(window):
                    found |= _respellings(window, at - low, len(word), text)
        if len(found) == 1:
            return (found.pop(),)
    return ()


def _respellings(window: str, start: int, length: int, text: str) -> set[str]:
    """Return how `text` spells the characters from `start` of a window of which one is another there."""
    found = set()
    for i in range(start, start + length):
        pattern = re.escape(window[:i]) + r"[一-鿿]" + re.escape(window[i + 1 :])
        found |= {match.group()[start : start + length] for match in re.finditer(pattern, text)}
    return found


def features(candidates: Sequence[Candidate], matcher: Matcher) -> NDArray[np.float32]:
    """Return the features of the candidates: float32, shape (len(candidates), len(FEATURES)).

    All but `length` (natural logarithm of the characters, over 5) lie in [-1, 1].
    """
    rows = np.zeros((len(candidates), len(FEATURES)), dtype=np.float32)
    if not candidates:
        return rows
    folded = [fold(candidate.text) for candidate in candidates]
    dense = matcher.embedder.encode(folded) @ matcher.vector
    cut = [[word for word, _ in content_words(text)] for text in folded]
    soft = _soft(cut, matcher)
    for i, (candidate, text) in enumerate(zip(candidates, folded, strict=True)):
        around = matcher.stands(candidate.setting)
        own = matcher.stands(text)
        rows[i] = (
            matcher.share(own),
            matcher.share(np.maximum(around - own, 0)),
            matcher.share(np.maximum(soft[i], own)),
            _overlap(matcher.bigrams, text),
            _overlap(matcher.trigrams, text),
            _answering_clause(text, matcher),
            _attached(text, matcher),
            *_typed(matcher.question, text),
            constraints(matcher.question, text, candidate.setting),
            dense[i],
            candidate.hit_score,
            np.log(len(text)) / 5,
            text.endswith("?"),
        )
    return rows


def _soft(cut: Sequence[Sequence[str]], matcher: Matcher) -> NDArray[np.float32]:
    """Return for each cut text and question word the cosine of the nearest word there, shape (texts, words)."""
    vocabulary = list(dict.fromkeys(word for row in cut for word in row))
    if not vocabulary or not matcher.words:
        return np.zeros((len(cut), len(matcher.words)), dtype=np.float32)
    place = {word: i for i, word in enumerate(vocabulary)}
    similarity = np.clip(matcher.embedder.encode(vocabulary) @ matcher.word_vectors.T, 0, 1)
    return np.array(
        [
            similarity[[place[word] for word in row]].max(axis=0) if row else np.zeros(len(matcher.words))
            for row in cut
        ],
        dtype=np.float32,
    )


def _answering_clause(text: str, matcher: Matcher) -> float:
    """Return the largest share of the question's information in one clause that offers what is asked for.

    Where no clause does, any clause counts. A number belongs to the words beside it, not to the sentence.
    """
    parts = [text[span.start : span.end] for span in clauses(text)]
    typed = [part for part in parts if answers_type(matcher.question, part) == 1]
    return max((matcher.share(matcher.stands(part)) for part in typed or parts), default=0.0)


def _attached(text: str, matcher: Matcher) -> float:
    """Return how much of the information beside a number or date that is asked for is the question's, 0 to 1.

    What is counted is the best clause that has such a number or date; 0.5 where neither is asked for or there.
    A number beside words of its own (再贷款规模增至8000亿元) is not the one asked for (基金规模是多少).
    """
    if matcher.question.kind not in ("number", "date"):
        return 0.5
    shares = []
    for span in clauses(text):
        part = text[span.start : span.end]
        if answers_type(matcher.question, part) == 1:
            beside = [(word, idf(word)) for word, _ in content_words(part) if not word[0].isdigit()]
            total = sum(weight for _, weight in beside)
            own = sum(weight for word, weight in beside if word in matcher.asked)
            shares.append(own / total if total else 0.5)
    return max(shares, default=0.5)


def _overlap(grams: set[str], text: str) -> float:
    return sum(gram in text for gram in grams) / len(grams) if grams else 0.0


# The kinds of question for which a sentence is looked at for what is asked, one feature each.
_TYPED: dict[Kind, int] = {
    "number": 0,
    "date": 1,
    "who": 2,
    "organisation": 2,
    "where": 2,
    "definition": 3,
    "why": 4,
}


def _typed(question: Question, text: str) -> list[float]:
    """Return a feature for each group of kinds: whether the sentence offers it where it is asked for, else 0."""
    values = [0.0] * (max(_TYPED.values()) + 1)
    if question.kind in _TYPED:
        values[_TYPED[question.kind]] = answers_type(question, text) - 0.5
    return values


def answers_type(question: Question, text: str) -> float:
    """Return how well the folded sentence offers the kind of thing asked for: 1 yes, 0 no, 0.5 not judged."""
    match question.kind:
        case "number":
            return _offers_number(question, text)
        case "date":
            return float(any(match.group() not in question.text for match in _DATE.finditer(text)))
        case "who":
            return float(any(name not in question.text for name, _ in people(text)))
        case "organisation":
            return float(any(m.group() not in question.text for m in _ORGANISATION.finditer(text)))
        case "where":
            return float(any(m.group() not in question.text for m in _PLACE.finditer(text)))
        case "definition":
            return _offers_definition(question, text)
        case "why":
            return float(bool(_REASON.search(text)))
        case _:
            return 0.5


def _offers_definition(question: Question, text: str) -> float:
    """Return 1 where what is to be defined is said to be something, 0.5 where it is there, else 0."""
    if _ASKS_WHAT.search(text):
        return 0.0
    named = [topic for topic in question.topics if topic in text]
    defined = any(re.search(re.escape(topic) + _DEFINES, text) for topic in named)
    return 1.0 if defined else 0.5 if named else 0.0


def _offers_number(question: Question, text: str) -> float:
    """Return 1 for a number in the unit asked for, 0.5 for another number that the question lacks, else 0."""
    offered = [n for n in numbers(text) if text[n.span.start : n.span.end] not in question.numbers]
    offered = [n for n in offered if not (n.unit == "年" and 1900 < n.value < 2100)]
    offered = [n for n in offered if text[n.span.start : n.span.start + 2] not in ("一批", "一大", "一步")]
    if not offered:
        return 0.0
    if question.unit is None or any(number.unit == question.unit for number in offered):
        return 1.0
    return 0.5


def unfit(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence cannot answer: no number or date where one is asked for, or only other years.

    A sentence that names no year has the years of its setting.
    """
    if question.kind in ("number", "date") and answers_type(question, fold(candidate.text)) == 0:
        return True
    if not question.years:
        return False
    own = years(candidate.text)
    named = own or years(candidate.setting)
    return bool(named) and not question.years & named


def echoes(candidate: Candidate, matcher: Matcher) -> bool:
    """Whether a sentence only says the question again (强化企业主体地位。 to 为什么要强化企业主体地位？)."""
    question = matcher.question
    if question.kind == "yes_no" or question.attribution or answers_type(question, fold(candidate.text)) == 1:
        return False
    told = [(word in matcher.asked, idf(word)) for word, _ in content_words(candidate.text)]
    known = sum(weight for in_question, weight in told if in_question)
    return known >= ECHO * sum(weight for _, weight in told)


def constraints(question: Question, text: str, setting: str) -> float:
    """Return the share of the question's years, numbers and quoted words that the sentence or its setting has.

    A year that stands in neither counts against the sentence only where the sentence or its paragraph names
    another one.
    """
    checks = [str(year) in text or (str(year) in setting and not years(text)) for year in question.years]
    checks += [fold(words) in setting for words in (*question.quoted, *question.titles)]
    bare = [number for number in question.numbers if not re.match(r"(?:19|20)\d\d年", number)]
    checks += [number in setting for number in bare]
    return sum(checks) / len(checks) if checks else 1.0
