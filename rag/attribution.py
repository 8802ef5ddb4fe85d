"""Whether what a sentence says is said by, or of, whom its source says it.

A sentence can take its subject from one sentence of the source and the rest from another, so that every
word of it stands there. Here its heads (who a clause is about, who speaks) are held against those of the
clauses that the rest is from.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import rjieba

from rag.claims import same_name
from rag.text import clauses, sentences

BODY = 0.7
"""Share of the character pairs of a clause behind its head that a source clause must have to be its source (fitted)."""
_LEAST_BODY = 4
"""With fewer character pairs than this behind its head nothing can be said about where a clause is from."""
SAID = "强调指出|指出|强调|表示|介绍说|介绍|认为|说|称|宣布|要求|透露|坦言"
"""The verbs of speech, as a pattern."""
_SPEECH = re.compile(
    rf"^(?:[^,;:。]{{0,12}},)?(?P<who>[^,;:。\"]{{2,30}}?)(?:还|也|并|在.{{0,12}}(?:时|中|上))?(?:{SAID})(?=[,:\"]|$)"
)
_AFTERWARDS = re.compile(rf"\"(?P<who>[^,;:。\"]{{2,30}}?)(?:{SAID})[。!]?$")
# Who may stand for another: what refers back, and what names nobody.
_ANYBODY = re.compile(
    r".*[他她它这该此其].*|我们|双方|.{0,4}(?:专家|人士|记者|代表|负责人|官员|学者|媒体|数据|统计|报道|报告|文章|资料)"
)
_SOMEBODY = re.compile(
    "[他她它这该此其各]|我们|双方|有关|相关|负责人|记者|媒体|数据|统计|报道|报告|文章|资料"
)
_HEAD_TAGS = frozenset("n nr ns nt nz nrt nrfg vn an j b q f a uj s m eng x".split())  # noqa: SIM905
_SPEAKS = re.compile(
    rf"(?:[还也并]|当天|\d+日|在.{{0,12}}[时中上])*(?:{SAID}|警告|预计|显示|建议|呼吁|回应|证实|发现)"
)
_NO_HEAD = re.compile(
    r"^(?:其中|同时|此外|另外|[今去明前]年|近年|目前|当前|当天|日前|近日|[一二三四五六七八九]是|根据|按照|截至|总体|特别|尤其|第[一二三四]|上半年|下半年|\d|新华社|中新|本报|全面|关键|力争|原本|精准|理性|积极|优先|着力|深化)|[的\"]|记者|电 "
)
_COUNTRY = re.compile("[俄乌美英法德日韩朝印巴以伊叙中欧](?=[军方媒]|国防)")
_SHORT = 3
"""A head of so few characters without a name (公司, 平台) may mean what a name before it names."""
VERBATIM = 0.8
"""Share of the character pairs of a clause without a head of its own that a source clause must have (fitted)."""
JOINED = 1.0
"""Share of the character pairs of a clause that a source clause must have for the two to be the same (fitted)."""
_SAME = re.compile("我国|中国|全国|国内|中方|我们")


class Clause(NamedTuple):
    """A clause of a text: its head ("" where it has none of its own), what follows, and whose sentence it is in.

    `governing` is its head, or where it has none that of the clause before it; who `speaks` governs nothing.
    """

    head: str
    body: str
    sentence: int
    governing: str
    speaks: bool


def _head(clause: str) -> str:
    """Return the noun phrase that a folded clause begins with right before its verb, "" where it does not so."""
    head = ""
    for word, tag in rjieba.tag(clause[:24]):
        if (tag[0] == "v" and tag != "vn") or tag == "d":
            break
        if tag not in _HEAD_TAGS or (not head and tag[0] not in "njx"):
            return ""
        head += word
    else:
        return ""
    return head if 2 <= len(head) <= 16 and not _NO_HEAD.search(head) else ""


@lru_cache(maxsize=4096)
def parsed(folded: str) -> tuple[Clause, ...]:
    """Return the clauses of a folded text in order, with their heads."""
    found: list[Clause] = []
    for number, span in enumerate(sentences(folded)):
        sentence = folded[span.start : span.end]
        governing = ""
        for part in clauses(sentence):
            clause = sentence[part.start : part.end].strip(" ,;:。!?\"'")
            head = _head(clause)
            body = clause[len(head) :]
            speaks = _SPEAKS.match(body) is not None
            governing = "" if speaks else head or governing
            found.append(Clause(head, body, number, governing, speaks))
    return tuple(found)


@lru_cache(maxsize=8192)
def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[i : i + 2] for i in range(len(text) - 1))


@lru_cache(maxsize=4096)
def _names(text: str) -> frozenset[str]:
    named = {word for word, tag in rjieba.tag(text) if tag in ("nr", "ns", "nt", "nrt", "nrfg")}
    return frozenset(named | set(_COUNTRY.findall(text)))


def _differ(ours: str, theirs: str) -> bool:
    """Whether two heads name different things: both say what they mean, and nothing of it is the same."""
    if (
        not ours
        or not theirs
        or _ANYBODY.fullmatch(ours)
        or (_SOMEBODY.search(theirs) and not _names(theirs))
    ):
        return False
    if ours.isascii() or theirs.isascii() or (_SAME.search(ours) and _SAME.search(theirs)):
        return False
    names = _names(ours), _names(theirs)
    if all(names):
        return not any(same_name(one, other) for one in names[0] for other in names[1])
    short, long = sorted((ours, theirs), key=len)
    rest = iter(long)
    return not all(c in rest for c in short) and not any(
        short[i : i + 2] in long for i in range(len(short) - 1)
    )


def misattributed(claim: str, ground: str, known: str) -> list[str]:
    """Return the heads of a sentence that its source has other ones for; both texts are folded.

    Args:
        claim: the sentence.
        ground: the sentences that should support it.
        known: what is said of the passages that those are from (title, speaker, outlet): a head that stands
            there is right.
    """
    theirs = parsed(ground)
    found = _misspoken(claim, ground, known)
    governing = ""
    for clause in parsed(claim):
        governing = clause.head if clause.head and not clause.speaks else governing
        body = _pairs(clause.body)
        if clause.speaks or not governing or len(body) < _LEAST_BODY or governing in known:
            continue
        shares = [(len(body & _pairs(other.head + other.body)) / len(body), other) for other in theirs]
        best = max((share for share, _ in shares), default=0.0)
        if best < (BODY if clause.head else VERBATIM):
            continue
        sources = [other for share, other in shares if share > best - 0.1]
        if all(
            _differ(governing, other.governing)
            and governing not in _sentence(theirs, other)
            and not (_names(governing) and len(other.governing) <= _SHORT)
            for other in sources
        ):
            found.append(governing)
    return list(dict.fromkeys(found + _joined(claim, ground)))


def _joined(claim: str, ground: str) -> list[str]:
    """Return the clauses of a sentence that its source has of something else, in another sentence."""
    ours, theirs = parsed(claim), parsed(ground)
    places = [_places(clause, theirs) for clause in ours]
    used = {i for place in places for i in place}
    begins = {clause.sentence: i for i, clause in reversed(list(enumerate(theirs)))}
    found = []
    for before, here, clause in zip(places, places[1:], ours[1:], strict=False):
        stood = {theirs[i].sentence for i in here}
        apart = not stood & {theirs[i].sentence for i in before}
        headless = not clause.head and all(begins[number] not in used for number in stood)
        if before and here and apart and headless and all(_apart(claim, theirs, i) for i in here):
            found.append(clause.body)
    return found


def _places(clause: Clause, theirs: Sequence[Clause]) -> set[int]:
    """Return the numbers of the source clauses that a clause is the same as."""
    pairs = _pairs(clause.head + clause.body)
    if len(pairs) < _LEAST_BODY:
        return set()
    shares = [len(pairs & _pairs(other.head + other.body)) / len(pairs) for other in theirs]
    best = max(shares, default=0.0)
    return {i for i, share in enumerate(shares) if share == best >= JOINED}


def _apart(claim: str, theirs: Sequence[Clause], at: int) -> bool:
    """Whether what a source clause is about, as the clauses before it in its sentence say, is not in the claim."""
    topic = [c for c in theirs[:at] if c.sentence == theirs[at].sentence]
    names, ours = {n for c in topic for n in _names(c.head + c.body)}, _names(claim)
    if names and ours:
        return not any(same_name(one, other) for one in names for other in ours)
    heads = [c.head for c in topic if c.head]
    first = next((c.head for c in parsed(claim) if c.head), "")
    return bool(heads) and bool(first) and all(_differ(first, head) for head in heads)


def _sentence(parts: Sequence[Clause], clause: Clause) -> str:
    return ",".join(part.head + part.body for part in parts if part.sentence == clause.sentence)


def _speaker(sentence: str) -> str:
    """Return who a folded sentence says is speaking, "" where it does not say."""
    said = _SPEECH.match(sentence) or _AFTERWARDS.search(sentence)
    return said["who"] if said else ""


def _misspoken(claim: str, ground: str, known: str) -> list[str]:
    """Return who the sentence says is speaking, where the source has another speaker for the words."""
    said = _SPEECH.match(claim)
    if not said or said["who"] in known:
        return []
    words = _pairs(claim[said.end() :])
    spoken = [ground[span.start : span.end] for span in sentences(ground)]
    shares = [len(words & _pairs(sentence)) / len(words) if words else 0.0 for sentence in spoken]
    if not shares or max(shares) < BODY:
        return []
    at = shares.index(max(shares))
    speaker = next((who for sentence in reversed(spoken[: at + 1]) if (who := _speaker(sentence))), "")
    return [said["who"]] if _differ(said["who"], speaker) else []
