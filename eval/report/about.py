"""What was run, with what; what the terms mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from eval.compare import flat
from eval.external.table import EXTERNAL
from eval.gate import GUARDED
from eval.metrics import METRICS
from eval.report.labels import QUESTION_TYPES, QUOTE_FIGURES, SPLITS, TITLES
from eval.report.parts import when
from eval.runs import Run
from eval.sets import OURS
from eval.summary import measured, values


class Term(NamedTuple):
    """A metric with its formula."""

    name: str
    title: str
    formula: str


def facts(run: Run, baseline: Run | None) -> dict[str, str]:
    """Return what a reader must know of a run, by name; what is not recorded is left out."""
    own = run.configuration
    answerable = sum(row.answerable for row in run.answers)
    refusable = len(run.answers) - answerable
    counts = [f"{len(run.answers)} 题" + (f"（可答 {answerable}，应拒答 {refusable}）" if refusable else "")]
    counts += [f"引文 {len(run.quotes)} 条"] if run.quotes else []
    counts += [f"标注句 {len(run.sentences)} 句"] if run.sentences else []
    found = {
        "题库": f"{_set(own)}（{SPLITS.get(own['split'], own['split'])}）：{'，'.join(counts)}",
        "时间": _time(own),
        "程序": _program(own),
        "文件": _documents(own),
        "回答": _answerer(run) if values(run.answers, "right") else "只检索，不作答",
        "向量模型": _embedder(own),
        "编号": run.name,
        "基线": ""
        if baseline is None
        else f"{_time(baseline.configuration)}，{_program(baseline.configuration)}",
    }
    return {name: text for name, text in found.items() if text}


def _set(own: Mapping[str, Any]) -> str:
    name = str(own["set"])
    if name == OURS:
        return "引据自己的题库"
    return f"{name}，{EXTERNAL[name].about}" if name in EXTERNAL else name


def _time(own: Mapping[str, Any]) -> str:
    took = f"，用时 {own['seconds']} 秒" if "seconds" in own else ""
    together = f"（同时问 {own['workers']} 题，单题用时不准）" if own.get("workers", 1) > 1 else ""
    return f"{when(own['started']):%Y-%m-%d %H:%M}（UTC）{took}{together}"


def _program(own: Mapping[str, Any]) -> str:
    program = own.get("program")
    if not program:
        return ""
    commit = program["commit"] or "未知"
    changed = "（另有未提交的改动）" if commit.endswith("+") else ""
    return f"版本 {commit.rstrip('+')}{changed}，Python {program['python']}，{program['cpus']} 个处理器"


def _documents(own: Mapping[str, Any]) -> str:
    documents = own.get("documents")
    if own.get("mode") == "reader":  # only the passages that come with the questions were read
        return ""
    return f"{documents['files']} 个，指纹 {documents['sha256'][:12]}" if documents else ""


def _embedder(own: Mapping[str, Any]) -> str:
    name = own.get("settings", {}).get("embedder")
    return f"{'内置' if name == 'builtin' else name}，指纹 {own.get('embedder')}" if name else ""


def _answerer(run: Run) -> str:
    own = run.configuration
    if "settings" not in own:
        return ""
    given = "只看随题给出的段落，" if own.get("mode") == "reader" else ""
    llm = own["settings"]["llm"]
    generated = llm["base_url"] and llm["model"]
    written = f"由语言模型 {llm['model']} 撰写" if generated else "从原文取句，不用语言模型"
    extracted = sum(row.notice is not None for row in run.answers)
    fallen_back = f"，其中 {extracted} 题语言模型没有答成，用的是摘录" if extracted else ""
    judged = f"；另由语言模型 {own['judge']} 判一遍" if own.get("judge") else ""
    undecided = sum(row.scores.get("judge_failed") == 1 for row in run.answers)
    unjudged = f"，其中 {undecided} 题没有判出" if undecided else ""
    return given + written + fallen_back + judged + unjudged


def settings(run: Run) -> dict[str, object]:
    """Return everything that a run was run with, by dotted key."""
    return flat(run.configuration)


def terms(run: Run) -> dict[str, Any]:
    """Return the metrics that were measured with their formulas, and the types of questions that were asked."""
    metrics = [
        Term(metric.name, TITLES.get(metric.name, metric.title), metric.formula)
        for metric in measured(run.answers)
    ]
    if run.quotes:
        metrics += [Term(name, title, formula) for name, (title, _, formula) in QUOTE_FIGURES.items()]
    asked = {row.type for row in run.answers}
    return {
        "metrics": metrics,
        "guarded": [metric.title for name, metric in METRICS.items() if name in GUARDED],
        "types": [term for term in QUESTION_TYPES.values() if term[0] in asked],
    }
