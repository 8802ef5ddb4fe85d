"""The parts of a question: what it is about, what it asks for, and the noun phrases in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import rjieba

from rag.informativeness import idf, known
from rag.words import content_words, is_function_word

CLASSIFIERS = "个篇份部项家件条种些次类座款届版位笔点批"
ASKING = (
    rf"哪(?:[一二两三四五六七八九十几]?[{CLASSIFIERS}里儿年天月日国省市级]|些)?|什么时候|什么时间|什么|何时|何地|何种|多少|多大|多长|多高|多久|多快|"
    rf"第几[{CLASSIFIERS}期]?|几(?=[{CLASSIFIERS}年月天号期级名元倍成人大步方])|谁|为什么|为何|怎么样?|怎样|如何|是否|是不是|有没有|能不能|可不可以|会不会"
)
"""The words that ask (a regular expression)."""
TIME = (
    r"(?:到|截至)?(?:(?:19|20)\d\d(?:年|(?=[\-—至到底末初呢的，,？?]|$))(?:底|末|初)?(?:\d{1,2}月(?:\d{1,2}[日号])?)?|第[一二三四]季度|[一二三四]季度|[上下]半年|\d{1,2}月\d{1,2}[日号])"
    r"(?:[至到\-—](?:(?:19|20)\d\d年?|\d{1,2}[日号]))?"
)
"""A time that a question names as its constraint (a regular expression)."""
_UNITS = re.compile(
    rf"(?P<n>《[^》]+》|[“\"][^”\"]+[”\"])|(?P<nr>[一-鿿]{{2,6}}(?:·[一-鿿]{{2,8}})+)|(?P<ask>{ASKING})|(?P<t>{TIME}|今年|去年|明年|前年|目前|现在|今天|昨天)"
    rf"|(?P<dem>[这那][{CLASSIFIERS}])"
)
_CLAUSE = re.compile(r"[，,；;。]")
_OPEN_ENDED = re.compile(r"为什么|为何|怎么样?|怎样|如何")
# Parts of speech, as the dictionary tags them, of which noun phrases are made.
_NOMINAL = frozenset(["vn", "an", "j", "l", "i", "eng", "b", "s", "zg", "g"])
_INSIDE = frozenset(["uj", "m", "q", "a", "f"])
_VERBS = frozenset("有是为指叫占分")
_JOINING = frozenset("和与及或暨之·—、-–")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a question, its part of speech (`ask` for what asks, `t` for a time), and where it begins."""

    text: str
    tag: str
    start: int

    @property
    def end(self) -> int:
        """Where it ends, exclusive."""
        return self.start + len(self.text)

    @property
    def nominal(self) -> bool:
        """Whether it can be the head of a noun phrase."""
        return self.tag.startswith("n") or self.tag in _NOMINAL


@lru_cache(maxsize=256)
def tokens(text: str) -> tuple[Token, ...]:
    """Return the words of a question; a title, a quotation, a time and what asks are one word each."""
    found: list[Token] = []
    position = 0
    for unit in _UNITS.finditer(text):
        if unit.lastgroup == "dem" and splits_word(text, unit.start()):
            continue
        found += _tagged(text, position, unit.start())
        word = unit.group()
        if unit.lastgroup == "nr":
            given, surname = word.rsplit("·", 1)
            word = f"{given}·{rjieba.cut(surname)[0]}"
        found.append(Token(word, unit.lastgroup or "x", unit.start()))
        position = found[-1].end
    return (*found, *_tagged(text, position, len(text)))


def splits_word(text: str, start: int) -> bool:
    """Whether what follows the character at `start` is a longer word than a classifier.

    那个人所得税 is 那 and 个人所得税, 该条例 is 该 and 条例, but 那篇文章 is 那篇 and 文章.
    """
    word = str(rjieba.cut(text[start + 1 : start + 9])[0])
    longer = len(word) > (2 if text[start] in "这那" else 1)
    return longer and not (len(word) > 2 and known(word[1:]))


def _tagged(text: str, start: int, end: int) -> Iterator[Token]:
    for word, tag in rjieba.tag(text[start:end]):
        # The times that constrain have been found before: the dictionary's others are feasts and periods.
        noun = tag == "t" or (tag == "r" and word[0] in "之我本" and len(word) > 1)
        if tag == "v" and len(word) > 1 and word[-1] in "有是在" and not known(word):  # 税有
            yield Token(word[:-1], "n", start)
            yield Token(word[-1], "v", start + len(word) - 1)
        else:
            yield Token(word, "n" if noun else tag, start)
        start += len(word)


def information(text: str) -> float:
    """Return what the content words of a text tell together, in the units of `idf`."""
    return sum(idf(word) for word, _ in content_words(text) if not word[0].isdigit())


def nominal_runs(text: str) -> list[tuple[int, int]]:
    """Return where the noun phrases of a question begin and end, in order.

    A verb belongs to a noun phrase where it stands amid its nouns (排污许可证, 研发费用加计扣除比例).
    """
    marked = tokens(text)
    runs: list[tuple[int, int]] = []
    first: int | None = None
    for i, token in enumerate([*marked, Token("", "x", len(text))]):
        if first is None:
            if (token.nominal and not _governs(marked, i)) or _compounds(marked, i, inside=False):
                first = i
        elif not (
            token.nominal
            or token.tag in _INSIDE
            or token.text in _JOINING
            or _compounds(marked, i, inside=True)
        ):
            runs.append((first, i))
            first = None
    return [run for a, b in runs if (run := _trimmed(marked[a:b]))]


