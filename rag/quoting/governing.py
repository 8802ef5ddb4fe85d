"""What denies the words behind it from outside: a verb of speech or thought that is denied, a verb that averts."""

from __future__ import annotations

import re

from rag.datatypes import Span
from rag.structure.people import SPEECH

CLAUSE_END = re.compile("[,，。；;：:！!？?]|而|但|却")
"""Behind these a negation before them denies nothing more."""

# Two denials affirm: 不能不说, 不可否认, 难以避免.
_AFFIRMED = "".join(
    f"(?<!{word})"
    for word in ("不", "不能", "不得", "不可", "不会", "无不", "难以", "无法", "没有", "没", "未", "无人")
)
_THINKING = (
    "(?:觉得|相信|以为|打算|计划|赞成|同意|主张|支持|承认|意味着?|等于|代表|表明|证明|说明|料到|想到|听说)"
)
# What is said not to be so: all that follows in the clause.
_DENIED = re.compile(
    rf"{_AFFIRMED}(?:(?:从来?|并|绝|决|尚)?(?:没有|不曾|未曾|未能|不能|不会|[不没未])(?:{SPEECH}|{_THINKING})过?"
    r"|否认|谎称|谣传|误传|误以为|误认为)"
)
# What is averted is what stands next to the verb: 防止返贫的机制 averts no 机制.
_AVERTED = re.compile(
    rf"{_AFFIRMED}(?:避免|防止|防范|杜绝|否定|反对|拒绝|谨防|制止|阻止|以免|免得|力戒)[“‘「『\"]*$"
)


def governing(text: str, edge: int, low: int = 0) -> Span | None:
    """Return where the denial stands in text[low:edge] that governs what goes on at `edge`, None if there is none.

    It governs up to the end of its clause what is said or thought (从来没有说过要拆), and what it averts
    (避免目标冲突) where that begins. What it qualifies as an attribute (从未承认的错误) it does not deny.
    """
    left_out = text[low:edge]
    begun = max((match.end() for match in CLAUSE_END.finditer(left_out)), default=0)
    clause = left_out[begun:]
    found = _AVERTED.search(clause)
    for match in _DENIED.finditer(clause):
        if "的" not in clause[match.end() :]:
            found = match
    if found is None or text.startswith("的", edge):
        return None
    return Span(start=low + begun + found.start(), end=edge)
