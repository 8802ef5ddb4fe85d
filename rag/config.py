"""Settings: the options of the stages, composed from a TOML file and `YINJU_*` variables.

A key that no stage knows is an error. `yinju.toml` in the working folder is read where it stands:

    docs = "docs_src"
    [llm]
    base_url = "http://127.0.0.1:8000/v1"
    model = "qwen3"

`YINJU_LLM_BASE_URL` sets the same key as `base_url` under `[llm]`, and goes before the file.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rag.answering.endpoint import LLMOptions
from rag.answering.extractive import ExtractiveOptions
from rag.chunking import ChunkingOptions
from rag.errors import UsageError
from rag.retrieval import RetrievalOptions
from rag.stores import FILES
from rag.web.options import WebOptions

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

FILE = Path("yinju.toml")
PREFIX = "YINJU_"

_Options = TypeVar("_Options", bound="DataclassInstance")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set. `llm.base_url` and `llm.model` together switch the language model on."""

    docs: Path = Path("docs_src")
    index: Path = Path("index")
    embedder: str = "builtin"
    store: str = FILES
    chunking: ChunkingOptions = field(default_factory=ChunkingOptions)
    retrieval: RetrievalOptions = field(default_factory=RetrievalOptions)
    extractive: ExtractiveOptions = field(default_factory=ExtractiveOptions)
    llm: LLMOptions = field(default_factory=LLMOptions)
    web: WebOptions = field(default_factory=WebOptions)


def load_settings(file: Path = FILE, environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of `file` (where it exists) and of the `YINJU_*` variables.

    Raises:
        UsageError: the file is not TOML, a key is unknown, or a value is not of the key's type.
    """
    try:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
    except (OSError, ValueError) as error:
        raise UsageError(f"配置文件 {file} 不是有效的 TOML：{error}") from error
    return parse_settings(text, file, environment)


def parse_settings(text: str, file: Path, environment: Mapping[str, str]) -> Settings:
    """Return the settings that `load_settings` would, were `text` what the file holds.

    Raises:
        UsageError: as there.
    """
    try:
        table = tomllib.loads(text)
    except ValueError as error:
        raise UsageError(f"配置文件 {file} 不是有效的 TOML：{error}") from error
    return _merge(_merge(Settings(), table, str(file)), from_environment(environment), "环境变量")


def from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the `YINJU_*` variables as the table that a file would hold.

    Raises:
        UsageError: one names a section and no key in it.
    """
    sections = [f.name for f in fields(Settings) if is_dataclass(getattr(Settings(), f.name))]
    table: dict[str, Any] = {}
    for name, value in environment.items():
        if not name.startswith(PREFIX) or not value:
            continue
        key = name.removeprefix(PREFIX).lower()
        if key in sections:
            raise UsageError(f"环境变量 {name} 是一组设置；请写成 {name}_… 的形式")
        section = next((s for s in sections if key.startswith(f"{s}_")), None)
        if section:
            table.setdefault(section, {})[key.removeprefix(f"{section}_")] = value
        else:
            table[key] = value
    return table


def _merge(options: _Options, table: Mapping[str, Any], where: str) -> _Options:
    """Return the dataclass `options` with the values of `table`, each of its field's type."""
    changes: dict[str, Any] = {}
    known = {f.name for f in fields(options)}
    for key, value in table.items():
        if key not in known:
            raise UsageError(f"{where}里的设置 {key} 不认识；可用的有 {'、'.join(sorted(known))}")
        current = getattr(options, key)
        if is_dataclass(current) and not isinstance(current, type):
            if not isinstance(value, Mapping):
                raise UsageError(f"{where}里的设置 {key} 应是一组键值")
            changes[key] = _merge(current, value, where)
        else:
            changes[key] = _convert(key, value, current, where)
    try:
        return replace(options, **changes)
    except ValueError as error:
        raise UsageError(f"{where}里的设置 {error}") from error


_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
# Type of a setting -> the types of a value that are taken for it (a variable's value is always a text), how
# it is made, and what the user is told it should be. Values are not printed: one may be a key.
_KINDS: dict[type, tuple[tuple[type, ...], Callable[[Any], object], str]] = {
    bool: ((bool, str), lambda value: _BOOLEANS[str(value).lower()], "应是 true 或 false"),
    int: ((int, str), int, "应是整数"),
    float: ((int, float, str), float, "应是数"),
    str: ((str,), str, "应是文字"),
}


def _convert(key: str, value: object, current: object, where: str) -> object:
    """Return `value` in the type of the default `current`."""
    accepted, make, form = _KINDS.get(type(current), ((str,), type(current), "应是路径"))
    try:
        if type(value) in accepted:
            return make(value)
    except (KeyError, ValueError):
        pass
    raise UsageError(f"{where}里的设置 {key} {form}")
