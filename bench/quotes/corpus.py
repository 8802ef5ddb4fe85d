"""Corpora as large as wanted, and the part of an index that the quote lookup seeks in, built of them."""

from __future__ import annotations

import json
import lzma
import random
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from rag.datatypes import Source
from rag.document_store import DocumentStore, FileRecord
from rag.embedding import builtin
from rag.errors import UsageError
from rag.lexical import LexicalIndex
from rag.manifest import OpenIndex
from rag.quoting.layout import windows
from rag.structure import parse
from rag.text import sentences
from rag.trigrams import TrigramIndex, TrigramWriter
from rag.vector_store import FaissStore

_FILE = "bench.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """An index to look quotes up in: its windows, the seconds it took to build, its bytes on disk.

    `made` is the share of its documents, 0 to 1, that were made of others by shuffling.
    """

    index: OpenIndex
    windows: int
    seconds: float
    size: int
    made: float


def texts(data: Path) -> Iterator[str]:
    """Yield the texts of all `docs.jsonl.xz` under a folder, one file's after the other's in turn.

    Raises:
        UsageError: there is no such file.
    """
    files = [_texts(path) for path in sorted(data.rglob("docs.jsonl.xz"))]
    if not files:
        raise UsageError(f"{data} 里没有 docs.jsonl.xz；请用 --data 指定数据文件夹")
    while files:
        for file in list(files):
            text = next(file, None)
            if text is None:
                files.remove(file)
            else:
                yield text


def _texts(path: Path) -> Iterator[str]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["text"]


def endless(data: Path) -> Iterator[tuple[str, bool]]:
    """Yield the texts, then over and over with sentences shuffled and digits changed; whether each was made so."""
    for number in count():
        draw = random.Random(number)
        for text in texts(data):
            yield (_shuffled(text, draw) if number else text), number > 0


def _shuffled(text: str, draw: random.Random) -> str:
    """Return a text with the sentences of each line in another order and its digits changed, none to 0."""
    lines = [[line[span.start : span.end] for span in sentences(line)] for line in text.splitlines()]
    for line in lines:
        draw.shuffle(line)
    return re.sub("[1-9]", lambda _: draw.choice("123456789"), "\n".join(map("".join, lines)))


def fill(folder: Path, wanted: Iterable[tuple[str, bool]], size: int) -> Filled:
    """Return an index of so many windows or a few more, built in the empty `folder` of as many texts as it takes.

    Only what the lookup reads is there: documents, windows, trigrams; no chunks, words or vectors.
    """
    embedder = builtin()
    started = time.perf_counter()
    store = DocumentStore.build(folder / "documents.sqlite")
    store.put_file(FileRecord(name=_FILE, sha256="", size=0, modified=0))
    writer = TrigramWriter(folder / "trigrams")
    held = made = number = 0
    for number, (text, copied) in enumerate(wanted, start=1):
        document = parse(Source(file=f"{_FILE}#{number}", text=text, sha256=""))
        cut = windows(document, held)
        store.add(_FILE, number, document, (), cut)
        writer.add(cut)
        held, made = held + len(cut), made + copied
        if held >= size:
            break
    store.close()
    writer.commit()
    seconds = time.perf_counter() - started
    return Filled(
        index=OpenIndex(
            documents=DocumentStore.open(folder / "documents.sqlite"),
            vectors=FaissStore.create(embedder.dimension),
            lexical=LexicalIndex(folder / "lexical", create=True),
            trigrams=TrigramIndex(folder / "trigrams"),
            embedder=embedder,
        ),
        windows=held,
        seconds=seconds,
        size=sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
        made=made / max(1, number),
    )
