"""Reader-only: a question with the texts that answer it."""

from __future__ import annotations

from collections.abc import Iterator

from eval.dataset import MAX_CHARS, Question
from eval.external.data import Data

LIMIT = MAX_CHARS["fact"]
"""Characters of a right answer; where the gold is a whole answer, twice its length if that is more."""


def crud_questions(data: Data) -> Iterator[Question]:
    """Yield short questions about news events with the article, or the two, that answer them."""
    texts = _texts(data, "crud_questions/docs")
    for row in data.rows("crud_questions/questions"):
        yield Question(
            id=row["id"],
            split="test",
            type=row["set"],
            question=row["question"],
            answerable=True,
            facts=((row["answer"],),),
            passages=tuple(texts[key] for key in row["answer_in"]),
            max_chars=LIMIT,
        )


def ncp_policy_qa(data: Data) -> Iterator[Question]:
    """Yield questions about a government notice with the whole notice; the gold is a span of it."""
    texts = _texts(data, "ncp_policy_qa/docs")
    for row in data.rows("ncp_policy_qa/qa"):
        passages = tuple(texts[key] for key in row["doc_ids"])
        yield _described(row["id"], "notice", row["question"], (row["answer"],), passages)


def dureader2_demo(data: Data) -> Iterator[Question]:
    """Yield real web queries with all web pages found for them, up to five; the gold are people's answers.

    A page is its paragraphs in order. A query without an answer is left out.
    """
    pages: dict[str, dict[str, list[str]]] = {}
    for row in data.rows("dureader2_demo/docs"):
        page = row["id"].rpartition("-")[0]
        pages.setdefault(page.rpartition("-")[0], {}).setdefault(page, []).append(row["text"])
    for row in data.rows("dureader2_demo/questions"):
        if row["answers"]:
            passages = tuple("\n".join(paragraphs) for paragraphs in pages[row["id"]].values())
            yield _described(row["id"], row["type"], row["question"], tuple(row["answers"]), passages)


def squad2_zh(data: Data) -> Iterator[Question]:
    """Yield questions with their paragraph, which does not answer those of type `unanswerable`."""
    texts = _texts(data, "squad2_zh/docs")
    for row in data.rows("squad2_zh/qa"):
        answerable = row["answerable"]
        yield Question(
            id=row["id"],
            split="test",
            type="answerable" if answerable else "unanswerable",
            question=row["question"],
            answerable=answerable,
            facts=(tuple(row["answers"]),) if answerable else (),
            passages=tuple(texts[key] for key in row["doc_ids"]),
            reason=None if answerable else "not_stated",
            max_chars=LIMIT,
        )


def _texts(data: Data, name: str) -> dict[str, str]:
    return {row["id"]: row["text"] for row in data.rows(name)}


def _described(
    key: str, kind: str, question: str, golds: tuple[str, ...], passages: tuple[str, ...]
) -> Question:
    """Return a question whose gold are whole answers, the first of them the reference."""
    return Question(
        id=key,
        split="test",
        type=kind,
        question=question,
        answerable=True,
        reference=golds[0],
        alternatives=golds[1:],
        passages=passages,
        max_chars=max(LIMIT, 2 * len(golds[0])),
    )
