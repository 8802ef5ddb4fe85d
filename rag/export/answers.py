"""Answers as a sheet: what was asked, the sentences with their footnotes, and what to know about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from rag.datatypes import Answer, Citation, Place
from rag.export.sheet import Block, Note, Sheet, Words, block, on_one_line
from rag.render import REASONS, place_text, unanswered_text

Verify = Callable[[Sequence[tuple[int, Place]]], list[str]]
"""Returns a line for each numbered place whose quote does not stand in its file any more: `Assistant.verify`."""

_GONE = "（源文件在作答之后改动过，这处引文已对不上）"


def answers_sheet(answers: Sequence[Answer], verify: Verify, day: date) -> Sheet:
    """Return answers, at least one, as a sheet; its footnotes are numbered through all of them.

    Every quote is compared with its file once more: the footnote of one that does not stand any more says so,
    other places and nearest passages that do not are left out. The last line says that this was done on `day`.
    """

    def stands(place: Place) -> bool:
        return not verify([(0, place)])

    blocks: list[Block] = []
    notes: list[str] = []
    gone = 0
    for answer in answers:
        numbers = {citation.n: len(notes) + at for at, citation in enumerate(answer.citations, start=1)}
        blocks += _answer_blocks(answer, numbers)
        blocks += _nearest_blocks([place for place in answer.nearest if stands(place)])
        for citation in answer.citations:
            standing = stands(citation.place)
            gone += not standing
            notes.append(_note_text(citation, stands) + ("" if standing else _GONE))
    blocks.append(block("closing", _closing(day, len(notes), gone)))
    return Sheet(title=on_one_line(answers[0].question), blocks=tuple(blocks), notes=tuple(notes))


def _answer_blocks(answer: Answer, numbers: dict[int, int]) -> Iterator[Block]:
    yield block("title", answer.question)
    if answer.standalone_question not in ("", answer.question):
        yield block("remark", f"理解为：{answer.standalone_question}")
    if answer.refusal:
        label = Words(text=REASONS[answer.refusal.reason], style="strong")
        yield block("text", label, f"：{answer.refusal.message}")
    else:
        yield from _sentence_blocks(answer, numbers)
    for conflict in answer.conflicts:
        label = Words(text="说法不一", style="strong")
        yield block("text", label, f"：{conflict.message}", *_notes(conflict.citations, numbers))
    if answer.unanswered:
        yield block("remark", unanswered_text(answer))
    if answer.notice:
        yield block("remark", f"提示：{answer.notice}")


def _sentence_blocks(answer: Answer, numbers: dict[int, int]) -> Iterator[Block]:
    """Yield the sentences: one paragraph, or one item each under a lead-in without a citation."""
    sentences: list[tuple[Words | Note, ...]] = [
        (
            Words(text=sentence.text, style="struck" if sentence.verdict == "unsupported" else "plain"),
            *_notes(sentence.citations, numbers),
        )
        for sentence in answer.sentences
    ]
    if not answer.listing or len(sentences) < 2:
        if sentences:
            yield block("text", *(part for sentence in sentences for part in sentence))
        return
    for at, (sentence, parts) in enumerate(zip(answer.sentences, sentences, strict=True)):
        yield block("item" if at or sentence.citations else "text", *parts)


def _notes(citations: Sequence[int], numbers: dict[int, int]) -> tuple[Note, ...]:
    return tuple(Note(number=numbers[n]) for n in citations)


def _nearest_blocks(places: Sequence[Place]) -> Iterator[Block]:
    if places:
        yield block("heading", "最接近的段落")
    for place in places:
        yield block("item", f"{place_text(place)}：“{place.quote}”")


def _note_text(citation: Citation, stands: Callable[[Place], bool]) -> str:
    """Return a footnote: the place, its words, and where else they stand."""
    also = [place_text(place) for place in citation.also if stands(place)]
    others = f"另见 {len(also)} 处：{'；'.join(also)}。" if also else ""
    return on_one_line(f"{place_text(citation.place)}：“{citation.place.quote}”{others}")


def _closing(day: date, quotes: int, gone: int) -> str:
    """Return the last line: who made the sheet, and what came of comparing its quotes on a day."""
    when = f"{day.year}年{day.month}月{day.day}日"
    if not quotes:
        return f"{when}由引据生成。"
    if not gone:
        return f"由引据生成，引文已于{when}与源文件逐字核对。"
    return f"由引据生成；{when}与源文件逐字核对，{quotes} 处引文里有 {gone} 处已对不上，见注。"
