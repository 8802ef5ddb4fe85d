"""Draws sentences of documents, makes them others by the rules, and puts each beside its passages."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from eval.altering.rules import ALTERATIONS, RESTATEMENTS
from eval.altering.sentence import Given
from rag.text import sentences

PASSAGE = 250
"""Characters of a passage, as the index cuts them: whole sentences."""
PASSAGES = 8
"""Passages that a sentence is judged by, as in an answer: its own, and those of its document most like it."""
ELSEWHERE = 200
"""Sentences of other documents that a rule is offered."""
SAMPLED = 60
"""Documents that those are from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A document to draw from: its text, and its date where it is known."""

    id: str
    text: str
    date: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A true sentence with what a rule made of it, and the passages that it is judged by; `faithful` is the label."""

    document: str
    kind: str
    faithful: bool
    true: str
    sentence: str
    passages: tuple[str, ...]
    date: str | None


_MARKS = {",": "，", ";": "；", ":": "：", "(": "（", ")": "）"}
_HALF = re.compile(r"(?<!\d)[,;:()]|[,;:()](?!\d)")


def full_marks(text: str) -> str:
    """Return `text` with its commas and the like full width, as the rules expect them; the length is the same."""
    return _HALF.sub(lambda mark: _MARKS[mark.group()], text)


def _passages(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the passages of a text, each as its sentences as they stand."""
    for line in text.splitlines():
        passage: list[str] = []
        for span in sentences(line):
            sentence = line[span.start : span.end].strip("\u3000 ")
            if passage and sum(map(len, passage)) + len(sentence) > PASSAGE:
                yield tuple(passage)
                passage = []
            passage.append(sentence)
        if passage:
            yield tuple(passage)


def _plain(sentence: str) -> bool:
    """Whether a sentence is one that a reader would quote: 14 to 120 characters, ended, marks in pairs, no blanks."""
    return (
        14 <= len(sentence) <= 120
        and sentence[-1] in "。”"
        and sentence.count("“") == sentence.count("”")
        and sentence.count("《") == sentence.count("》")
        and not re.search(r"\s|[？?…]|^[）)、，]", sentence)
    )


def _near(sentence: str, own: str, passages: Sequence[str]) -> tuple[str, ...]:
    """Return the passage of a sentence, and those that share most character pairs with it."""
    wanted = {sentence[i : i + 2] for i in range(len(sentence) - 1)}
    others = sorted((p for p in passages if p != own), key=lambda p: -sum(pair in p for pair in wanted))
    return (own, *others[: PASSAGES - 1])


def _given(text: Text, pool: Sequence[str], draw: random.Random) -> Iterator[tuple[Given, int]]:
    """Yield every plain sentence of a text with the number of its passage."""
    parts = [tuple(map(full_marks, part)) for part in _passages(text.text)]
    elsewhere = tuple(s for s in draw.sample(pool, min(ELSEWHERE, len(pool))) if s not in text.text)
    for number, part in enumerate(parts):
        near = [s for p in parts[max(number - 3, 0) : number + 4] for s in p if _plain(s)]
        for at, sentence in enumerate(part):
            if _plain(sentence):
                yield (
                    Given(
                        sentence=sentence,
                        after=next((s for s in part[at + 1 : at + 2] if _plain(s)), None),
                        around=tuple(s for s in near if s != sentence),
                        elsewhere=elsewhere,
                        date=text.date,
                    ),
                    number,
                )


def draw_pairs(
    texts: Sequence[Text], each: int, seed: int = 0, of_text: int = 12, of_sentence: int = 1
) -> tuple[Pair, ...]:
    """Return pairs drawn by `seed`, in the order of the kinds.

    Args:
        texts: what to draw from.
        each: pairs of a kind at most.
        seed: of the draw.
        of_text: pairs of one text at most.
        of_sentence: pairs of one sentence at most, each of another kind.
    """
    draw = random.Random(seed)
    order = draw.sample(texts, len(texts))
    pool = [full_marks(s) for text in order[:SAMPLED] for part in _passages(text.text) for s in part]
    found: dict[tuple[str, bool], list[Pair]] = {
        (kind, label): [] for table, label in ((ALTERATIONS, False), (RESTATEMENTS, True)) for kind in table
    }
    for text in order:
        joined = ["".join(part) for part in _passages(text.text)]
        drawn = 0
        for given, number in _given(text, pool, draw):
            keys = [key for key, pairs in found.items() if len(pairs) < each]
            draw.shuffle(keys)
            keys.sort(key=lambda key: len(found[key]))
            made = (pair for key in keys for pair in _made(key, text, given, joined, number, draw))
            for pair in islice(made, min(of_sentence, of_text - drawn)):
                found[pair.kind, pair.faithful].append(pair)
                drawn += 1
    return tuple(pair for pairs in found.values() for pair in pairs)


def _made(
    key: tuple[str, bool], text: Text, given: Given, joined: Sequence[str], number: int, draw: random.Random
) -> Iterator[Pair]:
    """Yield what one rule of a kind, drawn by chance, makes of a sentence, if it makes anything else of it."""
    kind, faithful = key
    rule = draw.choice((RESTATEMENTS if faithful else ALTERATIONS)[kind])
    sentence = rule(given, draw)
    if sentence is None or sentence == given.sentence or (not faithful and sentence in full_marks(text.text)):
        return
    yield Pair(
        document=text.id,
        kind=kind,
        faithful=faithful,
        true=given.sentence,
        sentence=sentence,
        passages=_near(given.sentence + sentence, joined[number], joined),
        date=text.date,
    )
