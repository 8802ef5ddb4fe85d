"""Answers, reports and hits as text for a terminal. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rag.datatypes import Answer, Place, QuoteReport
from rag.indexing import IndexReport

VERDICTS = {
    "exact": "原文如此",
    "altered": "有改动",
    "spliced": "拼接而成",
    "paraphrase": "意思相同，文字不同",
    "not_found": "文中没有",
}
KINDS = {
    "number": "数字",
    "date": "日期",
    "name": "名称",
    "negation": "否定",
    "word": "用词",
    "omission": "漏字",
    "addition": "添字",
}


def index_text(report: IndexReport) -> str:
    """Return an indexing run for a terminal, a line a file."""
    words = {
        "added": "新读入",
        "unchanged": "未变",
        "updated": "已更新",
        "removed": "已移除",
        "failed": "没能读",
    }
    lines = [
        f"{words[row.status]}  {row.file}"
        + (f"：{row.reason}" if row.reason else "")
        + (f"（{row.articles} 篇，{row.paragraphs} 段，{row.chunks} 个片段）" if row.chunks else "")
        for row in report.files
    ]
    return "\n".join([*lines, f"共 {report.chunks} 个片段，用时 {report.seconds:.1f} 秒"])


def hits_text(record: Mapping[str, Any]) -> str:
    """Return what `hits_json` made for a terminal."""
    if not record["hits"]:
        return "没有找到"
    return "\n".join(
        f"{n}. {hit['score']:.3f} 《{hit['article']}》第 {hit['paragraph']} 段（{hit['file']}）\n   {hit['text']}"
        for n, hit in enumerate(record["hits"], start=1)
    )


def structure_text(record: Mapping[str, Any]) -> str:
    """Return what `structure_json` made for a terminal."""
    lines = [f"文件 {record['file']}"]
    for article in record["articles"]:
        known = [article["source"], article["date"], "、".join(article["authors"])]
        lines.append(f"\n《{article['title'] or '（无题）'}》 {'，'.join(filter(None, known))}")
        for paragraph in article["paragraphs"]:
            lines.append(f"  {paragraph['number']:>3}. {paragraph['text']}")
    lines += [f"\n杂项（{block['kind']}）：{block['text']}" for block in record["noise"]]
    counts = record["characters"]
    lines.append(
        f"\n字数：正文 {counts['paragraph']}，标题 {counts['heading']}，题名署名 {counts['metadata']}，"
        f"杂项 {counts['noise']}；遗漏 {counts['lost']}，重复 {counts['twice']}"
    )
    return "\n".join(lines)


def place_text(place: Place) -> str:
    """Return a place as one line: article, paragraph, file and what is known of its publication."""
    known = [place.outlet, place.date, place.speaker and f"{place.speaker}说"]
    paragraph = f"第 {place.paragraph} 段" if place.paragraph else "题名、署名处"
    return f"《{place.article}》{paragraph}（{'，'.join([*filter(None, known), place.file])}）"


def sources_text(answer: Answer) -> str:
    """Return what stands under a printed answer: its sources, or the passages nearest to a refused question."""
    lines = [f"[{c.n}] {place_text(c.place)}\n    {c.place.quote}" for c in answer.citations]
    if answer.nearest:
        lines.append("最接近的段落：")
        lines += [f"  · {place_text(place)}\n    {place.quote}" for place in answer.nearest]
    lines += [f"注意：{conflict.message}" for conflict in answer.conflicts]
    if answer.notice:
        lines.append(f"提示：{answer.notice}")
    return "\n".join(lines)


def quote_text(report: QuoteReport) -> str:
    """Return a quote report for a terminal."""
    lines = [f"结论：{VERDICTS[report.verdict]}"]
    for match in report.matches:
        lines.append(f"· {place_text(match.place)}，相似度 {match.similarity:.2f}\n    {match.place.quote}")
        lines += [
            f"    {KINDS[difference.kind]}：引文“{difference.given}” 原文“{difference.source}”"
            for difference in match.differences
        ]
    return "\n".join(lines)
