"""What a conversation has named so far: its questions and answers, and the persons, works and lists in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.constituents import Token, tokens
from rag.informativeness import idf
from rag.question import PERSON_INFORMATION
from rag.structure.people import POST, SURNAMES, people

_MARK = re.compile(r"\s*\[\d+\]\s*")
_NUMBERED = re.compile(
    r"^(?:第?[一二三四五六七八九十\d]+(?:方面|[是要个条点项、.．,，:：])+|[（(][一二三四五六七八九十\d]+[）)]|首先|其次|再次|最后|然后|此外|——)(?:[,，是要就]|必须)*"
)
_ORDINAL_NAME = re.compile(r"^第[一二三四五六七八九十\d]+[一-鿿]{1,6}?是")
_SENTENCE = re.compile(r"[。！？!?；;]\s*|[：:](?=一是|第一|首先|[（(]一)")
_PAIR = re.compile(
    r"(?:分为|包括|有|是|为|和)?(?P<a>[^，,、。；;和与及]{2,16})[和与及](?P<b>[^，,、。；;和与及?？]{2,16})"
)
_POST = re.compile(rf"(?:{POST}|总统|首相|学者|专家|学家|记者)$")
_NO_NAME = re.compile(r"[证法人方者局部会]$")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question in its stand-alone form, and the answer that was shown, with its markers."""

    question: str
    answer: str


def named(text: str) -> list[str]:
    """Return the persons that a text names, in order, once each: Chinese and foreign names.

    What the dictionary takes for a name is one where it is rare, or where it stands as a name does: by a post,
    or without another noun after it (许可证 in 许可证有效期 is none).
    """
    found: list[tuple[int, str]] = []
    marked = tokens(text)
    for i, token in enumerate(marked):
        before = marked[i - 1].text if i else ""
        after = marked[i + 1] if i + 1 < len(marked) else None
        if token.text in SURNAMES and token.tag in {"nr", "zg"}:
            if given := _given(marked[i + 1 : i + 3]):
                found.append((token.start, token.text + given))
        elif token.tag == "nrt" or "·" in token.text[1:]:
            found.append((token.start, token.text))
        elif token.tag.startswith("nr"):
            alone = after is None or not after.nominal or bool(_POST.match(after.text))
            for name, _ in people(token.text):
                if (
                    idf(name) > PERSON_INFORMATION
                    or (alone and not _NO_NAME.search(name))
                    or _POST.search(before)
                ):
                    found.append((token.start, name))
    return list(dict.fromkeys(name for _, name in sorted(found)))


def _given(following: Sequence[Token]) -> str:
    """Return the given name at the head of the words after a surname, which the dictionary does not know."""
    if following and following[0].tag == "nz" and len(following[0].text) == 2:
        return following[0].text
    return "".join(t.text for t in following if len(t.text) == 1 and t.tag in {"zg", "nr", "g"})


def person(exchanges: Sequence[Exchange]) -> str | None:
    """Return the person last spoken of, None where nobody is named.

    Where it was asked who somebody is, that is whom the answer names; else whom the question names.
    """
    for exchange in reversed(exchanges):
        asked, answered = named(exchange.question), named(exchange.answer)
        who = "谁" in exchange.question and bool(set(answered) - set(asked))
        for names in ([n for n in answered if n not in asked], asked) if who else (asked, answered):
            if names:
                return names[0]
    return None


def items(answer: str) -> list[str]:
    """Return the items that an answer lists, in its own words, empty where it lists nothing.

    The items are its cited sentences where they are numbered (一是, 第二, 最后) or there are several, else what
    、 separates in a sentence.
    """
    counted = numbered(answer)
    if len(counted) > 1:
        return [_item(sentence) for sentence in counted]
    said = [part.strip() for part in _MARK.split(answer) if part.strip()]
    for sentence in _sentences(answer):
        listed = _separated(sentence)
        if len(listed) > 1:
            return listed
    return [_item(part) for part in said] if len(said) > 1 else []


def numbered(answer: str) -> list[str]:
    """Return the sentences of an answer that begin with a number: 一是……, 第二，……, 最后……."""
    return [s for s in _sentences(answer) if _NUMBERED.match(s) or _ORDINAL_NAME.match(s)]


def _sentences(answer: str) -> list[str]:
    return [s.strip() for part in _MARK.split(answer) for s in _SENTENCE.split(part) if s.strip()]


def _item(sentence: str) -> str:
    """Return the first clause of a listed sentence, without its number."""
    bare = _NUMBERED.sub("", _ORDINAL_NAME.sub("", sentence))
    return re.split(r"[，,。；;：:]", bare)[0].strip() or bare


def _separated(sentence: str) -> list[str]:
    """Return what 、 separates in the longest run of a sentence, without what leads in and what follows."""
    run = max(re.split(r"[，,：:；;]", sentence), key=lambda clause: clause.count("、"))
    if "、" not in run:
        return []
    first, *others = re.split(r"、", run)
    last = re.split(r"等", others[-1])[0]
    tail = re.split(r"[和与及]|以及", last) if len(last) > 4 else [last]
    following = [part for part in (*others[:-1], *tail) if part.strip()]
    return [part.strip() for part in (_unled(first, following), *following)]


def _unled(phrase: str, others: Sequence[str]) -> str:
    """Return a phrase without the verb before its nouns that the other items lack: 重点建设粮食产业 is 粮食产业."""
    marked = tokens(phrase)
    leads = [
        i
        for i, t in enumerate(marked[:-1])
        if t.tag in {"v", "p", "vn"} and not any(t.text in other for other in others)
    ]
    start = marked[leads[-1] + 1].start if leads else 0
    return phrase[start:] if len(phrase) - start >= min(map(len, others), default=0) else phrase


def pair(exchange: Exchange) -> list[str]:
    """Return the two things that the question or its answer joins with 和, for 前者 and 后者; else the items."""
    people_named = named(exchange.question)
    if len(people_named) == 2:
        return people_named
    for text in (re.split(r"[，,]", exchange.question)[0], *_SENTENCE.split(_MARK.sub("", exchange.answer))):
        match = _PAIR.search(text)
        if match and "、" not in text:
            second = re.split(r"[有各是谁]|两", match["b"])[0]
            return [_unled(match["a"], [second]), second]
    return items(exchange.answer)
