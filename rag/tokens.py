"""Token counts without a network: tiktoken with a rank file of our own.

None of tiktoken's encodings comes with its package, and fetching one can hang for ever behind a firewall.
So the ranks are read from `models/tokens.tiktoken`, and a model's own only where its rank file is already
in the folder that `TIKTOKEN_CACHE_DIR` names and is what it should be.
"""

from __future__ import annotations

import base64
import hashlib
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tiktoken

RANKS = Path(__file__).parent / "models" / "tokens.tiktoken"
# What a token may be cut from: a run of letters with the blank before it, up to three digits, marks, blanks.
PATTERN = r" ?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
# tiktoken overflows its stack on a run of a million blanks and dies; no piece it is given is longer.
PIECE = 10_000

# Encoding -> its file in TIKTOKEN_CACHE_DIR (the SHA-1 of its address) and the SHA-256 of the content.
_PUBLISHED = {
    "cl100k_base": (
        "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
        "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    ),
    "o200k_base": (
        "fb374d419588a4632f3f557e76b4b70aebbca790",
        "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    ),
}


def read_ranks(path: Path) -> dict[bytes, int]:
    """Return the ranks in a `.tiktoken` file: a token in base64, a blank, its rank, line by line.

    tiktoken's own loader is not used: it keeps a copy in a cache and returns that after the file has changed.
    """
    ranks = {}
    for line in path.read_bytes().splitlines():
        token, rank = line.split()
        ranks[base64.b64decode(token)] = int(rank)
    return ranks


@cache
def _own() -> tiktoken.Encoding:
    """Return the encoding that ships with this package."""
    import tiktoken

    return tiktoken.Encoding("yinju", pat_str=PATTERN, mergeable_ranks=read_ranks(RANKS), special_tokens={})


@cache
def _published(name: str, folder: str) -> tiktoken.Encoding | None:
    """Return a published encoding whose rank file lies intact in `folder`, None where it does not.

    tiktoken deletes a file whose hash is wrong and fetches it anew, so the hash is checked beforehand.
    """
    import tiktoken

    file, digest = _PUBLISHED[name]
    path = Path(folder) / file
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        return None
    return tiktoken.get_encoding(name)


def encoding(model: str | None = None) -> tiktoken.Encoding:
    """Return the encoding to count tokens with; never opens a connection.

    Args:
        model: a language model's name, as in `gpt-4o`. Its own encoding is returned where its rank file is
            in `TIKTOKEN_CACHE_DIR`; for any other model, and for None, the one that ships with this package.
    """
    folder = os.environ.get("TIKTOKEN_CACHE_DIR")
    if model is None or not folder:
        return _own()
    import tiktoken

    try:
        name = tiktoken.encoding_name_for_model(model)
    except KeyError:  # not a model that tiktoken knows
        return _own()
    return (_published(name, folder) if name in _PUBLISHED else None) or _own()


def count(text: str, model: str | None = None) -> int:
    """Return how many tokens `text` is, >= 0, in the encoding that `encoding(model)` returns.

    A text of more than `PIECE` characters is counted piece by piece, which can add a token at each cut.
    """
    encoder = encoding(model)
    return sum(
        len(encoder.encode_ordinary(text[start : start + PIECE])) for start in range(0, len(text), PIECE)
    )
