"""Changes to `yinju.toml` that keep whatever else is written there, the comments too."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import tomlkit
from tomlkit.exceptions import TOMLKitError

from rag.config import FILE, PREFIX, Settings, from_environment, parse_settings
from rag.errors import UsageError

Origin = Literal["default", "file", "environment"]
Key = tuple[str, ...]
"""The names that lead to a setting: `("docs",)`, `("llm", "model")`."""

_WRITING = threading.Lock()


def origin(key: Key, file: Path = FILE, environment: Mapping[str, str] = os.environ) -> Origin:
    """Return where the value of a setting comes from.

    Raises:
        UsageError: the file cannot be read or is not TOML.
    """
    if _holds(from_environment(environment), key):
        return "environment"
    return "file" if _holds(_document(file), key) else "default"


def save_settings(
    changes: Mapping[Key, object], file: Path = FILE, environment: Mapping[str, str] = os.environ
) -> Settings:
    """Write changed settings to the file and return all settings as they are now.

    The file is replaced in one step, or not at all, and only its owner can read it: it may hold a key.

    Args:
        changes: the new values; None takes a setting out of the file, so that the default holds.
        file: is made where it is missing.
        environment: goes before the file: what is set there cannot be changed here.

    Raises:
        UsageError: the result is not what `load_settings` takes, or it cannot be read or written; the file is
            as it was.
    """
    with _WRITING:
        parse_settings(
            _text(file), file, environment
        )  # so that every table is one, and a broken file is named
        document = _document(file)
        for key, value in changes.items():
            if _holds(from_environment(environment), key):
                raise UsageError(f"{'.'.join(key)} 由环境变量 {variable(key)} 设定，不能在这里改")
            _change(document, key, value)
        text = tomlkit.dumps(document)
        settings = parse_settings(text, file, environment)
        _replace(file, text)
    return settings


def variable(key: Key) -> str:
    """Return the environment variable that sets a setting."""
    return PREFIX + "_".join(key).upper()


def _text(file: Path) -> str:
    """Return what the file holds, its line ends as they are; "" where it is missing."""
    try:
        return file.read_bytes().decode() if file.exists() else ""
    except (OSError, ValueError) as error:
        raise UsageError(f"配置文件 {file} 读不了：请检查它的权限和编码（应是 UTF-8）") from error


def _document(file: Path) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(_text(file))
    except (ValueError, TOMLKitError) as error:
        raise UsageError(f"配置文件 {file} 不是有效的 TOML：请先改好它") from error


def _holds(table: object, key: Key) -> bool:
    for name in key:
        if not isinstance(table, Mapping) or name not in table:
            return False
        table = table[name]
    return True


def _change(document: tomlkit.TOMLDocument, key: Key, value: object) -> None:
    """Set a key of the document, or take it out; the tables that lead to it are made where they are missing."""
    table: Any = document
    for name in key[:-1]:
        if name not in table:
            if value is None:
                return
            table[name] = tomlkit.table()
        table = table[name]
    if value is not None:
        table[key[-1]] = value
    elif key[-1] in table:
        del table[key[-1]]


def _replace(file: Path, text: str) -> None:
    """Put `text` in place of what a file holds, in one step."""
    target = file.resolve()
    try:
        handle, aside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            Path(aside).replace(target)
        finally:
            Path(aside).unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"写不了 {file}：{error.strerror}；请检查文件夹的权限和空间") from error
