"""The commands with which people bring their own questions: draft them, and take a run's answers elsewhere."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from eval.matching import RawTexts
from eval.own.drafting import draft as propose
from eval.own.drafting import write_draft
from eval.own.drafting.rated import from_feedback
from eval.own.export import export as write_export
from eval.own.feedback import load_feedback
from eval.own.finder import Finder
from eval.runs import find_run


class Ragas(Enum):
    """Whose column names are written."""

    CURRENT = "0.2"
    OLD = "0.1"


def export(
    name: Annotated[str, typer.Argument(help="baseline、latest、标签，或结果文件夹")],
    to: Annotated[Path, typer.Option(help="写到哪个新文件：.csv 或 .jsonl")],
    ragas: Annotated[Ragas, typer.Option(help="列名按哪一代 ragas：0.2 也用于以后的版本")] = Ragas.CURRENT,
) -> None:
    """把一次结果写成 ragas 的列：问题、回答、引用的段落、标准答案。"""
    run_ = find_run(name)
    write_export(run_, to, ragas.value)
    typer.echo(f"{len(run_.answers)} 题，写到 {to}")


def draft(
    to: Annotated[Path, typer.Option(help="写到哪个新文件：.csv 或 .jsonl")],
    docs: Annotated[Path, typer.Option(help="文档文件夹")] = Path("docs_src"),
    feedback: Annotated[Path | None, typer.Option(help="用户反馈（.jsonl），先于文档里的题")] = None,
    limit: Annotated[int, typer.Option(min=0, help="从文档里最多拟多少题；0 为只用反馈")] = 60,
) -> None:
    """从文档和用户反馈拟题，供人修改；改好后用 run --set 来问。"""
    rated = from_feedback(load_feedback(feedback), Finder(RawTexts(docs))) if feedback else []
    proposed, failures = propose(docs, limit) if limit else ([], [])
    write_draft(to, [*rated, *proposed])
    for line in failures:
        typer.echo(line, err=True)
    waiting = sum(one.answerable and not (one.facts or one.reference) for one in rated)
    missing = f"；其中 {waiting} 题等您补标准答案" if waiting else ""
    typer.echo(f"拟了 {len(rated) + len(proposed)} 题，写到 {to}{missing}")
    typer.echo("请逐题看过、改好，删去不要的，再运行（索引另放一处，不动原有的）：")
    typer.echo(f"python -m eval run --set {to} --docs {docs} --index {docs.name}-index")
