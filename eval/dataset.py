"""The gold: questions with key facts and passages, quotes with verdicts. Loading checks every entry.

What a field means is written in `eval/README.md`. A passage is given by its words, never by a chunk id, and
loading finds it in the raw file; an entry that does not fit the files stops the evaluation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar, get_args

from eval.matching import RawTexts, occurrences, plain, states
from rag.datatypes import QuoteVerdict, RefusalReason, Span, Turn
from rag.errors import UsageError

Split = Literal["dev", "test"]

# The longest right answer of a type, in characters without white space and markers, unless a question sets
# its own: room for the source's whole sentence and a short second one, not for a paragraph. The gold
# passages of a question have 48 characters in the median.
MAX_CHARS: Mapping[str, int] = {
    "fact": 180,
    "definition": 250,
    "list": 500,
    "attribution": 200,
    "paraphrase": 200,
    "noisy": 180,
    "several": 450,
    "time": 200,
    "conversation": 200,
    "unanswerable": 200,
    "off_topic": 200,
}
QUOTE_KINDS = (
    *("exact", "exact_break", "exact_marks", "number", "year", "name", "negation", "word"),
    *("spliced", "paraphrase", "invented"),
    *("ellipsis", "insertion", "traditional", "clause", "attributed", "speaker", "numeral"),
    *("organisation", "modality", "omission", "addition", "noise", "spliced_three"),
)
# What stands in brackets in a quote and is not the source's: the quoter's own words.
_INSERTION = re.compile(r"〔[^〕]*〕|\[[^\]]*\]|（引者注：[^）]*）")
_QUOTATION = re.compile("“(.*)”")
_MARKS = re.compile("[\"'“”‘’]")


_Entry = TypeVar("_Entry", bound="_HasId")


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


class DatasetError(UsageError):
    """An entry of the gold is malformed or does not stand in the documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Gold words in a file; `span` runs from their first to their last character in the raw text."""

    file: str
    quote: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. `sources` are the passages an answer needs, each with the places that serve as well.

    In place of `facts` there may be a whole answer as `reference`, in place of `sources` whole files as
    `documents`. `alternatives` are whole answers as good as the reference, for published metrics. With `passages`, the question is put to these texts and not to the documents.
    """

    id: str
    split: Split
    type: str
    question: str
    history: tuple[Turn, ...] = ()
    answerable: bool
    facts: tuple[tuple[str, ...], ...] = ()
    forbidden: tuple[str, ...] = ()
    sources: tuple[tuple[Passage, ...], ...] = ()
    reference: str = ""
    alternatives: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    passages: tuple[str, ...] | None = None
    reason: RefusalReason | None = None
    max_chars: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Words given for the source's, either "" where there are none; of one of the `kinds`, of any where none is named.

    `places` are where words put in stand elsewhere in the documents.
    """

    given: str
    source: str
    kinds: tuple[str, ...] = ()
    places: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """One quote and what a report must say of it.

    `also` are verdicts that are right as well. `file` is where it comes from; `places` say it closer: for each
    part of the quote the passages that it stands in, of which one is to be shown, the part's own first.
    `changes` are what a report must at least point out, `barred` the kinds of difference that it may not tell;
    `count` is in how many places the words stand.
    """

    id: str
    split: Split
    kind: str
    quote: str
    verdict: QuoteVerdict
    also: tuple[QuoteVerdict, ...] = ()
    file: str | None = None
    places: tuple[tuple[Passage, ...], ...] = ()
    changes: tuple[Change, ...] = ()
    barred: tuple[str, ...] = ()
    count: int | None = None


def load_questions(path: Path, texts: RawTexts) -> tuple[Question, ...]:
    """Return the questions of a JSONL file, in its order.

    Raises:
        DatasetError: a line is not an entry, an id stands twice, or an entry contradicts the raw files.
    """
    return load_entries(path, lambda entry: _question(entry, texts))


def load_quotes(path: Path, texts: RawTexts) -> tuple[Quote, ...]:
    """Return the quotes of a JSONL file, in its order; errors as in `load_questions`."""
    return load_entries(path, lambda entry: _quote(entry, texts))


def load_entries(path: Path, parse: Callable[[dict[str, Any]], _Entry]) -> tuple[_Entry, ...]:
    """Return what `parse` makes of the lines of a JSONL file, in its order.

    Raises:
        DatasetError: a line is no JSON, `parse` refuses it, or an id stands twice; with the line's number.
    """
    entries: dict[str, _Entry] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        where = f"{path.name} 第 {number} 行"
        try:
            entry = parse(json.loads(line))
        except DatasetError as error:
            raise DatasetError(f"{where}：{error}") from error
        except (KeyError, TypeError, ValueError) as error:
            raise DatasetError(f"{where}的字段不对：{error!r}") from error
        if entry.id in entries:
            raise DatasetError(f"{where}：编号 {entry.id} 重复")
        entries[entry.id] = entry
    return tuple(entries.values())


def _question(entry: dict[str, Any], texts: RawTexts) -> Question:
    sources = [_source(source, texts) for source in entry.pop("sources")]
    question = Question(
        facts=tuple(tuple(forms) for forms in entry.pop("facts")),
        forbidden=tuple(entry.pop("forbidden")),
        sources=tuple(sources),
        history=tuple(Turn(**turn) for turn in entry.pop("history", [])),
        max_chars=entry.pop("max_chars", None) or MAX_CHARS[entry["type"]],
        **entry,
    )
    require(question.split in get_args(Split), f"split 是 {question.split}，应为 dev 或 test")
    if question.answerable:
        _check_gold(question)
    else:
        require(question.reason in get_args(RefusalReason), "不可答的问题要有 reason")
        require(not (question.facts or question.sources), "不可答的问题不能有要点和出处")
    return question


def _source(entry: dict[str, Any], texts: RawTexts) -> tuple[Passage, ...]:
    also = entry.pop("also", [])
    return tuple(the_passage(texts=texts, **place) for place in [entry, *also])


def the_passage(*, file: str, quote: str, texts: RawTexts) -> Passage:
    """Return the passage with these words.

    Raises:
        DatasetError: they do not stand in the file, or more than once.
    """
    places = occurrences(texts[file], quote)
    require(len(places) == 1, f"引文在 {file} 中出现 {len(places)} 次，应恰好一次：{quote}")
    return Passage(file=file, quote=quote, span=places[0])


def _check_gold(question: Question) -> None:
    """Check that the gold passages hold every fact, nothing forbidden, and fit the length allowed."""
    require(bool(question.facts and question.sources), "可答的问题要有要点和出处")
    gold = " ".join(passages[0].quote for passages in question.sources)
    everywhere = " ".join(passage.quote for passages in question.sources for passage in passages)
    for forms in question.facts:
        require(any(states(everywhere, form) for form in forms), f"出处里没有要点 {forms}")
    for words in question.forbidden:
        require(not states(gold, words), f"出处里有不许出现的 {words}")
    require(
        len(plain(gold)) <= question.max_chars, f"出处共 {len(plain(gold))} 字，超过 {question.max_chars}"
    )


def _quote(entry: dict[str, Any], texts: RawTexts) -> Quote:
    difference = entry.pop("difference", None)
    quote = Quote(**entry, changes=(Change(**difference),) if difference else ())
    require(quote.kind in QUOTE_KINDS, f"kind 是 {quote.kind}")
    require(quote.verdict in get_args(QuoteVerdict), f"verdict 是 {quote.verdict}")
    require((quote.file is None) == (quote.verdict == "not_found"), "只有 not_found 没有出处文件")
    if quote.file is None:
        return quote
    raw = plain(texts[quote.file])
    if (quote.verdict == "exact" and quote.kind != "exact_break") or quote.kind == "speaker":
        require(_stand_in_order(_claimed(quote), raw), f"{quote.file} 里没有这句话")
    if quote.verdict == "altered":
        require(plain(quote.quote) not in raw, f"{quote.file} 里有这句话，不是改动过的")
    for change in quote.changes:
        _check_difference(quote, change.given, change.source, raw)
    return quote


def _claimed(quote: Quote) -> list[str]:
    """Return the pieces that must stand in the source, in order: without what the quoter put in or left out."""
    if quote.kind == "ellipsis":
        return quote.quote.split("……")
    if quote.kind == "insertion":
        return [_INSERTION.sub("", quote.quote)]
    if quote.kind in ("attributed", "speaker"):
        found = _QUOTATION.search(quote.quote)
        return [found[1].rstrip("。")] if found else [quote.quote]
    return [quote.quote]


def _stand_in_order(pieces: list[str], raw: str) -> bool:
    """Whether the pieces stand in `raw` one after another, quotation marks aside: they change inside others."""
    raw, end = _MARKS.sub("", raw), 0
    for piece in (_MARKS.sub("", plain(piece)) for piece in pieces):
        start = raw.find(piece, end)
        if start < 0:
            return False
        end = start + len(piece)
    return True


def _check_difference(quote: Quote, given: str, source: str, raw: str) -> None:
    """Check that the source's words in place of the given ones make the source's text; without given ones, at some place.

    Who spoke stands outside the quoted words, so of a speaker it is checked that the source names the right one.
    """
    text, given, source = plain(quote.quote), plain(given), plain(source)
    if quote.kind == "speaker":
        require(given in text and source in raw, f"{given} 不在引文里，或 {source} 不在 {quote.file} 里")
        return
    require(
        any(one in raw for one in mended(text, given, source)), f"改回 {source} 后仍不是 {quote.file} 的原文"
    )


def mended(text: str, given: str, source: str) -> list[str]:
    """Return `text` with `source` in place of `given`, once for each of its places; with "" given, for every place there is."""
    places = (found.span() for found in re.finditer(re.escape(given), text))
    return [text[:start] + source + text[end:] for start, end in places]


def require(holds: bool, message: str) -> None:
    """Refuse an entry of the gold that does not hold.

    Raises:
        DatasetError: with the message.
    """
    if not holds:
        raise DatasetError(message)
