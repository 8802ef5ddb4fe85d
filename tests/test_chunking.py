"""Chunks: every sentence in exactly one, cut from the raw text, within the limits."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_structure import pages

from rag import tokens
from rag.chunking import ChunkingOptions, chunk
from rag.datatypes import Source, cut, locate
from rag.reading import read
from rag.structure import parse
from rag.text import sentences, squeeze

DOCS = Path(__file__).parent.parent / "docs_src"
OPTIONS = st.builds(ChunkingOptions, max_tokens=st.integers(1, 300), join_tokens=st.integers(0, 200))


def sentence_spans(paragraph):
    return [locate(paragraph.spans, s.start, s.end) for s in sentences(paragraph.text)]


def check(document, options, first_id):
    chunks = chunk(document, first_id, options)
    text = document.source.text
    assert [c.id for c in chunks] == list(range(first_id, first_id + len(chunks)))
    for index, article in enumerate(document.articles):
        own = [c for c in chunks if c.article == index]
        everything = [p for paragraph in article.paragraphs for p in sentence_spans(paragraph)]
        assert squeeze("".join(c.text for c in own)) == squeeze("".join(cut(text, s) for s in everything))
        for spans in everything:
            homes = [c for c in own if any(_within(span, c.spans) for span in spans)]
            assert len(homes) == 1
            assert all(_within(span, homes[0].spans) for span in spans)
        for c in own:
            covered = article.paragraphs[c.paragraphs[0] - 1 : c.paragraphs[1]]
            inside = [
                (paragraph, cut(text, spans))
                for paragraph in covered
                for spans in sentence_spans(paragraph)
                if _within(spans[0], c.spans)
            ]
            size = sum(tokens.count(sentence) for _, sentence in inside)
            assert c.text == cut(text, c.spans)
            assert len({paragraph.heading for paragraph in covered}) == 1
            assert {paragraph.number for paragraph, _ in inside} == {p.number for p in covered}
            if len(covered) > 1:
                assert size <= options.join_tokens
            if len(inside) > 1:
                assert size <= max(options.max_tokens, options.join_tokens)
    return chunks


def _within(span, spans):
    return any(s.start <= span.start and span.end <= s.end for s in spans)


@pytest.mark.parametrize("path", sorted(DOCS.iterdir()), ids=lambda path: path.name[:3])
def test_chunks_of_the_five_documents(path):
    (source,) = read(path, DOCS)
    check(parse(source), ChunkingOptions(), 7)


@settings(max_examples=30)
@given(pages(), OPTIONS)
def test_chunks_of_any_page_with_any_limits(page, options):
    check(parse(Source(file="page.txt", text=page[0], sha256="")), options, 0)


def test_a_worked_example():
    text = (
        "# 科技工作\n\n作者:张辉\n\n## 总体\n\n甲部强调要抓落实。\n\n乙部表示将加强协同。\n\n## 金融\n\n"
        "丙部推出新举措。丁部跟进。\n"
    )
    document = parse(Source(file="a.txt", text=text, sha256=""))
    size = tokens.count("甲部强调要抓落实。") + tokens.count("乙部表示将加强协同。")

    joined = chunk(document, 0, ChunkingOptions(max_tokens=200, join_tokens=size))
    assert [c.text for c in joined] == [
        "甲部强调要抓落实。乙部表示将加强协同。",
        "丙部推出新举措。丁部跟进。",
    ]
    assert [c.paragraphs for c in joined] == [(1, 2), (3, 3)]
    assert [len(c.spans) for c in joined] == [2, 1]
    assert [c.context.split()[:2] for c in joined] == [["科技工作", "总体"], ["科技工作", "金融"]]

    apart = chunk(document, 0, ChunkingOptions(max_tokens=1, join_tokens=size - 1))
    expected = ["甲部强调要抓落实。", "乙部表示将加强协同。", "丙部推出新举措。丁部跟进。"]
    if tokens.count("丙部推出新举措。丁部跟进。") > size - 1:
        expected[2:] = ["丙部推出新举措。", "丁部跟进。"]
    assert [c.text for c in apart] == expected
