"""Who said something, and on what occasion: a sentence with the words that name its speaker or its setting."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.answering.candidates import Candidate, paragraph_sentences
from rag.answering.evidence import place_of, sentence_place, speaker_place
from rag.answering.pieces import Piece
from rag.answering.refusal import refuse
from rag.datatypes import Answer, Block, Citation, Paragraph, Place, Sentence, Span
from rag.question import Question
from rag.structure.people import people
from rag.text import clauses, fold, squeeze, unlike_markers

# All patterns match folded text, in which every quotation mark is ".
_SAYS = re.compile(
    r"(?P<who>[^,;:!?。\"]{0,40}?)"
    r"(?:[进一还也则又并再]步?|同时|随后|日前|近日|当天|\d{1,2}日|今天|昨天|对此|直言|明确|在[^,;:。]{1,30}?(?:时|中|上|会|后|间|里)|就[^,;:。]{1,40}?)*"
    r"(?:表示|指出|强调|介绍|认为|坦言|透露|谈到|提出|(?<![简统名职俗自号堪])称(?![为号作呼职])|回应|披露|宣布|通报|告诉记者|补充道|(?<![小学传来])说(?![法明服]))"
)
_NOBODY = re.compile(
    r"[^,。]{0,8}?(?:据(?:了解|悉|统计|报道|测算)|(?:数据|统计|资料|调查|研究|报告|结果|信息)[^,。]{0,6}(?:显示|表明)|记者(?:了解到|获悉|看到))"
)
_PRONOUN = re.compile(r"[他她]们?")
_NO_SPEAKER = re.compile(r"其$|^(?:对|围绕|将|要|以|从|为|在|向|按|经|由|如|可以|应|所|据)|[的地得不]$")
_LEADING = re.compile(r"^(?:对此|此外|其中|同时|另外|而|但|近日|日前|\d{1,2}日|今天|昨天|当天)+")
_WHEN = re.compile(r"\d{4}年|\d{1,2}月(?:\d{1,2}日)?|\d{1,2}日")
_OCCASION = re.compile(
    r"在[^,。]{2,40}?(?:上|时(?!期)|期间|会见|举行|召开|就|发表|出席|接受)|会议|论坛|仪式|发布会|活动|通道|座谈会|年会|会见|吹风会"
)


def attributed(question: Question, best: Candidate) -> Answer:
    """Return who said the best sentence, with the sentence and the place that names the speaker.

    Where nobody is named, the author of a signed essay said it; else the question is refused as not stated.
    """
    place = sentence_place(best.document, best.article, best.paragraph, best.span)
    named = _speaker(best)
    if named is None:
        return refuse(question, "not_stated", [place], "文档里有这句话，但没有说明是谁说的。")
    speaker, naming = named
    stands = fold(speaker) in best.folded
    said = best.text if stands else f"{speaker}：{best.text}"
    return _answer(question, said, place, None if stands else naming)


def on_occasion(question: Question, best: Candidate) -> Answer | None:
    """Return in which piece, when or on what occasion the best sentence was said, None where nothing says so.

    An occasion is told by the sentence itself, by one before it in its paragraph, or by the article's lead.
    """
    if question.occasion == "piece":
        return _in_piece(question, best)
    tells = _WHEN if question.occasion == "when" else _OCCASION
    for paragraph, span in _before(best):
        text = paragraph.text[span.start : span.end]
        if tells.search(fold(text)):
            return _answer(question, text, sentence_place(best.document, best.article, paragraph, span))
    return None


def _in_piece(question: Question, best: Candidate) -> Answer:
    """Return the best sentence under the title of its piece, cited to both."""
    piece = Piece(best.document, best.article)
    places = [place_of(best.document, best.article, None, (line.span,)) for line in piece.headlines[:1]]
    own = sentence_place(best.document, best.article, best.paragraph, best.span)
    return _answer(question, f"《{piece.name}》：{best.text}", own, *places)


def speaker_of(sentence: str) -> str | None:
    """Return whom a sentence itself says to be speaking, with the post before the name, or 他; None for nobody."""
    folded = fold(sentence)
    for span in clauses(sentence):
        match = _SAYS.match(folded, span.start)
        if not match:
            continue
        low, high = match.span("who")
        lead = _LEADING.match(folded[low:high])
        who = sentence[low + (lead.end() if lead else 0) : high].strip()
        if who and not _NO_SPEAKER.search(fold(who)):
            return who
    return None


def _speaker(best: Candidate) -> tuple[str, Place | None] | None:
    """Return who says a sentence and the place that says so: itself, one around it, or the article's author."""
    pronoun = False  # whether 他 speaks, whom a sentence before names
    for span in _around(best):
        text = best.paragraph.text[span.start : span.end]
        if _NOBODY.match(fold(text)):
            return None
        who = speaker_of(text)
        if who and _PRONOUN.fullmatch(fold(who)):
            pronoun = True
            continue
        if pronoun and not who:
            who = next((name for name, _ in reversed(people(text))), None)
        if who:
            return who, sentence_place(best.document, best.article, best.paragraph, span)
    speaker = best.paragraph.speaker
    if speaker:
        return speaker, speaker_place(best.document, best.article, best.paragraph, speaker)
    line = _signed_by(best)
    if line is None:
        return None
    return (
        "、".join(best.article.authors),
        place_of(best.document, best.article, None, (line.span,)),
    )


def _around(best: Candidate) -> Iterator[Span]:
    """Yield a sentence, then the one in or behind which its quotation ends, then those before it, nearest first."""
    spans = paragraph_sentences(best.paragraph)
    folded = fold(best.paragraph.text)
    yield best.span
    behind = [span for span in spans if span.start >= best.span.end]
    if folded.count('"', 0, best.span.end) % 2:
        yield from [span for span in behind if folded.count('"', 0, span.end) % 2 == 0][:1]
    elif best.folded.endswith('"'):
        yield from behind[:1]
    yield from (span for span in reversed(spans) if span.end <= best.span.start)


def _before(best: Candidate) -> Iterator[tuple[Paragraph, Span]]:
    """Yield a sentence, those before it in its paragraph, nearest first, and those of the article's lead."""
    own = paragraph_sentences(best.paragraph)
    yield from ((best.paragraph, span) for span in reversed(own) if span.start <= best.span.start)
    for paragraph in best.article.paragraphs[:1]:
        yield from ((paragraph, span) for span in paragraph_sentences(paragraph))


def _signed_by(best: Candidate) -> Block | None:
    """Return the byline of an essay, which says what its author says; a report's speakers are others."""
    article = best.article
    if article.speakers or not article.authors:
        return None
    lines = (block for block in article.metadata if block.kind == "byline")
    return next((block for block in lines if article.authors[0] in squeeze(block.text)), None)


def _answer(question: Question, said: str, *places: Place | None) -> Answer:
    cited = [place for place in dict.fromkeys(places) if place]
    return Answer(
        question=question.text,
        standalone_question=question.text,
        sentences=(Sentence(text=unlike_markers(said), citations=tuple(range(1, len(cited) + 1))),),
        citations=tuple(Citation(n=n, place=place) for n, place in enumerate(cited, start=1)),
    )
