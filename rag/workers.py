"""Who prepares the files of an index run: this process, or processes beside it; always in order."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from pathlib import Path

from rag.errors import YinjuError
from rag.preparing import Prepare, Prepared

ALONE_BYTES = 2 * 2**20
"""Up to so many bytes of files one process is done before another has started (two seconds)."""
_AHEAD = 3
"""Files that each process may have finished or begun before they are needed: memory is for a few, not for all."""


Workers = Callable[[Mapping[str, Path], Prepare], Iterator[Prepared]]
"""Yield what is prepared of each file, given by name and path, in their order."""


def alone(files: Mapping[str, Path], prepare: Prepare) -> Iterator[Prepared]:
    """Yield what this process prepares of each file, in their order."""
    for name, path in files.items():
        yield prepare(name, path)


def beside(files: Mapping[str, Path], prepare: Prepare) -> Iterator[Prepared]:
    """Yield what a process for each processor prepares of the files, in their order; little is done `alone`.

    Raises:
        YinjuError: such a process was killed, most often for want of memory.
    """
    processes = os.cpu_count() or 1
    if processes == 1 or sum(map(_size, files.values())) <= ALONE_BYTES:
        yield from alone(files, prepare)
        return
    try:
        with ProcessPoolExecutor(
            processes, mp_context=get_context("spawn"), initializer=_begin, initargs=(prepare,)
        ) as pool:
            yield from _in_order(pool, files, processes * _AHEAD)
    except BrokenProcessPool as error:
        raise YinjuError("读文档的进程被系统终止，多半是内存不够；请关掉别的程序后重试") from error


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # gone since its folder was listed: reading it will say so


def _in_order(pool: ProcessPoolExecutor, files: Mapping[str, Path], ahead: int) -> Iterator[Prepared]:
    waiting: deque[Future[Prepared]] = deque()
    try:
        for name, path in files.items():
            waiting.append(pool.submit(_prepare, name, path))
            if len(waiting) >= ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


_own: list[Prepare] = []


def _begin(prepare: Prepare) -> None:
    """Make a process ready, and let it end with the one that started it, however that ends."""
    _own[:] = [prepare]
    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # each process has a processor, and no more
    threading.Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    parent = parent_process()
    assert parent is not None  # this runs in a process of a pool
    parent.join()
    os._exit(1)


def _prepare(name: str, path: Path) -> Prepared:
    return _own[0](name, path)
