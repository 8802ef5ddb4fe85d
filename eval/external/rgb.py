"""RGB (Chen et al., Benchmarking Large Language Models in Retrieval-Augmented Generation, AAAI 2024), Chinese.

Five passages a question, drawn as the authors' `evalue.py` draws them, with its seed: the same rows give the
same passages in the same order. Ours are a part of the sets: see the data folder.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest
from random import Random

from eval.dataset import MAX_CHARS, Question
from eval.external.data import Data, Row

PASSAGES = 5
RATES = (0.0, 0.2, 0.4, 0.6, 0.8)
"""The noise rates of the accuracy; at 1.0 nothing answers the question."""
INTEGRATION_RATES = (0.0, 0.2, 0.4)
_SEED = 2333


def noise(data: Data) -> Iterator[Question]:
    """Yield the questions at each noise rate, of type `noise 0.4` and the like, then those to be rejected."""
    rows = data.rows("rgb_zh/refine")
    for rate in (*RATES, 1.0):
        for row in rows:
            passages = mixed(row["positive"], row["negative"], rate)
            yield _question(row, f"noise {rate:g}", passages, answerable=rate < 1)


def integration(data: Data) -> Iterator[Question]:
    """Yield the questions with an answer in several parts at each noise rate, of type `int 0.2` and the like."""
    rows = data.rows("rgb_zh/int")
    for rate in INTEGRATION_RATES:
        for row in rows:
            yield _question(row, f"int {rate:g}", gathered(row["positive"], row["negative"], rate))


def counterfactual(data: Data) -> Iterator[Question]:
    """Yield the questions whose passages say something false, of type `fact`.

    The facts are the true answers, as in the paper, and what the passages say is forbidden: who answers from
    the passages alone can only fail.
    """
    for row in data.rows("rgb_zh/fact"):
        fake = row["fake_answer"]
        yield _question(
            row,
            "fact",
            falsified(row["positive_wrong"]),
            forbidden=tuple(fake) if isinstance(fake, list) else (fake,),
        )


def questions(data: Data) -> Iterator[Question]:
    """Yield the questions of all four tests."""
    return chain(noise(data), integration(data), counterfactual(data))


def mixed(positive: Sequence[str], negative: Sequence[str], rate: float) -> tuple[str, ...]:
    """Return `PASSAGES` passages, `rate` of them noise, rounded up; where one kind runs short, more of the other."""
    wrong = math.ceil(PASSAGES * rate)
    if rate < 1:
        wrong = max(min(wrong, len(negative)), PASSAGES - len(positive))
    passages = [*positive[: PASSAGES - wrong], *negative[:wrong]]
    Random(_SEED).shuffle(passages)
    return tuple(passages)


def gathered(positive: Sequence[Sequence[str]], negative: Sequence[str], rate: float) -> tuple[str, ...]:
    """Return a passage for each part of the answer, then more of each in turn, then noise.

    Every part has its passage, even where that makes more than `PASSAGES`, or less noise than `rate`.
    """
    random = Random(_SEED)
    groups = [list(group) for group in positive]
    for group in groups:
        random.shuffle(group)
    rounds = [passage for turn in zip_longest(*groups) for passage in turn if passage is not None]
    wanted = max(PASSAGES - math.ceil(PASSAGES * rate), len(groups))
    passages = rounds[:wanted]
    passages += negative[: max(PASSAGES - len(passages), 0)]
    random.shuffle(passages)
    return tuple(passages)


def falsified(wrong: Sequence[str]) -> tuple[str, ...]:
    """Return up to `PASSAGES` of the false passages."""
    random = Random(_SEED)
    drawn = random.sample(range(len(wrong)), min(len(wrong), PASSAGES))
    passages = [wrong[place] for place in drawn]
    random.shuffle(passages)
    return tuple(passages)


def _question(
    row: Row,
    kind: str,
    passages: tuple[str, ...],
    *,
    answerable: bool = True,
    forbidden: tuple[str, ...] = (),
) -> Question:
    facts = tuple(tuple(forms) if isinstance(forms, list) else (forms,) for forms in row["answers"])
    return Question(
        id=f"{row['id']}@{kind.partition(' ')[2]}".rstrip("@"),
        split="test",
        type=kind,
        question=row["question"],
        answerable=answerable,
        facts=facts if answerable else (),
        forbidden=forbidden,
        passages=passages,
        reason=None if answerable else "not_stated",
        max_chars=MAX_CHARS["fact" if len(facts) == 1 else "several"],
    )
