"""A manuscript checked sentence by sentence: what it quotes, from where, and whether it quotes rightly."""

from rag.manuscript.checking import check

__all__ = ["check"]
