"""Fits what counts as quoting in a manuscript: made-up ones, half of indexed documents, half of others.

Documents are given on the command line: `.jsonl` or `.jsonl.xz` with a `text` a line. Some of each file are
indexed; a manuscript's quotations are sentences of these, as they stand or altered by the rules of
`training.fit_quotes`, its own words are sentences of the documents left over. Prints, for the values around
those chosen, how many of the quotations are told as such (recall) and how many of what is told is one
(precision), and the same of whole manuscripts with the values chosen; and from which length on words in quotation marks are a quotation rather than a term: where
more than half of them have a clause's punctuation in them.

Run: python -m training.fit_manuscript DOCS.jsonl.xz [MORE.jsonl.xz ...]
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from rag.datatypes import Document, QuoteReport, Source
from rag.manuscript import check
from rag.manuscript.splitting import is_introduced, size
from rag.quotes import QuoteIndex
from rag.text import sentences
from training.fit_quotes import RULES, document, texts

INDEXED = 150
OUTSIDE = 150
EACH = 60
SHORTEST = 5
MANUSCRIPTS = 40
SENTENCES = 30
VERBATIM = (6, 8, 10, 12)
CHANGED = (8, 10, 12, 14, 16)
ALIKE = (0.6, 0.65, 0.7, 0.75)
_MARKED = re.compile(r"“([^“”\n]+)”")
_WHOLE = re.compile("[^“”「」\n]*(?:“[^“”]*”[^“”「」\n]*)*。")
"""A sentence that is not cut out of a quotation."""
_CLAUSE = re.compile("[，。；！？：]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A sentence of a made-up manuscript: by which rule it quotes, "" for none, and what the lookup says."""

    rule: str
    length: int
    report: QuoteReport

    def told(self, verbatim: int, changed: int, alike: float) -> bool:
        """Whether it counts as quoting under these thresholds."""
        verdict = self.report.verdict
        if verdict in ("exact", "not_found"):
            return verdict == "exact" and self.length >= verbatim
        best = max(match.similarity for match in self.report.matches)
        return self.length >= changed and (verdict == "paraphrase" or best >= alike)


def each_sentence(texts: Sequence[str]) -> list[str]:
    """Return the sentences and headings of documents."""
    return [
        line[span.start : span.end]
        for text in texts
        for line in text.splitlines()
        for span in sentences(line)
    ]


def trials(indexed: Sequence[Document], outside: Sequence[str], rng: random.Random) -> Iterator[Trial]:
    """Yield as many sentences that quote as do not, the former by every rule in turn."""
    index = QuoteIndex(indexed)
    pool = each_sentence([each.source.text for each in indexed])
    known = set(pool)
    own = [sentence for sentence in each_sentence(outside) if sentence not in known and size(sentence)]
    count = 0
    for rule, _, _, change in RULES:
        made = (
            change(sentence, rng, own)
            for sentence in rng.sample(pool, len(pool))
            if size(sentence) > SHORTEST
        )
        for quote in [quote for quote, _ in zip(filter(None, made), range(EACH), strict=False)]:
            count += 1
            yield Trial(rule=rule, length=size(quote), report=index.lookup(quote))
    for sentence in rng.sample(own, min(count, len(own))):
        yield Trial(rule="", length=size(sentence), report=index.lookup(sentence))


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


def measure(indexed: Sequence[Document], outside: Sequence[str], rng: random.Random) -> None:
    """Print recall and precision of `check` over manuscripts of which every other sentence quotes."""
    index = QuoteIndex(indexed)
    named = {each.source.file: each for each in indexed}
    known = set(each_sentence([each.source.text for each in indexed]))
    pool, own = (
        [sentence for sentence in given if _WHOLE.fullmatch(sentence) and size(sentence) > SHORTEST]
        for given in (sorted(known), [s for s in each_sentence(outside) if s not in known])
    )
    counts: Counter[tuple[bool, bool]] = Counter()
    for _ in range(MANUSCRIPTS):
        text, quoting = "", []
        for number in range(SENTENCES):
            _, _, _, change = rng.choice(RULES)
            quote = change(rng.choice(pool), rng, own) if number % 2 else None
            start = len(text)
            text += (quote or rng.choice(own)).rstrip("。，").replace("\n", "") + "。"
            text += "\n" if number % 5 == 4 else ""
            quoting.append((start, len(text), quote is not None))
        checked = check(Source(file="", text=text, sha256=""), index.lookup, named.__getitem__).checked
        found = [each for each in checked if each.report and each.report.matches]
        for start, end, quotes in quoting:
            told = any(each.spans[0].start < end and start < each.spans[-1].end for each in found)
            counts[quotes, told] += 1
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
    documents = [document(f"{i}.txt", text) for i, text in enumerate(indexed)]
    made = list(trials(documents, outside, rng))
    quoting = [trial for trial in made if trial.rule]
    own = [trial for trial in made if not trial.rule]
    print("told of own words, by verdict:", Counter(trial.report.verdict for trial in own))
    print(f"{'verbatim':>8}{'changed':>8}{'alike':>7}{'recall':>8}{'precision':>11}{'F1':>7}")
    for verbatim, changed, alike in product(VERBATIM, CHANGED, ALIKE):
        right = sum(trial.told(verbatim, changed, alike) for trial in quoting)
        wrong = sum(trial.told(verbatim, changed, alike) for trial in own)
        recall, precision = right / len(quoting), right / (right + wrong)
        both = 2 * recall * precision / (recall + precision)
        print(f"{verbatim:8}{changed:8}{alike:7}{recall:8.1%}{precision:11.1%}{both:7.1%}")
    measure(documents, outside, rng)


if __name__ == "__main__":
    main()
