"""Who may change what the page serves."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import urlsplit

from rag.errors import UsageError
from rag.web.options import WebOptions

FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


class _Client(Protocol):
    @property
    def host(self) -> str:
        """Its address."""


class Request(Protocol):
    """What is looked at of a request; Gradio's and Starlette's are such."""

    @property
    def client(self) -> _Client | None:
        """Whoever is at the other end of the connection."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, whatever the case of their names."""


def may_manage(request: Request, options: WebOptions) -> bool:
    """Return whether a request may add and remove documents, run the evaluation and change settings.

    With `manage = "auto"` a request may that comes from a browser on this machine: from a loopback address, to a
    loopback name, from a page of such a name, and through no proxy that says so. A proxy on this machine that
    says nothing cannot be told from a browser on it: behind one, set `manage`.
    """
    if options.manage != "auto":
        return options.manage == "yes"
    headers = request.headers
    if request.client is None or any(name in headers for name in FORWARDED):
        return False
    names = [request.client.host, _name(f"//{headers.get('host', '')}")]
    if "origin" in headers:
        names.append(_name(headers["origin"]))
    return all(map(_is_loopback, names))


def is_misnamed(request: Request, options: WebOptions) -> bool:
    """Return whether a browser on this machine asks under a name that is none of this machine's.

    So asks a page of another site whose name was made to point here once it was open (DNS rebinding): to the
    browser the two are one site then. Behind a proxy or a password the name does not matter.
    """
    if options.user or options.proxies or request.client is None:
        return False
    named = _name(f"//{request.headers.get('host', '')}")
    return _is_loopback(request.client.host) and not _is_loopback(named)


def check_manager(request: Request, options: WebOptions) -> None:
    """Refuse a request that may not manage; every handler that changes anything begins with this.

    Raises:
        UsageError: it may not.
    """
    if not may_manage(request, options):
        raise UsageError(
            '这里只能看：要改动，请在运行引据的那台机器上打开网页，或在设置里写 web.manage = "yes"'
        )


def _name(address: str) -> str | None:
    """Return the name or number of the host in an address, None where there is none."""
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _is_loopback(name: str | None) -> bool:
    try:
        return name == "localhost" or ip_address(name or "").is_loopback
    except ValueError:
        return False
