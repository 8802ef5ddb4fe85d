"""Fits the thresholds of `rag.quotes`: alters sentences by rule, and sees what the lookup makes of them.

Documents are given on the command line: `.jsonl` or `.jsonl.xz` with a `text` a line. The first of each
file are indexed, later ones supply invented quotes. Prints, per kind of change, the share of quotes with
the right verdict, with the right paragraph first, and (for numbers, dates, names, negations) with the
right kind of difference named, then the chosen values and the same table on quotes not used for choosing.

Run: python -m training.fit_quotes DOCS.jsonl.xz [MORE.jsonl.xz ...]
"""

from __future__ import annotations

import json
import lzma
import random
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from rag.assistant import open_assistant
from rag.config import Settings
from rag.datatypes import Document
from rag.manifest import OpenIndex
from rag.quotes import QuoteIndex, Thresholds
from rag.quoting.tokens import tokens
from rag.text import clauses, fold, sentences

INDEXED = 60
OUTSIDE = 120
QUOTES = 40
GRID = {
    "altered": (0.7, 0.75, 0.8, 0.85, 0.9),
    "slight": (0.6, 0.65, 0.7, 0.75),
    "loose": (0.5, 0.54, 0.58, 0.62, 0.66, 0.7),
    "part": (0.7, 0.8, 0.9),
    "cover": (0.75, 0.8, 0.85, 0.9),
}

