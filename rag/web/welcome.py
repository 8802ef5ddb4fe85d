"""What the chat shows before the first question: examples, by the kind of answer that they ask for."""

from __future__ import annotations

from collections.abc import Collection

from rag.web.html import escape

_INVITATION = "想问文档里的什么？"
EXAMPLES = (
    ("数目", "科技创新和技术改造再贷款规模增加到多少？", "000_32955ea674607d7a.txt"),
    ("清单", "零碳工厂建设遵循哪四方面原则？", "000_32955ea674607d7a.txt"),
    ("定义", "什么是耐心资本？", "002_d80b382c7b586b9d.txt"),
    ("谁说的", "“没有现代化的治理，就没有现代化的产业体系”是谁说的？", "001_af76cae5511be1fe.txt"),
    ("哪天登的", "《工信部部署2026年十大重点工作》是哪天刊登的？", "004_90f40236bc051bf2.txt"),
    ("文中没有", "2026年国内生产总值增长目标是多少？", None),
)
"""The kind of answer, the question, and the document that it is put to; None for one that any corpus is asked."""


def welcome_html(files: Collection[str]) -> str:
    """Return the invitation and the examples that can be put to these files, each a button that asks it."""
    rows = "".join(
        f"<li><span>{escape(kind)}</span>"
        f'<button type="button" class="yj-act" value="pick-0">{escape(question)}</button></li>'
        for kind, question, file in EXAMPLES
        if file is None or file in files
    )
    return f'<div class="yj-welcome"><p>{_INVITATION}</p><ul>{rows}</ul></div>'
