"""Texts to vectors: the built-in static embedder, and any other that sentence-transformers can load.

A static embedder is a table with a row for each word: a text's vector is the normalised mean of its words'
rows. The file format is sentence-transformers' own, read here without it: importing that takes seconds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError

BUILTIN = Path(__file__).parent / "models" / "embedder"
_TOKENIZER, _TABLE, _MODULES = "tokenizer.json", "model.safetensors", "modules.json"
_TABLE_KEY = "embedding.weight"
# Texts pooled at a time: the gathered rows of these (some tens of MB) are what bulk encoding needs.
_BATCH = 256
_DIGITS = 16


class Embedder(Protocol):
    """Maps texts to vectors whose inner product is their similarity, -1 to 1.

    The texts should be folded (`rag.text.fold`) by the caller: the tables know simplified characters.
    """

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that differ between models: an index remembers whose vectors it holds."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 of shape (len(texts), dimension), rows of length 1.

        A text in which the embedder knows nothing gets a row of zeros.
        """


class StaticEmbedder:
    """An embedder in sentence-transformers' StaticEmbedding format: a tokenizer and a table of rows."""

    def __init__(self, folder: Path | str = BUILTIN) -> None:
        """Load the embedder in `folder`.

        Raises:
            ModelError: a file is missing or damaged.
        """
        from safetensors import SafetensorError, safe_open
        from tokenizers import Tokenizer

        self._folder = Path(folder)
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
        """16 hexadecimal digits of the SHA-256 over the tokenizer's and the table's bytes."""
        digest = hashlib.sha256()
        for name in (_TOKENIZER, _TABLE):
            digest.update((self._folder / name).read_bytes())
        return digest.hexdigest()[:_DIGITS]

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 of shape (len(texts), dimension), rows of length 1, zeros if no token is known."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), _BATCH):
            self._pool(texts[start : start + _BATCH], vectors[start : start + _BATCH])
        return vectors

    def vocabulary(self) -> dict[str, int]:
        """Return the number of the row of each word."""
        return self._tokenizer.get_vocab()

    def rows(self, numbers: NDArray[np.integer[Any]]) -> NDArray[np.float32]:
        """Return the rows of words by number, float32 of (len(numbers), dimension), not normalised."""
        return self._table[numbers].astype(np.float32)

    def _pool(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Write the normalised mean of each text's rows into `vectors`, which is zero."""
        encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        lengths = np.array([len(encoding) for encoding in encodings])
        filled = np.flatnonzero(lengths)
        if not len(filled):
            return
        ids = np.concatenate([encodings[place].ids for place in filled])
        starts = np.cumsum(lengths[filled]) - lengths[filled]
        # The mean is a multiple of the sum, so its direction is the sum's.
        sums = np.add.reduceat(self._table[ids].astype(np.float32), starts, axis=0)
        norms = np.linalg.norm(sums, axis=1, keepdims=True)
        vectors[filled] = np.divide(sums, norms, out=np.zeros_like(sums), where=norms > 0)


class SentenceTransformerEmbedder:
    """Any embedder that sentence-transformers loads, from a folder or, by its name, from a model hub."""

    def __init__(self, name: str) -> None:
        """Load the model `name`: a folder, which is read without a network, or a hub model.

        Raises:
            ModelError: sentence-transformers is not installed, or the model cannot be loaded.
        """
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise ModelError(
                f"{name} 要用 sentence-transformers 载入：请 pip install -r requirements.txt，或改用 builtin"
            ) from error
        try:
            model = SentenceTransformer(name, local_files_only=Path(name).is_dir())
            # In float16 a zero vector would be normalised to NaN.
            self._model = model.float()
        except (OSError, ValueError) as error:
            reason = str(error).strip().splitlines()[0]
            raise ModelError(
                f"嵌入模型 {name} 载入失败（{reason}），请检查名称、路径和网络，或改用 builtin"
            ) from error

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        return int(self._model.get_embedding_dimension())

    @cached_property
    def fingerprint(self) -> str:
        """16 hexadecimal digits of the SHA-256 over the model's layout and weights."""
        digest = hashlib.sha256(repr(self._model).encode())
        for key, weights in sorted(self._model.state_dict().items()):
            digest.update(key.encode())
            digest.update(weights.cpu().numpy().tobytes())
        return digest.hexdigest()[:_DIGITS]

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 of shape (len(texts), dimension), rows of length 1."""
        vectors = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), self.dimension)


@cache
def builtin() -> StaticEmbedder:
    """Return the built-in embedder, loaded once for the life of the process."""
    return StaticEmbedder(BUILTIN)


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


def load_embedder(name: str = "builtin") -> Embedder:
    """Return the embedder that `name` says.

    Args:
        name: `builtin`; a folder in sentence-transformers' format; or the name of a model on a hub, which
            is the only case that may use the network.

    Raises:
        ModelError: it cannot be loaded; the message says why and what to do.
    """
    folder = Path(name)
    if name == "builtin":
        return EMBEDDERS["builtin"](name)
    looks_like_path = folder.is_absolute() or name.startswith((".", "~")) or name.count("/") > 1
    if looks_like_path and not folder.is_dir():
        raise ModelError(f"嵌入模型的文件夹不存在：{name}，请检查路径，或改用 builtin")
    return EMBEDDERS["static" if _is_static(folder) else "sentence-transformers"](name)
