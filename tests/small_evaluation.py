"""The evaluation with a few of its questions, in a folder of its own: a run of it takes a second or two."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).parent.parent
KEPT = {"questions.jsonl": 6, "quotes.jsonl": 3, "grounding.jsonl": 3}
STEPS = KEPT["questions.jsonl"] + KEPT["quotes.jsonl"]


def small_evaluation(root: Path) -> Path:
    """Lay it out in `root`, with the program beside it and without runs and baseline, and return `root`."""
    shutil.copytree(
        ROOT / "eval", root / "eval", ignore=shutil.ignore_patterns("runs", "baseline", "__pycache__")
    )
    (root / "rag").symlink_to(ROOT / "rag")
    for name, count in KEPT.items():
        lines = (ROOT / "eval" / name).read_text(encoding="utf-8").split("\n")[:count]
        (root / "eval" / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return root
