"""What a link of the page stands for."""

from __future__ import annotations

from dataclasses import dataclass

from rag.datatypes import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The place that a link opens, the other places of its words, and the links beside it, itself among them."""

    place: Place
    also: tuple[Place, ...] = ()
    row: tuple[str, ...] = ()
