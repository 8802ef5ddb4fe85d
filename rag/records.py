"""The JSON of the command line: what it prints and what it reads, to and from the values of `datatypes`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, get_args

from rag.datatypes import (
    Answer,
    Article,
    Block,
    Chunk,
    Citation,
    Conflict,
    Document,
    Filters,
    Hit,
    ManuscriptReport,
    Place,
    QuoteMatch,
    QuoteReport,
    Refusal,
    RefusalReason,
    Sentence,
    Span,
    Turn,
    Verdict,
)
from rag.errors import UsageError

if TYPE_CHECKING:
    from rag.indexing import IndexReport

_LINE_ENDS = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}


def line(record: object) -> bytes:
    """Return a record as JSON on one line, whatever a program that reads it takes for a line's end.

    Raises:
        UnicodeEncodeError: a string in it holds half a surrogate pair, which no encoding can write.
    """
    return json.dumps(record, ensure_ascii=False).translate(_LINE_ENDS).encode()


def _spans(spans: tuple[Span, ...]) -> list[list[int]]:
    return [[span.start, span.end] for span in spans]


def place_json(place: Place) -> dict[str, Any]:
    """Return a place as a citation object without its number; `page` only where the file has pages."""
    paged = {} if place.page is None else {"page": place.page}
    return {
        "file": place.file,
        "article": place.article,
        "paragraph": place.paragraph,
        "start": place.spans[0].start,
        "end": place.spans[-1].end,
        "spans": _spans(place.spans),
        "quote": place.quote,
        "date": place.date,
        "source": place.outlet,
        "speaker": place.speaker,
    } | paged


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return an answer as `ask --json` prints it."""
    return {
        "question": answer.question,
        "standalone_question": answer.standalone_question,
        "answer": answer.text,
        "refused": answer.refused,
        "refusal": asdict(answer.refusal) if answer.refusal else None,
        "sentences": [
            {"text": s.text, "citations": list(s.citations), "verdict": s.verdict} for s in answer.sentences
        ],
        "citations": [
            {"n": c.n} | place_json(c.place) | {"also": [place_json(place) for place in c.also]}
            for c in answer.citations
        ],
        "conflicts": [{"citations": list(c.citations), "message": c.message} for c in answer.conflicts],
        "nearest": [{"n": n} | place_json(place) for n, place in enumerate(answer.nearest, start=1)],
        "answerer": answer.answerer,
        "unanswered": list(answer.unanswered),
        "notice": answer.notice,
        "seconds": {name: round(value, 4) for name, value in answer.seconds.items()},
    }


def quote_json(report: QuoteReport) -> dict[str, Any]:
    """Return a quote report as `cite --json` prints it."""
    return {
        "quote": report.quote,
        "verdict": report.verdict,
        "matches": [_match_json(match) for match in report.matches],
        "places": report.places,
        "nearest": [_match_json(match) for match in report.nearest],
    }


def manuscript_json(report: ManuscriptReport) -> dict[str, Any]:
    """Return a manuscript report as `cite --manuscript --json` prints it; offsets count in the manuscript."""
    return {
        "length": len(report.text),
        "counts": report.counts,
        "items": [
            {
                "start": each.spans[0].start,
                "end": each.spans[-1].end,
                "spans": _spans(each.spans),
                "text": each.text,
                "outcome": each.outcome,
                "claimed": each.claimed,
                "attribution": asdict(each.attribution) if each.attribution else None,
                "cite": quote_json(each.report) if each.report else None,
            }
            for each in report.checked
        ],
    }


def _match_json(match: QuoteMatch) -> dict[str, Any]:
    return place_json(match.place) | {
        "similarity": round(match.similarity, 4),
        "differences": [asdict(difference) for difference in match.differences],
        "facts": [asdict(fact) for fact in match.facts],
        "marked": [asdict(words) for words in match.marked],
        "given_at": match.given_at,
    }