def _governs(marked: Sequence[Token], i: int) -> bool:
    """Whether the verbal noun at `i` is the verb of its clause: 来管理, 要建设."""
    return marked[i].tag == "vn" and i > 0 and marked[i - 1].tag in {"v", "d"}


def _compounds(marked: Sequence[Token], i: int, *, inside: bool) -> bool:
    """Whether the verb at `i` is part of a noun phrase: nouns follow, and nothing makes it a predicate.

    At the end of a phrase it is one after a noun where the predicate still follows (土壤污染防治提出了).
    """
    if i >= len(marked) or marked[i].tag != "v" or len(marked[i].text) < 2:
        return False
    before = marked[i - 1] if i else None
    after, then = (marked[j] if j < len(marked) else Token("", "x", 0) for j in (i + 1, i + 2))
    if inside and before and before.nominal:
        if after.tag == "v" and then.tag in {"ul", "ask"}:
            return True
        if before.tag == "vn" and after.tag == "x":
            return True
    if not (after.nominal or (after.tag == "v" and _compounds(marked, i + 1, inside=True))):
        return False
    return inside or before is None or before.tag in {"x", "p"}


def phrases(question: str) -> list[tuple[int, int]]:
    """Return the spans of whole words within the noun phrases of a question, none over a 的."""
    spans = []
    for start, end in nominal_runs(question):
        inside = [token for token in tokens(question) if start <= token.start and token.end <= end]
        for i, first in enumerate(inside):
            for last in inside[i:]:
                if last.tag == "uj":
                    break
                if (last.nominal or last.end == end) and first.tag not in {"uj", "t"}:
                    spans.append((first.start, last.end))
    return spans


def _trimmed(run: Sequence[Token]) -> tuple[int, int] | None:
    """Return the span of a run without what is no noun at its end, None where nothing is left."""
    last = max((i for i, t in enumerate(run) if t.nominal or t.tag in {"m", "v"}), default=None)
    return None if last is None else (run[0].start, run[last].end)


@dataclass(frozen=True, slots=True)
class Division:
    """A question cut at what asks.

    `frame` is what goes before the clause that asks, `subject` what goes before its predicate, `predicate`
    what stands between subject and what asks, `asks` what asks, `rest` what follows; joined they are the question.
    """

    frame: str
    subject: str
    predicate: str
    asks: str
    rest: str


def divide(question: str) -> Division:
    """Return a question cut at the first word that asks; without one, all is its subject."""
    bare = question.strip()
    marked = tokens(bare)
    asking = next((token for token in marked if token.tag == "ask"), None)
    start = asking.start if asking else len(bare.rstrip("?？吗嘛呢"))
    border = max((m.end() for m in _CLAUSE.finditer(bare[:start])), default=0)
    before = [token for token in marked if border <= token.start < start]
    end = _subject_end(before, border)
    asks = asking.text if asking else ""
    return Division(bare[:border], bare[border:end], bare[end:start], asks, bare[start + len(asks) :])


def _subject_end(before: Sequence[Token], border: int) -> int:
    """Return where the subject ends among the words before what asks: before the one verb with its helpers."""
    verbs = 0
    for token in reversed(before):
        verbal = token.tag == "v" and (token.text in _VERBS or not is_function_word(token.text))
        helps = len(token.text) == 1 and is_function_word(token.text)
        if (token.nominal and not helps) or token.tag == "dem" or (verbal and verbs and len(token.text) > 1):
            return token.end
        verbs += verbal
    return border


def topic(question: str) -> str:
    """Return what a question is about, as a noun phrase: its subject, else what it asks something of.

    A work named in 《》 is the topic where there is just one. What is said of the subject belongs to the topic
    where why or how it is so is asked (城市更新之前为什么要先体检: 城市更新之前先体检). Empty where nothing is named.
    """
    titles = re.findall(r"《[^》]+》", question)
    if len(titles) == 1:
        return str(titles[0])
    cut = divide(question)
    subject = _led(_outer(cut.subject))
    said = _led(cut.rest.strip("?？。 "))
    if cut.frame and information(cut.frame):
        return _led(cut.frame.strip("，,；;。"))
    if not content_words(subject):
        runs = [said[a:b] for a, b in nominal_runs(said)]
        return max(runs, key=information, default=said)
    if _OPEN_ENDED.fullmatch(cut.asks) and any(len(word) > 1 for word, _ in content_words(said)):
        between = cut.predicate if cut.predicate[:2] in {"之前", "之后", "以前", "以后"} else ""
        return f"{subject}{between}{said}"
    return f"{subject}文章" if subject.endswith("篇") else subject


def _outer(subject: str) -> str:
    """Return the part of a subject before 里 or 中, or a time: 名单里我国企业 is about 名单, 退耕还林今年任务 about 退耕还林."""
    for before, token in pairwise(tokens(subject)):
        if before.tag == "f" and before.text[-1] in "里中" and token.nominal:
            return subject[: before.end - 1]
        if token.tag == "t" and before.nominal:
            return subject[: token.start]
    return subject


def _led(phrase: str) -> str:
    """Return a phrase without the words before it that carry nothing (那么, 请问, 文章讲)."""
    for token in tokens(phrase):
        if not is_function_word(token.text) and token.tag not in {"x", "c", "ul"}:
            return phrase[token.start :].strip()
    return ""
