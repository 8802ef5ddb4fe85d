"""The stores bench: what it sends to PostgreSQL's text search, how it counts recall, and a small run of it all."""

import json
import lzma

import numpy as np
import pytest

from bench.__main__ import main
from bench.stores.asking import SYSTEMS
from bench.stores.dense import _searched
from bench.stores.lexical import _tsvector

TOPICS = ["再贷款", "耐心资本", "零碳工厂", "数据要素", "以旧换新", "专精特新", "低空经济", "绿色金融"]


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "lecoqa_statutes"
    folder.mkdir()
    documents = [
        {
            "id": str(n),
            "title": f"第{n}号文件",
            "text": f"第{n}号文件：关于{topic}的规定。各部门要做好{topic}工作，期限为{n + 3}年。\n" * 3,
        }
        for n, topic in enumerate(TOPICS * 3)
    ]
    questions = [
        {
            "id": f"q{n}",
            "question": f"{topic}的期限是多少年？",
            "answer": "",
            "doc_ids": [str(n), str(n + 8), str(n + 16)],
        }
        for n, topic in enumerate(TOPICS)
    ]
    for name, rows in (("docs", documents), ("qa", questions)):
        with lzma.open(folder / f"{name}.jsonl.xz", "wt", encoding="utf-8") as stream:
            stream.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return tmp_path


def test_a_term_keeps_its_places():
    assert _tsvector(["创新", "5g", "创新", "pm2.5"]) == "'创新':1,3 '5g':2 'pm2.5':4"
    places = _tsvector(["x"] * 20_000).partition(":")[2].split(",")
    assert places == [str(n) for n in range(1, 256)]
    assert _tsvector(["y"] * 20_000 + ["x"]).endswith("'x':16383")


class Worse:
    """A store that leaves out what it should find first."""

    def __init__(self, vectors):
        self.vectors = vectors

    def search(self, vector, k, allowed):
        ids = np.arange(len(self.vectors)) if allowed is None else allowed
        order = ids[np.argsort(-(self.vectors[ids] @ vector))]
        return [(int(i), 0.0) for i in order[1 : k + 1]]


def test_recall_is_the_share_of_the_nearest():
    vectors = np.random.default_rng(0).normal(size=(200, 16)).astype(np.float32)
    for allowed in (None, np.arange(0, 200, 2)):
        recall, recall_50, seconds = _searched(Worse(vectors), vectors, vectors[:20], allowed)
        assert (recall, recall_50) == pytest.approx((0.9, 0.98))
        assert len(seconds) == 20


def test_a_small_run(data, capsys):
    arguments = ["stores", "--data", str(data), "--set", "lecoqa_statutes", "--size", "20"]
    assert main([*arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    one, whole = found["lexical"]
    assert set(one["systems"]) == set(SYSTEMS)
    assert one["systems"] == whole["systems"]
    assert (one["questions"], one["passages"]) == (8, 24)
    for name in ("tantivy", "Milvus，jieba", "Milvus，我们的词"):
        assert one["systems"][name]["recall@10"] == 1
    assert [one["store"] for one in found["dense"]] == ["文件（FAISS）", "PostgreSQL", "Milvus Lite"]
    assert all(one["recall"] == one["recall_filtered"] == 1 for one in found["dense"])
