"""Other people's models, loaded by sentence-transformers: from a folder, or by their name from a hub."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from rag.errors import ModelError


def load_pretrained(kind: Literal["SentenceTransformer", "CrossEncoder"], name: str, without: str) -> Any:  # noqa: ANN401
    """Return sentence-transformers' model of the class `kind`.

    Args:
        kind: `SentenceTransformer` makes vectors of texts, `CrossEncoder` a score of a pair of texts.
        name: a folder, which is read without a network, or the name of a model on a hub.
        without: the setting that does without such a model; a message offers it.

    Raises:
        ModelError: sentence-transformers is not installed, or the model cannot be loaded.
    """
    noun = {"SentenceTransformer": "嵌入模型", "CrossEncoder": "排序模型"}[kind]
    folder = Path(name)
    on_a_hub = name.count("/") == 1 and not folder.is_absolute() and not name.startswith((".", "~"))
    if not folder.is_dir() and not on_a_hub:
        raise ModelError(
            f"{noun}的文件夹不存在：{name}，请写文件夹，或模型站上“机构/名称”的全名，或改用 {without}"
        )
    try:
        import sentence_transformers
        from safetensors import SafetensorError
    except ImportError as error:
        raise ModelError(
            f"{noun} {name} 要用 sentence-transformers 载入：请 pip install -r requirements.txt，或改用 {without}"
        ) from error
    try:
        return getattr(sentence_transformers, kind)(name, local_files_only=folder.is_dir())
    except (ImportError, LookupError, OSError, RuntimeError, ValueError, SafetensorError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ModelError(
            f"{noun} {name} 载入失败（{reason}），请检查名称、路径和网络，或改用 {without}"
        ) from error
