"""The program that is judged: opened as its user has set it up, and described so that a run can be repeated."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from rag.assistant import Assistant, open_assistant
from rag.config import Settings, load_settings


def open_program(docs: Path, index: Path) -> tuple[Assistant, Settings]:
    """Return the program that is judged, set up as `yinju.toml` and the environment say, and its settings."""
    settings = replace(load_settings(), docs=docs, index=index)
    return open_assistant(settings), settings


def describe(assistant: Assistant, settings: Settings) -> dict[str, Any]:
    """Return what a run was run with: the settings without secrets, the program, fingerprints."""
    settled = asdict(settings)
    del settled["llm"]["api_key"]
    settled["llm"]["base_url"] = re.sub(r"//[^/@]*@", "//", settings.llm.base_url)
    files = assistant.index.documents.files().values()
    contents = "\n".join(f"{file.sha256} {file.name}" for file in files)
    return {
        "settings": settled,
        "program": {"commit": _commit(), "python": sys.version.split()[0], "cpus": os.cpu_count()},
        "documents": {"files": len(files), "sha256": hashlib.sha256(contents.encode()).hexdigest()},
        "embedder": assistant.index.embedder.fingerprint,
    }


def _commit() -> str | None:
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
