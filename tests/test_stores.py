"""The stores against oracles by value: exact search in numpy, BM25 written out, documents compared whole."""

import math
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.chunking import ChunkingOptions, chunk
from rag.datatypes import Chunk, Filters, Source, Span
from rag.document_store import DocumentStore, FileRecord
from rag.document_writer import DocumentWriter
from rag.lexical import LexicalIndex, LexicalWriter
from rag.quoting.layout import windows
from rag.reading import read
from rag.rows import rows
from rag.structure import parse
from rag.words import terms

DOCS = Path(__file__).parent.parent / "docs_src"


# --- BM25


def made_chunk(identifier, text, context=""):
    return Chunk(
        id=identifier,
        file="a.txt",
        article=0,
        paragraphs=(1, 1),
        text=text,
        spans=(Span(start=0, end=len(text)),),
        context=context,
    )


def body(c):
    return " ".join(terms(f"{c.context} {c.text}"))


def lexical(folder, chunks):
    """Return an index of chunks, opened."""
    writer = LexicalWriter(folder / "x")
    for c in chunks:
        writer.add(c.id, [body(c)])
    writer.commit()
    return LexicalIndex(folder / "x")


def bm25(bags, query, k1=1.2, b=0.75):
    """Return the BM25 score of every document that has a term of the query (Robertson and Zaragoza, 2009).

    score = sum over query terms t, with weight w, of
    w ln(1 + (N - n + 0.5) / (n + 0.5)) * f (k1 + 1) / (f + k1 (1 - b + b l / L)):
    N documents, n of them with t, f times in this one, which is l terms long; L is the mean length.
    """
    average = sum(bag.total() for bag in bags.values()) / len(bags)
    scores = Counter()
    for term, weight in query.items():
        holders = {i: bag[term] for i, bag in bags.items() if bag[term]}
        idf = math.log(1 + (len(bags) - len(holders) + 0.5) / (len(holders) + 0.5))
        for i, f in holders.items():
            length = 1 - b + b * bags[i].total() / average
            scores[i] += weight * idf * f * (k1 + 1) / (f + k1 * length)
    return scores


WORDS = ["科技", "创新", "绿色", "发展", "金融", "改革", "AI", "２０２６", "企業"]


def made_chunks(seed, identifiers):
    """Return short chunks: tantivy stores lengths exactly up to 40 terms, coarsely above."""
    chance = random.Random(seed)
    return [
        made_chunk(i, "，".join(chance.choices(WORDS, k=chance.randint(1, 8))), "题") for i in identifiers
    ]


@pytest.mark.parametrize("query", ["科技创新", "企业改革ai", "金融，金融", "2026年绿色发展规划"])
def test_lexical_scores_are_bm25(tmp_path, query):
    chunks = made_chunks(1, range(60))
    index = lexical(tmp_path, chunks)
    bags = {c.id: Counter(terms(f"{c.context} {c.text}")) for c in chunks}
    assert max(bag.total() for bag in bags.values()) <= 40
    weights = {term: 1 / place for place, term in enumerate(dict.fromkeys(terms(query)), start=1)}
    expected = bm25(bags, weights)
    found = index.search(weights, 100)
    assert dict(found) == pytest.approx(expected, rel=1e-4)
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
    assert [score for _, score in index.search(weights, 3)] == [score for _, score in found[:3]]


def test_lexical_deletion_takes_out_these_and_no_others(tmp_path):
    lexical(tmp_path, [made_chunk(i, f"科技创新 x{'abcdefghij'[i]}") for i in range(10)])
    writer = LexicalWriter(tmp_path / "x")
    writer.remove([0, 3, 9])
    writer.add(3, [body(made_chunk(3, "科技创新 新"))])
    writer.add(2**40, [body(made_chunk(2**40, "科技创新"))])
    writer.commit()
    index = LexicalIndex(tmp_path / "x")
    assert index.count() == 9
    assert {i for i, _ in index.search({"科技": 1}, 50)} == {1, 2, 3, 4, 5, 6, 7, 8, 2**40}
    assert [i for i, _ in index.search({"xd": 1}, 5)] == []


@pytest.mark.parametrize("few", [0, 1000])
@pytest.mark.parametrize("k", [1, 7, 100])
def test_lexical_search_among_admitted_chunks_is_the_search_without_the_others(tmp_path, monkeypatch, few, k):
    monkeypatch.setattr("rag.lexical.FEW", few)  # both ways of doing it
    index = lexical(tmp_path, made_chunks(2, range(300)))
    weights = dict.fromkeys(terms("科技创新，企业改革ai"), 1.0)
    everything = index.search(weights, 300)
    for allowed in ([5], list(range(0, 300, 9)), list(range(250)), [7, 299, 2**40]):
        expected = [score for i, score in everything if i in set(allowed)][:k]
        found = index.search(weights, k, np.array(allowed))
        assert [score for _, score in found] == pytest.approx(expected)
        assert {i for i, _ in found} <= set(allowed)
        assert len({i for i, _ in found}) == len(found)


