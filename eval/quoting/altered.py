"""Quotes with words exchanged, left out, put in, and with characters wrong: every report must be `altered`."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import rjieba

from eval.altering import figures, names, wording
from eval.altering.sentence import Rule
from eval.dataset import Change
from eval.quoting.corpus import Corpus, Located, comparable
from eval.quoting.kind import Draft, Maker, changed
from rag.text import clauses, fold

_CONTENT = frozenset({"n", "v", "vn", "a", "ad", "an", "d"})
_NEGATION = re.compile("[不没未非无勿莫否]")
_EDGES = re.compile(r"^[^\w%]+|[^\w%]+$")
POOL = 20
"""Sentences that wrong characters are drawn from, so that common ones come up more often."""
NOISY = 15
"""Comparable characters of a sentence at least that noise is put into."""


def _words(text: str) -> list[tuple[str, int]]:
    """Return the nouns, verbs and adjectives of two characters and more inside a text, and where they begin."""
    found, at = [], 0
    for word, tag in rjieba.tag(text):
        inside = at > 0 and at + len(word) < len(text.rstrip("。！？”」"))
        if inside and tag in _CONTENT and re.fullmatch("[一-龥]{2,}", word) and not _NEGATION.search(word):
            found.append((word, at))
        at += len(word)
    return found


def word_exchanged(one: Located, corpus: Corpus, draw: random.Random) -> Draft | None:
    """Return the sentence with a word replaced by one of the same part of speech and length from elsewhere."""
    tags = dict(rjieba.tag(one.text))
    words = _words(one.text)
    if not words:
        return None
    word, at = draw.choice(words)
    for other in corpus.around(one):
        for new, tag in rjieba.tag(other.text):
            fits = len(new) == len(word) and tag == tags[word] and not set(new) & set(word)
            if fits and new not in one.text and not _NEGATION.search(new) and re.fullmatch("[一-龥]+", new):
                quote = one.text[:at] + new + one.text[at + len(word) :]
                texts = ((one.text, at + len(word)), (quote, at + len(new)))
                body = any(names.in_body(text, at, end) for text, end in texts)
                change = Change(given=new, source=word, kinds=("word", "organisation") if body else ("word",))
                return Draft(quote=quote, parts=(one.text,), changes=(change,))
    return None


def words_left_out(one: Located, corpus: Corpus, draw: random.Random) -> Draft | None:
    """Return the sentence without a word in its middle."""
    del corpus
    words = _words(one.text)
    if not words:
        return None
    word, at = draw.choice(words)
    quote = one.text[:at] + one.text[at + len(word) :]
    return Draft(quote=quote, parts=(one.text,), changes=(_left_out(word),))


def _left_out(words: str) -> Change:
    """Return that words were left out, the marks at their ends aside: nobody has to point these out."""
    source = _EDGES.sub("", words)
    return Change(given="", source=source, kinds=_kinds("omission", source))


def _kinds(kind: str, word: str) -> tuple[str, ...]:
    """Return what words left out or put in may be told as: one that binds, as modality as well."""
    return (kind, "modality") if word in wording.BINDING else (kind,)


def clause_left_out(one: Located, corpus: Corpus, draw: random.Random) -> Draft | None:
    """Return the sentence without a clause in its middle, no ellipsis in its place."""
    del corpus
    inner = clauses(one.text)[1:-1]
    if not inner:
        return None
    out = draw.choice(inner)
    quote = one.text[: out.start] + one.text[out.end :]
    return Draft(quote=quote, parts=(one.text,), changes=(_left_out(one.text[out.start : out.end]),))


def word_put_in(one: Located, corpus: Corpus, draw: random.Random) -> Draft | None:
    """Return the sentence with a word of another one in its middle."""
    words = _words(one.text)
    others = [word for other in corpus.around(one) for word, _ in _words(other.text) if word not in one.text]
    if not words or not others:
        return None
    at, new = draw.choice(words)[1], draw.choice(others)
    quote = one.text[:at] + new + one.text[at:]
    change = Change(given=new, source="", kinds=_kinds("addition", new))
    return Draft(quote=quote, parts=(one.text,), changes=(change,))


_CLAUSES = (
    "从各方反映的情况看", "在有关方面的共同努力下", "这一点也已写入相关材料", "记者在采访中还注意到", "按照往年的通常做法",
    "与会者对此纷纷点头", "不少读者来信询问", "回过头来看", "业内人士普遍认为",
)  # fmt: skip


def clause_put_in(one: Located, corpus: Corpus, draw: random.Random) -> Draft | None:
    """Return the sentence with a clause between its clauses that stands nowhere."""
    return _with_clause(one, [words for words in _CLAUSES if not corpus.places(words)], corpus, draw)


def clause_brought_in(one: Located, corpus: Corpus, draw: random.Random) -> Draft | None:
    """Return the sentence with a short clause of another file between its clauses."""
    others = [
        part
        for other in corpus.elsewhere(one)
        for span in clauses(other.text)
        if re.fullmatch("[一-龥]{6,14}", part := other.text[span.start : span.end].rstrip("，,；;：:。"))
    ]
    return _with_clause(one, others, corpus, draw)


def _with_clause(one: Located, others: Sequence[str], corpus: Corpus, draw: random.Random) -> Draft | None:
    """Return the sentence with a clause between its clauses, no longer than half of it."""
    spans = clauses(one.text)[1:]
    fit = [words for words in others if 2 * len(words) <= len(one.text)]
    if not spans or not fit:
        return None
    at, new = draw.choice(spans).start, draw.choice(fit)
    quote = f"{one.text[:at]}{new}，{one.text[at:]}"
    change = Change(given=new, source="", kinds=("addition",), places=corpus.places(new))
    return Draft(quote=quote, parts=(one.text,), changes=(change,))


def cut_in_a_number(one: Located, corpus: Corpus, draw: random.Random) -> Draft | None:
    """Return the sentence from within a number of it on, or up to within one."""
    del corpus
    found: list[tuple[str, str, str]] = []
    for figure in re.finditer(r"(?<![A-Za-z\d.:-])\d[\d.]*\d(?![A-Za-z\d.:-])", one.text):
        at = draw.randrange(figure.start() + 1, figure.end())
        if one.text[at].isdigit() and one.text[at - 1].isdigit():
            found += [
                (one.text[at:], one.text[at : figure.end()], figure.group()),
                (one.text[:at], one.text[figure.start() : at], figure.group()),
            ]
    fit = [one_cut for one_cut in found if len(one_cut[0]) >= len(one.text) / 2]
    if not fit:
        return None
    quote, given, source = draw.choice(fit)
    whole = source + quote[len(given) :] if quote.startswith(given) else quote[: -len(given)] + source
    change = Change(given=given, source=source, kinds=("number", "date"))
    return Draft(quote=quote, parts=(whole,), changes=(change,))


FACTS: tuple[tuple[str, Rule], ...] = (
    ("number", figures.digit),
    ("date", figures.year),
    ("date", figures.day),
    ("name", names.place_name),
    ("organisation", names.organisation),
    ("negation", wording.negator_dropped),
    ("negation", wording.verb_denied),
    ("modality", wording.modal),
)
"""What makes a fact of a sentence another, by the kind of difference that must be told."""


def several(one: Located, corpus: Corpus, draw: random.Random) -> Draft | None:
    """Return the sentence with three facts changed, each in another place: two digits and a name, say."""
    given = corpus.given(one)
    changes: list[Change] = []
    for kind, rule in draw.sample((*FACTS, FACTS[0]), len(FACTS) + 1):
        made = rule(given, draw)
        change = changed(given.sentence, made, (kind,)) if made and made != given.sentence else None
        # What was changed already is left as it is.
        kept = made is not None and all(earlier.given in made for earlier in changes)
        if made and change and kept and not any(_touch(change, earlier) for earlier in changes):
            given = replace(given, sentence=made)
            changes.append(change)
        if len(changes) == 3:
            return Draft(quote=given.sentence, parts=(one.text,), changes=tuple(changes))
    return None


def _touch(one: Change, other: Change) -> bool:
    return one.source in other.given or other.given in one.source


def noise(share: float, what: Literal["replaced", "moved"] = "replaced") -> Maker:
    """Return the maker that gets a share of the Chinese characters wrong: replaced, or left out and put in by turns."""

    def make(one: Located, corpus: Corpus, draw: random.Random) -> Draft | None:
        places = [i for i, c in enumerate(one.text) if "一" <= c <= "龥"][1:-1]
        if len(comparable(one.text)) < NOISY or not places:
            return None
        others = draw.choices(corpus.sentences, k=POOL)
        pool = [c for other in others for c in other.text if "一" <= c <= "龥"]
        wrong = draw.sample(places, min(len(places), max(1, round(share * len(one.text)))))
        characters = list(one.text)
        for turn, i in enumerate(wrong):
            other = draw.choice([c for c in pool if fold(c) != fold(one.text[i])])
            if what == "replaced":
                characters[i] = other
            else:
                characters[i] = "" if turn % 2 else one.text[i] + other
        return Draft(quote="".join(characters), parts=(one.text,))

    return make
