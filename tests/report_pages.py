"""Runs to report on, and how a page is read, for the tests of the report."""

from __future__ import annotations

import re
from dataclasses import replace

from lxml import etree

from eval.grounding import SentenceRow
from eval.runner import AnswerRow, QuoteRow
from eval.runs import Run

HOSTILE = "</style></title><script>alert(1)</script><img src=x onerror=alert(2)>&amp;\"'{{ 7*7 }}$x_1$"
SECTIONS = ["conclusion", "figures", "types", "search", "refusal", "length", "quotes"]
CITED = {
    "n": 1,
    "file": "甲.txt",
    "article": "再贷款政策加力",
    "paragraph": 7,
    "quote": "再贷款规模增加到1.2万亿元",
    "date": "2026-01-20",
    "source": "示例日报",
    "speaker": None,
}


def answer(number: int, right: bool = True, **fields) -> AnswerRow:
    """A question about a fact, answered in 40 characters of 100."""
    scores = {
        "right": float(right),
        "fact_recall": float(right),
        "sentence_support": 1.0,
        "citation_precision": float(right),
        "over_refusal": 0.0,
        "recall@10": 1.0 if right else 0.5,
        "ndcg@10": 0.75,
        "brevity": 40.0,
        "latency": number / 1000,
    }
    row = AnswerRow(
        id=f"fact-{number:02}",
        type="fact",
        split="dev" if number % 2 else "test",
        question=f"第{number}问",
        answerable=True,
        expected="1.2万亿元",
        answer="增加到1.2万亿元。[1]" if right else "增加到0.8万亿元。[1]",
        citations=(CITED,),
        characters=40,
        limit=100,
        missing=() if right else ("1.2万亿元",),
        scores=scores,
        seconds=number / 1000,
    )
    return replace(row, **fields)


def unanswerable(number: int, refused: bool = True) -> AnswerRow:
    scores = {"right": float(refused), "refusal_recall": float(refused), "under_refusal": float(not refused)}
    return answer(
        number,
        id=f"unanswerable-{number:02}",
        type="unanswerable",
        answerable=False,
        expected="",
        reason="not_in_documents" if refused else None,
        answer="文档里没有。",
        citations=(),
        scores=scores | ({"refusal_precision": 1.0} if refused else {}),
    )


def quote(number: int, right: bool = True) -> QuoteRow:
    return QuoteRow(
        id=f"number-{number:02}",
        kind="number",
        split="dev",
        quote="规模增加到1.5万亿元",
        expected="altered",
        verdict="altered" if right else "not_found",
        found="甲.txt：规模增加到1.2万亿元",
        right=right,
        wrong=() if right else ("判为 not_found，应为 altered", "没有指出出自 甲.txt"),
        seconds=0.002,
    )


def sentence(number: int, kind: str, expected: bool, supported: bool | None) -> SentenceRow:
    return SentenceRow(
        id=f"{kind}-{number:03}",
        kind=kind,
        split="dev" if number % 2 else "test",
        sentence=f"第{number}句",
        evidence=("所引的话",),
        expected=expected,
        supported=supported,
        missing=("2030年",),
    )


def a_run(answers=(), quotes=(), sentences=(), *, name="20260101T000000-a", **configuration) -> Run:
    own = {
        "set": "yinju",
        "tag": "a",
        "split": "all",
        "started": "2026-01-01T08:30:00+00:00",
        "seconds": 5.5,
        "workers": 1,
        "settings": {"embedder": "builtin", "llm": {"base_url": "", "model": ""}},
        "program": {"commit": "abc123+", "python": "3.11.7", "cpus": 2},
        "documents": {"files": 5, "sha256": "0123456789abcdef"},
        "embedder": "fedcba",
        "gold": {"questions.jsonl": "1"},
    }
    return Run(
        answers=tuple(answers),
        quotes=tuple(quotes),
        sentences=tuple(sentences),
        configuration=own | configuration,
        name=name,
    )


def mixed(wrong=(2, 5), missed=(1,), misjudged=(3,)) -> Run:
    return a_run(
        [
            *(answer(n, n not in wrong) for n in range(1, 21)),
            *(unanswerable(n, n not in missed) for n in range(1, 7)),
        ],
        [quote(n, n not in misjudged) for n in range(1, 9)],
        [*(sentence(n, "verbatim", True, n > 2) for n in range(8)), sentence(8, "别的", False, True)],
    )


def parsed(text: str) -> etree._Element:
    """Return the page as a strict parser reads it: every tag closed, every attribute quoted."""
    root = etree.fromstring(text.encode())
    check(root)
    return root


def check(root: etree._Element) -> None:
    """Ids are unique, links lead somewhere in the page, nothing is asked of elsewhere, nothing runs."""
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))
    links = root.xpath("//@href")
    assert {link[1:] for link in links} <= set(ids)
    assert all(link.startswith("#") for link in links)
    names = {etree.QName(element).localname for element in root.iter(etree.Element)}
    assert not names & {"script", "link", "img", "image", "iframe", "object", "embed", "base", "form"}
    attributes = {name for element in root.iter(etree.Element) for name in element.attrib}
    assert not {name for name in attributes if name.startswith("on") or name in ("src", "srcset", "action")}
    styles = " ".join([*root.xpath("//style/text()"), *root.xpath("//@style"), *root.xpath("//@clip-path")])
    assert "@import" not in styles
    assert all(target.startswith("#") and target[1:] in ids for target in re.findall(r"url\((.*?)\)", styles))


def words(element: etree._Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


def section(root: etree._Element, name: str) -> str:
    (found,) = root.xpath(f"//section[@id='{name}']")
    return words(found)


def sections(root: etree._Element) -> list[str]:
    return root.xpath("//section/@id")
