"""Questions about a piece itself: who wrote it, when and where it was published, who issued it under what number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.answering.candidates import GetDocument
from rag.answering.evidence import place_of
from rag.answering.matching import Matcher
from rag.answering.pieces import Piece, meant
from rag.answering.refusal import refuse
from rag.datatypes import Answer, Block, Citation, Hit, Sentence
from rag.question import Question
from rag.structure.official import is_organisation
from rag.structure.people import introduced
from rag.text import fold, squeeze


@dataclass(frozen=True, slots=True)
class _Field:
    """What may be asked of a piece: its name in an answer, the facts that state it, else what a line of it looks like."""

    label: str
    facts: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None


_NAMES = r"[一-鿿]{2,4}(?:[、\s]+[一-鿿]{2,4})*"
# By the names that `Question.fields` has. A pattern is searched for in a folded line; its group is the value.
_FIELDS = {
    "authors": _Field("作者", ("author",)),
    "outlet": _Field("来源", ("outlet",)),
    "date": _Field("日期", ("date", "signed", "masthead")),
    "time": _Field("时间", (), re.compile(r"(?<!\d)(\d{1,2}:\d{2}(?::\d{2})?)")),
    "edition": _Field("版次", (), re.compile(r"(?<!今日)(?<!今日 )(?<!共)(第?\s*[a-z]?\d{1,3}\s*版)")),
    "issue": _Field("期号", (), re.compile(r"((?:第\s*\d+\s*期)?\s*\(?总?第\s*\d+\s*期\)?)")),
    "pages": _Field("版数", (), re.compile(r"((?:今日|共)\s*\d+\s*版)")),
    "postal": _Field("邮发代号", (), re.compile(r"邮发代号\s*:?\s*(\d[\d-]*)")),
    "serial": _Field("刊号", (), re.compile(r"(?:出版物号|刊号)\s*:?\s*([a-z]*\s*[\d-]+(?:/\w+)?)")),
    "supervisor": _Field("主管", (), re.compile(r"(?:^|[\s,、])([一-鿿、]{2,30}?)主管(?![一-鿿])")),
    "organiser": _Field("主办", (), re.compile(r"(?:^|[\s,、])([一-鿿、]{2,30}?)主办(?![一-鿿])")),
    "editor": _Field("编辑", (), re.compile(rf"(?:责任编辑|责编|编辑)\s*:?\s*({_NAMES})")),
    "number": _Field("文号", ("number",)),
    "signed": _Field("日期", ("signed", "date")),
    "released": _Field("日期", ("date", "signed", "masthead")),
    "signer": _Field("签发人", (), re.compile(rf"签发人\s*:\s*({_NAMES})")),
}
_LABELS = {"issuer": "发文机关", "photographer": "摄影", "interviewee": "受访者", "post": "身份"}
_OWN_SHARE = 0.5
"""Share of the question's information that a document's title and the lines around it must have: more of it than
not, for an issue is asked of it and not of another document that its text mentions."""
_BARE = 8
"""Characters of a line beyond its persons' names (作者, 来源) that say nothing of their posts."""
_WRITER = re.compile(r"[他她]|作者|写")
_CREDIT = re.compile(rf"({_NAMES})\s*[/|]?\s*(?:摄|供图|图)")
_ROLE = re.compile(r"^.*?(?:记者|通讯员)\s*:?\s*")
_INTERVIEW = re.compile(r"(?:^|——|--|[:：\s])((?:专访|访|对话).*)$")


def answer_from_metadata(
    question: Question, hits: Sequence[Hit], document: GetDocument, matcher: Matcher
) -> Answer | None:
    """Return what the lines around a piece state about it, None where none is meant or the text may tell it.

    What is asked of nothing but a piece and is not stated there is refused as not stated.
    """
    piece = meant(hits, document, matcher)
    if piece is None:
        return None
    stated = [
        (_label(name), value, block)
        for name in _asked(question, piece, matcher)
        for value, block in _stated(piece, name, matcher)
    ]
    if not stated and question.kind == "metadata":
        return _not_stated(question, piece)
    return _compose(question, piece, stated) if stated else None


def _label(name: str) -> str:
    return _LABELS[name] if name in _LABELS else _FIELDS[name].label


