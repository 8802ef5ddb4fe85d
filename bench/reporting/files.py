"""Where the records lie, and what they hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rag.errors import UsageError

RESULTS = Path(__file__).parent.parent / "results"
PEERS, SCALE = "peers.json", "scale.json"
PAGE = "results.md"
"""Beside the folder of the records and the plots."""


def load(folder: Path, name: str) -> Any:  # noqa: ANN401 - whatever was measured
    """Return a record, None where there is none.

    Raises:
        UsageError: it is no JSON.
    """
    path = folder / name
    if not path.exists():
        return None
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UsageError(f"{path} 不是 JSON（{error}）；请重新测量") from error
