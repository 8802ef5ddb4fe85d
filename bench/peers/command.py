"""The command: lay out a corpus of each size, measure every system over it, and write what was measured."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from bench.peers.corpus import lay_out
from bench.peers.harness import DEPTH, THREADS, K
from bench.peers.machine import describe
from bench.peers.measuring import ASKING, LIMIT, Contender, measure
from bench.reporting.files import PEERS, RESULTS

SIZES = (1_000, 10_000, 100_000)
QUESTIONS = 200
"""Asked one after the other; as many others are asked several at a time. The set has 644."""
OURS = "引据"
_SYSTEMS = "bench.peers.systems"
_PEERS = {"LangChain": "langchain", "LlamaIndex": "llamaindex", "txtai": "txtai", "Haystack": "haystack"}


def peers(
    data: Annotated[Path, typer.Option(help="数据文件夹：crud_questions，和补足篇幅的 docs.jsonl.xz")],
    work: Annotated[Path, typer.Option(help="放语料和索引的文件夹；中断后用同一个，接着跑")],
    python: Annotated[
        Path, typer.Option(help="装了 bench/requirements.txt 的那个环境里的 python", exists=True)
    ],
    sizes: Annotated[
        list[int] | None, typer.Option("--size", help="多少段，可重复", show_default="1000、10000、100000")
    ] = None,
    results: Annotated[Path, typer.Option(help="结果写到哪个文件夹")] = RESULTS,
) -> None:
    """与 LangChain、LlamaIndex、txtai、Haystack 并列：同样的段落、同样的向量，建得多快、占多大、查得多快、找得多全。"""
    rows: list[dict[str, Any]] = []
    for row in _rows(data, work.resolve(), contenders(python), sizes or SIZES):
        rows.append(row)
        results.mkdir(parents=True, exist_ok=True)
        record = {
            "machine": describe(),
            "k": K,
            "depth": DEPTH,
            "threads": THREADS,
            "questions": QUESTIONS,
            "limit_s": LIMIT,
            "asking_s": ASKING,
            "rows": rows,
        }
        text = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
        (results / PEERS).write_text(text, encoding="utf-8")


def contenders(python: Path) -> list[Contender]:
    """Return the systems: the program in this environment, the peers in theirs."""
    # Not resolved: a virtual environment's Python is a link, and tells by its place which packages it has.
    theirs = python.absolute()
    return [
        Contender(name=OURS, module=f"{_SYSTEMS}.yinju", python=Path(sys.executable)),
        *(Contender(name=name, module=f"{_SYSTEMS}.{part}", python=theirs) for name, part in _PEERS.items()),
    ]


def _rows(
    data: Path, work: Path, systems: Sequence[Contender], sizes: Sequence[int]
) -> Iterator[dict[str, Any]]:
    """Yield a row for each size and system; one that an earlier run left in `work` is not measured again."""
    for size in sizes:
        folder = work / str(size)
        typer.echo(f"正在备 {size} 段的语料……", err=True)
        lay_out(data, folder, size, QUESTIONS)
        for contender in systems:
            kept = folder / f"{contender.name}.json"
            if not kept.exists():
                typer.echo(f"正在量 {contender.name}，{size} 段……", err=True)
                row = measure(contender, folder)
                if row["status"] == "failed":
                    typer.echo(f"没有量成：{row['reason']}", err=True)
                    yield row
                    continue
                kept.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
            yield json.loads(kept.read_text(encoding="utf-8"))
