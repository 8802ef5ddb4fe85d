"""Questions about a piece itself: who wrote it, where and when it was published, who says what, its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from eval.own.drafting.candidate import Candidate, Piece, Statement
from eval.own.drafting.wording import BREAKS_OFF, body, points_back
from rag.datatypes import Fact, Span
from rag.text import squeeze

_NUMBER = re.compile(
    r"^\s*(?:第?[一二三四五六七八九十]+[、章节．.]|[（(][一二三四五六七八九十\d]+[）)]|\d+[.．、])\s*"
)
_PARTS = range(3, 9)
_THOUGHT = 14


def origins(piece: Piece) -> Iterator[Candidate]:
    """Propose who wrote the piece, who published it, when, and under which number, where its own lines say so."""
    title, facts = piece.title, piece.article.facts
    if title is None:
        return
    authors = [fact for fact in facts if fact.kind == "author"]
    if authors:
        reporters = re.search(r"记者|通讯员", _line(piece, authors[0]))
        who = f"《{title}》是哪位记者报道的" if reporters and len(authors) == 1 else f"《{title}》的作者是谁"
        if reporters and len(authors) > 1:
            who = f"《{title}》是哪几位记者报道的"
        yield from _asked(piece, who, authors, [[fact.value] for fact in authors])
    for kind, question in (
        ("outlet", f"《{title}》是哪家媒体发表的"),
        ("issuer", f"《{title}》是哪个部门发布的"),
        ("number", f"《{title}》的文号是什么"),
    ):
        found = [fact for fact in facts if fact.kind == kind]
        if found:
            yield from _asked(piece, question, found[:1], [[found[0].value, _written(piece, found[0])]])
    day = next((fact for fact in facts if fact.kind in ("date", "signed")), None)
    if day:
        year, month, date = day.value.split("-")
        forms = [f"{year}年{int(month)}月{int(date)}日", day.value, _written(piece, day)]
        official = piece.article.issuer or piece.article.number or day.kind == "signed"
        verb = "印发" if official else "发表"
        yield from _asked(piece, f"《{title}》是什么时候{verb}的", [day], [forms])
    for fact in facts:
        if fact.kind == "post" and fact.of and len(fact.value) >= 4:
            yield from _asked(piece, f"{fact.of}担任什么职务", [fact], [[fact.value]])


def _asked(piece: Piece, question: str, facts: list[Fact], gold: list[list[str]]) -> Iterator[Candidate]:
    span = Span(start=min(fact.span.start for fact in facts), end=max(fact.span.end for fact in facts))
    quote = piece.around(_whole(piece, span))
    found = piece.candidate(question, "出处", "署名", facts=gold, quotes=[quote]) if quote else None
    if found:
        yield found


def _whole(piece: Piece, span: Span) -> Span:
    """Return a span from the beginning of its line, so that its words are understood by themselves."""
    text = piece.document.source.text
    start = text.rfind("\n", 0, span.start) + 1
    start += len(text[start : span.start]) - len(text[start : span.start].lstrip())
    return Span(start=max(start, span.start - 40), end=span.end)


def _written(piece: Piece, fact: Fact) -> str:
    return squeeze(piece.document.source.text[fact.span.start : fact.span.end])


def _line(piece: Piece, fact: Fact) -> str:
    text = piece.document.source.text
    return text[text.rfind("\n", 0, fact.span.start) + 1 : fact.span.end]


def parts(piece: Piece) -> Iterator[Candidate]:
    """Propose which parts an article has, by its headings of the first level."""
    headings = [heading for heading in piece.article.headings if heading.level == 1]
    if piece.title is None or len(headings) not in _PARTS:
        return
    names = [_NUMBER.sub("", " ".join(heading.text.split())).strip(" —:：") for heading in headings]
    quotes = [" ".join(heading.text.split()) for heading in headings]
    if any(
        re.fullmatch(r"附\s*则|总\s*则|目\s*录|附件.*", name) or not 3 <= len(name) <= 40 for name in names
    ):
        return
    found = piece.candidate(
        f"《{piece.title}》一文分哪几个部分",
        "列举",
        "小标题",
        facts=[[name] for name in names],
        quotes=quotes,
    )
    if found:
        yield found


_SAYS = r"(?:也|还|则|曾|同时|进一步|笑着|接着|补充)?(?P<verb>表示|指出|强调|认为|坦言|介绍说|说|介绍)"
_SPEECH = re.compile(rf"(?P<who>[一-鿿]{{2,4}}?){_SAYS}[,，:：](?=(?P<words>[^。！？]{{12,120}}))")
# A quotation of several sentences ends in one that does not open it.
_DIRECT = re.compile(
    rf"(?:^|“)(?P<words>[^“”]{{14,160}})[。！，,]?”[,，]?(?P<who>[^，,。；;：:“”]{{2,30}}?){_SAYS}"
)
_GOES_ON = re.compile(r"^(?:是|必须|才|就|都|也|并|而|要|有利于|将|能)")
_LONGEST_WORDS = 52


def speeches(piece: Piece) -> Iterator[Candidate]:
    """Propose who said something that a statement puts into a person's mouth."""
    for statement in piece.statements:
        matches = (match for said in (_DIRECT, _SPEECH) for match in said.finditer(statement.text))
        for match in matches:
            who = _speaker(piece, statement, match["who"])
            words = _words(match["words"]) if who else None
            if words and who:
                quoted = match.re is _DIRECT or match["verb"] in ("介绍说", "说", "介绍", "坦言")
                question = f"“{words}”这句话是谁说的" if quoted else f"谁{match['verb']}，{words}"
                found = piece.candidate(question, "出处", "谁说的", facts=[[who]], quotes=[statement.text])
                if found:
                    yield found
                    break


