"""The report of a run as one page of HTML that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from eval.compare import SIGNIFICANT, Comparison, compare
from eval.gate import judge
from eval.metrics.case import SEARCH
from eval.report import about, cases, figures, labels, parts, tables
from eval.report.conclusion import conclude
from eval.runs import Run
from eval.sets import OURS
from eval.statistics import CONFIDENCE, RESAMPLES
from eval.summary import values
from rag.errors import UsageError

_SECTIONS = {
    "conclusion": "结论",
    "figures": "主要指标",
    "types": "按问题类型",
    "search": "检索",
    "refusal": "拒答",
    "length": "回答长短",
    "quotes": "引文核查",
    "changes": "与基线逐题相比",
    "wrong": "答错的题",
    "errors": "出错",
    "history": "历次结果",
    "trust": "指标可信吗",
    "terms": "名词与公式",
}
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(
    run: Run,
    baseline: Run | None = None,
    past: Sequence[tuple[str, Mapping[str, Any]]] = (),
    *,
    whole: bool = False,
) -> str:
    """Return the report of a run.

    Args:
        run: the run.
        baseline: what it is compared with, as far as both have questions or quotes in common.
        past: the runs on disk, of any set and time, as `eval.runs.past_runs` gives them.
        whole: also list the contents of our own half that is held out, which by default is only counted, lest
            the program be tuned to it. Runs of other sets are listed whole.
    """
    ours = run.configuration["set"] == OURS
    if ours:
        run, baseline = _in_words(run), baseline and _in_words(baseline)
    comparison = None if baseline is None else compare(baseline, run)
    if comparison is None or not comparison.groups:
        baseline = comparison = None
    listed = cases.without_held_out(run) if ours and not whole else run
    found = figures.figures(run, baseline, comparison)
    content = {
        "conclusion": conclude(judge(run, baseline), comparison, listed),
        "figures": found,
        "changes": _changes(run, baseline, comparison, listed),
        "history": parts.history(run, past),
        "trust": parts.trust(run, listed),
        **_told(run, baseline, listed),
    }
    return _ENVIRONMENT.get_template("page.html.j2").render(
        **content,
        sections={name: title for name, title in _SECTIONS.items() if content[name]},
        about=about.facts(run, baseline),
        settings=about.settings(run),
        key_figures=figures.key_figures(found),
        wrong_quotes=cases.wrong_quotes(run, listed),
        published=tables.published_table(run),
        compared=comparison is not None,
        answered=bool(values(run.answers, "right")),
        ours=ours,
        confidence=CONFIDENCE,
        resamples=RESAMPLES,
        significant=SIGNIFICANT,
    )


def _in_words(run: Run) -> Run:
    """Return a run of our own questions with their types by name."""
    titles = {kind: title for kind, (title, _) in labels.QUESTION_TYPES.items()}
    return replace(
        run, answers=tuple(replace(row, type=titles.get(row.type, row.type)) for row in run.answers)
    )


def _told(run: Run, baseline: Run | None, listed: Run) -> dict[str, Any]:
    """Return the sections that tell of the run's own rows."""
    refusals = (tables.refusal_table(run.answers), tables.reason_table(run.answers))
    return {
        "types": parts.types(run, baseline),
        "search": tables.type_tables(run.answers).get(SEARCH),
        "refusal": [table for table in refusals if table],
        "length": parts.length(run),
        "quotes": tables.quote_table(run.quotes),
        "wrong": cases.wrong_answers(run, listed),
        "errors": cases.failures(run, listed),
        "terms": about.terms(run),
    }


def write_page(path: Path, text: str) -> None:
    """Write a page to a file.

    Raises:
        UsageError: it cannot be written there.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"报告写不到 {path}：{error.strerror}") from error


def _changes(
    run: Run, baseline: Run | None, comparison: Comparison | None, listed: Run
) -> dict[str, Any] | None:
    """Return what changed since the baseline: the counts, the settings, the questions one by one."""
    if baseline is None or comparison is None:
        return None
    return {
        "counts": tables.flip_table(comparison.groups),
        "settings": comparison.settings,
        "only": comparison.only,
        "groups": cases.flipped(comparison, baseline, run, listed),
    }
