"""The index: files in and out one by one, equal to a build from scratch, and whole after any accident."""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from rag import manifest
from rag.chunking import ChunkingOptions
from rag.embedding import load_embedder
from rag.errors import IndexDamagedError, UsageError, YinjuError
from rag.indexing import changed, open_index, read_manifest, scan, update_index
from rag.quotes import QuoteIndex
from rag.retrieval import RetrievalOptions, search

ROOT = Path(__file__).parent.parent
OPTIONS = ChunkingOptions()
EMBEDDER = load_embedder("builtin")
NAMES = ["001_af76cae5511be1fe.txt", "003_1cd45f47ce8bf859.txt", "004_90f40236bc051bf2.txt"]
QUOTES = ["科技创新", "科技创新和产业创新深度融合", "西延高铁的全线开通意味着什么呢", "科", "产业"]
QUERIES = ["科技创新和产业创新深度融合", "技术合同成交金额", "人工智能", "科學技術部", "西延高铁"]


@pytest.fixture
def docs(tmp_path):
    folder = tmp_path / "docs"
    folder.mkdir()
    for name in NAMES:
        shutil.copy(ROOT / "docs_src" / name, folder)
    return folder


@pytest.fixture
def index(tmp_path):
    return tmp_path / "index"


def update(docs, index, options=OPTIONS):
    return update_index(docs, index, EMBEDDER, options, lambda _: None)


def statuses(report):
    return {row.file: row.status for row in report.files}


def content(docs, index):
    """Return all that an index answers with: its documents, and for some queries the texts with their fused scores."""
    opened = open_index(docs, index, EMBEDDER, OPTIONS)
    hits = {
        query: sorted(
            (-round(h.score, 5), h.chunk.file, h.chunk.text)
            for h in search(opened, query, 1000, RetrievalOptions(ranker="none"))
        )
        for query in QUERIES
    }
    assert all(hits.values())
    documents = {document.source.file: document for document in opened.documents.documents()}
    quotes = QuoteIndex(opened)
    reports = [quotes.lookup(quote) for quote in QUOTES]
    return documents, hits, reports, opened.documents.files().keys()


def check_equal_to_a_build_from_scratch(docs, index, tmp_path):
    scratch = tmp_path / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    update(docs, scratch)
    assert content(docs, index) == content(docs, scratch)


def test_files_come_change_and_go_one_by_one(docs, index, tmp_path):
    first = update(docs, index)
    assert statuses(first) == dict.fromkeys(NAMES, "added")
    assert sum(row.chunks for row in first.files) == first.chunks
    row = next(row for row in first.files if row.file == NAMES[1])
    # 13 paragraphs; every character but white space, and of these the recommendations of other articles.
    text = (docs / NAMES[1]).read_text(encoding="utf-8")
    assert (row.articles, row.paragraphs) == (1, 13)
    assert row.characters == len("".join(text.split()))
    assert row.noise_characters == len("".join(text[text.index("相关推荐") :].split()))

    again = update(docs, index)
    assert statuses(again) == dict.fromkeys(NAMES, "unchanged")
    assert [replace(r, status="added") for r in again.files] == list(first.files)

    (docs / NAMES[0]).write_text((docs / NAMES[0]).read_text() + "\n\n新增一段，讲人工智能治理的国际合作。\n")
    (docs / "新.md").write_text("# 新文件\n\n西延高铁的技术合同成交金额再创新高，人工智能也在其中。\n")
    (docs / NAMES[2]).unlink()
    assert statuses(update(docs, index)) == {
        NAMES[0]: "updated",
        NAMES[1]: "unchanged",
        "新.md": "added",
        NAMES[2]: "removed",
    }
    check_equal_to_a_build_from_scratch(docs, index, tmp_path)

    (docs / "新.md").rename(docs / "旧.md")
    shutil.copy(ROOT / "docs_src" / NAMES[2], docs)
    assert statuses(update(docs, index)) == {
        NAMES[0]: "unchanged",
        NAMES[1]: "unchanged",
        NAMES[2]: "added",
        "旧.md": "added",
        "新.md": "removed",
    }
    check_equal_to_a_build_from_scratch(docs, index, tmp_path)
    assert len(list(index.glob("g*"))) == 1


