"""The setting `store`: the whole index with its vectors on a server answers as the one with its vectors in a file."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bench.stores.serving import milvus, postgresql
from rag.assistant import build_index, open_assistant
from rag.chunking import ChunkingOptions
from rag.config import Settings
from rag.datatypes import Filters
from rag.embedding import builtin
from rag.errors import IndexDamagedError, StoreError
from rag.manifest import fingerprint

ROOT = Path(__file__).parent.parent
QUERIES = ["科技创新和产业创新深度融合", "技术合同成交金额", "人工智能", "西延高铁"]


@pytest.fixture(scope="module", params=[postgresql, milvus], ids=["postgresql", "milvus"])
def server(request):
    with request.param() as server:
        yield server


@pytest.fixture
def docs(tmp_path):
    shutil.copytree(ROOT / "docs_src", tmp_path / "docs")
    return tmp_path / "docs"


def found(settings, filters=None):
    """Return for each query the passages that come first, with the similarities of the dense list."""
    assistant = open_assistant(settings, update=False)
    hits = {query: assistant.search(query, 5, filters) for query in QUERIES}
    assert all(hits.values())
    return {
        query: {hit.chunk.text: hit.scores.get("dense") for hit in found} for query, found in hits.items()
    }


def check_alike(one, other):
    for query in QUERIES:
        assert one[query].keys() == other[query].keys()
        for text, similarity in one[query].items():
            assert other[query][text] == pytest.approx(similarity, abs=1e-3)


def test_an_index_with_its_vectors_on_a_server_is_the_same_index(server, docs, tmp_path):
    local = Settings(docs=docs, index=tmp_path / "local")
    remote = Settings(docs=docs, index=tmp_path / "remote", store=server.url)
    one = Filters(files=(sorted(path.name for path in docs.iterdir())[0],))
    for settings in (local, remote):
        build_index(settings)
    assert not list((tmp_path / "remote").glob("g*/vectors*"))
    check_alike(found(local), found(remote))
    check_alike(found(local, one), found(remote, one))

    earlier = open_assistant(remote, update=False)
    before = [hit.chunk.text for hit in earlier.search(QUERIES[0], 5)]
    (docs / "新.txt").write_text("西延高铁的技术合同成交金额再创新高。", encoding="utf-8")
    sorted(docs.iterdir())[1].unlink()
    for settings in (local, remote):
        build_index(settings)
    check_alike(found(local), found(remote))
    assert "西延高铁的技术合同成交金额再创新高。" in found(remote)[QUERIES[1]]
    assert len(before) == 5

    with pytest.raises(IndexDamagedError, match="向量库"):
        open_assistant(replace(remote, store="faiss"), update=False)


def test_what_an_index_is_built_with_keeps_no_secret():
    told = fingerprint(builtin(), ChunkingOptions(), "postgresql://yinju:secret@host:5432/db?sslmode=require")
    assert told["store"] == "host:5432/db"


def test_a_server_that_cannot_be_reached_is_one_line(docs, tmp_path):
    settings = Settings(docs=docs, index=tmp_path / "x", store="postgresql://yinju:secret@127.0.0.1:1/none")
    with pytest.raises(StoreError) as caught:
        build_index(settings)
    assert "secret" not in str(caught.value) and "\n" not in str(caught.value)
