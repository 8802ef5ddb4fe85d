"""What the answerer learns from: questions put to small corpora that answer them, or do not.

A corpus is a block of neighbouring documents of a pool: about as many as a newcomer's folder has, and on
related matters, so that what is not there has near misses.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rag.numerals import years
from rag.polarity import opposites
from rag.question import analyse
from rag.text import fold
from training.alterations import reworded
from training.data import read
from training.pools import Asked, Pool, pools

Kind = Literal["stated", "absent", "foreign", "deleted", "unstated", "altered"]
BLOCK = 25
"""Documents of a corpus."""
SIZES = {"cmrc2018_trial": 800, "drcd_dev_simplified": 1400, "squad2_zh": 900, "cail2019_rc": 900, "ncp_policy_qa": 160,
         "made_laws": 500, "made_news": 500, "lecoqa_statutes": 400, "govqa": 250}  # fmt: skip
"""Questions of each pool that its own block is asked; crud_events, xwlb and csl have no questions."""
DEFINITIONS = 250
"""Questions for a definition, made from laws that give one."""
UNSTATED = {"squad2_zh": 900, "cail2019_rc": 900}
"""Questions of sets whose makers say that their passage does not answer them."""
REWORDED = 0.5
"""Share of the questions that are put in other words, where the thesaurus has any."""
ALONE = frozenset(["cail2019_rc"])
"""Pools of documents so alike that a question means nothing but beside its own: each is a corpus."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A question put to a corpus; `answers` are empty where none is known by its words.

    `documents` answer it: empty where nothing of the corpus does.
    """

    question: str
    kind: Kind
    documents: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Documents as lines of a `.jsonl`, and the questions put to them."""

    pool: str
    documents: tuple[dict[str, str], ...]
    cases: tuple[Case, ...]


def corpora(folder: Path, seed: int = 1) -> Iterator[Corpus]:
    """Yield the corpora of all pools with questions."""
    chance = random.Random(seed)
    every = [pool for pool in pools(folder) if pool.name in SIZES]
    foreign = [
        asked.question
        for pool in every
        for asked in chance.sample(list(pool.asked), min(200, len(pool.asked)))
    ]
    for pool in every:
        unstated = _unstated(folder, pool.name)
        for block in _blocks(pool):
            yield Corpus(
                pool=pool.name,
                documents=tuple(block),
                cases=tuple(_cases(pool, block, unstated, foreign, chance)),
            )
    yield from definitions(folder, seed)


_DEFINES = re.compile(r"本(?:法|条例|办法|规定|细则)所称(?:的)?([一-鿿]{2,12})[,，]是指")
_ASKED = ("什么是{}？", "{}是什么意思？", "{}指的是什么？", "{}的定义是什么？", "怎么理解{}？")
_AROUND = (800, 1500)


def definitions(folder: Path, seed: int = 1) -> Iterator[Corpus]:
    """Yield questions for what a law says that a term means, over the law's text around it: other pools have hardly any."""
    chance = random.Random(seed)
    found = 0
    for record in read(folder, "laws/docs"):
        match = _DEFINES.search(record["text"])
        if not match or record["text"].count(match.group(1)) < 3:
            continue
        start, end = max(match.start() - _AROUND[0], 0), match.end() + _AROUND[1]
        document = {"id": record["id"], "title": record.get("title", ""), "text": record["text"][start:end]}
        question = chance.choice(_ASKED).format(match.group(1))
        case = Case(question=question, kind="stated", documents=(record["id"],), answers=(match.group(),))
        yield Corpus(pool="definitions", documents=(document,), cases=(case,))
        found += 1
        if found == DEFINITIONS:
            return


def _blocks(pool: Pool) -> list[Sequence[dict[str, str]]]:
    """Return the pool's documents in blocks; of documents without a question only those beside such."""
    size = 1 if pool.name in ALONE else BLOCK
    blocks = [pool.documents[i : i + size] for i in range(0, len(pool.documents), size)]
    wanted = {key for asked in pool.asked for key in asked.documents}
    blocks = [block for block in blocks if any(document["id"] in wanted for document in block)]
    return blocks[: SIZES[pool.name]] if size == 1 else blocks