def test_a_large_index_deletes_in_place(docs, index, monkeypatch):
    monkeypatch.setattr("rag.generation.REWRITTEN_CHUNKS", 0)
    monkeypatch.setattr("rag.document_writer.COPIED_BYTES", 0)
    update(docs, index)
    (docs / NAMES[0]).unlink()
    update(docs, index)
    documents, hits, *_ = content(docs, index)
    assert set(documents) == set(NAMES[1:])
    assert {file for found in hits.values() for _, file, _ in found} == set(NAMES[1:])


def test_a_file_that_was_only_touched_is_taken_note_of_once(docs, index):
    update(docs, index)
    os.utime(docs / NAMES[0], ns=(1, 1))
    assert changed(open_index(docs, index, EMBEDDER, OPTIONS), scan(docs))
    assert statuses(update(docs, index)) == dict.fromkeys(NAMES, "unchanged")
    assert not changed(open_index(docs, index, EMBEDDER, OPTIONS), scan(docs))


def test_a_file_that_vanishes_is_a_row(docs, index, monkeypatch):
    monkeypatch.setattr("rag.indexing.scan", lambda folder: {**scan(folder), "走.txt": folder / "走.txt"})
    failed = {row.file: row.reason for row in update(docs, index).files if row.status == "failed"}
    assert failed == {"走.txt": "读不了：读的时候文件已不在；请放回或重新运行"}


def test_a_bad_file_is_a_row_and_the_others_are_indexed(docs, index, tmp_path):
    (docs / "空.txt").write_text("")
    (docs / "binary.txt").write_bytes(b"\0\1\2\3" * 20)
    (docs / "半.jsonl").write_text('{"id": 1, "text": "好"}\n{"id": 2}')
    (docs / "表.xlsx").write_bytes(b"PK")
    (docs / os.fsdecode("政策.txt".encode("gb18030"))).write_text("政策")
    (docs / "unreadable.txt").symlink_to("/proc/self/mem")
    (docs / ".hidden").write_text("x")
    report = update(docs, index)
    failed = {row.file: row.reason for row in report.files if row.status == "failed"}
    assert {name: reason[:8] for name, reason in failed.items()} == {
        "空.txt": "文件是空的",
        "binary.txt": "含有大量空字节或",
        "半.jsonl": "第 2 行不是含",
        "表.xlsx": "不支持 .xls",
        "\\udcd5\\udcfe\\udcb2\\udcdf.txt": "文件名的编码不是",
        "unreadable.txt": failed["unreadable.txt"][:8],
    }
    assert failed["unreadable.txt"].startswith("读不了")
    assert all((row.chunks, row.characters) == (0, 0) for row in report.files if row.status == "failed")
    assert {row.file for row in report.files if row.status == "added"} == set(NAMES)
    again = {row.file: (row.status, row.reason) for row in update(docs, index).files}
    assert again == dict.fromkeys(NAMES, ("unchanged", None)) | {
        name: ("failed", reason) for name, reason in failed.items()
    }
    assert not changed(open_index(docs, index, EMBEDDER, OPTIONS), scan(docs))

    (docs / "空.txt").write_text("现在有字了，讲西延高铁。")
    report = update(docs, index)
    assert next(r for r in report.files if r.file == "空.txt").status == "updated"
    check_equal_to_a_build_from_scratch(docs, index, tmp_path)


def test_a_folder_in_which_nothing_can_be_read(tmp_path, index):
    docs = tmp_path / "only"
    docs.mkdir()
    (docs / "a.txt").write_text("")
    report = update(docs, index)
    assert (statuses(report), report.chunks) == ({"a.txt": "failed"}, 0)
    opened = open_index(docs, index, EMBEDDER, OPTIONS)
    assert search(opened, "科技", 5, RetrievalOptions()) == []


