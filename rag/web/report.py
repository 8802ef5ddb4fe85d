"""What became of a quotation, as HTML. Pure functions."""

from __future__ import annotations

from rag.datatypes import Difference, Place, QuoteMatch, QuoteReport
from rag.render import KINDS
from rag.web.html import block, escape, link, where

VERDICTS = {
    "exact": ("原文如此", "引文与原文一致。"),
    "altered": ("有改动", "原文有这句话，但引文改动了其中的字句，逐处列在下面。"),
    "spliced": ("拼接", "引文由几处原文拼接而成，每一处都列在下面。"),
    "paraphrase": ("转述", "文中有相同的意思，但不是这些字句。"),
    "not_found": ("文中没有", "文档里找不到这句话，也找不到相近的原文。"),
}


def report_html(report: QuoteReport) -> str:
    """Return the verdict, and every place that stands behind the quotation, with its differences."""
    name, explanation = VERDICTS[report.verdict]
    verdict = f'<p class="yj-verdict yj-{report.verdict}"><strong>{name}</strong>{explanation}</p>'
    return block("yj-report", [verdict, *(_match(match, n) for n, match in enumerate(report.matches, 1))])


def find_match(report: QuoteReport, reference: str) -> tuple[Place, ...]:
    """Return the place that a link of the report stands for (`match-N`), alone; empty where there is none."""
    number = int(reference.split("-")[1])
    return tuple(match.place for n, match in enumerate(report.matches, start=1) if n == number)


def _match(match: QuoteMatch, number: int) -> str:
    place = match.place
    likeness = f"相似度 {match.similarity:.0%}"
    origin = f"{escape(where(place))} · {escape(place.file)} · {likeness}"
    quote = f"<blockquote>{link(f'match-{number}', escape(place.quote), place, 'yj-quote')}</blockquote>"
    return block("yj-match", [quote, f'<p class="yj-origin">{origin}</p>', _table(match.differences)])


def _table(differences: tuple[Difference, ...]) -> str:
    if not differences:
        return ""
    rows = "".join(
        f"<tr><td>{_words(difference.given)}</td><td>{_words(difference.source)}</td>"
        f"<td>{KINDS[difference.kind]}</td></tr>"
        for difference in differences
    )
    head = "<tr><th>引文</th><th>原文</th><th>差别</th></tr>"
    return f'<table class="yj-differences"><thead>{head}</thead><tbody>{rows}</tbody></table>'


def _words(text: str) -> str:
    return escape(text) if text else "（无）"
