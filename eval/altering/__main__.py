"""Drafts labelled sentences out of a folder of documents, to be read and weeded: JSON lines on stdout.

    python -m eval.altering docs_src [--each 40] [--seed 0] > drafted.jsonl

What is kept is `eval/altered.jsonl`; every line has the form of `eval/grounding.jsonl`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from eval.altering.pairs import Text, draw_pairs
from eval.matching import RawTexts

OF_TEXT, OF_SENTENCE = 300, 4
"""Pairs of a text and of a sentence at most: the folder is small."""


def entries(docs: Path, each: int, seed: int) -> Iterator[dict[str, object]]:
    """Yield an entry per drawn pair whose passages each stand once in their file."""
    raw = RawTexts(docs)
    names = sorted(path.name for path in docs.glob("*.txt"))
    texts = [Text(id=name, text=raw[name]) for name in names]
    for number, pair in enumerate(
        draw_pairs(texts, each, seed, of_text=OF_TEXT, of_sentence=OF_SENTENCE), start=1
    ):
        passages = [p for p in pair.passages if raw[pair.document].count(p) == 1]
        if passages[:1] == list(pair.passages[:1]):
            yield {
                "id": f"a-{number:03}",
                "split": "test",
                "kind": pair.kind,
                "sentence": pair.sentence,
                "evidence": [{"file": pair.document, "quote": passage} for passage in passages[:3]],
                "supported": pair.faithful,
            }


def main() -> None:
    """Print the entries."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("docs", type=Path)
    arguments.add_argument("--each", type=int, default=40, help="pairs of a kind at most")
    arguments.add_argument("--seed", type=int, default=0)
    options = arguments.parse_args()
    for entry in entries(options.docs, options.each, options.seed):
        sys.stdout.write(json.dumps(entry, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
