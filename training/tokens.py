"""Trains rag/models/tokens.tiktoken, the ranks that tokens are counted with.

Run: python -m training.tokens DATA_DIR [TARGET]
"""

from __future__ import annotations

import argparse
import base64
from collections.abc import Iterable, Iterator
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

from rag.tokens import PATTERN, RANKS
from training.data import read

SIZE = 16_000
_SETS = ("crud_docs/docs", "xwlb/docs", "laws/docs", "gov_reports/docs", "govqa/pairs")
# A third of the texts fixes the ranks as well as all of them do, in a third of the time and memory.
_EVERY = 3


def _bytes_of_letters() -> dict[str, int]:
    """Return the letter that byte-level BPE writes for each byte, inverted: printable bytes are their own."""
    printable = [
        *range(ord("!"), ord("~") + 1),
        *range(ord("¡"), ord("¬") + 1),
        *range(ord("®"), ord("ÿ") + 1),
    ]
    others = [byte for byte in range(256) if byte not in printable]
    letters = {chr(byte): byte for byte in printable}
    return letters | {chr(256 + place): byte for place, byte in enumerate(others)}


def train(texts: Iterable[str], size: int = SIZE) -> list[bytes]:
    """Return the tokens in the order of their ranks: the 256 bytes, then what is merged from them.

    Args:
        texts: what to learn the merges from.
        size: how many tokens at most, >= 256.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PATTERN), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=size, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    letters = _bytes_of_letters()
    by_rank = sorted(tokenizer.get_vocab().items(), key=lambda entry: entry[1])
    return [bytes(letters[letter] for letter in token) for token, _ in by_rank]


def write(tokens: list[bytes], path: Path) -> None:
    """Write tokens in tiktoken's format: base64, a blank, the rank, line by line."""
    lines = (f"{base64.b64encode(token).decode()} {rank}\n" for rank, token in enumerate(tokens))
    path.write_text("".join(lines), encoding="ascii")


def _texts(folder: Path) -> Iterator[str]:
    """Yield the texts to learn from."""
    for name in _SETS:
        for record in read(folder, name)[::_EVERY]:
            yield record.get("text") or record["positive"]


def main() -> None:
    """Train on the sets in the folder given and write the rank file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of training sets")
    parser.add_argument("target", type=Path, nargs="?", default=RANKS)
    arguments = parser.parse_args()
    tokens = train(_texts(arguments.data))
    write(tokens, arguments.target)
    print(f"{len(tokens)} tokens -> {arguments.target.name}")


if __name__ == "__main__":
    main()