def hits_json(query: str, hits: list[Hit], articles: Mapping[int, str]) -> dict[str, Any]:
    """Return hits as `search --json` prints them.

    `articles` maps the ids of the chunks, the copies among them, to the names of their articles.
    """
    return {
        "query": query,
        "hits": [
            _chunk_json(hit.chunk, articles)
            | {
                "score": round(hit.score, 6),
                "ranks": dict(hit.ranks),
                "also": [_chunk_json(copy, articles) for copy in hit.copies],
            }
            for hit in hits
        ],
    }


def _chunk_json(chunk: Chunk, articles: Mapping[int, str]) -> dict[str, Any]:
    return {
        "file": chunk.file,
        "article": articles[chunk.id],
        "paragraph": chunk.paragraphs[0],
        "start": chunk.spans[0].start,
        "end": chunk.spans[-1].end,
        "spans": _spans(chunk.spans),
        "text": chunk.text,
    }


def index_json(report: IndexReport) -> dict[str, Any]:
    """Return an indexing run as `index --json` prints it."""
    return asdict(report)


def structure_json(document: Document, counts: Mapping[str, int]) -> dict[str, Any]:
    """Return a document as `structure --json` prints it; `counts` is what `rag.structure.account` returns."""
    return {
        "file": document.source.file,
        "articles": [_article_json(article) for article in document.articles],
        "noise": [_block_json(block) for block in document.noise],
        "characters": dict(counts),
    }


def _article_json(article: Article) -> dict[str, Any]:
    return {
        "title": article.title,
        "kicker": article.kicker,
        "subtitle": article.subtitle,
        "source": article.outlet,
        "authors": list(article.authors),
        "date": article.date,
        "issuer": article.issuer,
        "document_number": article.number,
        "speakers": list(article.speakers),
        "start": article.span.start,
        "end": article.span.end,
        "fragment": article.fragment,
        "headings": [
            {
                "text": heading.text,
                "level": heading.level,
                "start": heading.span.start,
                "end": heading.span.end,
            }
            for heading in article.headings
        ],
        "paragraphs": [
            {
                "number": paragraph.number,
                "text": paragraph.text,
                "heading": paragraph.heading,
                "speaker": paragraph.speaker,
                "spans": _spans(paragraph.spans),
            }
            for paragraph in article.paragraphs
        ],
        "metadata": [_block_json(block) for block in article.metadata],
        "facts": [
            {
                "kind": fact.kind,
                "value": fact.value,
                "of": fact.of,
                "start": fact.span.start,
                "end": fact.span.end,
            }
            for fact in article.facts
        ],
    }


def _block_json(block: Block) -> dict[str, Any]:
    return {"kind": block.kind, "text": block.text, "start": block.span.start, "end": block.span.end}


def answer_from_json(record: Mapping[str, Any]) -> Answer:
    """Return an answer that `answer_json` made, equal to the one it was made of.

    But for two things that are not printed whole: seconds are rounded, and one sentence is no listing.

    Raises:
        UsageError: the record is not such an answer.
    """
    citations = citations_from_json(record)
    try:
        sentences = tuple(_sentence(entry) for entry in record["sentences"])
        refusal = record["refusal"]
        answer = Answer(
            question=str(record["question"]),
            standalone_question=str(record["standalone_question"]),
            sentences=sentences,
            citations=tuple(citations),
            refusal=refusal
            and Refusal(reason=_one_of(refusal["reason"], RefusalReason), message=str(refusal["message"])),
            conflicts=tuple(
                Conflict(citations=tuple(map(int, entry["citations"])), message=str(entry["message"]))
                for entry in record["conflicts"]
            ),
            nearest=tuple(map(_place, record["nearest"])),
            answerer=str(record["answerer"]),
            unanswered=tuple(map(str, record.get("unanswered", ()))),
            notice=None if record.get("notice") is None else str(record["notice"]),
            seconds={str(name): float(value) for name, value in record["seconds"].items()},
        )
        # `listing` is not printed, but how the sentences are joined tells it.
        answer = replace(answer, listing=answer.text != record["answer"])
        numbers = {citation.n for citation in citations}
        if answer.text != record["answer"] or not numbers.issuperset(answer.numbers):
            raise ValueError("its parts do not fit together")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UsageError("这不是 ask --json 打印的回答（缺少字段，或各部分对不上）") from error
    return answer


