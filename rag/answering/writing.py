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


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer as far as it is written: every sentence of it has been checked.

    `dropped` counts the sentences that nothing supports and that are left out; `refused` says that the model
    finds no answer in the evidence, and there are then no sentences.
    """

    sentences: tuple[Sentence, ...]
    dropped: int = 0
    refused: bool = False


_NUMBERS = r"\d{1,2}(?:\s*[,，、;；\-–—~～]\s*(?:证据|资料|来源)?\d{1,2})*"
_MARKER = re.compile(
    rf"\s*[\[【［〔]\s*\^?(?:证据|资料|来源|引用)?\s*({_NUMBERS})\s*(?:†[^\]】]*)?[\]】］〕](?!第?\d+号)"
)
_RANGE = re.compile(r"(\d+)\s*[\-–—~～]\s*(\d+)")
_PREFIX = re.compile(r"^\s*(?:#{1,6}\s+|>\s*|[-*•·]\s+|[(（]?\d{1,2}[.、)）]\s*(?!\d))*")
_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_END = re.compile(r"[。！？!?]+[*]*")
_AFTER_END = re.compile(rf"(?:{_MARKER.pattern})*\s*(?=[^\s\[【［〔。！？!?*”’」』》）)\]】］\"'])")
_PAIRED = ("“”", "（）", "()", "《》", "「」", "‘’", "【】", "[]")
_DECLINED = re.compile(
    r"没有说明这一点|(?:资料|材料|证据|文档|文件|段落|信息)[^。]{0,12}(?:没有|未|无法|不足)[^。]{0,12}"
    r"(?:说明|提及|提到|涉及|给出|包含|找到|回答|提供)|无法(?:根据|从|回答|确定)"
)


def spoken(text: str) -> str:
    """Return a model's text without its thoughts (`<think>…</think>`) and white space around."""
    return _THOUGHT.sub("", text).strip()


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
        self.declined = False
        self._received = ""
        self._taken = 0
        self._sentences: list[Sentence] = []
        self._seen: set[str] = set()
        self._dropped = 0

    def feed(self, piece: str) -> bool:
        """Take in a piece of text; return whether the draft has grown."""
        self._received += piece
        return self._advance(final=False)

    def finish(self) -> bool:
        """Take in what is left once the text has ended; return whether the draft has grown."""
        return self._advance(final=True)

    @property
    def draft(self) -> Draft:
        """What is written so far; a lead-in that nothing follows is left out."""
        kept = list(self._sentences)
        while kept and not kept[-1].citations and kept[-1].verdict == "supported":
            kept.pop()
        return Draft(tuple(kept), self._dropped)

    def _advance(self, *, final: bool) -> bool:
        known = self.draft
        text = _THOUGHT.sub("", self._received)
        if not final and text.endswith(tuple("<think>"[:n] for n in range(1, 7))):
            return False
        while rest := text[self._taken :]:
            line_end = rest.find("\n")
            end = line_end + 1 or (len(rest) if final else _certain(rest))
            if not end:
                break
            self._taken += end
            self._read(rest[:end])
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
        """Return the evidence that supports the text: of what is cited where that does, else of all."""
        named = [evidence for evidence in self.evidence if evidence.n in cited]
        return (named and support(text, named).evidence) or support(text, self.evidence).evidence

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
