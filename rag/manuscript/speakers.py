"""Whom a manuscript names for the words that it quotes, against whom their source has for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Literal

import rjieba

from rag.aliases import aliases
from rag.attribution import SAID
from rag.claims import items, same_name
from rag.datatypes import Article, Difference, Document, Place, QuoteReport, cut
from rag.structure.people import is_name
from rag.text import fold

Kind = Literal["name", "organisation"]

_AFTERWARDS = re.compile(rf"[”’」』\"'，。,\s]*[^，；：。,;:]{{2,30}}?(?:{SAID})[。！!]?\s*")
_TITLE = re.compile(r"《([^》]+)》")


def named(introduction: str) -> list[tuple[str, Kind]]:
    """Return whom an introduction (“某部部长某某指出：”) gives the words to: persons, else documents, else bodies."""
    persons: list[tuple[str, Kind]] = [(name, "name") for name in _persons(introduction)]
    titles: list[tuple[str, Kind]] = [(match[1], "name") for match in _TITLE.finditer(introduction)]
    bodies: list[tuple[str, Kind]] = [
        (introduction[item.span.start : item.span.end], "organisation")
        for item in items(introduction)
        if item.kind == "name organisation"
    ]
    return persons or titles or bodies


def _persons(introduction: str) -> list[str]:
    """Return the names of persons in an introduction, in order: a surname with the word behind it, or as tagged."""
    tagged = rjieba.tag(introduction)
    found = []
    for (word, tag), (following, _) in pairwise([*tagged, ("", "")]):
        name = word if len(word) > 1 else word + following
        if tag.startswith("nr") and is_name(name):
            found.append(name)
    return found


def attribution(
    before: str, after: str, report: QuoteReport, document: Callable[[str], Document]
) -> tuple[str, Difference] | None:
    """Return whom a sentence wrongly gives its quotation to, and which of its two sides says so.

    Args:
        before: what stands in the sentence before the quotation.
        after: what stands behind it: “，某某说。”
        report: where the words are from.
        document: returns an indexed file.

    Returns:
        The side, and the difference, whose `given_at` counts in it; None where one of the places fits, or the
        sentence names nobody.
    """
    side = after if _AFTERWARDS.fullmatch(after) and not named(before) else before
    names = named(side)
    found = []
    for place in (match.place for match in report.matches):
        text = document(place.file)
        article = text.article_at(place.spans[0].start)
        if not names or article is None or any(_fits(name, place, article, text) for name, _ in names):
            return None
        found.append(_source(names[-1][1], place, article, text))
    if not found:
        return None
    given, kind = names[-1]
    at = side.index(given)
    source, source_at = found[0]
    return side, Difference(
        given=given, source=source, kind=kind, given_at=(at, at + len(given)), source_at=source_at
    )


def _fits(name: str, place: Place, article: Article, document: Document) -> bool:
    """Whether the article has the name, and does not have somebody else say these words."""
    declared = (article.title, article.outlet, article.issuer, *article.authors, *article.speakers)
    text = document.source.text[article.span.start : article.span.end]
    known = fold("\n".join((*filter(None, declared), text)))
    if not any(form in known for form in aliases().get(fold(name), (fold(name),))):
        return False
    if place.speaker is None or not is_name(name):
        return True
    paragraph = next((p for p in article.paragraphs if p.number == place.paragraph), None)
    spoken = cut(document.source.text, paragraph.spans) if paragraph else ""
    return same_name(name, place.speaker) or name in spoken


def _source(kind: Kind, place: Place, article: Article, document: Document) -> tuple[str, tuple[int, int]]:
    """Return whom the source has for the words, and where it last says so before them; "" where it does not."""
    said = (
        (article.issuer,) if kind == "organisation" else (place.speaker, *article.speakers, *article.authors)
    )
    start = place.spans[0].start
    for name in filter(None, said):
        stated = document.source.text.rfind(name, article.span.start, start)
        if stated < 0:
            stated = document.source.text.find(name, start, article.span.end)
        if stated >= 0:
            return name, (stated, stated + len(name))
    return "", (start, start)
