"""Quotes that stand in the corpus as they are, whatever they look like: every report must be `exact`."""

from __future__ import annotations

import random
import re

import rjieba

from eval.altering import script
from eval.quoting.corpus import Corpus, Located, comparable
from eval.quoting.kind import Draft
from rag.text import clauses

SHORTEST = 8
"""Comparable characters of a clause that is quoted alone."""
LONGEST = 1000
"""Characters of a paragraph that is quoted."""
PHRASE = range(4, 13)
"""Characters of a phrase that stands in several places."""
OMITTED = 0.4
"""The most of a sentence that an ellipsis stands for."""


def as_it_stands(one: Located, corpus: Corpus, draw: random.Random) -> Draft:
    """Return the words as they are."""
    del corpus, draw
    return Draft(quote=one.text, parts=(one.text,))


def broken(one: Located, corpus: Corpus, draw: random.Random) -> Draft:
    """Return the words with blanks and line breaks where there were none, as a page or a scan breaks them."""
    del corpus
    pieces = [one.text[0]]
    for left, right in zip(one.text, one.text[1:], strict=False):
        inside = left.isascii() and right.isascii()
        pieces.append(draw.choice((" ", "\n", "\n\n", "　")) if not inside and draw.random() < 0.1 else "")
        pieces.append(right)
    return Draft(quote="".join(pieces), parts=(one.text,))


_MARKS = ({"“": "「", "”": "」", "，": ",", "。": "."}, {"“": '"', "”": '"', ",": "，", ";": "；", ":": "："})


def marked_otherwise(one: Located, corpus: Corpus, draw: random.Random) -> Draft | None:
    """Return the words with other marks, or with letters, digits and marks full width."""
    del corpus
    if draw.random() < 0.5:
        wide = script.full_width(one.text, draw)
        return Draft(quote=wide, parts=(one.text,)) if wide else None
    marks = draw.choice(_MARKS)
    outside = re.sub(r"(?<!\d)[^\w\s]|[^\w\s](?!\d)", lambda m: marks.get(m.group(), m.group()), one.text)
    return Draft(quote=outside, parts=(one.text,)) if outside != one.text else None


def in_traditional(one: Located, corpus: Corpus, draw: random.Random) -> Draft | None:
    """Return the words in traditional characters."""
    del corpus
    written = script.traditional(one.text, draw)
    return Draft(quote=written, parts=(one.text,)) if written else None


def clause(one: Located, corpus: Corpus, draw: random.Random) -> Draft | None:
    """Return one clause of several, without its mark."""
    del corpus
    parts = [one.text[span.start : span.end].rstrip(",，;；:：。") for span in clauses(one.text)]
    fit = [part for part in parts if len(comparable(part)) >= SHORTEST]
    if len(parts) < 2 or not fit:
        return None
    part = draw.choice(fit)
    return Draft(quote=part, parts=(part,))


def two_sentences(one: Located, corpus: Corpus, draw: random.Random) -> Draft | None:
    """Return a sentence with the next one of its paragraph."""
    del draw
    after = corpus.after(one)
    return Draft(quote=one.text + after.text, parts=(one.text + after.text,)) if after else None


def paragraph(one: Located, corpus: Corpus, draw: random.Random) -> Draft | None:
    """Return the whole paragraph that the sentence begins."""
    del draw
    whole = corpus.paragraphs[one.paragraph]
    text = "".join(sentence.text for sentence in whole)
    return Draft(quote=text, parts=(text,)) if whole[0] is one and len(text) <= LONGEST else None


def over_the_end(one: Located, corpus: Corpus, draw: random.Random) -> Draft | None:
    """Return the last sentence of a paragraph with the first of the next, where no heading stands between."""
    del draw
    after = corpus.following(one)
    if after is None or after.paragraph == one.paragraph or not corpus.places(one.text + after.text):
        return None
    return Draft(quote=f"{one.text}\n{after.text}", parts=(one.text + after.text,))


def with_ellipsis(one: Located, corpus: Corpus, draw: random.Random) -> Draft | None:
    """Return the sentence with …… for a clause in its middle."""
    del corpus
    spans = clauses(one.text)
    inner = [span for span in spans[1:-1] if span.end - span.start <= OMITTED * len(one.text)]
    if not inner:
        return None
    out = draw.choice(inner)
    return Draft(quote=f"{one.text[: out.start]}……{one.text[out.end :]}", parts=(one.text,))


_NOTES = ("〔指有关方面〕", "〔引者注：下同〕", "[即前文所说]", "【原文如此】")


def with_note(one: Located, corpus: Corpus, draw: random.Random) -> Draft | None:
    """Return the sentence with a bracketed note of the quoter's behind a word."""
    del corpus
    words = rjieba.cut(one.text)
    ends = [i for i in range(1, len(words) - 1) if re.fullmatch("[一-龥]{2,}", words[i - 1])]
    if not ends:
        return None
    at = draw.choice(ends)
    return Draft(
        quote="".join((*words[:at], draw.choice(_NOTES), *words[at:])),
        parts=(one.text,),
    )


def in_quotation_marks(one: Located, corpus: Corpus, draw: random.Random) -> Draft:
    """Return the sentence in quotation marks, those inside it made single."""
    del corpus
    opening, closing = draw.choice(("“”", "「」", '""'))
    inner = one.text.translate(str.maketrans("“”", "‘’"))
    return Draft(quote=opening + inner + closing, parts=(one.text,))


def phrase(one: Located, corpus: Corpus, draw: random.Random) -> Draft | None:
    """Return whole words of the sentence that stand in several places, nowhere behind a 不."""
    words = rjieba.cut(one.text)
    runs = [
        run
        for first in range(len(words))
        for last in range(first + 1, len(words) + 1)
        if len(run := "".join(words[first:last])) in PHRASE and re.fullmatch("[一-龥]+", run)
    ]
    for run in draw.sample(runs, len(runs)):
        if len(corpus.places(run)) > 1 and not corpus.before(run) & set("不没未非无勿莫否"):
            return Draft(quote=run, parts=(run,))
    return None
