"""Articles of a law, asked for by their numbers."""

import pytest

from rag.answering.candidates import gather
from rag.answering.provisions import provision
from rag.chunking import ChunkingOptions, chunk
from rag.datatypes import Hit, Source
from rag.question import analyse
from rag.structure import parse

LAW = """青山市古树名木保护条例

第一条　为了保护古树名木，制定本条例。

第二条　本市行政区域内的古树名木，适用本条例。

第三条　古树分为一级和二级。

树龄三百年以上的为一级。

第四条　禁止砍伐古树名木。

第十二条　违反本条例第四条规定的，处三万元罚款。
"""


def asked(question, text=LAW):
    document = parse(Source(file="a.txt", text=text, sha256=""))
    hits = [Hit(chunk=one, score=1.0, ranks={}) for one in chunk(document, 0, ChunkingOptions())]
    found = provision(analyse(question), gather(hits, lambda _: document))
    return None if found is None else [text for text, _ in found]


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("第四条怎么规定的？", ["第四条　禁止砍伐古树名木。"]),
        ("古树名木保护条例第3条是什么？", ["第三条　古树分为一级和二级。", "树龄三百年以上的为一级。"]),
        ("第十二条怎么罚？", ["第十二条　违反本条例第四条规定的，处三万元罚款。"]),
        ("第五条规定了什么？", []),
        ("砍伐古树罚多少？", None),
    ],
)
def test_an_article_is_found_by_its_number(question, told):
    assert asked(question) == told


def test_a_text_that_is_no_law_has_no_articles():
    assert asked("第二条是什么？", "通知\n\n第一条意见是抓紧。\n\n第二条意见是落实。") is None
