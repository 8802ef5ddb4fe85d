"""What is installed and set up, what is missing, and what to do about it."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from rag import tokens
from rag.config import Settings
from rag.embedding import load_embedder
from rag.errors import YinjuError
from rag.indexing import scan
from rag.manifest import open_index
from rag.ranking import load_ranker
from rag.retrieval import RetrievalOptions

_CORE = (
    "numpy",
    "faiss-cpu",
    "tantivy",
    "rjieba",
    "tokenizers",
    "safetensors",
    "tiktoken",
    "rapidfuzz",
    "lxml",
    "pypdfium2",
)
_FEATURES = {
    "gradio": "网页版需要它：pip install -r requirements-core.txt",
    "langchain-openai": "接语言模型需要它：pip install -r requirements-core.txt",
    "mcp": "只有用 MCP 客户端来问时才需要：pip install -r requirements-mcp.txt",
    "rapidocr-onnxruntime": "只有读图片和扫描的 PDF 时才需要：pip install -r requirements-ocr.txt",
    "sentence-transformers": "只有换用别的嵌入模型、接排序模型或训练时才需要：pip install -r requirements.txt",
}


def examine(settings: Settings) -> list[dict[str, Any]]:
    """Return the findings in order: `name`, whether it is `ok`, and a `message` that says what to do if not.

    What is optional and missing counts as ok.
    """
    findings = [_finding("Python", sys.version_info >= (3, 11), sys.version.split()[0])]
    findings += [_package(name) for name in _CORE]
    for name, use in _FEATURES.items():
        found = _version(name)
        findings.append(_finding(name, True, found or f"没有安装；{use}"))
    findings.append(_finding("计词元", True, f"自带编码，“科技创新”计 {tokens.count('科技创新')} 个词元"))
    try:
        files = scan(settings.docs)
        findings.append(_finding("文档", True, f"{settings.docs} 里有 {len(files)} 个文件"))
        embedder = load_embedder(settings.embedder)
        limit = f"，每个片段至多读 {embedder.max_tokens} 个词元" if embedder.max_tokens else ""
        findings.append(_finding("嵌入模型", True, f"{settings.embedder}，{embedder.dimension} 维{limit}"))
        findings.append(_finding("排序模型", True, _ranker(settings.retrieval)))
        index = open_index(settings.docs, settings.index, embedder, settings.chunking, settings.store)
        findings.append(_finding("索引", True, f"{settings.index} 完好，{index.documents.count()} 个片段"))
    except YinjuError as error:
        findings.append(_finding("文档、模型与索引", False, str(error)))
    findings.append(_finding("语言模型", *_model(settings)))
    return findings


def _finding(name: str, ok: bool, message: str) -> dict[str, Any]:
    return {"name": name, "ok": ok, "message": message}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _package(name: str) -> dict[str, Any]:
    found = _version(name)
    return _finding(name, found is not None, found or "没有安装；请运行 pip install -r requirements-core.txt")


def _ranker(options: RetrievalOptions) -> str:
    """Return which ranker is in use, once it has been loaded."""
    if load_ranker(options.ranker) is None:
        return "没有设置，按两路检索融合的次序"
    return f"{options.ranker}，重排前 {options.ranked} 条"


def _model(settings: Settings) -> tuple[bool, str]:
    """Return whether the language model's settings are complete, and what they are."""
    llm = settings.llm
    if not llm.base_url and not llm.model:
        return True, "没有设置，摘录原文作答；要用语言模型，请设 YINJU_LLM_BASE_URL 和 YINJU_LLM_MODEL"
    if not llm.base_url or not llm.model:
        return False, "YINJU_LLM_BASE_URL 和 YINJU_LLM_MODEL 要一起设"
    return True, f"{llm.model}，{llm.base_url}"
