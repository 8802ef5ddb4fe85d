"""What the tab 设置 shows of the settings, as HTML without a secret in it. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

from rag.config import Settings
from rag.settings_file import Key, Origin
from rag.web.html import escape
from rag.web.meanings import ADDRESSES, GROUPS, MEANINGS, REBUILDS, SECRET, fitted, settings_of
from rag.web.tables import table_html

_ORIGINS: Mapping[Origin, str] = {"default": "默认", "file": "yinju.toml", "environment": "环境变量"}
_HEAD = ("设置", "值", "含义", "来自", "改后何时生效")
_LONG_KEY = 16
"""Characters of a key from which on its last four tell nothing of it."""


def masked(key: str) -> str:
    """Return that a key is set, without the key: the last four characters of a long one; "" for none."""
    if not key:
        return ""
    return f"已设置（末四位 …{key[-4:]}）" if len(key) >= _LONG_KEY else "已设置"


def bare(address: str) -> str:
    """Return an address without the name, password and query that may be in it; "" for what is no address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def settings_html(settings: Settings, origins: Mapping[Key, Origin]) -> str:
    """Return every setting in use: its value, what it means, where it comes from, what a change of it asks for.

    Args:
        settings: those in use.
        origins: where the value of each comes from.
    """
    used, usual = settings_of(settings), settings_of(Settings())
    tables = []
    for group, title in GROUPS.items():
        keys = [key for key in used if (key[0] if len(key) > 1 else "") == group]
        rows = []
        for key in keys:
            meaning, origin = MEANINGS[key]
            started = origins[key] == "default" and used[key] != usual[key]
            by = "启动时的选项" if started else _ORIGINS[origins[key]]
            told = f"{meaning}（{origin}）" if origin else meaning
            rows.append((".".join(key), escape(_value(key, used[key])), told, by, _effect(key)))
        tables += [f"<h3>{title}</h3>", table_html(title, _HEAD, rows)]
    return "".join(tables)


def fitted_html() -> str:
    """Return the fitted thresholds: value, meaning, what fitted it."""
    rows = [(one.name, f"{one.value:g}", one.meaning, one.origin) for one in fitted()]
    return table_html("阈值", ("阈值", "值", "含义", "由何而来"), rows)


def _value(key: Key, value: object) -> str:
    if key in SECRET:
        return "已设置" if value else "没有设置"
    if key in ADDRESSES:
        value = bare(str(value))
    if isinstance(value, bool):
        return "是" if value else "否"
    return "—" if value == "" else str(value)


def _effect(key: Key) -> str:
    if key[0] == "llm":
        return "立即"
    return "重启，并重建索引" if key in REBUILDS else "重启"
