"""What became of a quotation, as HTML. Pure functions.

A link to a place carries `match-K`, in a manuscript's report `match-N-K` with the number of the stretch;
one to a passage that is only near, `near-K` and `near-N-K`.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.datatypes import Counterpart, QuoteMatch, QuoteReport
from rag.marking import Stretch, quote_marked, source_marked
from rag.render import KINDS, agreement_text, difference_text, owned_text
from rag.web.found import Found
from rag.web.html import block, escape, link, where

VERDICTS = {
    "exact": ("原文如此", "引文与原文一致。"),
    "altered": ("有改动", "原文有这句话，但引文改动了其中的字句，逐处列在下面。"),
    "spliced": ("拼接", "引文由几处原文拼接而成，每一处都列在下面。"),
    "paraphrase": ("转述", "文中有相同的意思，但不是这些字句。"),
    "not_found": ("文中没有", "文档里找不到这句话，也找不到相近的原文。"),
}
_SHOWN = 3
"""So many places of the same words are shown whole; the others are rows."""


def report_html(report: QuoteReport, *, linked: bool = True) -> str:
    """Return the verdict, and every place that stands behind the quotation, with its differences.

    `linked` says whether the words of a source open it; not so in a report that stands alone.
    """
    name, explanation = VERDICTS[report.verdict]
    if report.nearest:
        explanation = "文档里找不到这句话；最接近的原文列在下面，不等于出处。"
    verdict = f'<p class="yj-verdict yj-{report.verdict}"><strong>{name}</strong>{explanation}</p>'
    return block("yj-report", [verdict, findings_html(report, linked=linked)])


def findings_html(report: QuoteReport, item: str = "", *, linked: bool = True) -> str:
    """Return the places behind a quotation, marked word by word, or the passages nearest to it.

    Args:
        report: the lookup's report.
        item: what stands in the links before the number of the place: `N-` in a manuscript.
        linked: whether the words of the source open it; not so in a report that stands alone.
    """
    rows = [(match, f"match-{item}{n}" if linked else "") for n, match in enumerate(report.matches, start=1)]
    shown = len(rows) if report.verdict == "spliced" else _SHOWN
    near = [(match, f"near-{item}{n}" if linked else "") for n, match in enumerate(report.nearest, start=1)]
    heading = '<p class="yj-heading">最接近的原文</p>' if near else ""
    return "".join(
        [
            *(_match(report.quote, match, reference) for match, reference in rows[:shown]),
            _others(rows[shown:], report.places - shown),
            heading,
            *(_near(match, reference) for match, reference in near),
        ]
    )


def find_match(report: QuoteReport, reference: str) -> Found | None:
    """Return what a link of the report (`match-K`, `near-K`) stands for, among those of its kind."""
    kind, number = reference.split("-")
    matches = report.nearest if kind == "near" else report.matches
    if not 1 <= int(number) <= len(matches):
        return None
    row = tuple(f"{kind}-{n}" for n in range(1, len(matches) + 1))
    return Found(place=matches[int(number) - 1].place, row=row)


def _match(quote: str, match: QuoteMatch, reference: str) -> str:
    given = quote_marked(quote, match)
    departs = any(stretch.told for stretch in given)
    quoted = f'<p class="yj-given">{_marked(given, "del")}</p>' if departs else ""
    source = f"<blockquote>{_source(match, reference)}</blockquote>"
    facts = "".join(f"<li>{escape(agreement_text(fact))}</li>" for fact in match.facts)
    owned = "".join(f'<p class="yj-notice">{escape(owned_text(words))}</p>' for words in match.marked)
    agreeing = f'<p class="yj-heading">相符的事实</p><ul class="yj-facts">{facts}</ul>' if facts else ""
    return block("yj-match", [quoted, source, _origin(match), _table(match.differences), agreeing, owned])


def _near(match: QuoteMatch, reference: str) -> str:
    return block("yj-match yj-far", [f"<blockquote>{_source(match, reference)}</blockquote>", _origin(match)])


def _source(match: QuoteMatch, reference: str) -> str:
    words = _marked(source_marked(match), "ins")
    return link(reference, words, match.place, "yj-quote") if reference else words


def _origin(match: QuoteMatch) -> str:
    likeness = f"相似度 {match.similarity:.0%}"
    origin = f"{escape(where(match.place))} · {escape(match.place.file)} · {likeness}"
    return f'<p class="yj-origin">{origin}</p>'


def _others(rows: Sequence[tuple[QuoteMatch, str]], places: int) -> str:
    """Return, folded away, the further places of the same words; `places` is how many there are in all."""
    if not rows:
        return ""
    items = []
    for match, reference in rows:
        name = f"{escape(where(match.place))} · {escape(match.place.file)}"
        items.append(f"<li>{link(reference, name, match.place, 'yj-row') if reference else name}</li>")
    summary = f"<summary>另见 {max(places, len(rows))} 处</summary>"
    return f'<details class="yj-also">{summary}<ul class="yj-rows">{"".join(items)}</ul></details>'


def _marked(stretches: Sequence[Stretch], tag: str) -> str:
    """Return stretches as HTML: what differs within `tag`, what the quote owns up to within a `<span>`."""
    found = []
    for stretch in stretches:
        words = escape(stretch.text)
        if stretch.told is None:
            found.append(words)
        elif stretch.owned:
            found.append(f'<span class="yj-owned" title="{escape(owned_text(stretch.told))}">{words}</span>')
        else:
            style = "" if words else ' class="yj-gap"'
            found.append(
                f'<{tag}{style} title="{escape(difference_text(stretch.told))}">{words or "‸"}</{tag}>'
            )
    return "".join(found)


def _table(differences: Sequence[Counterpart]) -> str:
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