def _speaker(piece: Piece, statement: Statement, named: str) -> str | None:
    """Return the person of the article whom a name ends with, None where there is none."""
    people = (statement.paragraph.speaker, *piece.article.speakers)
    return next((person for person in people if person and named.endswith(person)), None)


def _words(said: str) -> str | None:
    """Return the first clauses of what was said, as many as make a thought, None where they are too many."""
    words = ""
    for part in re.split(r"(?<=[，,；;])", body(said)[0]):
        if len(words) >= _THOUGHT and not _GOES_ON.match(part):
            break
        words += part
    words = words.strip("，,；;。：: ")
    if words.endswith("”") and words.count("“") < words.count("”"):
        words = words[:-1].rstrip("。，,")
    balanced = words.count("“") == words.count("”") and words.count("‘") == words.count("’")
    fits = _THOUGHT <= len(words) <= _LONGEST_WORDS and balanced
    return words if fits and not points_back(words) and not BREAKS_OFF.search(words) else None


_BODY = r"[一-鿿]{1,14}?(?:部|委|局|署|办|会|院|行|厅|政府|中心)"
_ORGANS = re.compile(
    rf"^(?P<bodies>{_BODY}(?:(?:、|和|与|会同){_BODY})+|{_BODY}等[一二三四五六七八九十\d]{{1,2}}(?:个)?部[门委])(?:近日|日前)?(?P<how>联合|共同)?(?P<verb>印发|发布|出台|制定)了?(?P<work>《[^》]{{4,60}}》)"
)
_TIME_FIRST = re.compile(r"^(?:近日|日前|[\d年月日]{2,12})[,，]?")


def issuers(piece: Piece) -> Iterator[Candidate]:
    """Propose which bodies issued a work that a statement names."""
    for statement in piece.statements:
        match = _ORGANS.match(_TIME_FIRST.sub("", statement.text))
        if match:
            bodies = re.split(r"、|(?<=[部委局署办会院行厅府心])(?:和|与|会同)", match["bodies"])
            question = f"{match['work']}是由哪些部门{match['how'] or ''}{match['verb']}的"
            found = piece.candidate(
                question, "列举", "发文单位", facts=[[body] for body in bodies], quotes=[statement.text]
            )
            if found:
                yield found
