"""The command: serve, visit, ask at once, compare, print."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import typer
from rich import box
from rich.table import Table

from bench.page.asking import Reply, ask_at_once
from bench.page.browsing import visits
from bench.page.reading import agrees
from bench.page.serving import ROOT, served
from eval.dataset import load_questions
from eval.matching import RawTexts
from eval.terminal import console
from rag.assistant import Assistant, open_assistant
from rag.config import load_settings
from rag.datatypes import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Milliseconds that something took, over all times that it was done."""

    median_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Questions put to the page: how many were answered, how many not as the assistant answers them alone.

    `first` is the time until the first words of an answer, `whole` until all of it.
    """

    questions: int
    answered: int
    wrong: tuple[str, ...]
    first: Times
    whole: Times


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a run found; `requests` are those of a page opened with an empty cache, `outside` those to other machines."""

    starting_s: float
    ready: Times
    requests: int
    outside: int
    alone: Asked
    people: int
    together: Asked


def page(
    count: Annotated[int, typer.Option("--questions", help="浏览器里问几题", min=1)] = 30,
    people: Annotated[int, typer.Option(help="几个人同时问", min=1)] = 20,
    each: Annotated[int, typer.Option(help="每人接连问几题", min=1)] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """网页：打开多久能用，回车之后多久见到第一句、多久答完；许多人同时问，是否都答、答得都与单独问时一样。"""
    measured = _measure(count, people, each)
    if as_json:
        typer.echo(json.dumps(asdict(measured), ensure_ascii=False))
        return
    out = console()
    out.print(_table(measured))
    for question in (*measured.alone.wrong, *measured.together.wrong):
        out.print(f"与单独问时不同：{question}", soft_wrap=True)


def _measure(count: int, people: int, each: int) -> Measured:
    docs = ROOT / "docs_src"
    cases = load_questions(ROOT / "eval" / "questions.jsonl", RawTexts(docs))
    questions = [case.question for case in cases if not case.history]
    with TemporaryDirectory() as folder:
        settings = replace(load_settings(), docs=docs, index=Path(folder) / "index")
        assistant = open_assistant(settings)
        with served(settings.docs, settings.index, Path(folder) / "data") as server:
            typer.echo(f"正在用浏览器问 {count} 题……", err=True)
            seen = list(visits(server.address, _spread(questions, count)))
            typer.echo(f"{people} 人正在同时问，每人接连 {each} 题……", err=True)
            asked = _spread(questions, people * each)
            conversations = ask_at_once(server.address, [asked[n::people] for n in range(people)])
    return Measured(
        starting_s=server.seconds,
        ready=_times(visit.ready for visit in seen),
        requests=seen[0].requests,
        outside=sum(visit.outside for visit in seen),
        alone=_asked(assistant, [[visit.reply] for visit in seen]),
        people=people,
        together=_asked(assistant, conversations),
    )


def _spread(questions: Sequence[str], count: int) -> list[str]:
    """Return so many of the questions, from all over the list; all of them again and again where it is too short."""
    step = max(len(questions) / count, 1)
    return [questions[int(n * step) % len(questions)] for n in range(count)]


def _asked(assistant: Assistant, conversations: Sequence[Sequence[Reply]]) -> Asked:
    replies = [reply for conversation in conversations for reply in conversation]
    return Asked(
        questions=len(replies),
        answered=sum(reply.answer is not None for reply in replies),
        wrong=tuple(question for replies in conversations for question in _wrong(assistant, replies)),
        first=_times(reply.first for reply in replies),
        whole=_times(reply.whole for reply in replies),
    )


def _wrong(assistant: Assistant, conversation: Sequence[Reply]) -> Iterator[str]:
    """Yield the questions of a conversation whose replies are not what the assistant answers."""
    history: list[Turn] = []
    for reply in conversation:
        answer = assistant.ask(reply.question, history=history)
        if not agrees(reply.answer, answer):
            yield reply.question
        history += [
            Turn(role="user", content=reply.question),
            Turn(role="assistant", content=answer.text),
        ]


def _times(seconds: Iterable[float]) -> Times:
    median, p95 = np.percentile(list(seconds), (50, 95)) * 1000
    return Times(median_ms=float(median), p95_ms=float(p95))


def _table(measured: Measured) -> Table:
    title = (
        f"网页：启动 {measured.starting_s:.1f} 秒，打开时 {measured.requests} 个请求，"
        f"往别处的 {measured.outside} 个"
    )
    table = Table(title=title, box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    for name in ("次数", "答了", "答得不同", "毫秒 中位", "毫秒 95%"):
        table.add_column(name, justify="right", no_wrap=True)
    _add(table, "打开网页到能用", measured.ready, str(measured.alone.questions), "", "")
    for name, asked in (
        ("一人问", measured.alone),
        (f"{measured.people} 人同时问", measured.together),
    ):
        counts = (str(asked.questions), str(asked.answered), str(len(asked.wrong)))
        _add(table, f"{name}：到第一句", asked.first, *counts)
        _add(table, f"{name}：到答完", asked.whole, *counts)
    return table


def _add(table: Table, name: str, times: Times, *counts: str) -> None:
    table.add_row(name, *counts, f"{times.median_ms:.0f}", f"{times.p95_ms:.0f}")
