"""Does this evidence support this sentence? Decided by code, before the sentence is shown.

Two questions are asked. Does everything that can be checked (numbers, dates, names, quoted terms,
abbreviations, directions, negations) stand in the evidence as the sentence has it? And do enough of the
sentence's words stand there near one another: in one run of sentences of a passage, or of two passages?
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations

from rag.aliases import named
from rag.claims import Item, items
from rag.contradiction import contradictions, stated, surroundings
from rag.datatypes import Evidence, Span, locate
from rag.text import clauses, fold, sentences, squeeze, worded
from rag.words import content_words

COVERAGE = 0.6
"""Least share of a sentence's words and character pairs that its evidence must have (fitted)."""
CLAUSE_COVERAGE = 0.2
"""Least share of each clause of a sentence, so that a clause of its own does not ride along (fitted)."""
WORD_WEIGHT = 0.5
"""Weight of content words in the coverage; character pairs have the rest."""
LONGER = 0.015
"""What every further sentence of a run costs, in coverage: the shortest run that covers a sentence wins."""
LEAST_GAIN = 0.12
"""What a second passage must add, in coverage, to be cited beside the first."""
CLOSER = 0.1
"""By how much more a run that contradicts a sentence must cover of it to outweigh one that supports it (fitted)."""
_LONGEST_RUN = 8
_CANDIDATES = 3
_MARKS = " \t\u3000。！？!?,，;；:：、\"'.…"
_folded = lru_cache(maxsize=1024)(fold)


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """What became of a sentence.

    `evidence` are the numbers of the supporting passages, best first, at most two, and none when it is not
    supported; `spans` are the places of the supporting sentences in the source, by evidence number; `score`
    is the share of the sentence that the best run covers, 0 to 1; `missing` is what was not found.
    """

    supported: bool
    evidence: tuple[int, ...] = ()
    spans: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)
    score: float = 0.0
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Claim:
    """A sentence made ready: words and character pairs apart from figures, which help to choose a run.

    `clauses` are those long enough to be judged apart, each with its words and pairs as bits.
    """

    folded: str
    words: tuple[str, ...]
    pairs: tuple[str, ...]
    figures: tuple[str, ...]
    items: tuple[Item, ...]
    clauses: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class _Run:
    """Neighbouring sentences of one passage: which, how much they cover, and which units (as bits)."""

    evidence: Evidence
    span: Span
    rank: float
    bits: int


_REPORTING = re.compile(
    r"^(?:(?:根据|按照|依据|据)?(?:所给|上述|以上|提供的|相关)*(?:资料|材料|文件|文档|证据|报道|文章|原文|文中)"
    r"(?:\[\d+\])?(?:显示|指出|提到|表明|介绍|称|中|的内容)*[,:]?)+"
)
_ENUMERATOR = re.compile(
    r"^(?:第?[一二三四五六七八九十\d]+(?:是|[、.)])|[其第][一二三四五六][,、]|首先|其次|再次|最后|此外|另外|同时|其中|因此)[,、:]?"
)
_REPORTING_WORDS = {*"表示 指出 强调 认为 显示 表明 介绍 提出 明确 要求 如下 以下 分为 涉及 达到 达".split()}  # noqa: SIM905
_HAN_RUN = re.compile("[\u4e00-\u9fff]+")
_FIGURE = re.compile(r"\d+(?:\.\d+)?")


@lru_cache(maxsize=256)
def _claim(sentence: str) -> _Claim:
    """Return the sentence made ready, without its lead (“根据资料，”, “二是”)."""
    start = 0
    folded = fold(sentence)
    for pattern in (_REPORTING, _ENUMERATOR):
        lead = pattern.match(folded[start:])
        start += lead.end() if lead else 0
    folded = folded[start:]
    claimed = items(sentence[start:])
    plain = folded
    for span in (item.span for item in claimed if item.kind in ("number", "date")):
        plain = plain[: span.start] + " " * (span.end - span.start) + plain[span.end :]
    words = dict.fromkeys(word for word, _ in content_words(plain) if word not in _REPORTING_WORDS)
    runs = _HAN_RUN.findall(plain)
    pairs = dict.fromkeys(run[i : i + 2] for run in runs for i in range(len(run) - 1))
    figures = dict.fromkeys(_FIGURE.findall(folded))
    parts = tuple(_clauses(folded, tuple(words), tuple(pairs)))
    return _Claim(folded, tuple(words), tuple(pairs), tuple(figures), claimed, parts)


