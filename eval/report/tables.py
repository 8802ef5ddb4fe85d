"""The tables of the page: by type of question, kind of quote, kind of labelled sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

from eval.compare import Flips
from eval.external.running import beside
from eval.grounding import SentenceRow, agreement, precision, recall
from eval.metrics import KNOWN, METRICS
from eval.metrics.case import Metric
from eval.report.figures import between
from eval.report.labels import QUOTE_KINDS, REASONS, SENTENCE_KINDS, SPLITS
from eval.runner import AnswerRow, QuoteRow
from eval.runs import Run
from eval.statistics import interval
from eval.summary import figure, grouped, measured, quote_accuracy, quote_latency, values, verdict_accuracy
from eval.tables import by_kind, by_type, shown
from eval.terminal import CHANGES, chance

TOTAL = "全部"
_Rows = TypeVar("_Rows")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table: the first column names the row; a row of the name `TOTAL` is set apart."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def without_repeat(groups: Mapping[str, _Rows]) -> dict[str, _Rows]:
    """Return groups with the total, or the total alone where there is but one group."""
    return {name: rows for name, rows in groups.items() if name == TOTAL or len(groups) > 2}


def type_tables(rows: Sequence[AnswerRow]) -> dict[str, Table]:
    """Return all metrics by type of question, in tables that fit a page, by group."""
    found = {}
    for group, metrics in grouped(measured(rows)).items():
        names = {metric.name for metric in metrics}
        body = [
            (
                name,
                str(len(scored)),
                *(shown(metric, figure(scored, metric)) for metric in metrics),
            )
            for name, members in without_repeat(by_type(rows)).items()
            if (scored := [row for row in members if names & row.scores.keys()])
        ]
        columns = ("类型", "题数", *(_heading(metric) for metric in metrics))
        found[group] = Table(caption=f"{group}，按问题类型", columns=columns, rows=tuple(body))
    return found


def split_table(rows: Sequence[AnswerRow]) -> Table | None:
    """Return the share right of the half that is used to tune and of the half that is held out."""
    splits = dict.fromkeys(row.split for row in rows if "right" in row.scores)
    right, body = METRICS["right"], []
    for split in splits if len(splits) > 1 else ():
        members = [row for row in rows if row.split == split]
        scores = values(members, "right")
        told = (shown(right, figure(members, right)), between(right, interval(scores)))
        body.append((SPLITS.get(split, split), str(len(scores)), *told))
    columns = ("题目", "题数", "答对", "95% 区间")
    return Table(caption="开发用的一半与留出的一半", columns=columns, rows=tuple(body)) if body else None


def _heading(metric: Metric) -> str:
    return f"{metric.title} ↓" if metric.better == "less" else metric.title


def refusal_table(rows: Sequence[AnswerRow]) -> Table | None:
    """Return answered and refused against answerable and not; None where nothing was to be refused or was."""
    rows = [row for row in rows if "right" in row.scores]
    if not any(row.refused or not row.answerable for row in rows):
        return None
    body = []
    for name, answerable in (("文件里有答案，应作答", True), ("文件里没有，应拒答", False)):
        group = [row for row in rows if row.answerable is answerable]
        failed = sum(row.error is not None for row in group)
        refused = sum(row.refused for row in group)
        answered = len(group) - failed - refused
        told = (
            (f"{answered}（应当）", f"{refused}（误拒）")
            if answerable
            else (f"{answered}（漏拒）", f"{refused}（应当）")
        )
        body.append((name, *told, str(failed), str(len(group))))
    return Table(
        caption="应否作答与实际作答", columns=("问题", "作答", "拒答", "出错", "合计"), rows=tuple(body)
    )


def reason_table(rows: Sequence[AnswerRow]) -> Table | None:
    """Return the reasons given for refusals, rightly and wrongly refused apart."""
    reasons = dict.fromkeys(row.reason for row in rows if row.reason is not None)
    body = tuple(
        (
            REASONS.get(reason, reason),
            str(sum(row.reason == reason and not row.answerable for row in rows)),
            str(sum(row.reason == reason and row.answerable for row in rows)),
        )
        for reason in reasons
    )
    columns = ("拒答的理由", "应拒答的题", "误拒的题")
    return Table(caption="以什么理由拒答", columns=columns, rows=body) if body else None


def spoken(rows: Sequence[AnswerRow]) -> list[AnswerRow]:
    """Return the rows whose length counts: answers, not refusals, to answerable questions."""
    return [row for row in rows if row.answerable and not row.refused and row.error is None and row.answer]


def length_table(rows: Sequence[AnswerRow]) -> Table | None:
    """Return the lengths of answers by type, against the limits."""
    body = []
    for name, members in without_repeat(by_type(spoken(rows))).items():
        if members:
            long = sum(row.characters > row.limit for row in members)
            limits = sorted({row.limit for row in members})
            limit = str(limits[0]) if len(limits) == 1 else f"{limits[0]} – {limits[-1]}"
            lengths = [row.characters for row in members]
            cells = (len(members), f"{median(lengths):.0f}", max(lengths), limit, long)
            body.append((name, *map(str, cells)))
    columns = ("类型", "回答数", "字数中位", "最长", "上限", "超长")
    return Table(caption="回答的字数，按问题类型", columns=columns, rows=tuple(body)) if body else None


def quote_table(rows: Sequence[QuoteRow]) -> Table | None:
    """Return how quotes were reported, by kind."""
    columns = ("种类", "条数", "全对", "判定对", "毫秒 ↓")
    measures: Sequence[tuple[Metric, Callable[[Sequence[QuoteRow]], float | None]]] = (
        (METRICS["right"], quote_accuracy),
        (METRICS["right"], verdict_accuracy),
        (METRICS["latency"], quote_latency),
    )
    body = tuple(
        (
            QUOTE_KINDS.get(kind, kind),
            str(len(members)),
            *(shown(metric, measure(members)) for metric, measure in measures),
        )
        for kind, members in without_repeat(by_kind(rows)).items()
    )
    return Table(caption="引文核查，按引文种类", columns=columns, rows=body) if rows else None


def flip_table(groups: Sequence[Flips]) -> Table:
    """Return how many questions flipped, by group."""
    return Table(
        caption="由对变错的与由错变对的",
        columns=("范围", "同题", "由对变错", "由错变对", "检验", "结论"),
        rows=tuple(
            (
                *(group.name, str(group.compared), str(len(group.lost)), str(len(group.gained))),
                *(chance(group.changed), CHANGES[group.change]),
            )
            for group in groups
        ),
    )


def grounding_figures(rows: Sequence[SentenceRow]) -> Table | None:
    """Return precision and recall of the grounding metric over labelled sentences, with their intervals."""
    share = METRICS["sentence_support"]
    body = []
    for name, measure, scores in (
        ("准确率", precision, [float(row.expected) for row in rows if row.supported]),
        ("召回率", recall, [float(bool(row.supported)) for row in rows if row.expected]),
        ("判对", agreement, [float(row.right) for row in rows]),
    ):
        halves = (measure([row for row in rows if row.split == split]) for split in ("dev", "test"))
        whole = (shown(share, measure(rows)), between(share, interval(scores)))
        counts = f"{sum(scores):.0f} / {len(scores)}"
        body.append((name, *whole, counts, *(shown(share, half) for half in halves)))
    columns = ("指标", "数值", "95% 区间", "句数", SPLITS["dev"], SPLITS["test"])
    return Table(caption="“句有据”判得准不准", columns=columns, rows=tuple(body)) if rows else None


def grounding_table(rows: Sequence[SentenceRow]) -> Table | None:
    """Return how often the grounding metric agrees with the labels, by kind of sentence."""
    if not rows:
        return None
    body = []
    for kind in (*dict.fromkeys(row.kind for row in rows), TOTAL):
        group = [row for row in rows if kind in (row.kind, TOTAL)]
        counts = (len(group), sum(row.expected for row in group), sum(bool(row.supported) for row in group))
        agreed = shown(METRICS["right"], agreement(group))
        body.append((SENTENCE_KINDS.get(kind, kind), *map(str, counts), agreed))
    columns = ("句子的来历", "句数", "标注为有据", "判为有据", "判对")
    return Table(caption="判对的比例，按句子的来历", columns=columns, rows=tuple(body))


def published_table(run: Run) -> Table | None:
    """Return our figures beside those that others report on an external set."""
    body = []
    for one, count, ours in beside(run.configuration["set"], run.answers):
        metric = KNOWN[one.metric]
        both = shown(metric, ours), shown(metric, one.value)
        body.append((metric.title, one.type or TOTAL, str(count), *both, one.who, one.where))
    columns = ("指标", "类型", "题数", "本程序", "他人", "谁", "出处")
    return Table(caption="与已发表的数字并看", columns=columns, rows=tuple(body)) if body else None
