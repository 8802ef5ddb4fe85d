"""Opens the assistant over the documents and serves the page."""

from __future__ import annotations

import sys

from rag.assistant import open_assistant
from rag.config import load_settings
from rag.errors import YinjuError
from rag.web.server import launch


def report(line: str) -> None:
    """Tell on stderr what is being done."""
    sys.stderr.write(f"{line}\n")


def main() -> int:
    """Serve until interrupted; return the exit status."""
    try:
        settings = load_settings()
        launch(open_assistant(settings, report=report), settings.web)
    except YinjuError as error:
        report(str(error))
        return error.status
    except KeyboardInterrupt:
        report("引据已停止")
    return 0


if __name__ == "__main__":
    sys.exit(main())
