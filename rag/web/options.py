"""Options of the web page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

MANAGE = ("auto", "yes", "no")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebOptions:
    """How the page is served, and who may change what it serves.

    `host` is the address to listen on and `port` the first port to try. With `user` and `password` nothing but
    `/healthz` is answered without them. `manage` says who may add and remove documents, run the evaluation and
    change settings: `auto`, whoever opens the page on this machine itself; `yes`, everybody; `no`, nobody.
    `data` is the folder for what the page keeps: answers that were given a link, and feedback.

    Raises:
        ValueError: `manage` is none of these, or only one of `user` and `password` is given.
    """

    host: str = "127.0.0.1"
    port: int = 7860
    user: str = ""
    password: str = ""
    manage: str = "auto"
    data: Path = Path(".yinju")

    def __post_init__(self) -> None:
        if self.manage not in MANAGE:
            raise ValueError(f"manage 应是 {'、'.join(MANAGE)} 之一")
        if bool(self.user) != bool(self.password):
            raise ValueError("user 和 password 要一起设")
