"""Pools to search: documents, and questions with the documents that answer them. No development set is read.

The built-in embedder has learnt from some of the questions, so that its scores flatter it there: `learnt` says
from which. The others are sets kept from it whole, tenths kept from it, and questions made from texts that it
has not read.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rag.chunking import ChunkingOptions
from rag.embedding import builtin
from rag.indexing import open_index, update_index
from rag.informativeness import idf
from rag.manifest import OpenIndex
from rag.text import sentences
from training.data import passages, read, sentences_of, split
from training.pairs import CLAUSE, question_about
from training.retrieval import Collection, collection
from training.vocabulary import cut

_FILE = "docs.jsonl"
_SEED = 5
# News among which the texts of events are to be found, so that the search is not too easy.
_DISTRACTORS = 4000
_QUESTIONS = 3000
_LAWS, _LAW_LENGTH = 300, 6000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question, the ids of the documents that answer it, and its answers where they are known by their words."""

    question: str
    documents: tuple[str, ...]
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Documents as lines of a `.jsonl`, and what is asked about them."""

    name: str
    documents: tuple[dict[str, str], ...]
    asked: tuple[Asked, ...]
    learnt: bool = False


def pools(folder: Path) -> Iterator[Pool]:
    """Yield the pools of the training sets under `folder`."""
    yield _events(folder)
    yield _reading(folder, "cmrc2018_trial")
    yield _reading(folder, "drcd_dev_simplified")
    yield _reading(folder, "squad2_zh", learnt=True)
    yield _reading(folder, "cail2019_rc", learnt=True)
    yield _reading(folder, "ncp_policy_qa", learnt=True)
    yield _statutes(folder)
    yield _letters(folder)
    yield _titles(folder)
    yield _abstracts(folder)
    yield _made(folder, "laws")
    yield _made(folder, "news")


def collections(folder: Path) -> Iterator[Collection]:
    """Yield the pools whose questions the embedder has not learnt, their titles left out."""
    for pool in pools(folder):
        if not pool.learnt:
            texts = {document["id"]: document["text"] for document in pool.documents}
            yield collection(pool.name, texts, ((one.question, one.documents) for one in pool.asked))


def _document(key: str, text: str, title: str | None = None) -> dict[str, str]:
    return {"id": key, "text": text} | ({"title": title} if title else {})


def _events(folder: Path) -> Pool:
    """Return statements of events, each with the report of it, among other news."""
    texts = {r["text"]: r["id"] for r in read(folder, "crud_docs/docs")[:_DISTRACTORS]}
    events = read(folder, "crud_events/pairs")
    for place, record in enumerate(events):
        texts.setdefault(record["positive"], f"event-{place}")
    return Pool(
        name="crud_events",
        documents=tuple(_document(key, text) for text, key in texts.items()),
        asked=tuple(Asked(question=r["query"], documents=(texts[r["positive"]],)) for r in events),
    )


def _reading(folder: Path, name: str, *, learnt: bool = False) -> Pool:
    """Return the answerable questions of a reading set, a sample where they are many, and its texts."""
    documents = [_document(r["id"], r["text"], r.get("title")) for r in read(folder, f"{name}/docs")]
    asked = []
    for record in read(folder, f"{name}/qa"):
        given = record.get("answers") or [record.get("answer")]
        answers = tuple(answer for answer in given if answer and answer not in ("YES", "NO"))
        if record.get("answerable", True) and answers:
            asked.append(
                Asked(question=record["question"], documents=tuple(record["doc_ids"]), answers=answers)
            )
    random.Random(_SEED).shuffle(asked)
    return Pool(name=name, documents=tuple(documents), asked=tuple(asked[:_QUESTIONS]), learnt=learnt)


def _statutes(folder: Path) -> Pool:
    """Return lay questions and the statutes that answer them."""
    statutes = [_document(r["id"], r["text"], r["title"]) for r in read(folder, "lecoqa_statutes/docs")]
    _, kept = split(read(folder, "lecoqa_statutes/qa"))
    asked = tuple(Asked(question=r["question"], documents=tuple(r["doc_ids"])) for r in kept)
    return Pool(name="lecoqa_statutes", documents=tuple(statutes), asked=asked)


def _letters(folder: Path) -> Pool:
    """Return the titles of letters to an authority and the replies, others' among them."""
    letters, kept = split(read(folder, "govqa/pairs"))
    return Pool(
        name="govqa",
        documents=tuple(_document(r["id"], r["positive"]) for r in [*kept, *letters[::4]]),
        asked=tuple(Asked(question=r["title"], documents=(r["id"],)) for r in kept),
    )


def _titles(folder: Path) -> Pool:
    """Return titles of news and the news without the first sentence, which says the same."""
    _, news = split(read(folder, "xwlb/docs"))
    bodies = {r["id"]: r["text"][sentences(r["text"])[0].end :] for r in news}
    times = Counter(r["title"] for r in news)
    return Pool(
        name="xwlb",
        documents=tuple(_document(key, body) for key, body in bodies.items() if body.strip()),
        asked=tuple(
            Asked(question=r["title"], documents=(r["id"],))
            for r in news
            if times[r["title"]] == 1 and bodies[r["id"]].strip()
        ),
    )


def _abstracts(folder: Path) -> Pool:
    """Return titles or key words of papers and their abstracts."""
    papers = read(folder, "csl/pairs")
    return Pool(
        name="csl",
        documents=tuple(_document(str(place), r["positive"]) for place, r in enumerate(papers)),
        asked=tuple(Asked(question=r["query"], documents=(str(n),)) for n, r in enumerate(papers)),
    )


def _made(folder: Path, name: str) -> Pool:
    """Return questions made from clauses of laws or of news that the embedder has not read."""
    chance = random.Random(_SEED)
    if name == "laws":
        unread = [r for place, r in enumerate(read(folder, "laws/docs")) if place % 3]
        texts = [_document(r["id"], r["text"][:_LAW_LENGTH], r["title"]) for r in unread[:_LAWS]]
    else:
        _, kept = split(read(folder, "xwlb/docs"))
        texts = [_document(r["id"], r["text"], r["title"]) for r in kept]
    asked = []
    for document in texts:
        groups = list(passages(sentences_of(document["text"])))
        for _ in range(_QUESTIONS // 2 // len(texts) + 1):
            clauses = [clause for clause in CLAUSE.findall("".join(chance.choice(groups))) if cut(clause)]
            if clauses:
                clause = chance.choice(clauses)
                question = question_about(clause, idf, chance)
                asked.append(Asked(question=question, documents=(document["id"],), answers=(clause,)))
    return Pool(name=f"made_{name}", documents=tuple(texts), asked=tuple(asked))


@contextmanager
def indexed(documents: Sequence[dict[str, Any]]) -> Iterator[OpenIndex]:
    """Yield an index over documents, built by the program itself in a temporary folder."""
    with TemporaryDirectory() as temporary:
        docs = Path(temporary) / "docs"
        docs.mkdir()
        lines = (json.dumps(document, ensure_ascii=False) + "\n" for document in documents)
        (docs / _FILE).write_text("".join(lines), encoding="utf-8")
        places = docs, Path(temporary) / "index", builtin(), ChunkingOptions()
        update_index(*places, lambda _: None)
        yield open_index(*places)


def source_of(key: str) -> str:
    """Return the source that a document's chunks name as their file."""
    return f"{_FILE}#{key}"
