"""Fits the coverage thresholds of rag/grounding.py, of a sentence and of its clauses, and prints the curves.

    python training/fit_grounding.py DATA [--limit 400] [--foreign 0.02] [--lost 0.01]

DATA is a folder of training sets that has `crud_events/pairs` (articles with summaries written by a model:
what a language model's answer looks like). Each summary sentence is put to passages of its own article
(right), to the most similar passages of other articles (foreign), and, altered by rule so that it says
something else, to its own article again (altered), and with a clause of another article at its end (added).
Some foreign passages report the same event, so that part of what is accepted there is right. Then the numbers
of the checks (`NUMBERS`) are tried one by one on these sentences and on those that the rules of `eval.altering`
make of the policy texts in DATA: `false` should be accepted as seldom, `restated` and `right` as often as may be.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

from eval.altering.texts import drawn_from
from rag import attribution, causes, grounding, polarity, substitution
from rag.claims import items
from rag.datatypes import Evidence, Place, Span
from rag.text import clauses, sentences
from training.data import passages, read

K = 8
"""Passages that a sentence is put to, as in an answer."""
THRESHOLDS = [0.40, 0.45, 0.50, 0.55, 0.60, 0.65, 0.70, 0.75, 0.80, 0.85]
CLAUSE_THRESHOLDS = [0.0, 0.1, 0.15, 0.2, 0.25, 0.3]
NUMBERS: tuple[tuple[ModuleType, str, list[float]], ...] = (
    (grounding, "CLOSER", [0.05, 0.1, 0.15, 0.2, 1.0]),
    (grounding, "BESIDE_COPIED", [0.2, 0.3, 0.4, 0.5]),
    (grounding, "COPIED", [0.85, 0.9, 0.95, 1.0]),
    (substitution, "ALIGNED", [0.4, 0.5, 0.6, 0.7, 0.8]),
    (substitution, "NEAR", [0.55, 0.65, 0.75, 0.85, 1.1]),
    (attribution, "BODY", [0.4, 0.5, 0.7, 0.85]),
    (attribution, "VERBATIM", [0.5, 0.65, 0.8, 0.9]),
    (attribution, "JOINED", [0.7, 0.8, 0.9, 1.0]),
    (causes, "STATED", [0.3, 0.4, 0.5, 0.6, 0.7]),
    (polarity, "DROPPED", [1, 2, 3, 4]),
)
Case = tuple[str, list[Evidence]]


def altered_number(text: str, around: str, draw: random.Random) -> str:
    """Return `text` with one digit changed."""
    places = [match.start() for match in re.finditer(r"\d", text)]
    if not places:
        return text
    at = draw.choice(places)
    return text[:at] + draw.choice([digit for digit in "123456789" if digit != text[at]]) + text[at + 1 :]


def altered_negation(text: str, around: str, draw: random.Random) -> str:
    """Return `text` with a negation taken out or put in."""
    out = re.sub("(?:没有|并未|尚未|不得|不能|未)(?=\\w\\w)", "", text, count=1)
    if out != text:
        return out
    return re.sub("(?<=将|会|能|要)(?=\\w\\w)", "不", text, count=1)


def altered_direction(text: str, around: str, draw: random.Random) -> str:
    """Return `text` with a rise made a fall, or the other way round."""
    turned = {"增长": "下降", "增加": "减少", "提高": "降低", "上升": "下降"}
    turned |= {"下降": "上升", "减少": "增加", "超过": "低于", "扩大": "缩小"}
    return re.sub("|".join(turned), lambda match: turned[match.group()], text, count=1)


def altered_year(text: str, around: str, draw: random.Random) -> str:
    """Return `text` with a year moved by up to three years."""
    return re.sub(
        r"20\d\d(?=年)", lambda match: str(int(match.group()) + draw.choice([-2, -1, 1, 2])), text, count=1
    )


def altered_name(text: str, around: str, draw: random.Random) -> str:
    """Return `text` with a name replaced by another of its kind out of the passages around."""
    ours = [item for item in items(text) if item.kind.startswith("name")]
    draw.shuffle(ours)
    for item in ours:
        name = item.key[0]
        others = sorted({str(o.key[0]) for o in items(around) if o.kind == item.kind and o.key[0] != name})
        if others:
            return text.replace(str(name), draw.choice(others))
    return text


ALTERATIONS: dict[str, Callable[[str, str, random.Random], str]] = {
    "number": altered_number,
    "negation": altered_negation,
    "direction": altered_direction,
    "year": altered_year,
    "name": altered_name,
}


def evidence(texts: list[str], date: str | None) -> list[Evidence]:
    """Return passages as numbered evidence."""
    spans = [(Span(start=0, end=len(text)),) for text in texts]
    return [
        Evidence(n=n, place=Place(file="x", article="", paragraph=1, spans=span, quote=text, date=date))
        for n, (text, span) in enumerate(zip(texts, spans, strict=True), start=1)
    ]


def clauses_of(text: str) -> list[str]:
    """Return the clauses of a text without their marks; those of four characters and less are left out."""
    parts = [text[span.start : span.end].rstrip("，。；：,;:！？") for span in clauses(text)]
    return [part for part in parts if len(part) > 4] or [text]


def nearest(sentence: str, pool: list[tuple[str, set[str]]]) -> list[str]:
    """Return the K passages of `pool` that share most character pairs with the sentence."""
    wanted = pairs(sentence)
    return [text for text, _ in sorted(pool, key=lambda entry: -len(wanted & entry[1]))[:K]]


def pairs(text: str) -> set[str]:
    """Return the character pairs of `text`."""
    return {text[i : i + 2] for i in range(len(text) - 1)}


def cases(folder: Path, limit: int, draw: random.Random) -> Iterator[tuple[str, Case]]:
    """Yield (kind, case): right, foreign, and altered by each rule."""
    records = read(folder, "crud_events/pairs")
    articles = []
    for record in records:
        text = " ".join(record["positive"].split())
        pieces = [text[span.start : span.end] for span in sentences(text)]
        articles.append([(joined, pairs(joined)) for joined in map("".join, passages(pieces))])
    for number, record in enumerate(records[:limit]):
        day = re.search(r"(20\d\d)年0?(\d+)月0?(\d+)日", record["query"])
        date = f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}" if day else None
        others = [entry for i, article in enumerate(articles) if i != number for entry in article]
        for span in sentences(record["summary"]):
            sentence = record["summary"][span.start : span.end]
            own = evidence(nearest(sentence, articles[number]), date)
            around = "\n".join(entry.place.quote for entry in own)
            yield "right", (sentence, own)
            yield "foreign", (sentence, evidence(nearest(sentence, others), date))
            clause = draw.choice(clauses_of(draw.choice(records)["summary"]))
            yield "added", (f"{sentence.rstrip('。')}，{clause}。", own)
            for name, alter in ALTERATIONS.items():
                if (other := alter(sentence, around, draw)) != sentence:
                    yield name, (other, own)


def main() -> None:
    """Print the share accepted of each kind by threshold, and the thresholds chosen."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("data", type=Path)
    arguments.add_argument("--limit", type=int, default=400, help="articles")
    arguments.add_argument(
        "--foreign", type=float, default=0.02, help="share of foreign sentences to accept at most"
    )
    arguments.add_argument(
        "--lost", type=float, default=0.01, help="share of right sentences that the clauses may cost at most"
    )
    options = arguments.parse_args()
    kinds: dict[str, list[Case]] = {}
    for kind, case in cases(options.data, options.limit, random.Random(0)):
        kinds.setdefault(kind, []).append(case)
    grounding.CLAUSE_COVERAGE = 0.0
    rows = curve("COVERAGE", THRESHOLDS, kinds)
    chosen = min(t for t, shares in rows.items() if shares["foreign"] <= options.foreign)
    print(f"chosen: {chosen:.2f}, the lowest that accepts at most {options.foreign:.0%} of foreign sentences")
    grounding.COVERAGE = chosen
    rows = curve("CLAUSE_COVERAGE", CLAUSE_THRESHOLDS, kinds)
    least = rows[0.0]["right"] * (1 - options.lost)
    chosen = max(t for t, shares in rows.items() if shares["right"] >= least)
    grounding.CLAUSE_COVERAGE = chosen
    print(
        f"chosen: {chosen:.2f}, the highest that loses at most {options.lost:.0%} of what was accepted rightly"
    )
    drawn: dict[str, list[Case]] = {"right": kinds["right"]}
    for pair in drawn_from(options.data):
        case = pair.sentence, evidence(list(pair.passages), pair.date)
        drawn.setdefault("restated" if pair.faithful else "false", []).append(case)
    for module, name, values in NUMBERS:
        before = getattr(module, name)
        curve(name, values, drawn, module)
        setattr(module, name, before)


def curve(
    name: str, thresholds: list[float], kinds: dict[str, list[Case]], module: ModuleType = grounding
) -> dict[float, dict[str, float]]:
    """Print and return the share accepted of each kind, by value of the threshold `name` of a module of `rag`."""
    print(name, *(f"{kind}({len(found)})" for kind, found in kinds.items()), sep="\t")
    rows = {}
    for threshold in thresholds:
        setattr(module, name, threshold)
        rows[threshold] = {
            kind: sum(grounding.support(*case).supported for case in found) / len(found)
            for kind, found in kinds.items()
        }
        print(f"{threshold:.2f}", *(f"{share:.3f}" for share in rows[threshold].values()), sep="\t")
    return rows


if __name__ == "__main__":
    main()