def test_folders_that_cannot_be_used(docs, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / ".gitkeep").touch()
    for folder, message in [
        (tmp_path / "none", "找不到文档文件夹"),
        (docs / NAMES[0], "找不到文档文件夹"),
        (empty, "是空的"),
    ]:
        with pytest.raises(UsageError, match=message):
            update(folder, tmp_path / "index")
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="建不了"):
        update(docs, tmp_path / "file")
    with pytest.raises(UsageError, match="建不了"):
        update(docs, tmp_path / "file" / "index")
    with pytest.raises(UsageError, match="在文档文件夹"):
        update(docs, docs / "index")


# --- damage


def generation(index):
    return index / json.loads((index / "manifest.json").read_text())["generation"]


def flip(path, place=0.5):
    data = bytearray(path.read_bytes())
    data[int(len(data) * place)] ^= 0x40
    path.write_bytes(data)


def rewrite(index, **changes):
    record = json.loads((index / "manifest.json").read_text())
    (index / "manifest.json").write_text(json.dumps(record | changes))


def truncate(path):
    path.write_bytes(path.read_bytes()[:-7])


DAMAGE = {
    "manifest truncated": lambda index: truncate(index / "manifest.json"),
    "manifest empty": lambda index: (index / "manifest.json").write_text(""),
    "manifest no object": lambda index: (index / "manifest.json").write_text("[1]"),
    "manifest not text": lambda index: (index / "manifest.json").write_bytes(b"\xff\xfe\xfd"),
    "manifest without files": lambda index: rewrite(index, files=None),
    "manifest with odd files": lambda index: rewrite(index, files={"documents.sqlite": 3}),
    "manifest with odd generation": lambda index: rewrite(index, generation="../elsewhere"),
    "manifest with a number for a generation": lambda index: rewrite(index, generation=1),
    "manifest with another count": lambda index: rewrite(index, chunks=5),
    "manifest names another generation": lambda index: rewrite(index, generation="g77"),
    "vectors truncated": lambda index: truncate(generation(index) / "vectors.faiss"),
    "vectors flipped": lambda index: flip(generation(index) / "vectors.faiss"),
    "documents flipped": lambda index: flip(generation(index) / "documents.sqlite"),
    "documents flipped in the header": lambda index: flip(generation(index) / "documents.sqlite", 0),
    "documents missing": lambda index: (generation(index) / "documents.sqlite").unlink(),
    "lexical file missing": lambda index: next((generation(index) / "lexical").glob("*.idx")).unlink(),
    "lexical folder missing": lambda index: shutil.rmtree(generation(index) / "lexical"),
    "generation missing": lambda index: shutil.rmtree(generation(index)),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("built")
    (folder / "docs").mkdir()
    shutil.copy(ROOT / "docs_src" / NAMES[1], folder / "docs")
    (folder / "docs" / "二.txt").write_text("技术合同成交金额增长，人工智能和西延高铁都有份，科技部介绍。")
    update(folder / "docs", folder / "index")
    return folder


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_seen_and_mended(built, tmp_path, damage):
    shutil.copytree(built, tmp_path / "copy")
    docs, index = tmp_path / "copy" / "docs", tmp_path / "copy" / "index"
    DAMAGE[damage](index)
    with pytest.raises(IndexDamagedError) as caught:
        open_index(docs, index, EMBEDDER, OPTIONS)
    assert f"python -m rag index --docs {docs} --index {index}" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert set(statuses(update(docs, index)).values()) == {"added"}
    assert content(docs, index)[:2] == content(built / "docs", built / "index")[:2]


def test_damage_of_a_large_index_is_seen_by_size(built, tmp_path, monkeypatch):
    monkeypatch.setattr(manifest, "HASHED_BYTES", 0)
    shutil.copytree(built, tmp_path / "copy")
    truncate(generation(tmp_path / "copy" / "index") / "vectors.faiss")
    with pytest.raises(IndexDamagedError, match="缺失或损坏"):
        open_index(tmp_path / "copy" / "docs", tmp_path / "copy" / "index", EMBEDDER, OPTIONS)


class Renamed:
    """The built-in embedder under another fingerprint."""

    portable = True
    fingerprint = "0123456789abcdef"
    dimension = EMBEDDER.dimension
    encode_passages = staticmethod(EMBEDDER.encode_passages)


def test_an_index_built_otherwise_is_refused_and_rebuilt(built, tmp_path):
    shutil.copytree(built, tmp_path / "copy")
    docs, index = tmp_path / "copy" / "docs", tmp_path / "copy" / "index"
    for embedder, options, other in (
        (Renamed(), OPTIONS, "嵌入模型（或它的提示词）"),
        (Renamed(), ChunkingOptions(max_tokens=50), "切分设置"),
        (EMBEDDER, OPTIONS, "嵌入模型（或它的提示词）、切分设置"),
    ):
        message = f"索引 {index} 是用另一个{other}建的；请运行 python -m rag index --docs {docs} --index {index} 重建"
        with pytest.raises(IndexDamagedError, match=f"^{re.escape(message)}$"):
            open_index(docs, index, embedder, options)
        report = update_index(docs, index, embedder, options, lambda _: None)
        assert set(statuses(report).values()) == {"added"}
        open_index(docs, index, embedder, options).documents.close()


def test_no_index_at_all(docs, index):
    assert read_manifest(docs, index) is None
    with pytest.raises(IndexDamagedError, match="还没有建"):
        open_index(docs, index, EMBEDDER, OPTIONS)


def test_an_index_can_be_opened_while_it_is_replaced(docs, index, monkeypatch):
    update(docs, index)
    plain = manifest.Manifest.holds

    def replaced_meanwhile(self, folder):
        monkeypatch.setattr(manifest.Manifest, "holds", plain)
        (docs / "新.txt").write_text("讲西延高铁和人工智能。")
        update(docs, index)
        return plain(self, folder)

    monkeypatch.setattr(manifest.Manifest, "holds", replaced_meanwhile)
    opened = open_index(docs, index, EMBEDDER, OPTIONS)
    assert "新.txt" in opened.documents.files()


def test_an_open_index_goes_on_answering_after_it_was_replaced(docs, index):
    update(docs, index)
    opened = open_index(docs, index, EMBEDDER, OPTIONS)
    before = search(opened, QUERIES[0], 20, RetrievalOptions())
    (docs / NAMES[0]).unlink()
    update(docs, index)
    assert search(opened, QUERIES[0], 20, RetrievalOptions()) == before
    assert opened.documents.document(NAMES[0]).source.text == (ROOT / "docs_src" / NAMES[0]).read_text()


# --- accidents

CHILD = """
import os, signal, shutil, sys
from pathlib import Path
from rag import document_writer, generation, indexing, lexical, manifest, trigrams
from rag.chunking import ChunkingOptions
from rag.embedding import load_embedder
from rag.stores import local

docs, index, moment = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]

def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

def after(function):
    def wrapped(*args, **kwargs):
        function(*args, **kwargs)
        die()
    return wrapped

remove_whole = shutil.rmtree

def remove(folder):
    if folder.name != "g1":
        return remove_whole(folder)
    (folder / "documents.sqlite").unlink()
    die()

def dies_in(owner, name):
    setattr(owner, name, die)

def dies_after(owner, name):
    setattr(owner, name, after(getattr(owner, name)))

match moment:
    case "half linked": dies_after(generation, "link_folder")
    case "generation begun": dies_after(generation.GenerationWriter, "__init__")
    case "a file read": dies_after(generation.GenerationWriter, "add")
    case "documents written": dies_after(document_writer.DocumentWriter, "close")
    case "vectors written": dies_after(local.FaissWriter, "commit")
    case "lexical index written": dies_after(lexical.LexicalWriter, "commit")
    case "trigrams written": dies_after(trigrams.TrigramWriter, "commit")
    case "manifest half written": manifest.json.dump = lambda record, stream, **_: (stream.write("{"), die())
    case "manifest in force": dies_after(manifest.Manifest, "write")
    case "old generation half removed": shutil.rmtree = remove
if "large" in sys.argv[4:]:  # as of a large index, whose documents are not copied
    document_writer.COPIED_BYTES = 0
embedder = load_embedder("builtin")
print("ready", flush=True)
indexing.update_index(docs, index, embedder, ChunkingOptions(), lambda _: None)
print("done", flush=True)
"""
MOMENTS = [
    "half linked",
    "generation begun",
    "a file read",
    "documents written",
    "vectors written",
    "lexical index written",
    "trigrams written",
    "manifest half written",
    "manifest in force",
    "old generation half removed",
]


def child(docs, index, moment="", size=""):
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(docs), str(index), moment, size],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def states(tmp_path_factory):
    """Build an index and change its folder; return where, and what it answers before and is to answer after."""
    folder = tmp_path_factory.mktemp("states")
    docs = folder / "docs"
    docs.mkdir()
    for name in NAMES:
        shutil.copy(ROOT / "docs_src" / name, docs)
    update(docs, folder / "index")
    before = content(docs, folder / "index")
    (docs / NAMES[0]).write_text((docs / NAMES[0]).read_text() + "\n\n新增一段，讲人工智能治理的国际合作。\n")
    (docs / NAMES[2]).unlink()
    (docs / "新.txt").write_text("西延高铁的技术合同成交金额再创新高。")
    update(docs, folder / "scratch")
    return folder, before, content(docs, folder / "scratch")


