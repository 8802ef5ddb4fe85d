"""Options of the web page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WebOptions:
    """Where the page is served: the address to listen on, and the first port to try."""

    host: str = "127.0.0.1"
    port: int = 7860
