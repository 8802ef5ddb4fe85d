"""A docs folder of about so many chunks, of real texts and, where these run out, of others made from them."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

from bench.quotes.corpus import texts
from rag.chunking import ChunkingOptions, chunk
from rag.datatypes import Source
from rag.structure import parse
from rag.text import sentences

_SAMPLE = 400
_PER_FILE = 500
"""Documents in each `.jsonl` file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written: documents, and the share of them, 0 to 1, that were made from others."""

    documents: int
    made: float


def write(docs: Path, data: Path, chunks: int) -> Written:
    """Write documents of about so many chunks into the new folder `docs`, as `.jsonl` files."""
    docs.mkdir(parents=True)
    wanted = chunks * _characters_a_chunk(data)
    written = characters = made = 0
    lines: list[str] = []
    for text, is_made in endless(data):
        characters += len(text)
        written, made = written + 1, made + is_made
        lines.append(json.dumps({"id": str(written), "text": text}, ensure_ascii=False))
        if characters >= wanted or len(lines) == _PER_FILE:
            (docs / f"{written:07}.jsonl").write_text("\n".join(lines), encoding="utf-8")
            lines = []
        if characters >= wanted:
            break
    return Written(documents=written, made=made / written)


def _characters_a_chunk(data: Path) -> float:
    sample = list(islice(texts(data), _SAMPLE))
    cut = sum(
        len(chunk(parse(Source(file="x", text=text, sha256="")), 0, ChunkingOptions())) for text in sample
    )
    return sum(map(len, sample)) / cut


def endless(data: Path) -> Iterator[tuple[str, bool]]:
    """Yield the texts, then over and over with their sentences in another order; whether each was made so."""
    for number in count():
        chance = random.Random(number)
        for text in texts(data):
            yield (mixed(text, chance) if number else text), number > 0


def mixed(text: str, chance: random.Random) -> str:
    """Return a text with its sentences dealt anew to its lines, as long as before, and its digits changed.

    So its paragraphs are near-duplicates neither of those of the text nor of those of another such one.
    """
    lines = [[line[span.start : span.end] for span in sentences(line)] for line in text.splitlines()]
    every = [sentence for line in lines for sentence in line]
    chance.shuffle(every)
    rest = iter(every)
    dealt = "\n".join("".join(islice(rest, len(line))) for line in lines)
    return re.sub("[1-9]", lambda _: chance.choice("123456789"), dealt)