Change = Callable[[str, random.Random, Sequence[str]], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A quote made by a rule, the verdict it deserves, and where its first words stand."""

    rule: str
    quote: str
    verdict: str
    place: tuple[str, int] | None
    kind: str | None = None


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


def _digit(sentence: str, rng: random.Random, _: Sequence[str]) -> str | None:
    digits = [match.start() for match in re.finditer(r"(?<![年\d])\d(?!\d*[年月日])", sentence)]
    if not digits:
        return None
    at = rng.choice(digits)
    return (
        sentence[:at] + rng.choice([d for d in "123456789" if d != fold(sentence[at])]) + sentence[at + 1 :]
    )


def _year(sentence: str, rng: random.Random, _: Sequence[str]) -> str | None:
    found = list(re.finditer(r"(?:19|20)\d\d(?=年)|(?<!\d)\d{1,2}(?=[月日])", sentence))
    if not found:
        return None
    match = rng.choice(found)
    return sentence[: match.start()] + str(int(match.group()) + 1) + sentence[match.end() :]


def _token(kind: str) -> Change:
    def change(sentence: str, rng: random.Random, others: Sequence[str]) -> str | None:
        found = [token for token in tokens(sentence) if token.kind == kind and token.end - token.start > 1]
        if not found:
            return None
        token = rng.choice(found)
        old = sentence[token.start : token.end]
        for other in rng.sample(others, len(others)):
            for new in tokens(other):
                word = other[new.start : new.end]
                if new.kind == kind and len(word) == len(old) and word != old and word.isalnum():
                    return sentence[: token.start] + word + sentence[token.end :]
        return None

    return change


def _negation(sentence: str, rng: random.Random, _: Sequence[str]) -> str:
    at = rng.choice([token.start for token in tokens(sentence) if sentence[token.start].isalpha()])
    return sentence[:at] + "不" + sentence[at:]


def _noise(one_in: int) -> Change:
    def change(sentence: str, rng: random.Random, others: Sequence[str]) -> str:
        pool = "".join(others[:50])
        wrong = set(rng.sample(range(len(sentence)), max(1, len(sentence) // one_in)))
        return "".join(rng.choice(pool) if i in wrong else c for i, c in enumerate(sentence))

    return change


def _omission(sentence: str, rng: random.Random, _: Sequence[str]) -> str | None:
    parts = [sentence[span.start : span.end] for span in clauses(sentence)]
    if len(parts) < 3:
        return None
    del parts[rng.randrange(1, len(parts) - 1)]
    return "".join(parts)


def _addition(sentence: str, rng: random.Random, others: Sequence[str]) -> str | None:
    parts = [sentence[span.start : span.end] for span in clauses(sentence)]
    other = rng.choice(others)
    short = [other[span.start : span.end] for span in clauses(other) if span.end - span.start < 14]
    if len(parts) < 3 or not short:
        return None
    parts.insert(rng.randrange(1, len(parts) - 1), rng.choice(short).rstrip("。,，") + "，")
    return "".join(parts)


def _reorder(sentence: str, rng: random.Random, _: Sequence[str]) -> str | None:
    """Turn the clauses round, drop one where there are many, and exchange some turns of phrase."""
    parts = [sentence[span.start : span.end].rstrip("，,。；;") for span in clauses(sentence)]
    if len(parts) < 3:
        return None
    if len(parts) > 3:
        del parts[rng.randrange(len(parts))]
    turned = parts[::-1]
    said = "，".join(turned)
    for old, new in (
        ("的", ""),
        ("和", "与"),
        ("将", "会"),
        ("表示", "称"),
        ("进行", ""),
        ("了", ""),
        ("并", ""),
    ):
        said = said.replace(old, new)
    return said


def _layout(sentence: str, rng: random.Random, _: Sequence[str]) -> str:
    at = rng.randrange(1, len(sentence))
    broken = sentence[:at] + "\n " + sentence[at:]
    return broken.replace("“", "「").replace("”", "」").replace("，", ",")


RULES: tuple[tuple[str, str, str | None, Change], ...] = (
    ("as it stands", "exact", None, lambda sentence, rng, others: sentence),
    ("line breaks, marks", "exact", None, _layout),
    ("digit", "altered", "number", _digit),
    ("year or day", "altered", "date", _year),
    ("name", "altered", "name", _token("name")),
    ("word", "altered", None, _token("word")),
    ("不 put in", "altered", "negation", _negation),
    ("clause left out", "altered", "omission", _omission),
    ("clause put in", "altered", "addition", _addition),
    ("10 % noise", "altered", None, _noise(10)),
    ("20 % noise", "altered", None, _noise(5)),
    ("reordered", "paraphrase", None, _reorder),
)


def trials(documents: Sequence[Document], outside: Sequence[str], seed: int) -> list[Trial]:
    """Return `QUOTES` trials of each rule, each on sentences drawn anew."""
    rng = random.Random(seed)
    pool = [
        (document.source.file, paragraph.number, paragraph.text[span.start : span.end])
        for document in documents
        for paragraph in document.articles[0].paragraphs
        for span in sentences(paragraph.text)
        if 15 <= span.end - span.start <= 150
    ]
    known = {sentence for _, _, sentence in pool}
    others = [text for text in outside if 15 <= len(text) <= 150 and text not in known]
    made = []
    for rule, verdict, kind, change in RULES:
        count = 0
        for file, number, sentence in rng.sample(pool, len(pool)):
            quote = change(sentence, rng, others)
            if quote and (quote != sentence or verdict == "exact"):
                made.append(Trial(rule=rule, quote=quote, verdict=verdict, place=(file, number), kind=kind))
                count += 1
            if count == QUOTES:
                break
    for _ in range(QUOTES):
        (file, number, first), (other, _, second) = rng.sample(pool, 2)
        if file != other:
            place = (file, number)
            made.append(Trial(rule="two joined", quote=first + second, verdict="spliced", place=place))
    made += [
        Trial(rule="invented", quote=quote, verdict="not_found", place=None)
        for quote in rng.sample(others, min(QUOTES, len(others)))
    ]
    return made


def table(index: QuoteIndex, made: Sequence[Trial]) -> dict[str, list[tuple[bool, bool, bool]]]:
    """Return for each rule and trial: the verdict right, the place among the first, the kind named."""
    rows: dict[str, list[tuple[bool, bool, bool]]] = {}
    for trial in made:
        report = index.lookup(trial.quote)
        places = [(match.place.file, match.place.paragraph) for match in report.matches]
        first = set(places if report.verdict in ("exact", "spliced") else places[:1])
        kinds = {difference.kind for match in report.matches[:1] for difference in match.differences}
        rows.setdefault(trial.rule, []).append(
            (
                report.verdict == trial.verdict,
                trial.place is None or trial.place in first,
                trial.kind is None or trial.kind in kinds,
            )
        )
    return rows


def score(rows: dict[str, list[tuple[bool, bool, bool]]]) -> float:
    """Return the share of right verdicts, every rule counting the same."""
    return sum(sum(right for right, _, _ in row) / len(row) for row in rows.values()) / len(rows)


def fit(index: OpenIndex, made: Sequence[Trial]) -> Thresholds:
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
        documents = list(index.documents.documents())
        chosen = fit(index, trials(documents, outside, seed=1))
        print(chosen)
        rows = table(QuoteIndex(index, chosen), trials(documents, outside, seed=2))
    print(f"{'rule':22}{'quotes':>7}{'verdict':>9}{'place':>8}{'kind':>8}")
    for rule, row in rows.items():
        shares = "".join(f"{sum(column) / len(row):8.1%}" for column in zip(*row, strict=True))
        print(f"{rule:22}{len(row):7} {shares}")
    print(f"all rules alike: {score(rows):.1%}")


if __name__ == "__main__":
    main()
