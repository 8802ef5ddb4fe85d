"""An answer as HTML for the chat. Pure functions: every text that is not ours is escaped.

The chat component reads what it shows as Markdown before it reads it as HTML. A block of HTML without a line
break is left alone by that, so no function here lets a line break through.
"""

from __future__ import annotations

import html
from collections.abc import Iterable

from rag.datatypes import Answer, Citation, Conflict, Place, Refusal, Sentence
from rag.render import unanswered_text

REASONS = {
    "not_in_documents": "文档中没有",
    "not_stated": "文档未载明",
    "off_topic": "不在回答范围",
    "unsafe": "不予回答",
}
_TIP_LENGTH = 120


def escape(text: str) -> str:
    """Return `text` as HTML that shows just these characters; a line break becomes `<br>`."""
    return "<br>".join(html.escape(line) for line in text.splitlines())


def where(place: Place) -> str:
    """Return where a place is, in words: article, outlet, date, paragraph."""
    return " · ".join((work(place), paragraph(place)))


def work(place: Place) -> str:
    """Return the article that a place stands in, in words: title, outlet, date."""
    return " · ".join(part for part in (place.article, place.outlet, place.date) if part)


def paragraph(place: Place) -> str:
    """Return which paragraph a place is in, and which page where there are pages, in words."""
    page = f"第{place.page}页" if place.page else ""
    return page + (f"第{place.paragraph}段" if place.paragraph else "题名、署名处")


def link(reference: str, label: str, place: Place, style: str) -> str:
    """Return a link that opens a place in the source panel; hovering shows its words.

    Args:
        reference: what the page's click listener hands to the server, e.g. `src-1-2`.
        label: the HTML shown.
        place: what is opened.
        style: the CSS class.
    """
    quote = place.quote if len(place.quote) <= _TIP_LENGTH else place.quote[:_TIP_LENGTH] + "…"
    tip = " ".join(f"“{quote}” —— {where(place)}".split())
    return f'<a class="yj-link {style}" href="#{reference}" title="{html.escape(tip)}">{label}</a>'


def marker(turn: int, citation: Citation) -> str:
    """Return the `[n]` marker of a citation as a link."""
    return link(f"src-{turn}-{citation.n}", f"[{citation.n}]", citation.place, "yj-cite")


def sentence_html(sentence: Sentence, turn: int, citations: dict[int, Citation]) -> str:
    """Return a sentence followed by its markers; an unsupported one is struck out."""
    text = escape(sentence.text)
    if sentence.verdict == "unsupported":
        text = f'<s title="文档不支持这句话">{text}</s>'
    return text + "".join(marker(turn, citations[number]) for number in sentence.citations)


def answer_html(answer: Answer, turn: int) -> str:
    """Return the whole answer: what was understood, its sentences, what to know about it, its sources.

    Args:
        answer: the answer, or as much of it as has been streamed.
        turn: the number of the turn in the conversation, which the links carry.
    """
    citations = {citation.n: citation for citation in answer.citations}
    parts = [_standalone(answer)]
    if answer.refusal:
        parts.append(_refusal(answer.refusal))
    else:
        parts.append(_sentences(answer, turn, citations))
    parts += [_conflict(conflict, turn, citations) for conflict in answer.conflicts]
    if answer.unanswered:
        parts.append(f'<p class="yj-notice">{escape(unanswered_text(answer))}</p>')
    if answer.notice:
        parts.append(f'<p class="yj-notice">{escape(answer.notice)}</p>')
    parts += [_sources(answer.citations, turn), _nearest(answer.nearest, turn)]
    return block("yj-answer", parts)


def question_html(question: str) -> str:
    """Return what the user asked, as text."""
    return block("yj-question", [escape(question)])


def error_html(message: str) -> str:
    """Return an error message of one line."""
    return block("yj-answer", [f'<p class="yj-error">{escape(message)}</p>'])


def waiting_html(answer: Answer | None) -> str:
    """Return what is shown before the first sentence of an answer."""
    step = "正在检索…" if answer is None else "已找到相关段落，正在作答…"
    standalone = "" if answer is None else _standalone(answer)
    return block("yj-answer", [standalone, f'<p class="yj-wait">{step}</p>'])


def block(style: str, parts: Iterable[str]) -> str:
    """Return the parts in a `<div>`, the empty ones left out."""
    return f'<div class="{style}">{"".join(part for part in parts if part)}</div>'


def _standalone(answer: Answer) -> str:
    if answer.standalone_question in ("", answer.question):
        return ""
    return f'<p class="yj-standalone">理解为：{escape(answer.standalone_question)}</p>'


def _sentences(answer: Answer, turn: int, citations: dict[int, Citation]) -> str:
    """Return the sentences: running text, or one item a line under a lead-in without a citation."""
    sentences = [sentence_html(sentence, turn, citations) for sentence in answer.sentences]
    if not answer.listing or len(sentences) < 2:
        return f'<p class="yj-text">{"".join(sentences)}</p>' if sentences else ""
    lead = 0 if answer.sentences[0].citations else 1
    opening = f'<p class="yj-text">{sentences[0]}</p>' if lead else ""
    items = "".join(f"<li>{sentence}</li>" for sentence in sentences[lead:])
    return f'{opening}<ul class="yj-items">{items}</ul>' if items else opening


def _refusal(refusal: Refusal) -> str:
    label = REASONS[refusal.reason]
    return f'<p class="yj-refusal"><strong>{label}</strong>{escape(refusal.message)}</p>'


def _conflict(conflict: Conflict, turn: int, citations: dict[int, Citation]) -> str:
    markers = "".join(marker(turn, citations[number]) for number in conflict.citations)
    return f'<p class="yj-conflict"><strong>说法不一</strong>{escape(conflict.message)}{markers}</p>'


def _sources(citations: tuple[Citation, ...], turn: int) -> str:
    """Return the sources, one article a row, a link for each citation in it."""
    works: dict[tuple[str, str], list[Citation]] = {}
    for citation in citations:
        works.setdefault((citation.place.file, citation.place.article), []).append(citation)
    return _rows("出处", [_work(cited, turn) for cited in works.values()])


def _work(cited: list[Citation], turn: int) -> str:
    links = (
        link(
            f"src-{turn}-{citation.n}",
            f"<b>[{citation.n}]</b> {paragraph(citation.place)}",
            citation.place,
            "yj-chip",
        )
        for citation in cited
    )
    return f"<span>{escape(work(cited[0].place))}</span>{''.join(links)}"


def _nearest(places: tuple[Place, ...], turn: int) -> str:
    rows = [
        link(f"near-{turn}-{number}", f"{escape(place.quote)}<i>{escape(where(place))}</i>", place, "yj-row")
        for number, place in enumerate(places, start=1)
    ]
    return _rows("最接近的段落", rows)


def _rows(heading: str, rows: list[str]) -> str:
    if not rows:
        return ""
    items = "".join(f"<li>{row}</li>" for row in rows)
    return f'<p class="yj-heading">{heading}</p><ul class="yj-rows">{items}</ul>'
