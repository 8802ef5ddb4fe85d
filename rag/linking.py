"""Files of one generation that the next one keeps: the same file under a second name, not a copy."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def link(source: Path, target: Path) -> None:
    """Make `target` a second name of the file `source`, which nobody may change any more.

    Where the file system has no second names it becomes a copy.
    """
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def link_folder(source: Path, target: Path) -> None:
    """Make the folder `target` with a link to every file of the flat folder `source`, lock files aside.

    For what is written by adding files and replacing them whole, as tantivy does.
    """
    target.mkdir()
    for path in source.iterdir():
        if path.suffix != ".lock":
            link(path, target / path.name)
