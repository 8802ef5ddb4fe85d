"""Fits the thresholds of quotes: makes quotes by rule, and sees what the lookup makes of them.

Documents are given on the command line: `.jsonl` or `.jsonl.xz` with a `text` a line. Some are indexed, others
supply quotes that are not found. The quotes are those of `eval.quoting`, the thresholds are chosen on one half
of the sentences. Prints, per kind, the share of quotes with the right verdict, place, and difference named, then
the chosen values and the same table on the other half.

Run: python -m training.fit_quotes DOCS.jsonl.xz [MORE.jsonl.xz ...]
"""

from __future__ import annotations

import json
import lzma
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory

from eval.dataset import Quote
from eval.metrics.quotes import quote_faults
from eval.quoting.corpus import Corpus
from eval.quoting.drawing import draw_quotes
from rag.assistant import open_assistant
from rag.config import Settings
from rag.manifest import OpenIndex
from rag.quotes import QuoteIndex
from rag.quoting.thresholds import Thresholds
from rag.text import sentences

INDEXED = 60
OUTSIDE = 120
QUOTES = 15
GRID = {
    "altered": (0.7, 0.75, 0.8, 0.85, 0.9),
    "slight": (0.6, 0.65, 0.7, 0.75),
    "loose": (0.5, 0.54, 0.58, 0.62, 0.66, 0.7),
    "close": (0.8, 0.85, 0.9),
    "slips": (0.25, 0.35, 0.45, 0.55),
    "part": (0.7, 0.8, 0.9),
    "cover": (0.75, 0.8, 0.85, 0.9),
}

Table = dict[str, list[dict[str, bool]]]
"""By kind and quote: whether the verdict, the place and the difference were right, as far as the gold tells them."""


def texts(path: Path) -> Iterator[str]:
    """Yield the texts of a file of JSON lines, compressed or not."""
    opener = lzma.open if path.suffix == ".xz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["text"]


def indexed(lines: Sequence[str], folder: Path) -> OpenIndex:
    """Return an index of these texts, made in `folder`."""
    docs = folder / "docs"
    docs.mkdir()
    records = (json.dumps({"id": i, "text": text}, ensure_ascii=False) for i, text in enumerate(lines))
    (docs / "texts.jsonl").write_text("\n".join(records), encoding="utf-8")
    return open_assistant(Settings(docs=docs, index=folder / "index")).index


def table(index: QuoteIndex, made: Sequence[Quote]) -> Table:
    """Return what is right of the report on each quote, by kind."""
    rows: Table = {}
    for quote in made:
        faults = quote_faults(quote, index.lookup(quote.quote))
        rows.setdefault(quote.kind, []).append({aspect: not found for aspect, found in faults.items()})
    return rows


def score(rows: Table) -> float:
    """Return the share of right verdicts, every kind counting the same."""
    return fmean(_share(row, "verdict") for row in rows.values())


def _share(row: Sequence[dict[str, bool]], aspect: str) -> float:
    return fmean(told[aspect] for told in row if aspect in told)


def fit(index: OpenIndex, made: Sequence[Quote]) -> Thresholds:
    """Return the thresholds of the grid with the most right verdicts, chosen one after another."""
    chosen = Thresholds()
    for name, values in GRID.items():
        options = [replace(chosen, **{name: value}) for value in values]
        scores = [score(table(QuoteIndex(index, option), made)) for option in options]
        print(
            f"{name:9}", *(f"{value}: {reached:.2%}" for value, reached in zip(values, scores, strict=True))
        )
        # Of equal ones the middle one stands farthest from what would be wrong.
        equal = [option for option, reached in zip(options, scores, strict=True) if reached == max(scores)]
        chosen = equal[len(equal) // 2]
    return chosen


def main() -> None:
    """Fit on the files named on the command line and print what came out."""
    lines = [text for path in map(Path, sys.argv[1:]) for text in list(texts(path))[: INDEXED + OUTSIDE]]
    if not lines:
        raise SystemExit("usage: python -m training.fit_quotes DOCS.jsonl.xz [MORE.jsonl.xz ...]")
    rng = random.Random(0)
    rng.shuffle(lines)
    outside = [
        paragraph[span.start : span.end]
        for text in lines[INDEXED:]
        for paragraph in text.splitlines()
        for span in sentences(paragraph)
    ]
    with TemporaryDirectory() as folder:
        index = indexed(lines[:INDEXED], Path(folder))
        corpus = Corpus(list(index.documents.documents()), outside)
        chosen = fit(index, draw_quotes(corpus, ("dev",), QUOTES))
        print(chosen)
        rows = table(QuoteIndex(index, chosen), draw_quotes(corpus, ("test",), QUOTES))
    aspects = ("verdict", "place", "difference")
    print(f"{'kind':28}{'quotes':>7}", *(f"{aspect:>10}" for aspect in aspects))
    for kind, row in rows.items():
        told = (f"{_share(row, aspect):10.1%}" if aspect in row[0] else f"{'':10}" for aspect in aspects)
        print(f"{kind:28}{len(row):7}", *told)
    print(f"all kinds alike: {score(rows):.1%}")


if __name__ == "__main__":
    main()