def _asked(question: Question, piece: Piece, matcher: Matcher) -> list[str]:
    """Return the fields that are asked of a piece; a post is only that of somebody whom its lines name."""
    fields = [name for name in question.fields if _may_state(piece, name, question, matcher)]
    if "post" not in fields:
        return fields
    fields.remove("post")
    posts = [fact for fact in piece.article.facts if fact.kind == "post"]
    if "authors" in fields and posts:
        fields[fields.index("authors")] = "post"
    elif not fields and any(name in question.text for name in _persons(piece)):
        fields = ["post"]
    elif not fields and piece.article.authors and _WRITER.search(question.text):
        fields = ["post" if posts else "authors"]
    return fields


def _persons(piece: Piece) -> list[str]:
    """Return the persons whose posts the lines of a piece may state: those of its facts, its authors."""
    return [
        *(fact.of for fact in piece.article.facts if fact.kind == "post" and fact.of),
        *piece.article.authors,
    ]


def _may_state(piece: Piece, name: str, question: Question, matcher: Matcher) -> bool:
    """Whether a piece is of the kind that a field is asked of: an official document's issue, a newspaper's publisher."""
    if name in ("issuer", "signed", "released"):
        article = piece.article
        lines = fold(" ".join(block.text for block in [*piece.headlines, *piece.lines]))
        named = matcher.share(matcher.stands(lines))
        numbered = bool(article.number) and fold(article.number or "") in fold(question.text)
        return bool(article.issuer or article.number) and (numbered or named >= _OWN_SHARE)
    if name in ("supervisor", "organiser") and piece.article.paragraphs:
        return bool(piece.article.outlet) and str(piece.article.outlet) in question.text
    return True


def _stated(piece: Piece, name: str, matcher: Matcher) -> Iterator[tuple[str, Block]]:
    """Yield the values of a field, each with the line that states it; nothing where none does."""
    match name:
        case "photographer":
            yield from _photographer(piece, matcher)
        case "interviewee":
            yield from _interviewee(piece)
        case "issuer":
            yield from _issuers(piece)
        case "post":
            yield from _with_posts(piece, matcher.question)
        case _:
            yield from _field(piece, _FIELDS[name])


def _field(piece: Piece, field: _Field) -> Iterator[tuple[str, Block]]:
    facts = () if piece.entry else piece.article.facts
    kind = next((kind for kind in field.facts for fact in facts if fact.kind == kind), None)
    found = [fact for fact in facts if fact.kind == kind]
    # A line below the last piece of a page can speak of all of them.
    others = (block for article in piece.document.articles for block in article.metadata)
    lines = [*piece.lines, *piece.headlines, *others]
    for fact in found if kind == "author" else found[:1]:
        block = next((b for b in lines if _within(b, fact.span.start)), None)
        if block:
            yield _readable(fact.kind, fact.value), block
    if field.pattern:
        for block in piece.lines:
            if match := field.pattern.search(fold(block.text)):
                yield block.text[match.start(1) : match.end(1)].strip(), block
                return


def _readable(kind: str, value: str) -> str:
    if kind not in ("date", "signed", "masthead"):
        return value
    year, month, day = value.split("-")
    return f"{year}年{int(month)}月{int(day)}日"


def _within(block: Block, offset: int) -> bool:
    return block.span.start <= offset < block.span.end


def _with_posts(piece: Piece, question: Question) -> Iterator[tuple[str, Block]]:
    """Yield the lines that state authors' or speakers' posts: of those whom the question names, else of all."""
    facts = [fact for fact in piece.article.facts if fact.kind == "post"]
    facts = [fact for fact in facts if fact.of and fact.of in question.text] or facts
    if not facts:  # 王科 张永冀，分别系某大学教授、某研究院研究员
        named = [name for name in piece.article.authors if name in question.text]
        lines = [block for block in piece.lines if all(name in squeeze(block.text) for name in named)]
        longest = max(lines, key=lambda block: len(block.text), default=None)
        if named and longest and len(squeeze(longest.text)) > sum(map(len, piece.article.authors)) + _BARE:
            yield longest.text.strip("()（） "), longest
        return
    for block in dict.fromkeys(
        b for f in facts for b in [*piece.lines, *piece.headlines] if _within(b, f.span.start)
    ):
        line = block.text.strip("—:： ")
        line = line[1:-1] if line[0] in "(（" and line[-1] in ")）" else line
        bare = re.sub(r"^.*?(?:作者|专访|访|对话)\s*[:：]?\s*", "", line)
        yield bare, block


