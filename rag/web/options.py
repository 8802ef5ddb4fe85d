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
    `data` is the folder for what the page keeps: answers that were given a link, and feedback. `rate` is how many
    requests an address may make in a minute, 0 for any number. `proxies` are the addresses of the proxies in front,
    a comma between: only what these say of a visitor's address is believed.

    Raises:
        ValueError: `manage` is none of these, only one of `user` and `password` is given, or `user` has a colon,
            or `rate` is negative.
    """

    host: str = "127.0.0.1"
    port: int = 7860
    user: str = ""
    password: str = ""
    manage: str = "auto"
    data: Path = Path(".yinju")
    rate: int = 300
    proxies: str = ""

    def __post_init__(self) -> None:
        if self.manage not in MANAGE:
            raise ValueError(f"manage 应是 {'、'.join(MANAGE)} 之一")
        if bool(self.user) != bool(self.password):
            raise ValueError("user 和 password 要一起设")
        if ":" in self.user:
            raise ValueError("user 里不能有冒号")
        if self.rate < 0:
            raise ValueError("rate 应是 0 或正整数")
