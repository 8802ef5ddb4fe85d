"""Retriever-only: a query, the pool of documents, and which of them are to be found.

Texts that stand in a pool several times are one document, so that no copy is taken for a miss.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eval.dataset import Question
from eval.external.data import Data, Row
from rag.text import sentences

FILE = "docs.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Questions, and the documents to search as lines of a `.jsonl` that the program indexes; none for a reader."""

    questions: tuple[Question, ...]
    documents: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query and the ids of the documents to find."""

    id: str
    type: str
    text: str
    wanted: Sequence[str]


def crud_questions(data: Data) -> Pool:
    """Return short questions about news events, and news; the type says how many articles a question was made from."""
    queries = [
        Query(id=row["id"], type=row["set"], text=row["question"], wanted=row["answer_in"])
        for row in data.rows("crud_questions/questions")
    ]
    return _pool(queries, data.rows("crud_questions/docs"), "date")


def crud_events(data: Data) -> Pool:
    """Return statements of an event in a sentence or two, and news."""
    queries = [
        Query(id=row["id"], type="event", text=row["query"], wanted=row["doc_ids"])
        for row in data.rows("crud_events/events")
    ]
    return _pool(queries, data.rows("crud_events/docs"), "date")


def ncp_policy_qa(data: Data) -> Pool:
    """Return questions about government notices, and the notices."""
    return _asked(data, "ncp_policy_qa")


def lecoqa_statutes(data: Data) -> Pool:
    """Return laypeople's questions and articles of law, under the law's name and the article's number."""
    return _asked(data, "lecoqa_statutes", "title")


def squad2_zh(data: Data) -> Pool:
    """Return the answerable questions and encyclopedia paragraphs, without their article's title."""
    return _asked(data, "squad2_zh")


def dureader2_demo(data: Data) -> Pool:
    """Return web queries and the paragraphs of all their web pages, without the pages' titles.

    To be found are the paragraphs most related to an answer, one a page; others that answer as well are not
    labelled.
    """
    queries = [
        Query(id=row["id"], type=row["type"], text=row["question"], wanted=row["doc_ids"])
        for row in data.rows("dureader2_demo/questions")
    ]
    return _pool(queries, data.rows("dureader2_demo/docs"))


def govqa(data: Data) -> Pool:
    """Return the titles of citizens' letters to an authority, and the replies."""
    letters = data.rows("govqa/pairs")
    queries = [Query(id=row["id"], type="letter", text=row["title"], wanted=[row["id"]]) for row in letters]
    return _pool(queries, [{"id": row["id"], "text": row["positive"]} for row in letters])


def xwlb(data: Data) -> Pool:
    """Return the titles of television news, and the news without its first sentence, which repeats the title.

    A title that several pieces have (国内联播快讯) is not asked for.
    """
    news = data.rows("xwlb/docs")
    bodies = [{**row, "text": row["text"][sentences(row["text"])[0].end :]} for row in news]
    known = Counter(row["title"] for row in news)
    queries = [
        Query(id=row["id"], type="news", text=row["title"], wanted=[row["id"]])
        for row in bodies
        if known[row["title"]] == 1 and row["text"].strip()
    ]
    return _pool(queries, bodies, "date")


def _asked(data: Data, name: str, *declared: str) -> Pool:
    queries = [
        Query(id=row["id"], type="question", text=row["question"], wanted=row["doc_ids"])
        for row in data.rows(f"{name}/qa")
        if row.get("answerable", True)
    ]
    return _pool(queries, data.rows(f"{name}/docs"), *declared)


def _pool(queries: Iterable[Query], rows: Iterable[Row], *declared: str) -> Pool:
    """Return the pool of `rows`, with the fields of them that are `declared`; blank texts are left out."""
    documents: dict[str, Row] = {}
    keys: dict[str, str] = {}
    for row in rows:
        if row["text"].strip():
            kept = documents.setdefault(
                row["text"], {name: row[name] for name in ("id", "text", *declared) if row[name] is not None}
            )
            keys[row["id"]] = kept["id"]
    return Pool(
        questions=tuple(_question(query, keys) for query in queries),
        documents=tuple(documents.values()),
    )


def _question(query: Query, keys: dict[str, str]) -> Question:
    return Question(
        id=query.id,
        split="test",
        type=query.type,
        question=query.text,
        answerable=True,
        documents=tuple(dict.fromkeys(f"{FILE}#{keys[key]}" for key in query.wanted)),
        max_chars=0,
    )
