"""An index run that is killed, and what can be read afterwards."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rag.chunking import ChunkingOptions
from rag.embedding import builtin
from rag.errors import IndexDamagedError
from rag.indexing import open_index, update_index
from rag.retrieval import RetrievalOptions, search

QUERIES = ("科技创新和产业创新深度融合", "技术合同成交金额", "人工智能", "西延高铁")
NONE = "没有索引"

# The document store of a large index is not copied; with 0 every index counts as large.
_CHILD = """
import sys
from pathlib import Path
from rag import document_writer, generation, workers
from rag.chunking import ChunkingOptions
from rag.embedding import builtin
from rag.indexing import update_index

docs, index, large = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "large"
if large:
    document_writer.COPIED_BYTES = 0
embedder = builtin()
print("ready", flush=True)
update_index(docs, index, embedder, ChunkingOptions(), lambda _: None)
print("done", flush=True)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Killed:
    """A run that was killed: how many seconds in, whether it had ended, and the state that was found then."""

    seconds: float
    ended: bool
    state: str


def state(docs: Path, index: Path) -> str:
    """Return a digest of all that an index answers with, `NONE` where there is none.

    Raises:
        IndexDamagedError: there is one that cannot be used.
    """
    try:
        opened = open_index(docs, index, builtin(), ChunkingOptions())
    except IndexDamagedError as error:
        if "还没有建" in str(error):
            return NONE
        raise
    digest = hashlib.sha256()
    for document in sorted(opened.documents.documents(), key=lambda one: one.source.file):
        digest.update(repr(document).encode())
    for query in QUERIES:
        hits = search(opened, query, 1000, RetrievalOptions(ranker="none"))
        found = sorted((-round(hit.score, 5), hit.chunk.file, hit.chunk.text) for hit in hits)
        digest.update(json.dumps(found).encode())
    opened.documents.close()
    return digest.hexdigest()


def run(docs: Path, index: Path, large: bool, after: float | None) -> tuple[float, bool]:
    """Index in a process of its own, killed `after` so many seconds; return the seconds, and whether it ended."""
    command = [sys.executable, "-c", _CHILD, str(docs), str(index), "large" if large else "small"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # it is a pipe
        process.stdout.readline()
        start = time.perf_counter()
        try:
            process.wait(timeout=after)
        except subprocess.TimeoutExpired:
            process.kill()
        seconds = time.perf_counter() - start
        return seconds, process.stdout.read() == "done\n"


def killed(docs: Path, index: Path, large: bool, after: float) -> Killed:
    """Kill an index run, and return what is found then; raise what `state` does."""
    seconds, ended = run(docs, index, large, after)
    return Killed(seconds=seconds, ended=ended, state=state(docs, index))


class Folders:
    """The docs folder in two forms, what an index of each answers with, and how long an update takes."""

    def __init__(self, docs: Path, folder: Path) -> None:
        """Copy the documents of `docs`, and build both in the empty `folder`."""
        self.docs = folder / "docs"
        shutil.copytree(docs, self.docs)
        self._names = sorted(path.name for path in self.docs.iterdir())
        self._texts = {name: (self.docs / name).read_bytes() for name in self._names}
        self.second = False
        self.states = [self._scratch(folder / "first")]
        self.turn()
        self.states.append(self._scratch(folder / "second"))
        self.build_seconds = run(self.docs, folder / "timed", False, None)[0]
        self.turn()
        self.update_seconds = run(self.docs, folder / "timed", False, None)[0]

    def _scratch(self, index: Path) -> str:
        update_index(self.docs, index, builtin(), ChunkingOptions(), lambda _: None)
        return state(self.docs, index)

    def turn(self) -> None:
        """Give the folder its other form: one file changed, one gone, one new; or all as they were."""
        first, *_, last = self._names
        self.second = not self.second
        if self.second:
            (self.docs / first).write_bytes(self._texts[first] + "\n\n新增一段，讲人工智能治理。\n".encode())
            (self.docs / last).unlink()
            (self.docs / "新.txt").write_text("西延高铁的技术合同成交金额再创新高。", encoding="utf-8")
        else:
            (self.docs / first).write_bytes(self._texts[first])
            (self.docs / last).write_bytes(self._texts[last])
            (self.docs / "新.txt").unlink()


def moments(count: int, seconds: float, chance: random.Random) -> list[float]:
    """Return moments spread over a run of so many seconds, one drawn from each equal part of it, in any order."""
    part = seconds / count
    drawn = [(number + chance.random()) * part for number in range(count)]
    chance.shuffle(drawn)
    return drawn
