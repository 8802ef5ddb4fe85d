"""The stores against oracles by value: exact search in numpy, BM25 written out, documents compared whole."""

import math
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from rag.chunking import ChunkingOptions, chunk
from rag.datatypes import Chunk, Filters, Source, Span
from rag.document_store import DocumentStore, FileRecord
from rag.lexical import LexicalIndex
from rag.quoting.layout import windows
from rag.reading import read
from rag.structure import parse
from rag.vector_store import FaissStore
from rag.words import terms

DOCS = Path(__file__).parent.parent / "docs_src"


# --- vectors


def unit_vectors(seed, count, dimension=32):
    vectors = np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def check_search(store, rows, seed, k=7, allowed=None):
    """Compare the store with the cosines of all its rows, computed in double precision."""
    (query,) = unit_vectors(seed, 1)
    cosines = {
        i: float(row.astype(np.float64) @ query) for i, row in rows.items() if allowed is None or i in allowed
    }
    expected = sorted(cosines, key=lambda i: -cosines[i])[:k]
    found = store.search(query, k, allowed)
    assert [i for i, _ in found] == expected
    assert [score for _, score in found] == pytest.approx([cosines[i] for i in expected], abs=1e-5)


def test_vector_search_is_exact_through_updates_and_on_disk(tmp_path):
    rows = dict(zip([*range(100), 2**40], unit_vectors(0, 101), strict=True))
    store = FaissStore.create(32)
    store.update([], list(rows), np.stack(list(rows.values())))
    check_search(store, rows, 1)
    check_search(store, rows, 2, allowed=[3, 50, 2**40, 999])
    check_search(store, rows, 3, k=500)
    assert store.search(unit_vectors(3, 1)[0], 5, []) == []

    removed = [0, 17, 99, 2**40]
    for i in removed:
        del rows[i]
    added = dict(zip([17, 500], unit_vectors(4, 2), strict=True))  # an id can be used again
    store.update(removed, list(added), np.stack(list(added.values())))
    rows |= added
    check_search(store, rows, 5)
    assert store.count() == len(rows) == 99

    store.save(tmp_path / "v.faiss")
    mapped = FaissStore.open(tmp_path / "v.faiss")
    check_search(mapped, rows, 6)
    check_search(mapped, rows, 7, allowed=list(range(40)))
    with pytest.raises(RuntimeError, match="memory-mapped"):
        mapped.update([1], [], np.zeros((0, 32), np.float32))
    writable = FaissStore.open(tmp_path / "v.faiss", writable=True)
    writable.update([1], [], np.zeros((0, 32), np.float32))
    check_search(writable, {i: row for i, row in rows.items() if i != 1}, 8)


def test_an_empty_vector_store_finds_nothing():
    store = FaissStore.create(32)
    store.update([], [], np.zeros((0, 32), np.float32))
    assert store.search(unit_vectors(0, 1)[0], 5) == []


def test_a_damaged_vector_file_is_refused(tmp_path):
    (tmp_path / "v.faiss").write_bytes(b"IxM2" + bytes(20))
    with pytest.raises(RuntimeError):
        FaissStore.open(tmp_path / "v.faiss")


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
    index = LexicalIndex(tmp_path / "x", create=True)
    index.update([], chunks)
    bags = {c.id: Counter(terms(f"{c.context} {c.text}")) for c in chunks}
    assert max(bag.total() for bag in bags.values()) <= 40
    weights = {term: 1 / place for place, term in enumerate(dict.fromkeys(terms(query)), start=1)}
    expected = bm25(bags, weights)
    found = index.search(weights, 100)
    assert dict(found) == pytest.approx(expected, rel=1e-4)
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
    assert [score for _, score in index.search(weights, 3)] == [score for _, score in found[:3]]


def test_lexical_deletion_takes_out_these_and_no_others(tmp_path):
    index = LexicalIndex(tmp_path / "x", create=True)
    index.update([], [made_chunk(i, f"科技创新 x{'abcdefghij'[i]}") for i in range(10)])
    index.update([0, 3, 9], [made_chunk(3, "科技创新 新"), made_chunk(2**40, "科技创新")])
    assert index.count() == 9
    reopened = LexicalIndex(tmp_path / "x")
    expected = {1, 2, 3, 4, 5, 6, 7, 8, 2**40}
    assert {i for i, _ in index.search({"科技": 1}, 50)} == expected
    assert {i for i, _ in reopened.search({"科技": 1}, 50)} == expected
    assert [i for i, _ in reopened.search({"xd": 1}, 5)] == []


@pytest.mark.parametrize("query", ["", "。，！", "body:科技 AND *", '"科技" OR', "\\", "科技^9 +(-", "龘"])
def test_no_character_of_a_query_has_a_meaning_of_its_own(tmp_path, query):
    index = LexicalIndex(tmp_path / "x", create=True)
    index.update([], [made_chunk(0, "科技"), made_chunk(1, "绿色")])
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


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    path = tmp_path_factory.mktemp("store") / "documents.sqlite"
    store = DocumentStore.build(path)
    documents = list(some_documents())
    chunks, cuts = [], []
    for ordinal, document in enumerate(documents):
        file = document.source.file.partition("#")[0]
        own = chunk(document, store.next_id("chunk"), ChunkingOptions())
        cut = windows(document, store.next_id("window"))
        store.put_file(FileRecord(name=file, sha256="s", size=1, modified=2))
        store.add(file, ordinal, document, own, cut)
        chunks += own
        cuts += cut
    store.close()
    return DocumentStore.open(path), documents, chunks, cuts


def test_stored_documents_and_chunks_come_back_equal(stored):
    store, documents, chunks, cuts = stored
    assert list(store.documents()) == documents
    assert [store.document(name) for name in store.names()] == documents
    assert store.all_chunks() == chunks
    assert store.chunks([3, 0, 10**9]) == {0: chunks[0], 3: chunks[3]}
    assert list(store.windows(range(len(cuts))).values()) == cuts
    assert list(store.windows([7, 2, 10**9, 3]).items()) == [(n, cuts[n]) for n in (2, 3, 7)]
    assert (store.count(), store.next_id("chunk")) == (len(chunks), len(chunks))
    assert (store.count("window"), store.next_id("window")) == (len(cuts), len(cuts))
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
    assert sorted(store.select(filters)) == expected != []
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
    assert stored[0].select(filters) == []


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


def test_removing_a_file_leaves_the_others(tmp_path):
    store = DocumentStore.build(tmp_path / "d.sqlite")
    for name in ("a.txt", "b.txt"):
        document = parse(Source(file=name, text="会议强调，要抓落实。\n", sha256=name))
        store.put_file(FileRecord(name=name, sha256=name, size=1, modified=2, reason=None))
        chunks = chunk(document, store.next_id("chunk"), ChunkingOptions())
        store.add(name, 0, document, chunks, windows(document, store.next_id("window")))
    assert store.remove_file("a.txt") == ([0], [0])
    assert list(store.files()) == store.names() == ["b.txt"]
    assert [c.file for c in store.all_chunks()] == ["b.txt"]
    assert [window.file for window in store.windows(range(9)).values()] == ["b.txt"]
    assert store.remove_file("none") == ([], [])
