"""What is searched: the documents that answer the questions, and others until there are as many passages as wanted."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count
from pathlib import Path

from bench.peers.material import ALONE, DOCS, PASSAGES, TOGETHER, Passage, Query, write
from bench.quotes.corpus import endless
from eval.dataset import Question
from eval.external.data import Data
from eval.external.searching import Pool, crud_questions
from rag.chunking import ChunkingOptions, chunk
from rag.datatypes import Source
from rag.structure import parse

DOCUMENTS_A_FILE = 500
"""Documents of a `.jsonl` file: a corpus comes in many files, and the program reads several at a time."""


def lay_out(data: Path, folder: Path, size: int, questions: int) -> None:
    """Write into `folder` the documents of `size` passages or a few more, the passages, and the questions.

    The passages are the chunks that the program makes of the documents by its default settings, each with what is
    embedded with it: its title and headings. `questions` are asked one after the other, and as many others several
    at a time. What lies in the folder already stays, so that a run can go on where it was broken off.

    Raises:
        UsageError: the data folder lacks the questions, or anything to fill up with.
    """
    if (folder / PASSAGES).exists():
        return
    pool = crud_questions(Data(data))
    (folder / DOCS).mkdir(parents=True, exist_ok=True)
    files: dict[str, str] = {}
    lines: dict[str, list[str]] = {}
    found: list[Passage] = []
    for number, (name, text) in enumerate(_documents(pool, data)):
        file = f"{number // DOCUMENTS_A_FILE:06d}.jsonl"
        files[name] = f"{file}#{name}"
        lines.setdefault(file, []).append(json.dumps({"id": name, "text": text}, ensure_ascii=False) + "\n")
        found += _passages(Source(file=files[name], text=text, sha256=""), len(found))
        if len(found) >= size:
            break
    for file, rows in lines.items():
        (folder / DOCS / file).write_text("".join(rows), encoding="utf-8")
    asked = _mixed(pool.questions, files)
    write(folder / ALONE, asked[:questions])
    write(folder / TOGETHER, asked[questions : 2 * questions])
    write(folder / PASSAGES, found)  # the last, since it tells that all is there


def _passages(source: Source, first_id: int) -> list[Passage]:
    chunks = chunk(parse(source), first_id, ChunkingOptions())
    return [Passage(id=one.id, file=one.file, text=f"{one.context}\n{one.text}".strip()) for one in chunks]


def _documents(pool: Pool, data: Path) -> Iterator[tuple[str, str]]:
    """Yield id and text of the documents that answer questions, of the rest of the pool, and of others, each text once."""
    wanted = {_name(file) for question in pool.questions for file in question.documents}
    rows = sorted(pool.documents, key=lambda row: row["id"] not in wanted)
    names = chain((row["id"] for row in rows), (f"more-{number}" for number in count()))
    texts = _once(chain((row["text"] for row in rows), (text for text, _ in endless(data))))
    return zip(names, texts, strict=False)  # a pool has no text twice, so that its names go with its texts


def _once(texts: Iterable[str]) -> Iterator[str]:
    """Yield the texts that are not blank, each once."""
    seen: set[int] = set()
    for text in texts:
        key = hash(text)
        if key not in seen and text.strip():
            seen.add(key)
            yield text


def _name(file: str) -> str:
    return file.partition("#")[2]


def _mixed(questions: Sequence[Question], files: dict[str, str]) -> list[Query]:
    """Return the questions in an order that has all kinds everywhere, the same on every run."""
    drawn = random.Random(0).sample(questions, len(questions))
    return [
        Query(id=one.id, text=one.question, wanted=[files[_name(file)] for file in one.documents])
        for one in drawn
    ]
