"""Answers, reports and hits as text for a terminal. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rag.datatypes import Answer, Counterpart, Place, QuoteMatch, QuoteReport
from rag.terminal import BOLD, DIM, GREY, style

if TYPE_CHECKING:
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
    "organisation": "机构",
    "negation": "否定",
    "modality": "语气",
    "word": "用词",
    "omission": "漏字",
    "addition": "添字",
}

REASONS = {
    "not_in_documents": "文档中没有",
    "not_stated": "文档未载明",
    "off_topic": "不在回答范围",
    "unsafe": "不予回答",
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
    lines = []
    for n, hit in enumerate(record["hits"], start=1):
        lines.append(f"{n}. {hit['score']:.3f} {_chunk_text(hit)}\n   {hit['text']}")
        lines += _also_lines("   ", [_chunk_text(copy) for copy in hit["also"]])
    return "\n".join(lines)


def _chunk_text(chunk: Mapping[str, Any]) -> str:
    return f"《{chunk['article']}》第 {chunk['paragraph']} 段（{chunk['file']}）"


def _also_lines(indent: str, places: Sequence[str]) -> list[str]:
    """Return the other places of the same words, a line each under a line that counts them."""
    counted = [f"{indent}另见 {len(places)} 处："] if places else []
    return counted + [f"{indent}  · {place}" for place in places]


NOISE = {
    "caption": "图片说明",
    "credit": "图片署名",
    "masthead": "报头",
    "guide": "导读",
    "qr": "二维码",
    "furniture": "页面杂项",
    "related": "相关推荐",
    "contents": "目录",
    "control": "控制字符",
}
_STATED = (
    ("source", "来源"),
    ("date", "日期"),
    ("issuer", "发文机关"),
    ("document_number", "文号"),
    ("kicker", "肩题"),
    ("subtitle", "副题"),
)


def structure_text(record: Mapping[str, Any]) -> str:
    """Return what `structure_json` made for a terminal: an outline in the order of the file, noise in grey."""
    articles = record["articles"]
    entries = [(block["start"], _noise_line(block)) for block in record["noise"]]
    for article in articles:
        entries.append((article["start"], _article_lines(article)))
        entries += [
            (heading["start"], f"{'  ' * heading['level']}{'#' * heading['level']} {heading['text']}")
            for heading in article["headings"]
        ]
        entries += [(p["spans"][0][0], _paragraph_line(p)) for p in article["paragraphs"]]
    lines = [text for _, text in sorted(entries, key=lambda entry: entry[0])]
    paragraphs = sum(len(article["paragraphs"]) for article in articles)
    counts = record["characters"]
    return "\n".join(
        [
            f"文件 {record['file']}：{len(articles)} 篇，{paragraphs} 段，杂项 {len(record['noise'])} 处",
            *lines,
            f"\n字数：正文 {counts['paragraph']}，标题 {counts['heading']}，题名署名 {counts['metadata']}，"
            f"杂项 {counts['noise']}；遗漏 {counts['lost']}，重复 {counts['twice']}",
        ]
    )


def _article_lines(article: Mapping[str, Any]) -> str:
    """Return an article's title and what is stated of it."""
    stated = [f"{name} {article[key]}" for key, name in _STATED if article[key]]
    posts = {
        fact["of"]: f"{fact['of']}（{fact['value']}）" for fact in article["facts"] if fact["kind"] == "post"
    }
    for key, name in (("authors", "作者"), ("speakers", "讲话人")):
        if article[key]:
            stated.append(f"{name} {'、'.join(posts.get(person, person) for person in article[key])}")
    title = style(f"《{article['title'] or '（无题）'}》", BOLD)
    fragment = "（承接别处，开头不在本文件）" if article["fragment"] else ""
    count = f"{len(article['paragraphs'])} 段"
    return f"\n{title}{fragment}  {count}" + "".join(f"\n  {line}" for line in stated)


def _paragraph_line(paragraph: Mapping[str, Any]) -> str:
    """Return a paragraph's number, how it begins and ends, its length, and what is special about it."""
    text = paragraph["text"]
    short = text if len(text) <= 44 else f"{text[:26]}……{text[-14:]}"
    pieces = f"，{len(paragraph['spans'])} 处拼成" if len(paragraph["spans"]) > 1 else ""
    speaker = f"，{paragraph['speaker']}" if paragraph["speaker"] else ""
    detail = style(f"（{len(text)} 字{pieces}{speaker}）", DIM)
    return f"  {paragraph['number']:>3}. {short}{detail}"


