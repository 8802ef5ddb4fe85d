"""Bulk reading on a Ray cluster: what three nodes make, one of them killed midway, is what one process makes."""

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from rag.chunking import ChunkingOptions
from rag.cluster import prepared_on
from rag.embedding import builtin
from rag.errors import UsageError
from rag.indexing import open_index, read_manifest, update_index
from rag.preparing import preparer
from rag.retrieval import RetrievalOptions, search

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def docs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ray") / "docs"
    folder.mkdir()
    for path in sorted((ROOT / "docs_src").iterdir()):
        for number in range(4):
            shutil.copy(path, folder / f"{number:02}-{path.name}")
    (folder / "00-bad.pdf").write_bytes(b"no")
    return folder


def tables(folder):
    """Return all rows of the document store."""
    connection = sqlite3.connect(folder / "documents.sqlite")
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: sorted(map(repr, connection.execute(f"SELECT * FROM {name}"))) for name in names}


def test_a_cluster_that_loses_a_node_makes_the_same_index(docs, tmp_path):
    done = subprocess.run(
        [sys.executable, ROOT / "tests" / "ray_cluster.py", docs, tmp_path / "ray"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "RAY_USAGE_STATS_ENABLED": "0"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    alive = json.loads(done.stdout.splitlines()[-1])
    assert alive[0] == 3 and alive[-1] == 2 and len(alive) == 21

    options = docs, tmp_path / "one", builtin(), ChunkingOptions()
    update_index(*options, lambda _: None)
    folders = [
        place / read_manifest(docs, place).generation for place in (tmp_path / "one", tmp_path / "ray")
    ]
    assert tables(folders[0]) == tables(folders[1])
    vectors = [(folder / "vectors.faiss").read_bytes() for folder in folders]
    assert vectors[0] == vectors[1]
    one, other = (
        search(
            open_index(docs, place, builtin(), ChunkingOptions()), "技术合同成交金额", 20, RetrievalOptions()
        )
        for place in (tmp_path / "one", tmp_path / "ray")
    )
    assert one == other != []


def test_no_cluster_is_one_line(docs):
    prepare = preparer(docs, builtin(), ChunkingOptions())
    with pytest.raises(UsageError, match=r"连不上 Ray 集群 127\.0\.0\.1:1；"):
        list(prepared_on("127.0.0.1:1", {"a": docs / "a"}, prepare))
