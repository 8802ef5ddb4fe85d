"""A language model's text, while it streams, as sentences that have been grounded.

The text is cut into sentences as soon as their end is certain, its `[n]` markers are taken off, and each
sentence is put to the evidence: a wrong marker is moved, a sentence that nothing supports is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.datatypes import Evidence, Sentence
from rag.grounding import states_fact, support
from rag.text import sentences

REFUSAL = "所给资料没有说明这一点。"
"""What the model is told to say when the evidence does not state the answer."""
LONGEST_SENTENCE = 1000
"""Characters after which the end of a sentence is no longer waited for."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer as far as it is written: every sentence of it has been checked.

    The citations of the sentences are the numbers of `evidence`. `dropped` counts the sentences that nothing
    supports and that are left out; `refused` says that the model finds no answer in the evidence, and there
    are then no sentences.
    """

    sentences: tuple[Sentence, ...]
    evidence: tuple[Evidence, ...]
    dropped: int = 0
    refused: bool = False


_NUMBERS = r"\d{1,2}(?:\s*[,，、;；\-–—~～]\s*(?:证据|资料|来源)?\d{1,2})*"
_MARKER = re.compile(
    rf"\s*[\[【［〔]\s*\^?(?:证据|资料|来源|引用)?\s*({_NUMBERS})\s*(?:†[^\]】]*)?[\]】］〕](?!第?\d+号)"
)
_RANGE = re.compile(r"(\d+)\s*[\-–—~～]\s*(\d+)")
_PREFIX = re.compile(r"^\s*(?:#{1,6}\s+|>\s*|[-*•·]\s+|[(（]?\d{1,2}[.、)）]\s*(?!\d))*")
_THINKING = re.compile(r"<(/?)think(?:ing)?>")
_HALF_A_TAG = re.compile(r"</?[a-z]{0,8}\Z")
_END = re.compile(r"[。！？!?]+[*]*")
_AFTER_END = re.compile(rf"(?:{_MARKER.pattern})*\s*(?=[^\s\[【［〔。！？!?*”’」』》）)\]】］\"'])")
_PAIRED = ("“”", "（）", "()", "《》", "「」", "‘’", "【】", "[]")
_DECLINED = re.compile(
    r"没有说明这一点|(?:资料|材料|证据|文档|文件|段落|信息)[^。]{0,12}(?:没有|未|无法|不足)[^。]{0,12}"
    r"(?:说明|提及|提到|涉及|给出|包含|找到|回答|提供)|无法(?:根据|从|回答|确定)"
)


class _Speech:
    """What a model says aloud, without its thoughts (`<think>…</think>`).

    Some servers leave out the opening tag: what stands before a `</think>` was thought from the beginning.
    """

    def __init__(self) -> None:
        self._pending = ""
        self._thinking = False

    def hear(self, piece: str, *, final: bool) -> tuple[bool, str]:
        """Return whether all that was said before was only thought, and what is said now.

        The beginning of what may become a tag is kept back until `final`.
        """
        self._pending += piece
        said, forget = "", False
        while tag := _THINKING.search(self._pending):
            if not self._thinking:
                said += self._pending[: tag.start()]
                if tag[1]:
                    said, forget = "", True
            self._thinking = not tag[1]
            self._pending = self._pending[tag.end() :]
        half = None if final else _HALF_A_TAG.search(self._pending)
        end = half.start() if half else len(self._pending)
        if not self._thinking:
            said += self._pending[:end]
        self._pending = self._pending[end:]
        return forget, said


def spoken(text: str) -> str:
    """Return a model's text without its thoughts (`<think>…</think>`) and white space around."""
    return _Speech().hear(text, final=True)[1].strip()


def unmarked(text: str) -> str:
    """Return text without its citation markers."""
    return _MARKER.sub("", text)


def _unmark(line: str) -> tuple[str, list[tuple[int, list[int]]]]:
    """Return a line without its markers, and for each marker where it stood and the numbers in it."""
    marks = []
    plain: list[str] = []
    length = end = 0
    for match in _MARKER.finditer(line):
        plain.append(line[end : match.start()])
        length += match.start() - end
        end = match.end()
        spread = _RANGE.sub(
            lambda m: ",".join(str(n) for n in range(int(m[1]), min(int(m[2]), 99) + 1)), match[1]
        )
        marks.append((length, [int(number) for number in re.findall(r"\d+", spread)]))
    return "".join([*plain, line[end:]]), marks