@pytest.mark.parametrize("query", ["", "。，！", "body:科技 AND *", '"科技" OR', "\\", "科技^9 +(-", "龘"])
def test_no_character_of_a_query_has_a_meaning_of_its_own(tmp_path, query):
    index = lexical(tmp_path, [made_chunk(0, "科技"), made_chunk(1, "绿色")])
    assert [i for i, _ in index.search(Counter(terms(query)), 5)] == ([0] if "科技" in query else [])
    assert index.search({"科技": 1}, 0) == []


# --- documents


def some_documents():
    yield from (parse(source) for path in sorted(DOCS.iterdir()) for source in read(path, DOCS))
    declared = {"title": "题", "date": "2024-05-01", "source": "报"}
    text = "会议强调，要抓落实。\u2028\0\U0001f600张辉说，好。"
    pages = (Span(start=0, end=5), Span(start=5, end=9))
    yield parse(Source(file="b.jsonl#甲", text=text, sha256="x", declared=declared, pages=pages))
    yield parse(Source(file="c.txt", text="。\n\n“", sha256="y"))


def put(writer, file, ordinal, document):
    """Add a document; return its chunks and windows as the store is to have them."""
    rowed = rows(document, chunk(document, 0, ChunkingOptions()), windows(document, 0))
    writer.put_file(FileRecord(name=file, sha256="s", size=1, modified=2))
    first_chunk, first_window = writer.add(file, ordinal, rowed)
    return chunk(document, first_chunk, ChunkingOptions()), windows(document, first_window)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    writer = DocumentWriter(folder)
    documents = list(some_documents())
    chunks, cuts = [], []
    for ordinal, document in enumerate(documents):
        own, cut = put(writer, document.source.file.partition("#")[0], ordinal, document)
        chunks += own
        cuts += cut
    writer.close()
    return DocumentStore(folder), documents, chunks, cuts


def test_stored_documents_and_chunks_come_back_equal(stored):
    store, documents, chunks, cuts = stored
    assert sorted(store.documents(), key=lambda d: d.source.file) == sorted(
        documents, key=lambda d: d.source.file
    )
    assert {name: store.document(name) for name in store.names()} == {d.source.file: d for d in documents}
    assert list(store.all_chunks()) == chunks
    assert store.chunks([3, 0, 10**9]) == {0: chunks[0], 3: chunks[3]}
    assert list(store.windows(range(len(cuts))).values()) == cuts
    assert list(store.windows([7, 2, 10**9, 3]).items()) == [(n, cuts[n]) for n in (2, 3, 7)]
    assert (store.count(), store.count_windows()) == (len(chunks), len(cuts))
    with pytest.raises(KeyError):
        store.document("none")


def speakers(c, a):
    """Return who speaks in the chunk: whom its paragraphs name, else the only one who speaks in its article."""
    first, last = c.paragraphs
    named = {p.speaker for p in a.paragraphs if first <= p.number <= last} - {None}
    return named or set(a.speakers if len(a.speakers) == 1 else ())


def article_of(stored, identifier):
    _, documents, chunks, _ = stored
    c = chunks[identifier]
    return next(d for d in documents if d.source.file == c.file).pieces[c.article]


@pytest.mark.parametrize(
    ("filters", "admits"),
    [
        (Filters(files=("b.jsonl",)), lambda c, a: c.file == "b.jsonl#甲"),
        (Filters(files=("b.jsonl#甲", "c.txt")), lambda c, a: c.file in ("b.jsonl#甲", "c.txt")),
        (Filters(date_from="2025-12-29"), lambda c, a: a.date is not None and a.date >= "2025-12-29"),
        (Filters(date_to="2025-12-29"), lambda c, a: a.date is not None and a.date <= "2025-12-29"),
        (Filters(outlet="光明日报"), lambda c, a: a.outlet is not None and "光明日报" in a.outlet),
        (Filters(speaker="李乐成"), lambda c, a: "李乐成" in speakers(c, a)),
        (Filters(speaker="李強"), lambda c, a: "李强" in speakers(c, a)),
        (Filters(speaker="习近平"), lambda c, a: "习近平" in speakers(c, a)),
        (Filters(outlet="經濟日報"), lambda c, a: a.outlet == "经济日报"),
        (
            Filters(date_from="2025-12-30", date_to="2026-01-06", outlet="光明日报"),
            lambda c, a: a.date == "2026-01-06" and "光明日报" in a.outlet,
        ),
        (
            Filters(speaker="李乐成", files=("003_1cd45f47ce8bf859.txt",)),
            lambda c, a: "李乐成" in speakers(c, a) and c.file.startswith("003"),
        ),
    ],
)
def test_filters_admit_the_right_chunks(stored, filters, admits):
    store, _, chunks, _ = stored
    expected = [c.id for c in chunks if admits(c, article_of(stored, c.id))]
    assert store.select(filters).tolist() == expected != []
    assert len(expected) < len(chunks)


