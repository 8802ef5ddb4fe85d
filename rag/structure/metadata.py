"""What bylines, datelines, record lines and signatures state. Nothing is guessed.

Every function returns facts whose spans count in the text it was given.
"""

from __future__ import annotations

import re

from rag.datatypes import Fact, Span
from rag.numerals import find_dates
from rag.structure.official import NUMBER, read_record
from rag.structure.people import REPORTER, is_name, post_and_name
from rag.text import fold

# All patterns match folded text (see `rag.text.fold`).
_OUTLET = re.compile(
    r"(?:来源|稿源|信息来源|文章来源|综合自|转自|摘自)\s*[:|]?\s*([^\d)】:|]+?)\s*(?=作者|记者|编辑|发布|时间|日期|\d{4}|[)】]|$)"
)
_AUTHORS = re.compile(
    r"(?:作者|撰文|执笔|文)\s*[:/]\s*(.+?)\s*(?=来源|编辑|责任|时间|日期|字号|[【\[]|\d{4}|$)"
)
_COLOPHON = re.compile(r"《([^》]{2,20})》\s*\(")
_LISTED = re.compile(
    r"(?P<name>[一-鿿]\s+[一-鿿]{1,2}(?![一-鿿])|[一-鿿·]{2,15}|[a-z][a-z .·-]+[a-z])\s*(?:\((?P<post>[^()]*)\))?"
)
_POSTS_FOLLOW = re.compile(r"[,;]\s*(?:分别)?[系为]\s*(.+?)[)】]?$")
_ROLE = re.compile(rf"{REPORTER}|作者|编辑|摄影|报道|通讯")
_REPORTERS = re.compile(rf"{REPORTER}\s*:?\s*([一-鿿][一-鿿\s、]+)$")
_AGENCY = r"新华社|中新社|人民网|新华网|中新网|光明网|央视网|央广网|中国网|参考消息网|[一-鿿]{2,6}(?:日报|晚报|时报|导报|早报|商报|网)"
_DATELINE = re.compile(
    rf"(?:(?:本报|本网|本刊|本台)[一-鿿]{{0,8}}(?:\d{{1,2}}月\d{{1,2}}日)?(?:讯|电)|[一-鿿]{{2,8}}讯(?=[\s(:,\d])"
    rf"|(?P<agency>{_AGENCY})(?:\([一-鿿]{{2,10}}\))?[一-鿿]{{0,8}}(?:\d{{1,2}}月\d{{1,2}}日)?\s*(?:电|讯)(?![一-鿿]{{0,2}}[力子器信号])"
    rf"|(?P<wire>{_AGENCY})\d{{1,2}}月\d{{1,2}}日(?:消息|报道)|央视新闻客户端消息(?:\(新闻联播\))?\s*:"
    rf"|(?=\({REPORTER}\s)|\((?:上接|紧接)[^()]{{0,12}}版[^()]{{0,8}}\))"
    rf"\s*(?:\((?:{REPORTER}[:\s]*(?P<names>[^)]{{2,60}})|(?P<bare>[一-鿿]{{2,4}}(?:\s[一-鿿]{{2,4}})*))\))?\s*"
)
_TAIL = re.compile(
    r"(?:\(完\)"
    r"|[(【](?:本栏目稿件|稿件|本文)?(?:来源|据|综合自|转自|摘自)\s*:?\s*(?P<source>[^()【】]{2,24})[)】]"
    rf"|[(【](?:(?P<reporter>{REPORTER})|责任编辑|责编|编辑|纠错|校对)[:\s]*(?P<names>[^()【】]{{0,40}})[)】]"
    r"|\((?:新华社|中新社|本报|完)[^()]{0,16}(?:稿|电|图片)\)|(?<=[)。\"])\s*关键词\s*:.*"
    r"|\((?P<paper>[一-鿿]{2,10}(?:报|社|网|电视台|客户端|周刊|杂志))\)"
    r"|(?<=[。!?\")])\s*来源\s*[:|]\s*(?P<origin>[一-鿿]{2,16})"
    rf"|(?<=[。!?\")])\s*(?:新华社|中新社|本报)?{REPORTER}\s*[一-鿿\s、]{{2,16}}[/ ]?摄"
    r"|(?<=[。!?\")])\s*本文属于?原创文章.*"
    r")\s*$"
)


_TAIL_LENGTH = 160
"""Characters at a paragraph's end that are looked at for what is no part of it."""
# On raw text: without these there is no dateline, no tail.
_MAY_OPEN = re.compile("[讯訊电電]|上接|紧接|记者|記者|通讯员|消息|报道")
_MAY_CLOSE = re.compile(r"[)）】摄]\s*$|[来來]源|原创|关键词")


