"""Texts to vectors: the built-in static embedder, and any other that sentence-transformers can load.

A static embedder is a table with a row for each word: a text's vector is the normalised mean of its words'
rows. The file format is sentence-transformers' own, read here without it: importing that takes seconds.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.pretrained import load_pretrained
from rag.text import fold

BUILTIN = Path(__file__).parent / "models" / "embedder"
_TOKENIZER, _TABLE, _MODULES = "tokenizer.json", "model.safetensors", "modules.json"
_TABLE_KEY = "embedding.weight"
# Texts pooled at a time: the gathered rows of these (some tens of MB) are what bulk encoding needs.
_BATCH = 256
_DIGITS = 16
# A model without a limit says infinity or, as transformers does, 10 to the power of 30.
_ENDLESS = 1_000_000

# The prompts (query, passage) that a family of models was trained with, by the last part of a model's name,
# for those whose own configuration leaves them out; see their cards.
_PROMPTS = {
    re.compile(r"bge-(?:small|base|large)-zh(?:-v1\.5)?"): ("为这个句子生成表示以用于检索相关文章：", ""),
    re.compile(r"(?:multilingual-)?e5-(?:small|base|large)(?:-v2)?"): ("query: ", "passage: "),
}


class Embedder(Protocol):
    """Maps texts to vectors; the inner product of a query's and a passage's is their similarity, -1 to 1.

    Texts are handed over as they stand. What has to be done to them first the embedder does itself, since
    it depends on what it learnt from: the built-in one folds them, others know capitals and traditional
    characters, and would not find them in what is folded.
    """

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that differ between models: an index remembers whose vectors it holds."""

    @property
    def max_tokens(self) -> int | None:
        """How many of its own tokens of a text it reads, None where it reads all."""

    @property
    def portable(self) -> bool:
        """Whether it is small and keeps to one processor, so that several processes can each have one."""

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of what is looked for: float32 of shape (len(texts), dimension), rows of length 1.

        A text in which the embedder knows nothing gets a row of zeros.
        """

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of where it is looked for, of the same form as those of queries."""


class StaticEmbedder:
    """An embedder in sentence-transformers' StaticEmbedding format: a tokenizer and a table of rows."""

    max_tokens = None
    portable = True

    def __init__(self, folder: Path | str, prepare: Callable[[str], str] = str) -> None:
        """Load the embedder in `folder`.

        Args:
            folder: holds `tokenizer.json` and `model.safetensors`.
            prepare: what is done to every text first.

        Raises:
            ModelError: a file is missing or damaged.
        """
        from safetensors import SafetensorError, safe_open
        from tokenizers import Tokenizer

        self._folder = Path(folder)
        self._prepare = prepare
        for name in (_TOKENIZER, _TABLE):
            if not (self._folder / name).is_file():
                raise ModelError(
                    f"嵌入模型不完整：{self._folder} 里没有 {name}，请重新取得该模型，或改用 builtin"
                )
        try:
            with safe_open(self._folder / _TABLE, framework="numpy") as tensors:
                self._table: NDArray[np.floating[Any]] = tensors.get_tensor(_TABLE_KEY)
        except SafetensorError as error:
            raise self._damaged(_TABLE, error) from error
        try:
            self._tokenizer = Tokenizer.from_file(str(self._folder / _TOKENIZER))
        except Exception as error:  # tokenizers raises nothing narrower
            raise self._damaged(_TOKENIZER, error) from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def _damaged(self, name: str, error: Exception) -> ModelError:
        """Return the error for a file that cannot be read."""
        reason = " ".join(str(error).split())
        return ModelError(
            f"嵌入模型已损坏：读不出 {self._folder / name}（{reason}），请重新取得该模型，或改用 builtin"
        )

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        return int(self._table.shape[1])

    @cached_property
    def fingerprint(self) -> str:
        """16 hexadecimal digits of the SHA-256 over how texts are prepared, the tokenizer and the table."""
        digest = hashlib.sha256(self._prepare.__name__.encode())
        for name in (_TOKENIZER, _TABLE):
            digest.update((self._folder / name).read_bytes())
        return digest.hexdigest()[:_DIGITS]

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 of shape (len(texts), dimension), rows of length 1, zeros if no token is known."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), _BATCH):
            prepared = [self._prepare(text) for text in texts[start : start + _BATCH]]
            self._pool(prepared, vectors[start : start + _BATCH])
        return vectors

    encode_queries = encode_passages

    def vocabulary(self) -> dict[str, int]:
        """Return the number of the row of each word."""
        return dict(self._tokenizer.get_vocab())

    def count(self) -> int:
        """Return how many words have a row."""
        return int(self._tokenizer.get_vocab_size())

    def number(self, word: str) -> int | None:
        """Return the number of the row of a word, None where it has none."""
        row: int | None = self._tokenizer.token_to_id(word)
        return row

    def rows(self, numbers: Sequence[int] | NDArray[np.integer[Any]]) -> NDArray[np.float32]:
        """Return the rows of words by number, float32 of (len(numbers), dimension), not normalised."""
        return self._table.take(numbers, axis=0).astype(np.float32)

    def _pool(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Write the normalised mean of each text's rows into `vectors`, which is zero."""
        for vector, encoding in zip(
            vectors, self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False), strict=True
        ):
            if encoding.ids:
                # The mean is a multiple of the sum, so its direction is the sum's.
                total = self.rows(encoding.ids).sum(axis=0)
                length = np.linalg.norm(total)
                if length > 0:
                    vector[:] = total / length


