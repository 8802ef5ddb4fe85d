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

import numpy as np

from rag.datatypes import Document, Source, Window
from rag.document_store import DocumentStore, FileRecord
from rag.embedding import builtin
from rag.errors import UsageError
from rag.generation import GenerationWriter
from rag.lexical import LexicalIndex
from rag.manifest import LEXICAL, TRIGRAMS, OpenIndex
from rag.preparing import Prepared, PreparedDocument
from rag.quoting.layout import windows
from rag.rows import rows
from rag.stores import FILES, Place, backend
from rag.structure import parse
from rag.text import sentences
from rag.trigrams import TrigramIndex

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
    place = Place(url=FILES, name="bench", dimension=embedder.dimension, generation=1, folder=folder / "g1")
    writer = GenerationWriter(place, None)
    writer.put_file(FileRecord(name=_FILE, sha256="", size=0, modified=0))
    held = made = number = 0
    for number, (text, copied) in enumerate(wanted, start=1):
        document = parse(Source(file=f"{_FILE}#{number}", text=text, sha256=""))
        cut = windows(document, 0)
        writer.add(Prepared(file=_FILE, documents=(_without_chunks(document, cut, embedder.dimension),)))
        held, made = held + len(cut), made + copied
        if held >= size:
            break
    writer.commit({}, None)
    seconds = time.perf_counter() - started
    return Filled(
        index=OpenIndex(
            documents=DocumentStore(place.folder),
            vectors=backend(FILES).read(place),
            lexical=LexicalIndex(place.folder / LEXICAL),
            trigrams=TrigramIndex(place.folder / TRIGRAMS),
            embedder=embedder,
        ),
        windows=held,
        seconds=seconds,
        size=sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
        made=made / max(1, number),
    )


def _without_chunks(document: Document, cut: list[Window], dimension: int) -> PreparedDocument:
    return PreparedDocument(
        rows=rows(document, (), cut), terms=(), vectors=np.zeros((0, dimension), dtype=np.float32)
    )
