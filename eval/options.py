"""Options that several commands have."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer


class Mode(Enum):
    """How an external set is put to the program."""

    RETRIEVER = "retriever"
    READER = "reader"


class Part(Enum):
    """Which questions are asked."""

    DEV = "dev"
    TEST = "test"
    ALL = "all"


Docs = Annotated[Path | None, typer.Option(help="文档文件夹；不给则用设置里的", show_default="docs_src")]
Index = Annotated[
    Path | None,
    typer.Option(help="索引文件夹；不给则每次在临时文件夹新建，免得用上旧代码建的", show_default="新建"),
]
Name = Annotated[str, typer.Argument(help="baseline、latest、标签，或结果文件夹")]