def _sentence(entry: Mapping[str, Any]) -> Sentence:
    return Sentence(
        text=str(entry["text"]),
        citations=tuple(map(int, entry["citations"])),
        verdict=_one_of(entry["verdict"], Verdict),
    )


def _one_of(value: object, names: Any) -> Any:  # noqa: ANN401 - `names` is a Literal, the value one of its strings
    if value not in get_args(names):
        raise ValueError(f"not one of {get_args(names)}: {value}")
    return value


def citations_from_json(record: Mapping[str, Any]) -> list[Citation]:
    """Return the citations of an answer that `ask --json` printed.

    Raises:
        UsageError: the record is not such an answer.
    """
    try:
        return [
            Citation(n=int(entry["n"]), place=_place(entry), also=tuple(map(_place, entry.get("also", ()))))
            for entry in record["citations"]
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError("文件里不是 ask --json 导出的回答（缺少 citations 或其中的字段）") from error


def _place(entry: Mapping[str, Any]) -> Place:
    return Place(
        file=str(entry["file"]),
        article=str(entry["article"]),
        paragraph=int(entry["paragraph"]),
        spans=tuple(Span(start=int(start), end=int(end)) for start, end in entry["spans"]),
        quote=str(entry["quote"]),
        date=entry.get("date"),
        outlet=entry.get("source"),
        speaker=entry.get("speaker"),
        page=entry.get("page"),
    )


def turns_json(turns: Iterable[Turn]) -> list[dict[str, str]]:
    """Return turns as a batch line gives them under `history`."""
    return [{"role": turn.role, "content": turn.content} for turn in turns]


def turns_from_json(history: object) -> tuple[Turn, ...]:
    """Return the earlier turns that a batch line gives under `history`, none where it gives none.

    Raises:
        UsageError: they are not of the form that the command line documents.
    """
    if history is None:
        return ()
    if not isinstance(history, list) or not all(map(_is_turn, history)):
        raise UsageError("history 应是一列 {role, content}，content 是文字")
    if any(turn["role"] not in ("user", "assistant") for turn in history):
        raise UsageError("history 里的 role 只能是 user 或 assistant")
    return tuple(Turn(role=turn["role"], content=turn["content"]) for turn in history)


def _is_turn(value: object) -> bool:
    return isinstance(value, Mapping) and "role" in value and isinstance(value.get("content"), str)


def filters_from_json(record: object) -> Filters | None:
    """Return the filters that a batch line gives under `filters`, None where it gives none.

    Raises:
        UsageError: a key is unknown, or a value is not of its form.
    """
    if record is None:
        return None
    if not isinstance(record, Mapping):
        raise UsageError("filters 应是一组键值")
    unknown = set(record) - {"files", "date_from", "date_to", "source", "speaker"}
    if unknown:
        raise UsageError(f"filters 里的 {'、'.join(sorted(unknown))} 不认识")
    files = record.get("files")
    if files is not None and not _is_texts(files):
        raise UsageError("filters 里的 files 应是一列文件名")
    first, last = _text(record, "date_from"), _text(record, "date_to")
    try:
        return Filters(
            files=tuple(files or ()),
            date_from=first,
            date_to=last,
            outlet=_text(record, "source"),
            speaker=_text(record, "speaker"),
        )
    except ValueError as error:
        raise UsageError(
            "filters 里的 date_from、date_to 应是 2026-01-06 这样的日期，前者不晚于后者，"
            f"而不是 {first or '（无）'}、{last or '（无）'}"
        ) from error


def _text(record: Mapping[str, Any], key: str) -> str | None:
    value = record.get(key)
    if value is not None and not isinstance(value, str):
        raise UsageError(f"filters 里的 {key} 应是文字")
    return (value or "").strip() or None


def passages_from_json(passages: object) -> list[str] | None:
    """Return the texts that a batch line gives under `passages`, None where it gives none.

    Raises:
        UsageError: they are not a list of texts.
    """
    if passages is None:
        return None
    if not isinstance(passages, list) or not _is_texts(passages):
        raise UsageError("passages 应是一列文字")
    return passages


def _is_texts(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)
