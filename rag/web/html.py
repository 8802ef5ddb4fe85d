"""An answer as HTML for the chat. Pure functions: every text that is not ours is escaped.

The chat component reads what it shows as Markdown before it reads it as HTML. A block of HTML without a line
break is left alone by that, so no function here lets a line break through.
"""

from __future__ import annotations

import html
from collections.abc import Iterable

from rag.datatypes import Answer, Citation, Conflict, Place, Refusal, Sentence
from rag.render import REASONS, unanswered_text

_STAGES = {"searching": "检索", "answering": "作答", "checking": "核对"}
_SUPPORTED = (
    '<span class="yj-ok" title="已核对：这句话有所引的原文为据">✓<span class="yj-unseen">已核对</span></span>'
)
_UNSUPPORTED = '<span class="yj-no" title="文档不支持这句话">✗ 没有依据</span>'
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
    """Return a sentence followed by its markers and its verdict; an unsupported one is struck out."""
    if sentence.verdict == "unsupported":
        return f"<s>{escape(sentence.text)}</s>{_UNSUPPORTED}"
    markers = "".join(marker(turn, citations[number]) for number in sentence.citations)
    return escape(sentence.text) + markers + (_SUPPORTED if sentence.citations else "")


def answer_html(answer: Answer, turn: int, stage: str = "done") -> str:
    """Return the whole answer: what was understood, its sentences, what to know about it, its sources.

    Args:
        answer: the answer, or as much of it as has been streamed.
        turn: the number of the turn in the conversation, which the links carry.
        stage: how far it is, as `rag.datatypes.Update` names it.
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
    parts.append(_summary(answer) if stage == "done" else _stages("checking"))
    return block("yj-answer", parts)


def question_html(question: str) -> str:
    """Return what the user asked, as text."""
    return block("yj-question", [escape(question)])


def error_html(message: str) -> str:
    """Return an error message of one line."""
    return block("yj-answer", [f'<p class="yj-error">{escape(message)}</p>'])


def waiting_html(answer: Answer | None, ahead: int) -> str:
    """Return what is shown before the first sentence of an answer; `ahead` is how many questions come before it."""
    if ahead:
        return block("yj-answer", [f'<p class="yj-wait yj-running">前面还有 {ahead} 个问题，请稍候…</p>'])
    standalone = "" if answer is None else _standalone(answer)
    return block("yj-answer", [standalone, _stages("searching" if answer is None else "answering")])


def block(style: str, parts: Iterable[str]) -> str:
    """Return the parts in a `<div>`, the empty ones left out."""
    return f'<div class="{style}">{"".join(part for part in parts if part)}</div>'


def _stages(now: str) -> str:
    """Return the stages of answering, those behind, the one under way and those ahead told apart."""
    order = list(_STAGES)
    items = []
    for place, (name, label) in enumerate(_STAGES.items()):
        state = "behind" if place < order.index(now) else "now" if name == now else "ahead"
        sign = {"behind": "✓ ", "now": "正在", "ahead": ""}[state]
        items.append(f'<li class="yj-{state}">{sign}{label}</li>')
    return f'<ol class="yj-stages yj-running">{"".join(items)}</ol>'


def _summary(answer: Answer) -> str:
    """Return how much of an answer was checked, who wrote it, and how long it took."""
    checked = sum(
        sentence.verdict == "supported" and bool(sentence.citations) for sentence in answer.sentences
    )
    told = [f"✓ 已核对 {checked} 句、{len(answer.citations)} 处出处"] if checked else []
    told.append("摘录原文" if answer.answerer == "extractive" else f"语言模型 {_model(answer)}")
    if "total" in answer.seconds:
        told.append(f"{answer.seconds['total']:.2f} 秒")
    return f'<p class="yj-summary">{" · ".join(told)}</p>'


def _model(answer: Answer) -> str:
    return escape(answer.answerer.removeprefix("generative:"))


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
