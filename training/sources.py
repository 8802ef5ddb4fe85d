"""Turns the training sets into documents and question pairs. No development set is ever read here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from training.data import clean, passages, read, sentences_of, split
from training.pairs import Document, Pair

# Every third law: they repeat one another, and all of them would be a third of the text.
_EVERY_LAW = 3
_ARTICLE = re.compile(r"(?=^第[一二三四五六七八九十百千零]+条)", re.MULTILINE)
_COUNTRY = "中华人民共和国"
# A reply is long; what a letter is answered with stands in its first passages.
_REPLY = 3


def _document(title: str, text: str) -> Document:
    """Return a text as a document."""
    groups = tuple(map(tuple, passages(sentences_of(text))))
    return Document(title=clean(title), lead=groups[0][0] if groups else "", passages=groups)


def _law(record: dict[str, Any]) -> Document:
    """Return a law as a document whose passages do not cross articles."""
    found: list[tuple[str, ...]] = []
    # Chapter headings say nothing about the article that they stand before.
    text = "\n".join(line for line in record["text"].splitlines() if not line.startswith("#"))
    for article in _ARTICLE.split(text):
        found += map(tuple, passages(sentences_of(article)))
    return Document(title=clean(record["title"]).replace(_COUNTRY, ""), lead="", passages=tuple(found))


def documents(folder: Path) -> list[Document]:
    """Return the unlabelled documents under `folder`, each text once."""
    plain = [
        ("", record["text"])
        for name in ("docs", "xinhua_old")
        for record in read(folder, f"crud_docs/{name}")
    ]
    news, _ = split(read(folder, "xwlb/docs"))
    plain += [(record["title"], record["text"]) for record in news]
    plain += [(record["title"], record["text"]) for record in read(folder, "gov_reports/docs")]
    plain += [("", record["text"]) for record in read(folder, "ncp_policy_qa/docs")]
    seen = {text: title for title, text in plain}
    found = [_document(title, text) for text, title in seen.items()]
    found += [_law(record) for record in read(folder, "laws/docs")[::_EVERY_LAW]]
    return [document for document in found if document.passages]


def _reading_pairs(folder: Path, name: str) -> Iterator[Pair]:
    """Yield the answerable questions of a reading set, each with the passage that its answer stands in."""
    texts = {
        record["id"]: ["".join(group) for group in passages(sentences_of(record["text"]))]
        for record in read(folder, f"{name}/docs")
    }
    for record in read(folder, f"{name}/qa"):
        answer = clean(record.get("answer") or "")
        places = [text for key in record["doc_ids"] for text in texts[key] if answer and answer in text]
        if places and record.get("answerable", True):
            yield Pair(clean(record["question"]), places[0])


def _statute_pairs(folder: Path) -> Iterator[Pair]:
    """Yield lay questions with the statutes that answer them."""
    statutes = {record["id"]: record for record in read(folder, "lecoqa_statutes/docs")}
    questions, _ = split(read(folder, "lecoqa_statutes/qa"))
    for record in questions:
        for key in record["doc_ids"]:
            yield Pair(clean(record["question"]), clean(statutes[key]["text"])[:400])


def _letter_pairs(folder: Path) -> Iterator[Pair]:
    """Yield the titles of letters to an authority with the first passages of the reply."""
    letters, _ = split(read(folder, "govqa/pairs"))
    for record in letters:
        for group in list(passages(sentences_of(record["positive"])))[:_REPLY]:
            yield Pair(clean(record["title"]), "".join(group))


def question_pairs(folder: Path) -> list[Pair]:
    """Return the real questions under `folder`, each with a passage that answers it."""
    found = [*_reading_pairs(folder, "squad2_zh"), *_reading_pairs(folder, "cail2019_rc")]
    found += [*_reading_pairs(folder, "ncp_policy_qa"), *_statute_pairs(folder), *_letter_pairs(folder)]
    return [pair for pair in found if min(map(len, pair)) >= 4]