class SentenceTransformerEmbedder:
    """Any embedder that sentence-transformers loads; queries and passages get the prompts it was trained with."""

    portable = False

    def __init__(self, name: str) -> None:
        """Load the model `name`, a folder or the name of a model on a hub.

        Raises:
            ModelError: sentence-transformers is not installed, or the model cannot be loaded.
        """
        # In float16 a zero vector would be normalised to NaN.
        self._model = load_pretrained("SentenceTransformer", name, "builtin").float()
        self._prompts = prompts(self._model.prompts, Path(name).name)

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        return int(self._model.get_embedding_dimension())

    @cached_property
    def fingerprint(self) -> str:
        """16 hexadecimal digits of the SHA-256 over the prompts and the model's layout and weights."""
        digest = hashlib.sha256(repr((self._prompts, self._model)).encode())
        for key, weights in sorted(self._model.state_dict().items()):
            digest.update(key.encode())
            digest.update(weights.cpu().numpy().tobytes())
        return digest.hexdigest()[:_DIGITS]

    @property
    def max_tokens(self) -> int | None:
        """How many of its own tokens of a text it reads, its prompt among them; None where it reads all."""
        limit = self._model.max_seq_length
        return limit if limit is not None and limit < _ENDLESS else None

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 of shape (len(texts), dimension), rows of length 1."""
        return self._encode(self._model.encode_query, texts, self._prompts[0])

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 of shape (len(texts), dimension), rows of length 1."""
        return self._encode(self._model.encode_document, texts, self._prompts[1])

    def _encode(self, encode: Callable[..., Any], texts: Sequence[str], prompt: str) -> NDArray[np.float32]:
        vectors = encode(list(texts), prompt=prompt, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), self.dimension)


@cache
def builtin() -> StaticEmbedder:
    """Return the built-in embedder, loaded once for the life of the process."""
    return StaticEmbedder(BUILTIN, prepare=fold)


def prompts(own: Mapping[str, str], name: str) -> tuple[str, str]:
    """Return what stands before every query and before every passage, nothing where a model wants nothing.

    Args:
        own: the prompts of the model's `config_sentence_transformers.json`, which go before all else.
        name: the last part of the model's name, by which a family is known that leaves them out there.
    """
    if not any(own.values()):
        return next((both for family, both in _PROMPTS.items() if family.fullmatch(name.lower())), ("", ""))
    # sentence-transformers knows all three names, but (6.2) takes its own blank `document` before the others.
    passage = next((own[key] for key in ("document", "passage", "corpus") if own.get(key)), "")
    return own.get("query", ""), passage


def _is_static(folder: Path) -> bool:
    """Whether `folder` holds a StaticEmbedding and nothing behind it but normalisation."""
    if not (folder / _MODULES).is_file():
        return False
    modules = json.loads((folder / _MODULES).read_text(encoding="utf-8"))
    kinds = [module["type"].rpartition(".")[2] for module in modules]
    return kinds[:1] == ["StaticEmbedding"] and set(kinds[1:]) <= {"Normalize"}


EMBEDDERS: Mapping[str, Callable[[str], Embedder]] = {
    "builtin": lambda _: builtin(),
    "static": StaticEmbedder,
    "sentence-transformers": SentenceTransformerEmbedder,
}


@cache
def load_embedder(name: str) -> Embedder:
    """Return the embedder that `name` says, loaded once for the life of the process.

    Args:
        name: `builtin`; a folder in sentence-transformers' format; or the name of a model on a hub, which
            is the only case that may use the network.

    Raises:
        ModelError: it cannot be loaded; the message says why and what to do.
    """
    if name == "builtin":
        return EMBEDDERS["builtin"](name)
    return EMBEDDERS["static" if _is_static(Path(name)) else "sentence-transformers"](name)