@pytest.mark.parametrize(
    "filters",
    [
        Filters(outlet="没有的报纸"),
        Filters(files=("none.txt",)),
        Filters(speaker="李"),  # a part of a name is another's name
        Filters(speaker="李乐成", outlet="经济日报"),
        Filters(date_from="2026-01-13"),
        Filters(date_to="2024-04-30"),
    ],
)
def test_filters_that_admit_nothing(stored, filters):
    assert stored[0].select(filters).tolist() == []


@pytest.mark.parametrize(
    "days",
    [
        {"date_from": "去年"},
        {"date_to": "2026-1-6"},
        {"date_from": "20260106"},
        {"date_to": "2026-02-30"},
        {"date_from": "2026-01"},
        {"date_from": "2026-01-07", "date_to": "2026-01-06"},
    ],
)
def test_what_is_no_range_of_days_is_no_filter(days):
    with pytest.raises(ValueError, match=r"not a range of days|Invalid isoformat|out of range"):
        Filters(**days)


def test_no_filter_is_no_restriction(stored):
    assert stored[0].select(Filters()) is None


# --- generations of the document store


def saying(name, text):
    return parse(Source(file=name, text=text, sha256=name))


def contents(store):
    """Return all that a store tells, the ids of its chunks and windows left out."""
    every = store.windows(range(99))
    return {
        "files": store.files(),
        "documents": {name: store.document(name) for name in store.names()},
        "works": list(store.works()),
        "chunks": sorted((c.file, c.text, c.spans) for c in store.all_chunks()),
        "windows": sorted((w.file, w.start, w.text) for w in every.values()),
        "counts": (store.count(), store.count_windows()),
        "of 2024": len(store.select(Filters(date_from="2024-01-01"))),
        "of b": len(store.select(Filters(files=("b.txt",)))),
    }


TEXTS = {
    "a.txt": "标题甲\n2024年5月1日\n\n会议强调，要抓落实。\n",
    "b.txt": "标题乙\n2023年5月1日\n\n会议指出，要深化改革。\n",
    "c.txt": "标题丙\n2024年6月1日\n\n张辉说，发展是第一要务。\n",
}


@pytest.mark.parametrize("copied", [0, 10**9])
@pytest.mark.parametrize("merged", [0, 10**9])
def test_a_store_that_was_changed_is_the_one_written_at_once(tmp_path, monkeypatch, copied, merged):
    monkeypatch.setattr("rag.document_writer.COPIED_BYTES", copied)  # changes laid over it, or made in it
    monkeypatch.setattr("rag.document_writer.MERGED", merged)  # changes upon changes, or merged each time
    folders = [tmp_path / f"g{n}" for n in range(6)]
    for folder in (*folders, tmp_path / "scratch"):
        folder.mkdir()
    changed = TEXTS | {"b.txt": "标题乙\n2025年7月1日\n\n会议要求，要扩大开放。\n"}
    writer = DocumentWriter(folders[0])
    for name, text in TEXTS.items():
        put(writer, name, 0, saying(name, text))
    writer.close()
    first = contents(DocumentStore(folders[0]))

    writer = DocumentWriter(folders[1], folders[0])  # one changed, and changed back in the next
    assert [len(ids) for ids in writer.remove_file("b.txt")] == [1, 1]
    put(writer, "b.txt", 0, saying("b.txt", changed["b.txt"]))
    writer.close()
    old = DocumentStore(folders[0])
    writer = DocumentWriter(folders[2], folders[1])
    writer.remove_file("b.txt")
    put(writer, "b.txt", 0, saying("b.txt", TEXTS["b.txt"]))
    writer.close()
    assert contents(DocumentStore(folders[2])) == first

    writer = DocumentWriter(folders[3], folders[2])  # one gone, one only touched, one new
    assert writer.remove_file("a.txt")[0] == [0]
    assert writer.remove_file("none") == ([], [])
    touched = replace(first["files"]["c.txt"], modified=7)
    writer.put_file(touched)
    put(writer, "d.txt", 0, saying("d.txt", TEXTS["a.txt"]))
    writer.close()
    new = DocumentStore(folders[3])
    scratch = DocumentWriter(tmp_path / "scratch")
    for name, text in {"c.txt": TEXTS["c.txt"], "b.txt": TEXTS["b.txt"], "d.txt": TEXTS["a.txt"]}.items():
        put(scratch, name, 0, saying(name, text))
    scratch.put_file(touched)
    scratch.close()
    assert contents(new) == contents(DocumentStore(tmp_path / "scratch"))
    assert contents(old) == first  # whoever reads an earlier generation goes on doing so
    assert (folders[3] / "changes.sqlite").exists() == (copied == 0)
