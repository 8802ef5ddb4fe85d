"""What is filled in about the language model, and what it changes. The key goes to no other host than it was set for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from rag.answering.endpoint import LLMOptions, is_address
from rag.errors import UsageError
from rag.settings_file import Key
from rag.web.settings_html import bare

FIELDS = ("base_url", "model", "timeout", "max_tokens", "evidence_tokens", "temperature", "show_unsupported")
"""The settings that are filled in, but for the key, in the order of the form."""


def shown(llm: LLMOptions) -> dict[str, object]:
    """Return what the form shows: no key, and no password in the address."""
    return {name: getattr(llm, name) for name in FIELDS} | {"base_url": bare(llm.base_url)}


def changes(llm: LLMOptions, filled: Mapping[str, object], key: str) -> dict[Key, object]:
    """Return the settings that a filled-in form changes; None for one that is left empty.

    Args:
        llm: what is in use.
        filled: a value for each of `FIELDS`.
        key: the new key, "" to keep the old one.

    Raises:
        UsageError: the key or the address is malformed, or the address is that of another host and the old key would go there.
    """
    before = shown(llm)
    changed: dict[Key, object] = {}
    for name in FIELDS:
        value = filled[name]
        value = value.strip() if isinstance(value, str) else value
        if value != before[name]:
            changed["llm", name] = None if value == "" else value
    address = changed.get(("llm", "base_url"))
    if isinstance(address, str) and not is_address(address):
        raise UsageError("接口地址不对；请写成 http(s)://主机:端口/v1 的样子")
    key = key.strip()
    if key and not (key.isascii() and key.isprintable() and " " not in key):
        raise UsageError("密钥里有空格、汉字或看不见的字符；请重新复制")
    if key:
        changed["llm", "api_key"] = key
    elif llm.api_key and _moves(llm.base_url, changed.get(("llm", "base_url"))):
        raise UsageError(
            "换了主机，原来的密钥不会发过去；请填写新地址的密钥，或先删除原来的（密钥在环境变量里的，地址也请在那里设）"
        )
    return changed


def filled_in(llm: LLMOptions, changed: Mapping[Key, object]) -> LLMOptions:
    """Return the options with changes that are not saved.

    Raises:
        UsageError: they do not fit.
    """
    usual = LLMOptions()
    values = {key[-1]: getattr(usual, key[-1]) if value is None else value for key, value in changed.items()}
    try:
        return replace(llm, **values)  # type: ignore[arg-type]
    except ValueError as error:
        raise UsageError(str(error)) from error


def _moves(before: str, now: object) -> bool:
    """Whether a changed address is that of another host than the one before, which may have been none."""
    return isinstance(now, str) and _host(before) != _host(now)


def _host(address: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return parts.scheme, parts.netloc.rpartition("@")[2].lower()
