"""A quote as it was asked about, in the form that the lookup works on."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from rag.datatypes import Span
from rag.quoting.alignment import Key, key
from rag.text import squeeze

LEFT_OUT = re.compile(r"[(（\[［【〔](?:以?[上下中前后从]?略|省略)[)）\]］】〕]")
"""What says in words that words were left out."""
NUMERAL = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
"""What the items of a list are numbered with."""
ITEM = re.compile(rf"[(（\[［【〔]{NUMERAL}[)）\]］】〕]|{NUMERAL}[、)）]|\d{{1,2}}[.．](?!\d)|[①-⑳]")
"""The number of an item, as it stands before its text: (1), 1., 一、 or that of a footnote, [1]."""
_ELLIPSIS = re.compile(
    rf"[(（\[［【〔]?(?:…+|⋯+|[.．]{{3,}}|。{{3,}}|·{{3,}})[)）\]］】〕]?|{LEFT_OUT.pattern}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A quote and its key, from which what stands in `asides` is left out.

    `ellipses` are the offsets in the text of the ellipses, by the number of the key character that goes on
    behind each (none at the key's ends).
    """

    text: str
    key: Key
    ellipses: Mapping[int, tuple[int, int]]
    asides: tuple[Span, ...] = ()

    @classmethod
    def read(cls, text: str, asides: Sequence[Span] = ()) -> Quote:
        """Return the quote `text`, `asides` left out, with what is worked out from it."""
        whole = key(text)
        kept = [
            (character, at)
            for character, at in zip(whole.text, whole.origin, strict=True)
            if not any(aside.start <= at < aside.end for aside in asides)
        ]
        found = Key(text="".join(character for character, _ in kept), origin=tuple(at for _, at in kept))
        ellipses = {
            bisect_left(found.origin, match.start()): match.span() for match in _ELLIPSIS.finditer(text)
        }
        inner = {at: place for at, place in ellipses.items() if 0 < at < len(found.text)}
        return cls(text=text, key=found, ellipses=inner, asides=tuple(asides))

    @property
    def joints(self) -> Set[int]:
        """The numbers of the key characters before which an ellipsis stands."""
        return self.ellipses.keys()

    def words(self, start: int, end: int) -> str:
        """Return the text of key characters [start, end), without white space."""
        origin = self.key.origin
        return squeeze(self.text[origin[start] : origin[end - 1] + 1]) if start < end else ""

    def at(self, start: int, end: int) -> tuple[int, int]:
        """Return the offsets in the text of key characters [start, end), from the first to behind the last."""
        return self.key.origin[start], self.key.origin[end - 1] + 1

    def part(self, start: int, end: int) -> tuple[int, int]:
        """Return the offsets of the part of the text that key characters [start, end) make up.

        Parts that adjoin in the key adjoin in the text, the marks between them being the first one's.
        """
        origin = self.key.origin
        return origin[start] if start else 0, origin[end] if end < len(origin) else len(self.text)

    def seam(self, low: int, high: int) -> int:
        """Return where from `low` to `high` in the key a part ends: at the last punctuation, or at `high`."""
        origin = self.key.origin
        parted = [at for at in range(low, high + 1) if origin[at] - origin[at - 1] > 1]
        return parted[-1] if parted else high

    def around(self, start: int, end: int) -> tuple[str, str]:
        """Return what stands before and after the key in the text, where [start, end) reaches its ends."""
        before, after = margins(self.text, self.key)
        return before if start == 0 else "", after if end == len(self.key.text) else ""


def margins(text: str, found: Key) -> tuple[str, str]:
    """Return what stands in `text` before and after its comparable characters: quotation marks, a stop."""
    return text[: found.origin[0]], text[found.origin[-1] + 1 :]
