"""Files prepared in processes beside: the same as by one process, in the same order, and an end to it when one is killed."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from rag import workers
from rag.chunking import ChunkingOptions
from rag.embedding import builtin
from rag.errors import YinjuError
from rag.preparing import preparer

ROOT = Path(__file__).parent.parent


@pytest.fixture
def files(tmp_path):
    docs = tmp_path / "docs"
    docs.mkdir()
    for path in (ROOT / "docs_src").iterdir():
        for number in range(3):
            shutil.copy(path, docs / f"{number}{path.name}")
    (docs / "2bad.pdf").write_bytes(b"no")
    return {path.name: path for path in sorted(docs.iterdir(), reverse=True)}


def plain(prepared):
    """Return what was prepared, with its vectors as they compare."""
    return (
        prepared.file,
        prepared.reason,
        prepared.counts,
        [(one.rows, one.terms, one.vectors.tobytes()) for one in prepared.documents],
    )


def test_processes_beside_make_what_one_makes_in_order(files, monkeypatch):
    monkeypatch.setattr(workers, "ALONE_BYTES", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    prepare = preparer(next(iter(files.values())).parent, builtin(), ChunkingOptions())
    beside = list(workers.beside(files, prepare))
    assert [one.file for one in beside] == list(files)
    assert list(map(plain, beside)) == list(map(plain, workers.alone(files, prepare)))
    (refused,) = (one for one in beside if one.reason)
    assert refused.file == "2bad.pdf" and refused.documents == ()
    lengths = np.linalg.norm(beside[-1].documents[0].vectors, axis=1)
    assert lengths == pytest.approx(np.ones(len(lengths)), abs=1e-5)


def test_little_is_done_without_other_processes(files, monkeypatch):
    monkeypatch.setattr(workers, "ProcessPoolExecutor", None)
    prepare = preparer(next(iter(files.values())).parent, builtin(), ChunkingOptions())
    assert [one.file for one in workers.beside(files, prepare)] == list(files)


def _die(name: str, path: Path) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_is_killed_is_one_line(files, monkeypatch):
    monkeypatch.setattr(workers, "ALONE_BYTES", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    with pytest.raises(YinjuError, match="读文档的进程被系统终止"):
        list(workers.beside(files, _die))


LONELY = """
import os, sys, time
from pathlib import Path
from rag import workers

def report(name, path):
    Path(name).write_text(str(os.getpid()))
    time.sleep(60)

if __name__ == "__main__":
    workers.ALONE_BYTES, os.cpu_count = 0, lambda: 2
    folder = Path(sys.argv[1])
    files = {str(folder / "pid"): Path(__file__)}
    print("ready", flush=True)
    list(workers.beside(files, report))
"""


def test_processes_beside_end_with_the_one_that_is_killed(tmp_path):
    script = tmp_path / "lonely.py"
    script.write_text(LONELY)
    with subprocess.Popen(
        [sys.executable, str(script), str(tmp_path)], cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}
    ) as process:
        pid = tmp_path / "pid"
        _wait(lambda: pid.exists() and pid.read_text())
        worker = Path(f"/proc/{pid.read_text()}")
        assert worker.exists()
        process.kill()
    _wait(lambda: not worker.exists())


def _wait(happened):
    ended = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < ended, "waited in vain"
        time.sleep(0.05)