def _issuers(piece: Piece) -> Iterator[tuple[str, Block]]:
    """Yield who issues a document: the bodies that sign it, else the one stated above or in its title."""
    signed = [b for b in piece.article.metadata if b.kind == "signature" and is_organisation(b.text)]
    if len(signed) > 1:
        yield from ((squeeze(block.text), block) for block in signed)
    else:
        yield from _field(piece, _Field("", ("issuer",)))


def _interviewee(piece: Piece) -> Iterator[tuple[str, Block]]:
    """Yield who is interviewed, with the post, as a headline introduces them (——访某部部长某某)."""
    for block in piece.headlines:
        match = _INTERVIEW.search(block.text.strip())
        found = introduced(match.group(1)) if match else introduced(block.text)
        if found:
            whole = match.group(1) if match else block.text
            yield f"{found[0]}{whole[found[1].start : found[1].end]}", block


def _photographer(piece: Piece, matcher: Matcher) -> Iterator[tuple[str, Block]]:
    """Yield who took the picture of a piece that is meant: of several the one whose caption has most of the question."""
    text, own = piece.document.source.text, piece.article.span
    found: list[tuple[float, str, Block]] = []
    for block in [*piece.document.noise, *piece.article.metadata]:
        match = _CREDIT.search(fold(block.text)) if block.kind in ("credit", "endnote") else None
        inside = own.start <= block.span.start < own.end
        if match and (inside or _pictures(piece, block.span.start, matcher)):
            before = fold("".join(text[: block.span.start].split()[-2:]))
            names = _ROLE.sub("", block.text[match.start(1) : match.end(1)])
            found.append((matcher.share(matcher.stands(before)), names, block))
    if found:
        _, names, block = max(found, key=lambda row: row[0])
        yield names, block


def _pictures(piece: Piece, offset: int, matcher: Matcher) -> bool:
    """Whether a credit behind a piece is that of its picture: right behind it, or behind a caption as much in question."""
    above = [article for article in piece.document.articles if article.span.start <= offset]
    if above and above[-1] != piece.article and above[-1].title is None:
        headlines = fold(" ".join(block.text for block in piece.headlines))
        caption = fold(" ".join(paragraph.text for paragraph in above.pop().paragraphs))
        if matcher.share(matcher.stands(caption)) < matcher.share(matcher.stands(headlines)):
            return False
    return bool(above) and above[-1] == piece.article


def _not_stated(question: Question, piece: Piece) -> Answer:
    labels = "、".join(dict.fromkeys(map(_label, question.fields)))
    nearest = (piece.lines or piece.headlines)[:1]
    places = [place_of(piece.document, piece.article, None, (block.span,)) for block in nearest]
    if not places:
        opening = piece.article.paragraphs[0]
        places = [place_of(piece.document, piece.article, opening, opening.spans)]
    return refuse(question, "not_stated", places, f"《{piece.name}》里没有写明{labels}。")


def _compose(question: Question, piece: Piece, stated: Sequence[tuple[str, str, Block]]) -> Answer:
    """Return a sentence for each line that states something, cited to it, and of an aside to the line that names it."""
    lines = dict.fromkeys(block for _, _, block in stated)
    naming = [] if piece.article.paragraphs else piece.headlines
    numbers = {block: n for n, block in enumerate(dict.fromkeys([*naming, *lines]), start=1)}
    sentences = []
    for line in lines:
        values: dict[str, list[str]] = {}
        for label, value, block in stated:
            if block == line:
                values.setdefault(label, []).append(value)
        told = "；".join(f"{label}：{'、'.join(dict.fromkeys(of))}" for label, of in values.items())
        cited = tuple(sorted({numbers[block] for block in (*naming, line)}))
        sentences.append(Sentence(text=f"《{piece.name}》{told}。", citations=cited))
    return Answer(
        question=question.text,
        standalone_question=question.text,
        sentences=tuple(sentences),
        citations=tuple(
            Citation(n=n, place=place_of(piece.document, piece.article, None, (block.span,)))
            for block, n in numbers.items()
        ),
    )