def read_byline(text: str) -> list[Fact]:
    """Return what a source line, a byline, a date line, a colophon or a record states."""
    folded = fold(text)
    facts = read_record(text)
    for match in filter(None, (_OUTLET.search(folded) or _COLOPHON.match(folded),)):
        value = text[slice(*match.span(1))].strip(" -—")
        facts.append(Fact(kind="outlet", value=value, span=_span(match, 1)))
    shift = int(folded[0] in "(【" and folded[-1] in ")】")
    inner = folded[shift : len(folded) - shift]
    if named := _AUTHORS.search(inner) or _REPORTERS.search(inner):
        facts += listed(text, shift + named.start(1), shift + named.end(1))
    elif posted := post_and_name(text):
        facts += _posted(text, *posted)
    elif is_name(inner):
        span = Span(start=shift, end=len(text) - shift)
        facts.append(Fact(kind="author", value="".join(inner.split()), span=span))
    if not any(fact.kind in ("date", "signed") for fact in facts):
        facts += [Fact(kind="date", value=day, span=span) for day, span in find_dates(text)[:1]]
    return facts


def listed(text: str, start: int, end: int) -> list[Fact]:
    """Return the authors that [start, end) of a text lists, with their posts; 王 科 is one name."""
    folded = fold(text)
    facts: list[Fact] = []
    follow = _POSTS_FOLLOW.search(folded, start, end)
    for match in _LISTED.finditer(folded, start, follow.start() if follow else end):
        name = "".join(text[slice(*match.span("name"))].split())
        if _ROLE.fullmatch(name):
            continue
        facts.append(Fact(kind="author", value=name, span=_span(match, "name")))
        if match["post"]:
            post = text[slice(*match.span("post"))]
            facts.append(Fact(kind="post", value=post, span=_span(match, "post"), of=name))
    authors = [fact.value for fact in facts if fact.kind == "author"]
    if follow and len(authors) == 1:
        post = text[slice(*follow.span(1))]
        facts.append(Fact(kind="post", value=post, span=_span(follow, 1), of=authors[0]))
    return facts


def _posted(text: str, post: str, name: Span) -> list[Fact]:
    value = "".join(text[name.start : name.end].split())
    return [
        Fact(kind="author", value=value, span=name),
        Fact(kind="post", value=post, span=Span(start=0, end=len(post)), of=value),
    ]


def dateline(text: str) -> tuple[int, list[Fact]]:
    """Return the length of the dateline that a first paragraph opens with (0 for none), and what it states."""
    if not _MAY_OPEN.search(text, 0, 60):
        return 0, []
    folded = fold(text[:120])
    match = _DATELINE.match(folded)
    if not match or not match.end():
        return 0, []
    named = "names" if match["names"] else "bare"
    facts = listed(text, *match.span(named)) if match[named] else []
    for group in ("agency", "wire"):
        if match[group]:
            value = text[slice(*match.span(group))]
            facts.append(Fact(kind="outlet", value=value, span=_span(match, group)))
    return match.end(), facts


def tail(text: str) -> tuple[int, list[Fact]]:
    """Return where the bracketed source, credits and editors at a paragraph's end begin, and what they state.

    The length of the text where there are none.
    """
    end, facts = len(text), list[Fact]()
    if not _MAY_CLOSE.search(text, max(0, end - _TAIL_LENGTH)):
        return end, facts
    while match := _TAIL.search(fold(text[max(0, end - _TAIL_LENGTH) : end])):
        shift = max(0, end - _TAIL_LENGTH)
        if shift + match.start() == 0:
            break
        for group in ("source", "paper", "origin"):
            if match[group]:
                low, high = shift + match.start(group), shift + match.end(group)
                facts.append(
                    Fact(kind="outlet", value=text[low:high].strip(), span=Span(start=low, end=high))
                )
        if match["reporter"] and match["names"]:
            facts += listed(text, shift + match.start("names"), shift + match.end("names"))
        end = len(text[: shift + match.start()].rstrip())
    return end, facts


def read_number(text: str) -> list[Fact]:
    """Return the document number (国办发〔2024〕12号) that a line is or holds."""
    match = NUMBER.search(fold(text))
    return (
        [Fact(kind="number", value=text[match.start() : match.end()], span=_span(match, 0))] if match else []
    )


def read_signature(text: str) -> list[Fact]:
    """Return the issuing body, or the date, that a line of a signature states."""
    dates = find_dates(text)
    if dates:
        return [Fact(kind="signed", value=dates[0][0], span=dates[0][1])]
    if posted := post_and_name(text):
        return _posted(text, *posted)
    bare = "".join(text.split())
    return [Fact(kind="issuer", value=bare, span=Span(start=0, end=len(text)))] if len(bare) > 1 else []


def _span(match: re.Match[str], group: int | str) -> Span:
    return Span(start=match.start(group), end=match.end(group))
