"""The tables of a run: metrics by question type, quotes by kind, the grounding metric by kind of sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict

from rich.table import Table

from eval.external.running import beside
from eval.grounding import SentenceRow, agreement, precision, recall
from eval.metrics import KNOWN
from eval.metrics.case import Metric
from eval.runner import AnswerRow, QuoteRow
from eval.runs import Run
from eval.summary import (
    figure,
    grouped,
    measured,
    quote_accuracy,
    quote_latency,
    quote_share,
    verdict_accuracy,
)


def shown(metric: Metric, value: float | None) -> str:
    """Return a figure in the unit that its metric is shown in: per cent, characters, tokens, milliseconds."""
    if value is None:
        return "—"
    if metric.unit == "seconds":
        return f"{value * 1000:.1f}"
    return f"{value:.1%}" if metric.unit == "share" else f"{value:.0f}"


def by_type(rows: Sequence[AnswerRow]) -> dict[str, list[AnswerRow]]:
    """Return the rows by question type, in the order of the run, and at last all of them."""
    kinds = dict.fromkeys(row.type for row in rows)
    return {**{kind: [row for row in rows if row.type == kind] for kind in kinds}, "全部": list(rows)}


def by_kind(rows: Sequence[QuoteRow]) -> dict[str, list[QuoteRow]]:
    """Return the rows by kind of quote, in the order of the run, and at last all of them."""
    kinds = dict.fromkeys(row.kind for row in rows)
    return {**{kind: [row for row in rows if row.kind == kind] for kind in kinds}, "全部": list(rows)}


def answer_tables(rows: Sequence[AnswerRow]) -> Iterator[Table]:
    """Yield the metrics by question type, in tables that fit a terminal."""
    for group, metrics in grouped(measured(rows)).items():
        table = Table(title=f"{group}，按类型")
        table.add_column("类型")
        for column in ("题数", *(metric.title for metric in metrics)):
            table.add_column(column, justify="right")
        types = {kind: members for kind, members in by_type(rows).items() if _scored(members, metrics)}
        for name, members in types.items():
            cells = [shown(metric, figure(members, metric)) for metric in metrics]
            table.add_row(
                name, str(len(_scored(members, metrics))), *cells, end_section=name == list(types)[-2:][0]
            )
        yield table


def _scored(rows: Sequence[AnswerRow], metrics: Sequence[Metric]) -> list[AnswerRow]:
    """Return the rows that have a score of any of the metrics."""
    names = {metric.name for metric in metrics}
    return [row for row in rows if names & row.scores.keys()]


QUOTE_MEASURES: Mapping[str, tuple[str, Callable[[Sequence[QuoteRow]], float | None]]] = {
    "right": ("全对", quote_accuracy),
    "verdict": ("判定对", verdict_accuracy),
    "place": ("出处对", lambda rows: quote_share(rows, "place")),
    "difference": ("改动对", lambda rows: quote_share(rows, "difference")),
}
"""What is told of quotes, by name: its column, and the share of the quotes that it holds of."""


def quote_table(rows: Sequence[QuoteRow], title: str = "引文，按种类") -> Table:
    """Return how quotes were reported, by kind, with a last line over all."""
    table = Table(title=title)
    table.add_column("种类")
    table.add_column("应判")
    for column in ("条数", *(column for column, _ in QUOTE_MEASURES.values()), "毫秒"):
        table.add_column(column, justify="right")
    for name, group in by_kind(rows).items():
        seconds = quote_latency(group)
        cells = [_share(measure(group)) for _, measure in QUOTE_MEASURES.values()]
        verdicts = dict.fromkeys(verdict for row in group for verdict in (row.expected, *row.also))
        expected = "" if name == "全部" else "、".join(verdicts)
        took = "—" if seconds is None else f"{seconds * 1000:.1f}"
        table.add_row(name, expected, str(len(group)), *cells, took)
    return table


def quotes_as_json(rows: Sequence[QuoteRow]) -> dict[str, object]:
    """Return the same for machines: `kinds` by name, shares in [0, 1], and `wrong`, the rows not reported rightly."""
    kinds = {
        name: {
            "quotes": len(group),
            **{key: measure(group) for key, (_, measure) in QUOTE_MEASURES.items()},
            "seconds": quote_latency(group),
        }
        for name, group in by_kind(rows).items()
    }
    return {"kinds": kinds, "wrong": [asdict(row) for row in rows if not row.right]}


_EXPECTED = {False: "无据", True: "有据"}


def sentence_table(rows: Sequence[SentenceRow], title: str = "依据判定准不准（标注句）") -> Table:
    """Return how far the grounding metric agrees with the readers, by kind, and its precision and recall."""
    table = Table(title=title)
    table.add_column("种类")
    table.add_column("应判")
    for column in ("句数", "判对", "准确率", "召回率"):
        table.add_column(column, justify="right")
    kinds = dict.fromkeys(row.kind for row in rows)
    for kind in kinds:
        group = [row for row in rows if row.kind == kind]
        table.add_row(kind, _EXPECTED[group[0].expected], str(len(group)), _share(agreement(group)), "", "")
    for expected, name in _EXPECTED.items():
        group = [row for row in rows if row.expected is expected]
        table.add_row("合计", name, str(len(group)), _share(agreement(group)), "", "")
    for split in (*dict.fromkeys(row.split for row in rows), "全部"):
        group = [row for row in rows if split in (row.split, "全部")]
        shares = (_share(measure(group)) for measure in (agreement, precision, recall))
        table.add_row(split, "", str(len(group)), *shares)
    return table


def _share(value: float | None) -> str:
    return "—" if value is None else f"{value:.1%}"


def published_table(name: str, rows: Sequence[AnswerRow]) -> Table | None:
    """Return our figures beside those that others report, None where nothing is reported on a set."""
    table = Table(title="与已发表的数字并看")
    for column in ("指标", "类型", "题数", "本程序", "他人", "谁", "出处"):
        table.add_column(column, justify="right" if column in ("题数", "本程序", "他人") else "left")
    for one, count, ours in beside(name, rows):
        metric = KNOWN[one.metric]
        both = shown(metric, ours), shown(metric, one.value)
        table.add_row(metric.title, one.type or "全部", str(count), *both, one.who, one.where)
    return table if table.row_count else None


def tables(run: Run) -> Iterator[Table]:
    """Yield the tables of a run, those of its parts that are empty left out."""
    yield from answer_tables(run.answers)
    if run.quotes:
        yield quote_table(run.quotes)
    if run.sentences:
        yield sentence_table(run.sentences)
    others = published_table(run.configuration["set"], run.answers)
    if others is not None:
        yield others
