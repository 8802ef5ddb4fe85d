"""What a follow-up points at in the turns before it, put into words: 第二点, 后者, 他, 它, 这个办法, 其中."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.constituents import (
    CLASSIFIERS,
    divide,
    information,
    nominal_runs,
    splits_word,
    tokens,
    topic,
)
from rag.answering.mentions import Exchange, items, named, numbered, pair, person
from rag.numerals import chinese_value
from rag.question import analyse
from rag.structure.people import POST

_NUMERAL = r"[1-9]\d?|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九]"
ORDINAL = re.compile(
    rf"(?:第(?P<n>{_NUMERAL})|最后一?)(?:[个条项点件种类篇份家位款级](?:方面|领域|行业|工程|任务|措施|举措|原则|问题|要求|事)?|方面)(?:里面?|中)?"
)
_PAIRED = re.compile(r"前者|后者")
_PERSON = re.compile(
    rf"(?<!其)[他她](?!们)|[这那该]位(?:{POST}|总统|专家|学者|作者|领导|同志)?|^(?:{POST}|总统)(?=[还又也对是有])"
)
_THING = re.compile(
    rf"[它他她]们|它|^(?:这里面|里面|其中|文中|当中|其(?![他次实余]))"
    rf"|(?:[这那]|(?<!应)该|(?<![因如从就由])此(?![外次]))(?:[一二两三四五六七八九十几\d]{{0,2}}[{CLASSIFIERS}]|(?<!那))(?![样么里儿位])"
    rf"|上述"
)
_SHOULD = frozenset(["该", "此", "上述"])
_WITHIN = re.compile(r"里面|其中|文中|当中")
_TITLE = re.compile(r"《[^》]+》")
_TELL = re.compile(r"(?:请|再)?(?:展开|详细|具体)?(?:地|来)?(?:说|讲|谈|介绍)")
_ANY_ASKED = "具体怎么做？"


def resolved(asked: str, exchanges: Sequence[Exchange]) -> str | None:
    """Return `asked` with what it points at in words, None where it points at nothing in these exchanges."""
    return (
        _listed(asked, exchanges)
        or _paired(asked, exchanges)
        or _personal(asked, exchanges)
        or _pointed(asked, exchanges)
    )


def _listed(asked: str, exchanges: Sequence[Exchange]) -> str | None:
    """Return `asked` about the item of a list that it numbers, None where there is no such item."""
    match = ORDINAL.search(asked)
    if not match or _TITLE.search(asked):
        return None
    nth = (int(match["n"]) if match["n"].isdigit() else int(chinese_value(match["n"]))) if match["n"] else 0
    listing = _listing(exchanges, max(nth, 2))
    if listing is None:
        return None
    listed = items(listing.answer)
    item = listed[nth - 1]
    last = exchanges[-1].question
    before, rest = asked[: match.start()], asked[match.end() :]
    if re.fullmatch(r"呢?[?？。]*", rest):
        taken = next((other for other in listed if other in last and last != listing.question), None)
        if taken:
            return last.replace(taken, item)
    if not rest.strip("呢?？。") or _TELL.match(rest):
        rest = _ANY_ASKED
    # An item that is no noun phrase keeps its number: so it is known for an item.
    name = item if nominal_runs(item) == [(0, len(item))] else f"{match.group()}“{item}”"
    return _source(listing.question) + before + name + rest


def _source(question: str) -> str:
    """Return whose list a question asked for, to go before one of its items: 李国英强调的, 《某办法》中, 三大攻坚战中."""
    speakers = named(question)
    if speakers:
        return f"{speakers[0]}说的"
    cut = divide(question)
    if cut.subject and cut.predicate.endswith("了"):
        return f"{cut.subject}{cut.predicate.removesuffix('了')}的"
    about = topic(question)
    return f"{about}中" if about else ""


def _listing(exchanges: Sequence[Exchange], least: int) -> Exchange | None:
    """Return the last exchange that lists as many things.

    First of all that is the one that the last question took an item of, then one that was asked for a list.
    """
    listings = [exchange for exchange in reversed(exchanges) if len(items(exchange.answer)) >= least]
    last = exchanges[-1]
    taken = (e for e in listings if e is not last and any(item in last.question for item in items(e.answer)))
    asked = (e for e in listings if analyse(e.question).kind == "list" or numbered(e.answer))
    return next(taken, None) or next(asked, listings[0] if listings else None)


def _paired(asked: str, exchanges: Sequence[Exchange]) -> str | None:
    match = _PAIRED.search(asked)
    both = next((found for e in reversed(exchanges) if len(found := pair(e)) > 1), None) if match else None
    if not match or not both:
        return None
    return asked.replace(match.group(), both[0] if match.group() == "前者" else both[-1])


def _personal(asked: str, exchanges: Sequence[Exchange]) -> str | None:
    match = _PERSON.search(asked)
    name = person(exchanges) if match and not named(asked[: match.start()]) else None
    return _put(name, asked, match.start(), match.end()) if match and name else None


def _pointed(asked: str, exchanges: Sequence[Exchange]) -> str | None:
    """Return `asked` with the thing that it points at: 它, 这个条例, 其中; one noun after it says what kind of thing."""
    match = _THING.search(asked)
    if not match or _named_before(asked, match):
        return None
    if _WITHIN.search(match.group()):
        return f"{topic(exchanges[-1].question)}中{asked[match.end() :]}"
    end = match.end()
    if match.group()[-1] in CLASSIFIERS and splits_word(asked, end - 2):  # 该条例, not 该条
        end -= 1
    kind = ""
    if match.group()[0] in "这那该此上":
        following = next((t for t in tokens(asked[end:]) if t.start == 0 and t.nominal), None)
        kind = following.text if following else ""
        if not kind and match.group() in _SHOULD:
            return None
    thing = _thing(kind, exchanges[-1])
    return _put(thing, asked, match.start(), end + len(kind)) if thing else None


def _put(thing: str, asked: str, start: int, end: int) -> str:
    """Return `asked` with `thing` from `start` to `end`; what is spoken of before it goes after (税率它怎么定)."""
    before, after = asked[:start], asked[end:]
    if nominal_runs(before) == [(0, len(before))] and not after.startswith("的"):
        return f"{thing}对{before}{after}"
    return before + thing + after


def _named_before(asked: str, match: re.Match[str]) -> bool:
    """Whether the question itself names what is pointed at: in a clause or title before, or just before (上海那个)."""
    before = asked[: match.start()]
    if _TITLE.search(before) or information(before.rpartition("，")[0]):
        return True
    return match.group()[0] in "这那" and next(
        (t.nominal for t in tokens(asked) if t.end == len(before)), False
    )


def _thing(kind: str, exchange: Exchange) -> str:
    """Return the work or thing of this kind that an exchange is about, its topic where none is of the kind."""
    cut = divide(exchange.question)
    asked_for = [t for m in _TITLE.finditer(exchange.answer) if (t := m.group()) not in exchange.question]
    titles = [m.group() for m in _TITLE.finditer(exchange.question)] or asked_for
    if kind and kind in cut.rest and asked_for:
        return asked_for[0]
    if kind:
        runs = [exchange.question[a:b] for a, b in nominal_runs(exchange.question)]
        alike = [run for run in runs if run.endswith(kind) and run != kind]
        alike += [title for title in titles if title.rstrip("》").endswith(kind)]
        if alike:
            return alike[0]
        if not titles and cut.subject and cut.predicate.endswith("了") and cut.rest.strip("?？"):
            return f"{cut.subject}{cut.predicate.removesuffix('了')}的{cut.rest.strip('?？')}"
    return topic(exchange.question) or next(iter(titles), "")
