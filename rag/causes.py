"""Whether a sentence sets two things that its source says apart as cause and effect."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.text import sentences

STATED = 0.3
"""Share of the character pairs of a cause and of an effect that a source sentence must have to be its source (fitted)."""
_BECAUSE = re.compile("(?:由于|因为|鉴于)(?P<cause>[^,。;]{4,}),(?P<effect>[^。;]{4,})")
_LEADS = re.compile(
    "(?P<cause>[^,。;]{4,}),?(?:因此|因而|从而|于是)?(?:导致|致使|使得|促使|因此|因而|从而|于是|引发|造成|带动)了?(?P<effect>[^,。;]{4,})"
)
_LINKED = re.compile(
    "^.{0,6}(?:因|由此|为此|所以|从而|于是|这|正是|得益|随着|在此)|由于|因为|为防|导致|致使|使得|促使"
)


def unfounded(claim: str, ground: str) -> list[str]:
    """Return the beginning of what a sentence calls a cause, where the source has it and its effect unconnected.

    The two are connected where one sentence of the source has both, or that of the effect tells of a cause.
    Both texts are folded.
    """
    spoken = [ground[span.start : span.end] for span in sentences(ground)]
    found = []
    for related in (*_BECAUSE.finditer(claim), *_LEADS.finditer(claim)):
        places = [_places(part, spoken) for part in (related["cause"], related["effect"])]
        if (
            all(places)
            and not places[0] & places[1]
            and not any(_LINKED.search(spoken[i]) for i in places[1])
        ):
            found.append(related["cause"][:_SHOWN])
    return found


_SHOWN = 8
"""Characters of a cause that are told."""


def _places(part: str, spoken: Sequence[str]) -> set[int]:
    """Return the numbers of the sentences that have most of the character pairs of `part`, none if too few."""
    pairs = {part[i : i + 2] for i in range(len(part) - 1)}
    shares = [sum(pair in sentence for pair in pairs) / len(pairs) for sentence in spoken]
    best = max(shares, default=0.0)
    return {i for i, share in enumerate(shares) if share >= max(best - 0.2, STATED)}