def _unstated(folder: Path, name: str) -> list[Asked]:
    """Return the questions of a set that its own documents do not answer."""
    if name not in UNSTATED:
        return []
    return [
        Asked(question=record["question"], documents=tuple(record["doc_ids"]))
        for record in read(folder, f"{name}/qa")
        if not record.get("answerable", True)
    ]


def _cases(
    pool: Pool,
    block: Sequence[dict[str, str]],
    unstated: Sequence[Asked],
    foreign: Sequence[str],
    chance: random.Random,
) -> Iterator[Case]:
    """Yield the cases of a block: a share of its own questions, as they stand and altered, and others'."""
    inside = {document["id"] for document in block}
    own = [asked for asked in pool.asked if inside & set(asked.documents)]
    away = [asked for asked in pool.asked if not inside & set(asked.documents)]
    share = min(1.0, SIZES[pool.name] / len(pool.asked))
    own = chance.sample(own, min(len(own), max(1, round(share * len(own)))))
    text = fold("\n".join(f"{document.get('title', '')} {document['text']}" for document in block))
    for asked in own:
        question = _said(asked.question, chance)
        yield Case(question=question, kind="stated", documents=asked.documents, answers=asked.answers)
        wrong = altered(asked.question, text, chance)
        if wrong:
            yield Case(question=wrong, kind="altered")
    near = chance.sample(away, min(len(away), (len(own) + 1) // 2)) if pool.name not in ALONE else []
    for asked in near:
        if not any(fold(answer) in text for answer in asked.answers if len(answer) > 3):
            yield Case(question=_said(asked.question, chance), kind="absent")
    for question in chance.sample(list(foreign), max(1, len(own) // 6)):
        yield Case(question=question, kind="foreign")
    denied = [asked for asked in unstated if inside & set(asked.documents)]
    limit = round(len(denied) * min(1.0, UNSTATED.get(pool.name, 0) / max(len(unstated), 1))) or min(
        len(denied), 1
    )
    for asked in chance.sample(denied, limit):
        yield Case(question=asked.question, kind="unstated")


def _said(question: str, chance: random.Random) -> str:
    """Return a question as it stands or, a share of them, in other words: people do not know how texts put it."""
    return (reworded(question, chance) if chance.random() < REWORDED else None) or question


_NAMES = "北京 上海 天津 重庆 广东 江苏 浙江 山东 河南 四川 湖北 湖南 福建 安徽 河北 陕西 辽宁 江西 云南 广西 法国 德国 英国 日本 俄罗斯 美国 印度 巴西".split()  # noqa: SIM905
_PERSONS = "王建国 李志强 张晓明 刘文斌 陈立新 杨振华 赵玉兰 黄永胜 周海涛 吴德明 徐国栋 孙丽华".split()  # noqa: SIM905
_NUMBER = re.compile(r"\d+")


def altered(question: str, text: str, chance: random.Random) -> str | None:
    """Return `question` asked about another year, place, person, or against its direction; None where it has none.

    What it then asks about does not stand in the folded `text`.
    """
    ways = []
    folded = fold(question)
    for year in years(question):
        other = str(year + chance.choice([-7, -4, -3, 3, 4, 6]))
        if other not in text:
            ways.append(folded.replace(str(year), other))
    for name in analyse(question).names:
        others = _NAMES if name in _NAMES or name[-1] in "国省市县" else _PERSONS
        other = chance.choice([other for other in others if other not in folded])
        if other not in text:
            ways.append(folded.replace(name, other))
    for word, others in opposites(folded):
        other = chance.choice(others)
        ways.append(folded.replace(word, other, 1))
    return chance.choice(ways) if ways else None
