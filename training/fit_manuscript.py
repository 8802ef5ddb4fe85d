"""Fits what counts as quoting in a manuscript: made-up ones, half of indexed documents, half of others.

Documents are given on the command line: `.jsonl` or `.jsonl.xz` with a `text` a line. Some of each file are
indexed. What quotes are sentences of these as they stand, with characters exchanged, and the quotes that
`eval.quoting` makes; what does not are sentences of the documents left over. Prints how many words in
quotation marks of each length have a clause's punctuation in them and are so a quotation rather than a term;
for the values around those chosen how many of the quotations are told as such (recall) and how many of what
is told is one (precision); and the same of whole manuscripts with the values chosen.

Run: python -m training.fit_manuscript DOCS.jsonl.xz [MORE.jsonl.xz ...]
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from eval.quoting.corpus import Corpus
from eval.quoting.drawing import draw_quotes
from rag.assistant import Assistant, open_assistant
from rag.config import Settings
from rag.datatypes import QuoteReport
from rag.manuscript.opening import pasted
from rag.manuscript.splitting import is_introduced, size
from rag.text import sentences
from training.fit_quotes import texts

INDEXED = 150
OUTSIDE = 150
PLAIN = 400
EACH = 5
SHORTEST = 5
MANUSCRIPTS = 40
SENTENCES = 30
VERBATIM = (6, 8, 10, 12)
CHANGED = (8, 10, 12, 14)
ALIKE = (0.6, 0.65, 0.7, 0.75)
_MARKED = re.compile(r"“([^“”\n]+)”")
_CLAUSE = re.compile("[，。；！？：]")
_WHOLE = re.compile("[^“”「」\n]*(?:“[^“”]*”[^“”「」\n]*)*。")
"""A sentence that is not cut out of a quotation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A sentence of a made-up manuscript: whether it quotes, how long it is, and what the lookup says."""

    quotes: bool
    length: int
    report: QuoteReport

    def told(self, verbatim: int, changed: int, alike: float) -> bool:
        """Whether it counts as quoting under these thresholds."""
        verdict = self.report.verdict
        if verdict in ("exact", "not_found"):
            return verdict == "exact" and self.length >= verbatim
        best = max(match.similarity for match in self.report.matches)
        return self.length >= changed and (verdict == "paraphrase" or best >= alike)


def opened(documents: Sequence[str], folder: Path) -> Assistant:
    """Return an assistant over documents that are written into `folder`."""
    docs = folder / "docs"
    docs.mkdir()
    for number, text in enumerate(documents):
        (docs / f"{number}.txt").write_text(text, encoding="utf-8")
    return open_assistant(Settings(docs=docs, index=folder / "index"))


def each_sentence(texts: Sequence[str]) -> list[str]:
    """Return the sentences and headings of documents, but for the shortest, once each."""
    found = (line[s.start : s.end] for text in texts for line in text.splitlines() for s in sentences(line))
    return [sentence for sentence in dict.fromkeys(found) if size(sentence) > SHORTEST]


def quoting(assistant: Assistant, pool: Sequence[str], rng: random.Random) -> list[str]:
    """Return what quotes: sentences as they stand, with one character in ten exchanged, and made quotes."""
    corpus = Corpus(list(assistant.index.documents.documents()))
    made = [one.quote for one in draw_quotes(corpus, ("dev",), EACH) if one.verdict != "not_found"]
    return [*rng.sample(pool, PLAIN), *(exchanged(one, rng) for one in rng.sample(pool, PLAIN)), *made]


def exchanged(sentence: str, rng: random.Random) -> str:
    """Return a sentence with one in ten of its characters, one at least, exchanged for another of its own."""
    wrong = rng.sample(range(len(sentence)), max(1, len(sentence) // 10))
    return "".join(
        rng.choice(sentence) if at in wrong else character for at, character in enumerate(sentence)
    )


def marks(texts: Sequence[str]) -> None:
    """Print, for words in quotation marks of each length, how many have a clause's punctuation in them."""
    found: Counter[tuple[bool, int, bool]] = Counter()
    for text in texts:
        for match in _MARKED.finditer(text):
            clause = bool(_CLAUSE.search(match[1]))
            found[is_introduced(text, match.start()), min(size(match[1]), 24), clause] += 1
    for introduced in (True, False):
        print("introduced" if introduced else "not introduced")
        for length in range(1, 25):
            terms, clauses = found[introduced, length, False], found[introduced, length, True]
            print(f"  {length:3} {terms:6} {clauses:6}")


def grid(trials: Sequence[Trial]) -> None:
    """Print recall and precision for the values around those chosen."""
    print(f"{'verbatim':>8}{'changed':>8}{'alike':>7}{'recall':>8}{'precision':>11}{'F1':>7}")
    for values in product(VERBATIM, CHANGED, ALIKE):
        told = Counter((trial.quotes, trial.told(*values)) for trial in trials)
        recall = told[True, True] / (told[True, True] + told[True, False])
        precision = told[True, True] / (told[True, True] + told[False, True])
        both = 2 * recall * precision / (recall + precision)
        verbatim, changed, alike = values
        print(f"{verbatim:8}{changed:8}{alike:7}{recall:8.1%}{precision:11.1%}{both:7.1%}")


def manuscripts(assistant: Assistant, quotes: Sequence[str], own: Sequence[str], rng: random.Random) -> None:
    """Print recall and precision of whole manuscripts of which every other sentence quotes."""
    counts: Counter[tuple[bool, bool]] = Counter()
    for _ in range(MANUSCRIPTS):
        text, parts = "", []
        for number in range(SENTENCES):
            start = len(text)
            text += rng.choice(quotes if number % 2 else own)
            parts.append((start, len(text), number % 2 == 1))
            text += "\n" if number % 5 == 4 else ""
        found = [
            each for each in assistant.check(pasted(text)).checked if each.report and each.report.matches
        ]
        for start, end, quoted in parts:
            told = any(each.spans[0].start < end and start < each.spans[-1].end for each in found)
            counts[quoted, told] += 1
    right, wrong, missed = counts[True, True], counts[False, True], counts[True, False]
    print(
        f"whole manuscripts: recall {right / (right + missed):.1%}, precision {right / (right + wrong):.1%}"
    )


def main() -> None:
    """Fit on the files named on the command line and print what came out."""
    indexed: list[str] = []
    outside: list[str] = []
    rng = random.Random(0)
    for path in map(Path, sys.argv[1:]):
        lines = list(texts(path))
        rng.shuffle(lines)
        indexed += lines[:INDEXED]
        outside += lines[INDEXED : INDEXED + OUTSIDE]
    if not indexed:
        raise SystemExit("usage: python -m training.fit_manuscript DOCS.jsonl.xz [MORE.jsonl.xz ...]")
    marks(indexed + outside)
    pool = each_sentence(indexed)
    own = sorted(set(each_sentence(outside)) - set(pool))
    with TemporaryDirectory() as folder:
        assistant = opened(indexed, Path(folder))
        quotes = quoting(assistant, pool, rng)
        drawn = [
            *((quote, True) for quote in quotes),
            *((one, False) for one in rng.sample(own, len(quotes))),
        ]
        grid(
            [
                Trial(quotes=true, length=size(one), report=assistant.cite(one))
                for one, true in drawn
                if size(one)
            ]
        )
        whole = [one for one in quotes if _WHOLE.fullmatch(one)]
        manuscripts(assistant, whole, [one for one in own if _WHOLE.fullmatch(one)], rng)


if __name__ == "__main__":
    main()
