"""The policy texts of a data folder that sentences are drawn from."""

from __future__ import annotations

import random
from pathlib import Path

from eval.altering.pairs import Pair, Text, draw_pairs
from eval.external.data import Data, Row
from rag.errors import UsageError

SETS = ("xwlb", "gov_reports", "policy_text_env", "ncp_policy_qa")
OF_SET = 700
"""Documents of a set at most."""
EACH = 60
"""Pairs of a kind at most."""


def policy_texts(folder: Path, of_set: int) -> dict[str, list[Row]]:
    """Return documents of those of the policy sets that the folder has, by set, shuffled, the same ones every time.

    Raises:
        UsageError: there is no such folder, it has none of the sets, or a file of it cannot be read.
    """
    data = Data(folder)
    found: dict[str, list[Row]] = {}
    for name in SETS:
        if data.has(f"{name}/docs"):
            rows = data.rows(f"{name}/docs")
            found[name] = random.Random(1).sample(rows, min(len(rows), of_set))
    if not found:
        raise UsageError(f"数据文件夹 {folder} 里没有这些集中的任何一个：{'、'.join(SETS)}")
    return found


def drawn_from(folder: Path) -> tuple[Pair, ...]:
    """Return pairs drawn from the policy texts of a folder, the same ones every time; errors as there."""
    rows = [row for rows in policy_texts(folder, OF_SET).values() for row in rows]
    texts = [Text(id=row["id"], text=row["text"], date=row.get("date")) for row in rows]
    return draw_pairs(texts, EACH)