@pytest.fixture
def two_states(states, docs, index):
    """Copy that folder and index to `docs` and `index`; return the two contents."""
    folder, *contents = states
    shutil.rmtree(docs)
    shutil.copytree(folder / "docs", docs)
    shutil.copytree(folder / "index", index)
    return contents


def check_after_the_accident(docs, index, two_states):
    before, after = two_states
    assert content(docs, index) in two_states
    update(docs, index)
    assert content(docs, index) == after
    assert len(list(index.glob("g*"))) == 1
    assert before != after


@pytest.mark.parametrize("size", ["small", "large"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_update_leaves_a_whole_index(docs, index, two_states, moment, size):
    with child(docs, index, moment, size) as process:
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
    check_after_the_accident(docs, index, two_states)


def test_updates_killed_at_any_moment_leave_a_whole_index(docs, index, two_states):
    chance = random.Random(2026)
    for _ in range(2):
        with child(docs, index) as process:
            assert process.stdout.readline() == "ready\n"
            time.sleep(chance.random() * 0.25)
            process.kill()
            process.communicate()
        assert content(docs, index) in two_states
    check_after_the_accident(docs, index, two_states)


def test_a_build_killed_before_there_was_any_index(docs, index, tmp_path):
    with child(docs, index, "vectors written") as process:
        process.communicate(timeout=60)
    with pytest.raises(IndexDamagedError, match="还没有建"):
        open_index(docs, index, EMBEDDER, OPTIONS)
    update(docs, index)
    check_equal_to_a_build_from_scratch(docs, index, tmp_path)


def test_two_writers_at_once(docs, index, two_states):
    with child(docs, index) as first, child(docs, index) as second:
        results = [process.communicate(timeout=60) for process in (first, second)]
        assert [
            (out, process.returncode) for (out, _), process in zip(results, (first, second), strict=True)
        ] == [("ready\ndone\n", 0)] * 2, results
    assert content(docs, index) == two_states[1]


def test_an_index_that_cannot_be_written_is_one_line_and_leaves_the_old_one(docs, index):
    update(docs, index)
    before = content(docs, index)
    (index / "lock.sqlite").write_bytes(b"not a database, but long enough to be read as one" * 100)
    with pytest.raises(YinjuError, match=r"写不了索引文件夹.*写权限"):
        update(docs, index)
    assert content(docs, index) == before
