"""Fits the shingle length and the least resemblance of rag/near_duplicates.py, and prints the curves.

    python -m training.fit_near_duplicates DATA [--limit 400] [--merged 0.005]

DATA is a folder of training sets. News are reprinted by rule: another dateline, paragraphs cut anew, marks of
half width, now and then a sentence left out. A passage of a reprint belongs to the passage of the original that
it shares most with (reprint). It is no copy of that passage where a sentence of it is altered so that it says
something else (number, negation, direction, year, name), and no passage is a copy of another one of its
article (article), of a report of another year (report) or of another law (law); of the last two, each passage
is held against the one that it resembles most.

The shingle length is the one, and the resemblance the lowest, with which most reprints are found while at
most `--merged` of the passages of the last three kinds are merged (some texts do say a thing twice). Last, it
prints how like altered sentences are to their originals, and neighbouring sentences to one another: below
`COUNTERPART` there should be no altered ones but credits (who edited, who took the picture).
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from rag import near_duplicates
from rag.chunking import ChunkingOptions, chunk
from rag.datatypes import Chunk, Source
from rag.quoting.alignment import key, similarity
from rag.structure import parse
from rag.text import sentences
from training.data import read
from training.fit_grounding import ALTERATIONS, pairs

SHINGLES = (3, 4, 5, 8)
RESEMBLANCES = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9]
OTHERS = ("article", "report", "law")
_DROPPED = 0.1
_JOINED = 0.7
_LONGEST = 1500
# Passages that are held against each other at a time.
_AT_ONCE = 1500
_OUTLETS = (
    "新华社北京7月3日电（记者 张伟）",
    "中新网8月12日电 ",
    "人民网上海7月21日电 (记者李明)",
    "本报讯 ",
    "",
)
Pair = tuple[Chunk, Chunk]


def chunks(name: str, text: str, title: str = "") -> list[Chunk]:
    """Return the passages of a text as the index would hold them."""
    source = Source(file=name, text=f"{title}\n\n{text}" if title else text, sha256="")
    return chunk(parse(source), 0, ChunkingOptions())


def sentences_in(text: str) -> list[str]:
    """Return the sentences of a text as they stand in it."""
    found = [(line, span) for line in text.splitlines() for span in sentences(line)]
    return [line[span.start : span.end] for line, span in found]


def reprinted(pieces: Sequence[str], draw: random.Random) -> str:
    """Return the sentences as another outlet prints them."""
    kept = [piece for piece in pieces if draw.random() > _DROPPED] or list(pieces)
    text = draw.choice(_OUTLETS) + kept[0]
    for piece in kept[1:]:
        text += ("" if draw.random() < _JOINED else "\n\n") + piece
    return text.translate(str.maketrans("，；：（）", ",;:()")) if draw.random() < 0.3 else text


def counterparts(originals: Sequence[Chunk], copies: Sequence[Chunk]) -> Iterator[Pair]:
    """Yield each copy with the original that it shares most character pairs with."""
    known = [pairs(original.text) for original in originals]
    for copy in copies:
        wanted = pairs(copy.text)
        best = max(range(len(originals)), key=lambda i: len(wanted & known[i]))
        yield originals[best], copy


def news(folder: Path, limit: int, draw: random.Random) -> Iterator[tuple[str, Pair]]:
    """Yield the pairs that come of reprinting news, each with its kind."""
    records = [record for record in read(folder, "crud_docs/docs") if len(record["text"]) <= _LONGEST]
    for record in draw.sample(records, limit):
        pieces = sentences_in(record["text"])
        original = chunks(record["id"], record["text"])
        if len(original) < 2:
            continue
        yield from (
            ("reprint", pair) for pair in counterparts(original, chunks("copy", reprinted(pieces, draw)))
        )
        yield from (("article", (one, other)) for one, other in pairwise(original))
        at = draw.randrange(len(pieces))
        for kind, alter in ALTERATIONS.items():
            if (other := alter(pieces[at], record["text"], draw)) != pieces[at]:
                changed = [*pieces[:at], other, *pieces[at + 1 :]]
                text = "".join(changed)
                found = counterparts(original, chunks("copy", text))
                yield from (
                    (kind, pair) for pair in found if other in pair[1].text and pieces[at] in pair[0].text
                )


def nearest(found: Sequence[Chunk]) -> Iterator[Pair]:
    """Yield each passage with the one of another file that it resembles most."""
    for start in range(0, len(found), _AT_ONCE):
        some = found[start : start + _AT_ONCE]
        alike = near_duplicates.resemblances([one.text for one in some])
        names = np.array([one.file for one in some])
        alike[names[:, None] == names] = -1
        yield from ((one, some[int(best)]) for one, best in zip(some, alike.argmax(axis=1), strict=True))


def formulaic(folder: Path, limit: int) -> dict[str, list[Chunk]]:
    """Return the passages of the reports of all years, and of laws, those of like names together."""
    laws = sorted(read(folder, "laws/docs"), key=lambda record: record["title"][::-1])[: 3 * limit]
    return {
        "report": [
            one for r in read(folder, "gov_reports/docs") for one in chunks(r["id"], r["text"], r["title"])
        ],
        "law": [one for r in laws for one in chunks(r["id"], r["text"], r["title"])],
    }


def curve(kinds: dict[str, list[Pair]]) -> dict[float, dict[str, float]]:
    """Print and return the share of the pairs of each kind that are merged, by least resemblance."""
    alike = {
        kind: np.array([near_duplicates.resemblances([one.text, other.text])[0, 1] for one, other in found])
        for kind, found in kinds.items()
    }
    same = {
        kind: np.array(
            [
                value >= RESEMBLANCES[0] and near_duplicates.agree(*pair)
                for value, pair in zip(alike[kind], found, strict=True)
            ]
        )
        for kind, found in kinds.items()
    }
    rows = {}
    for least in RESEMBLANCES:
        rows[least] = {kind: float(np.mean((alike[kind] >= least) & same[kind])) for kind in kinds}
        print(f"{least:.2f}", *(f"{share:.4f}" for share in rows[least].values()), sep="\t")
    bare = " ".join(f"{kind} {np.mean(values >= 0.5):.4f}" for kind, values in alike.items())
    print(f"by resemblance of 0.5 alone: {bare}", flush=True)
    return rows


def print_likeness(folder: Path, limit: int, draw: random.Random) -> None:
    """Print the Indel similarity of altered sentences to their originals, and of neighbouring sentences."""
    altered, neighbours = [], []
    for record in draw.sample(read(folder, "crud_docs/docs"), limit):
        pieces = sentences_in(record["text"])
        neighbours += [similarity(key(one).text, key(other).text) for one, other in pairwise(pieces)]
        for alter in ALTERATIONS.values():
            changed = ((piece, alter(piece, record["text"], draw)) for piece in pieces)
            altered += [similarity(key(one).text, key(other).text) for one, other in changed if one != other]
    for least in (0.3, 0.4, 0.5, 0.6):
        missed, taken = np.mean(np.array(altered) < least), np.mean(np.array(neighbours) >= least)
        print(
            f"likeness {least}: {missed:.2%} of the altered sentences below, {taken:.2%} of neighbours above"
        )


def main() -> None:
    """Print the share merged of each kind by shingle length and resemblance, and the values chosen."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--limit", type=int, default=400, help="news that are reprinted")
    parser.add_argument(
        "--merged", type=float, default=0.005, help="share of other passages to merge at most"
    )
    arguments = parser.parse_args()
    kinds: dict[str, list[Pair]] = {}
    for kind, pair in news(arguments.data, arguments.limit, random.Random(0)):
        kinds.setdefault(kind, []).append(pair)
    others = formulaic(arguments.data, arguments.limit)
    best: tuple[float, int, float] | None = None
    for length in SHINGLES:
        near_duplicates.SHINGLE = length
        every = kinds | {kind: list(nearest(found)) for kind, found in others.items()}
        print(f"{length} characters", *(f"{kind}({len(found)})" for kind, found in every.items()), sep="\t")
        for least, shares in curve(every).items():
            if max(shares[kind] for kind in OTHERS) <= arguments.merged:
                best = max(best or (0.0, 0, 0.0), (shares["reprint"], -length, -least))
                break
    print_likeness(arguments.data, arguments.limit, random.Random(1))
    if best:
        print(f"chosen: {-best[1]} characters, {-best[2]:.2f}: {best[0]:.1%} of the reprints are found")


if __name__ == "__main__":
    main()
