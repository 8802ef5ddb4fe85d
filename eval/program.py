"""The program that is judged: opened as its user has set it up, and described so that a run can be repeated."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from rag.assistant import Assistant, open_assistant
from rag.config import Settings, load_settings


@contextmanager
def open_program(docs: Path, index: Path | None) -> Iterator[tuple[Assistant, Settings]]:
    """Yield the program that is judged, set up as `yinju.toml` and the environment say, and its settings.

    Without `index` the index is built anew in a temporary
    folder, since one that is there may be of older code that reads and cuts the documents otherwise.
    """
    settings = load_settings()
    with TemporaryDirectory() as temporary:
        settings = replace(settings, docs=docs, index=index or Path(temporary))
        yield open_assistant(settings), settings


def folder_of(docs: Path | None) -> Path:
    """Return the folder of the documents: the one given, else that of the settings."""
    return docs or load_settings().docs


def describe(assistant: Assistant, settings: Settings) -> dict[str, Any]:
    """Return what a run was run with: the settings without secrets and without the page's, the program, fingerprints."""
    settled = asdict(settings)
    del settled["llm"]["api_key"], settled["web"]
    address = urlsplit(settings.llm.base_url)
    settled["llm"]["base_url"] = urlunsplit(
        (address.scheme, address.netloc.rpartition("@")[2], address.path, "", "")
    )
    files = assistant.index.documents.files().values()
    contents = "\n".join(f"{file.sha256} {file.name}" for file in files)
    return {
        "settings": settled,
        "program": {"commit": commit(), "python": sys.version.split()[0], "cpus": os.cpu_count()},
        "documents": {"files": len(files), "sha256": hashlib.sha256(contents.encode()).hexdigest()},
        "embedder": assistant.index.embedder.fingerprint,
    }


def commit() -> str | None:
    """Return the commit that is checked out, with a `+` where files differ from it; None outside a repository."""
    try:
        asked = (
            "git",
            "-C",
            str(Path(__file__).parent),
            "describe",
            "--always",
            "--dirty=+",
            "--abbrev=12",
            "--exclude=*",
        )
        return subprocess.run(asked, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None