def _noise_line(block: Mapping[str, Any]) -> str:
    """Return a piece of noise in one grey line."""
    text = " ".join(block["text"].split()) or repr(block["text"])
    short = text if len(text) <= 40 else f"{text[:40]}……"
    return style(f"  ·  [{NOISE[block['kind']]}] {short}", GREY)


def place_text(place: Place) -> str:
    """Return a place as one line: article, paragraph, file and what is known of its publication."""
    known = [place.outlet, place.date, place.speaker and f"{place.speaker}说"]
    paragraph = f"第 {place.paragraph} 段" if place.paragraph else "题名、署名处"
    paragraph = f"第 {place.page} 页" + paragraph if place.page else paragraph
    return f"《{place.article}》{paragraph}（{'，'.join([*filter(None, known), place.file])}）"


def sources_text(answer: Answer) -> str:
    """Return what stands under a printed answer: its sources, or the passages nearest to a refused question."""
    lines = []
    for citation in answer.citations:
        lines.append(f"[{citation.n}] {place_text(citation.place)}\n    {citation.place.quote}")
        lines += _also_lines("    ", [place_text(place) for place in citation.also])
    if answer.nearest:
        lines.append("最接近的段落：")
        lines += [f"  · {place_text(place)}\n    {place.quote}" for place in answer.nearest]
    lines += [f"注意：{conflict.message}" for conflict in answer.conflicts]
    if answer.unanswered:
        lines.append(unanswered_text(answer))
    if answer.notice:
        lines.append(f"提示：{answer.notice}")
    return "\n".join(lines)


def unanswered_text(answer: Answer) -> str:
    """Return which parts of a question are not answered."""
    return f"文档里没有找到这一部分的答案：{'；'.join(answer.unanswered)}"


def quote_text(report: QuoteReport) -> str:
    """Return a quote report for a terminal: the verdict, the places, and what differs or agrees there."""
    return "\n".join([f"结论：{VERDICTS[report.verdict]}", *finding_lines(report)])


def finding_lines(report: QuoteReport) -> list[str]:
    """Return what stands under a verdict, a line each: how many places, each place, or the nearest passages."""
    lines = []
    if report.places > len(report.matches):
        lines.append(f"文档里共有 {report.places} 处，列出 {len(report.matches)} 处")
    for match in report.matches:
        lines.append(f"· {_match_text(match)}")
        lines += [f"    {line}" for line in told_lines(match)]
    if report.nearest:
        lines.append("最接近的原文：")
        lines += [f"· {_match_text(match)}" for match in report.nearest]
    return lines


def _match_text(match: QuoteMatch) -> str:
    return f"{place_text(match.place)}，相似度 {match.similarity:.2f}\n    {match.place.quote}"


def told_lines(match: QuoteMatch) -> list[str]:
    """Return what is told of a quote and a place, a line each: differences, agreeing facts, what it owns up to."""
    lines = [difference_text(each) for each in match.differences]
    lines += [f"相符的{agreement_text(fact)}" for fact in match.facts]
    return lines + [owned_text(words) for words in match.marked]


def agreement_text(fact: Counterpart) -> str:
    """Return a fact that a quote and its source agree in: what kind it is, and how each says it."""
    same = fact.given == fact.source
    return f"{KINDS[fact.kind]}：{fact.given}" + ("" if same else f"，原文作{fact.source}")


def difference_text(difference: Counterpart) -> str:
    """Return a difference in words: “数字：引文“600个” 原文“500个””."""
    given, source = (f"“{words}”" if words else "（无）" for words in (difference.given, difference.source))
    return f"{KINDS[difference.kind]}：引文{given} 原文{source}"


def owned_text(words: Counterpart) -> str:
    """Return what a quote itself tells that it left out or put in, in words."""
    if words.source:
        return f"引文用省略号略去：“{words.source}”"
    return f"引文自己加的话，不算改动：“{words.given}”"
