"""What a measurement was made on, so that its figures can be read."""

from __future__ import annotations

import os
import platform
from datetime import date
from pathlib import Path
from typing import Any

import psutil

from eval.program import commit

_CPUINFO = Path("/proc/cpuinfo")


def describe() -> dict[str, Any]:
    """Return the date, the processor, its cores, the memory in bytes, the system, and the program's commit."""
    return {
        "date": date.today().isoformat(),
        "cpu": _processor(),
        "cores": os.cpu_count(),
        "memory_bytes": psutil.virtual_memory().total,
        "system": platform.system(),
        "commit": commit(),
    }


def _processor() -> str:
    if _CPUINFO.exists():
        for line in _CPUINFO.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