def _certain(text: str) -> int:
    """Return how much of a growing line is whole sentences, whatever follows; 0 where none is certain."""
    for match in _END.finditer(text):
        before = text[: match.end()]
        after = _AFTER_END.match(text, match.end())
        if after and all(before.count(pair[0]) <= before.count(pair[1]) for pair in _PAIRED):
            return after.end()
    return 0


class Writer:
    """Takes in a model's text piece by piece and keeps the sentences that the evidence supports."""

    def __init__(self, evidence: Sequence[Evidence], *, show_unsupported: bool = False) -> None:
        self.evidence = evidence
        self.show_unsupported = show_unsupported
        self._speech = _Speech()
        self._forget()

    def _forget(self) -> None:
        """Begin anew."""
        self.declined = False
        self._rest = ""
        self._sentences: list[Sentence] = []
        self._seen: set[str] = set()
        self._dropped = 0

    def feed(self, piece: str) -> bool:
        """Take in a piece of text; return whether the draft has changed."""
        return self._advance(piece, final=False)

    def finish(self) -> bool:
        """Take in what is left once the text has ended; return whether the draft has changed."""
        return self._advance("", final=True)

    @property
    def draft(self) -> Draft:
        """What is written so far; a lead-in that nothing follows is left out."""
        kept = list(self._sentences)
        while kept and not kept[-1].citations and kept[-1].verdict == "supported":
            kept.pop()
        return Draft(tuple(kept), tuple(self.evidence), self._dropped)

    def _advance(self, piece: str, *, final: bool) -> bool:
        known = self.draft
        forget, said = self._speech.hear(piece, final=final)
        if forget:
            self._forget()
        self._rest += said
        while self._rest:
            near = self._rest[:LONGEST_SENTENCE]
            whole = final or len(near) == LONGEST_SENTENCE
            end = near.find("\n") + 1 or _certain(near) or (len(near) if whole else 0)
            if not end:
                break
            text, self._rest = self._rest[:end], self._rest[end:]
            self._read(text)
        return self.draft != known

    def _read(self, text: str) -> None:
        """Cut finished text into sentences and check each; a marker belongs to what stands before it."""
        line, marks = _unmark(_PREFIX.sub("", text.replace("**", "")).strip())
        spans = sentences(line)
        for i, span in enumerate(spans):
            low = span.start if i else -1
            high = spans[i + 1].start if i + 1 < len(spans) else len(line)
            cited = [n for offset, numbers in marks if low < offset <= high for n in numbers]
            self._take(line[span.start : span.end], cited)
        if not spans and marks and self._sentences:
            self._recite([n for _, numbers in marks for n in numbers])

    def _recite(self, cited: list[int]) -> None:
        """Let markers on a line of their own speak for the sentence before them."""
        last = self._sentences[-1]
        if last.citations:
            self._sentences[-1] = replace(last, citations=self._support(last.text, cited))

    def _support(self, text: str, cited: Sequence[int]) -> tuple[int, ...]:
        """Return the evidence that supports the text: what is cited, unless one other passage has more of it."""
        every = support(text, self.evidence)
        named = support(text, [evidence for evidence in self.evidence if evidence.n in cited])
        better = len(every.evidence) == 1 and every.score > named.score
        return named.evidence if named.supported and not better else every.evidence

    def _take(self, text: str, cited: Sequence[int]) -> None:
        if text in self._seen:
            return
        self._seen.add(text)
        if not states_fact(text):
            if text.endswith((":", "：")):
                self._sentences.append(Sentence(text=text))
            return
        found = self._support(text, cited)
        if found:
            self._sentences.append(Sentence(text=text, citations=found))
        elif _DECLINED.search(text):
            self.declined = True
        elif self.show_unsupported:
            self._sentences.append(Sentence(text=text, verdict="unsupported"))
        else:
            self._dropped += 1
