"""A ranker that reads query and passage together: any cross-encoder that sentence-transformers loads."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.datatypes import Hit
from rag.errors import ModelError
from rag.pretrained import load_pretrained


class CrossEncoderRanker:
    """A cross-encoder with one output: how well a passage answers a query."""

    def __init__(self, name: str) -> None:
        """Load the model `name`, a folder or the name of a model on a hub.

        Raises:
            ModelError: sentence-transformers is not installed, the model cannot be loaded, or it was not
                trained to score pairs.
        """
        self._model = load_pretrained("CrossEncoder", name, "builtin")
        network = self._model[0].model
        # For an embedder, say, a scoring layer is made up of random numbers, and a warning logged.
        if type(network).__name__ not in (network.config.architectures or ()) or self._model.num_labels != 1:
            raise ModelError(
                f"{name} 不是给文段打分的排序模型，请换一个（如 BAAI/bge-reranker-base），或改用 builtin"
            )

    def scores(self, query: str, hits: Sequence[Hit]) -> NDArray[np.float32]:
        """Return the model's score for the query with each hit's context and text, float32 of (len(hits),)."""
        pairs = [(query, f"{hit.chunk.context}\n{hit.chunk.text}") for hit in hits]
        return np.asarray(self._model.predict(pairs, show_progress_bar=False), dtype=np.float32)
