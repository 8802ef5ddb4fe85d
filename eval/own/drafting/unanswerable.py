"""Questions that look as if the documents answered them and that they don't: a year or a country is exchanged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import cycle

from eval.own.drafting.candidate import Candidate
from rag.text import fold

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=年)")
_HOME = re.compile(
    r"我国|(?<!一)中国(?!大陆|特色|式|人民|共产党|科学院|工程院|银行)|全国(?!人大|政协|代表|两会|各)"
)
_OURS = re.compile(r"[“‘《]|国家级|五年计划|省")
"""What only this country has: a question for it of another gives itself away."""
_OTHERS = ("印度", "巴西", "日本", "德国", "法国", "韩国", "俄罗斯", "越南", "墨西哥", "南非")
_REACH = 12


def unanswerable(candidates: Sequence[Candidate], texts: Sequence[str]) -> Iterator[Candidate]:
    """Yield variants of questions for figures and dates, with a year or a country that stands in no document."""
    everything = fold("\n".join(texts))
    absent = cycle([name for name in _OTHERS if name not in everything] or [""])
    for candidate in candidates:
        # A second figure in the question would be false of another year, and give the question away.
        if candidate.type not in ("数字", "日期") or re.search(r"\d", _YEAR.sub("", candidate.question)):
            continue
        exchanged = _other_year(candidate.question, everything)
        if exchanged is None and candidate.type == "数字":
            exchanged = _abroad(candidate.question, next(absent))
        if exchanged:
            question, note = exchanged
            yield replace(
                candidate,
                question=question,
                type="不可答",
                rule="换掉条件",
                facts=(),
                quotes=(),
                answerable=False,
                note=note,
            )


def _other_year(question: str, everything: str) -> tuple[str, str] | None:
    """Return the question with its only year moved to the nearest one that no document names, later years first."""
    years = _YEAR.findall(question)
    if len(years) != 1 or re.search(r"\d\s*[-—~至]\s*\d{4}年", question):
        return None
    year = int(years[0])
    near = (year + sign * distance for distance in range(1, _REACH) for sign in (1, -1))
    other = next((one for one in near if str(one) not in everything), None)
    if other is None:
        return None
    note = f"文档里没有 {other} 年（原句是 {year} 年）；确认确实不可答"
    return _YEAR.sub(str(other), question), note


def _abroad(question: str, country: str) -> tuple[str, str] | None:
    """Return the question with 我国 or 中国 as another country, None where it names neither or both."""
    home = _HOME.findall(question)
    if not country or len(home) != 1 or _OURS.search(question):
        return None
    return _HOME.sub(country, question), f"文档里没有{country}（原句是{home[0]}）；确认确实不可答"