def _clauses(folded: str, words: Sequence[str], pairs: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield the clauses that have at least two of the words and three of the pairs, with these as bits."""
    for span in clauses(folded):
        clause = folded[span.start : span.end]
        ours = [i for i, word in enumerate(words) if word in clause]
        theirs = [len(words) + i for i, pair in enumerate(pairs) if pair in clause]
        if len(ours) >= 2 and len(theirs) >= 3:
            yield clause.strip(_MARKS), sum(1 << i for i in (*ours, *theirs))


@lru_cache(maxsize=1024)
def _parts(passage: str) -> tuple[tuple[Span, str], ...]:
    """Return the sentences of a passage with their folded text without blanks (作者:王 科)."""
    folded = _folded(passage)
    return tuple((span, squeeze(folded[span.start : span.end])) for span in sentences(passage))


def _coverage(claim: _Claim, bits: int, of: int = -1) -> float:
    """Return the share of the claim's words and pairs, or of those in `of`, that the units in `bits` make."""
    words, pairs = (1 << len(claim.words)) - 1, ((1 << len(claim.pairs)) - 1) << len(claim.words)
    shares = [
        (bits & of & kind).bit_count() / (of & kind).bit_count() if of & kind else 1.0
        for kind in (words, pairs)
    ]
    return WORD_WEIGHT * shares[0] + (1 - WORD_WEIGHT) * (shares[1] if pairs else shares[0])


def _rank(claim: _Claim, bits: int) -> tuple[float, float]:
    """Return the coverage that the units in `bits` make, and the same with figures counted for choosing."""
    coverage = _coverage(claim, bits)
    counted = (bits >> (len(claim.words) + len(claim.pairs))).bit_count()
    figures = counted / len(claim.figures) if claim.figures else 0.0
    return coverage, coverage + 0.2 * figures


def _bits(claim: _Claim, text: str, mask: int = -1) -> int:
    """Return the units of the claim that stand in `text`, as bits; only those of `mask` are looked for."""
    bits = 0
    for i, unit in enumerate((*claim.words, *claim.pairs, *claim.figures)):
        if mask >> i & 1 and unit in text:
            bits |= 1 << i
    return bits


def _runs(claim: _Claim, evidence: Evidence, mask: int) -> list[_Run]:
    """Return the two best runs of sentences of a passage; `mask` are the claim's units that stand in it."""
    base = _bits(claim, stated(evidence.place))
    parts = _parts(evidence.place.quote)
    each = [_bits(claim, text, mask) for _, text in parts]
    found = []
    for first in range(len(parts)):
        bits = base
        for last in range(first, min(first + _LONGEST_RUN, len(parts))):
            bits |= each[last]
            rank = _rank(claim, bits)[1] - LONGER * (last - first)
            span = Span(start=parts[first][0].start, end=parts[last][0].end)
            found.append(_Run(evidence, span, rank, bits))
    return sorted(found, key=lambda run: -run.rank)[:2]


def _of_sentences(claim: _Claim, run: _Run) -> Iterator[int]:
    """Yield for each sentence of a run the units of the claim that stand in it or in what its place says of itself."""
    base = _bits(claim, stated(run.evidence.place))
    for span, text in _parts(run.evidence.place.quote):
        if run.span.start <= span.start < run.span.end:
            yield base | _bits(claim, text, run.bits)


COPIED = 0.95
"""Share of a clause from which on it counts as copied (fitted)."""
BESIDE_COPIED = 0.3
"""Least share of a clause whose neighbours all are copied: among these, words that merely look alike stand out (fitted)."""


def _least(shares: Sequence[float]) -> list[float]:
    """Return for each clause of a sentence the share that it must have, from those that the clauses do have."""
    copied = sum(share >= COPIED for share in shares)
    others = len(shares) - 1
    return [
        BESIDE_COPIED if others and copied - (share >= COPIED) == others else CLAUSE_COVERAGE
        for share in shares
    ]


def _judge(claim: _Claim, runs: Sequence[_Run]) -> Support:
    """Return whether the runs together support the claim."""
    bits = 0
    for run in runs:
        bits |= run.bits
    coverage = _rank(claim, bits)[0]
    ground = "\n".join(run.evidence.place.quote[run.span.start : run.span.end] for run in runs)
    each = [bits for run in runs for bits in _of_sentences(claim, run)]
    shares = [max(_coverage(claim, bits, units) for bits in each) for _, units in claim.clauses]
    alone = [
        text
        for (text, _), share, least in zip(claim.clauses, shares, _least(shares), strict=True)
        if share < least
    ]
    missing = alone + contradictions(claim.folded, claim.items, ground, [run.evidence.place for run in runs])
    supported = coverage >= COVERAGE and not missing
    if not supported:
        missing += [word for i, word in enumerate(claim.words) if not bits >> i & 1]
        return Support(supported=False, score=coverage, missing=tuple(dict.fromkeys(missing)))
    places = {run.evidence.n: locate(run.evidence.place.spans, run.span.start, run.span.end) for run in runs}
    return Support(supported=True, evidence=tuple(places), spans=places, score=coverage)


def _verbatim(folded: str, evidence: Sequence[Evidence]) -> Support | None:
    """Return the support of a sentence whose very words stand in a passage, from one mark to another."""
    bare = folded.strip(_MARKS)
    for passage in evidence if len(bare) > 1 else ():
        text = _folded(passage.place.quote)
        start = text.find(bare)
        end = start + len(bare)
        if start < 0 or text[start - 1 : start].isalnum() or text[end : end + 1].isalnum():
            continue
        around = [part for part, _ in _parts(passage.place.quote) if part.start < end and start < part.end]
        spans = locate(passage.place.spans, around[0].start, around[-1].end)
        return Support(supported=True, evidence=(passage.n,), spans={passage.n: spans}, score=1.0)
    return None


def support(sentence: str, evidence: Sequence[Evidence]) -> Support:
    """Return whether the evidence supports the sentence, by which passages, and where.

    A sentence is supported when one run of neighbouring sentences of a passage (or two runs of two passages,
    each adding to the other) covers at least `COVERAGE` of its words, and everything that can be checked
    stands there as the sentence has it.

    Args:
        sentence: one sentence, without citation markers.
        evidence: the numbered passages; none makes the sentence unsupported.
    """
    sentence = _renamed(_unnamed(sentence, evidence), evidence)
    verbatim = _verbatim(fold(sentence), evidence)
    if verbatim:
        return verbatim
    claim = _claim(sentence)
    if not claim.words and not claim.items:
        return Support(supported=False)
    masks = [(_bits(claim, squeeze(surroundings(passage.place))), passage) for passage in evidence]
    masks.sort(key=lambda pair: -_rank(claim, pair[0])[1])
    runs = [run for mask, passage in masks[:_CANDIDATES] for run in _runs(claim, passage, mask)]
    runs.sort(key=lambda run: -run.rank)
    judged: list[tuple[_Run, ...]] = [(run,) for run in runs[:_CANDIDATES]]
    judged += [(a, b) for a, b in combinations(runs[:_CANDIDATES], 2) if _complement(claim, a, b)]
    best = Support(supported=False)
    for together in judged:
        verdict = _judge(claim, together)
        if verdict.supported and verdict.score > best.score - CLOSER:
            return verdict
        best = max(best, verdict, key=lambda support: support.score)
    return best


_TITLE = re.compile(r"《([^《》]+)》")
LABELS = tuple(
    "来源 作者 身份 日期 时间 版次 版数 期号 邮发代号 刊号 主管 主办 编辑 文号 发文机关 签发人 摄影 受访者".split()  # noqa: SIM905
)
"""What an answer calls the facts about a piece that the lines around it state."""
_LABEL = re.compile(rf"(^|[;；])(?:{'|'.join(LABELS)})[:：]")


def _unnamed(sentence: str, evidence: Sequence[Evidence]) -> str:
    """Return the sentence without the names of the articles that the evidence is from: they claim nothing.

    Neither do the labels of what is said about an article (“《…》来源：…；日期：…”).
    """
    titles = {squeeze(fold(passage.place.article)) for passage in evidence}
    untitled = _TITLE.sub(
        lambda found: "" if squeeze(fold(found.group(1))) in titles else found.group(), sentence
    )
    return _LABEL.sub(r"\1", untitled)


def _renamed(sentence: str, evidence: Sequence[Evidence]) -> str:
    """Return the sentence with what goes by several names (税务总局) named as the evidence names it."""
    wide = "\n".join(surroundings(passage.place) for passage in evidence)
    folded = fold(sentence)
    for name in reversed(named(sentence)):
        written = folded[name.span.start : name.span.end]
        known = [other for other in name.others if other in wide]
        if written not in wide and known:
            sentence = sentence[: name.span.start] + max(known, key=len) + sentence[name.span.end :]
    return sentence


def _complement(claim: _Claim, one: _Run, other: _Run) -> bool:
    """Whether two runs of different passages each cover words that the other does not."""
    if one.evidence.n == other.evidence.n:
        return False
    gained = min(_rank(claim, one.bits | other.bits)[0] - _rank(claim, run.bits)[0] for run in (one, other))
    return gained >= LEAST_GAIN


_COURTESY = re.compile(
    r"(?:您好|你好|谢谢|感谢您|不客气|再见|很高兴(?:为您|回答)|希望.{0,12}(?:有|所)帮助|以上(?:就)?是.{0,12}(?:回答|内容|信息)"
    r"|如(?:果|有|需|您).{0,24}(?:请|欢迎|随时))"
)
_TELLING = re.compile(r"\d{2}|\d\s*[%‰元万亿倍年月日]|百分之|[万亿]")


def states_fact(sentence: str) -> bool:
    """Whether a sentence states something that evidence must support.

    A greeting, a courtesy, a line without words and a lead-in that ends in a colon (“共有四个方面：”) do not;
    a lead-in of more than 30 characters does, and one with a date or a figure other than a small count.
    """
    folded = fold(sentence).strip()
    if not worded(folded):
        return False
    if folded.endswith(":"):
        return len(folded) > 30 or _TELLING.search(folded) is not None
    return len(folded) > 40 or not _COURTESY.match(folded) or bool(items(sentence))
