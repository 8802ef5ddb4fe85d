"""The scale: texts made of others, recall, what lies on the disk, and one small index measured from end to end."""

import json
import lzma
import random
import re

import numpy as np
import pytest

from bench.scale import command
from bench.scale.asking import exact, milliseconds, questions, recall
from bench.scale.corpus import endless, mixed, write
from rag.assistant import build_index, open_assistant
from rag.config import Settings

TEXT = "海上光伏如下。\n\n" + "\n".join(
    f"第{n}项是建设光伏电站{n}座，投资{n}1亿元。由第{n}个部门负责，到20{n}年完成。" for n in range(11, 40)
)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    for name, records in {
        "train/a/docs": [
            {"id": str(n), "text": TEXT.replace("光伏", word)} for n, word in enumerate("风水火")
        ],
        "dev/b/questions": [{"question": f"第{n}项投资多少？"} for n in range(11, 16)] + [{"question": None}],
    }.items():
        path = folder / f"{name}.jsonl.xz"
        path.parent.mkdir(parents=True)
        with lzma.open(path, "wt", encoding="utf-8") as stream:
            stream.write("\n".join(json.dumps(record) for record in records))
    return folder


def test_a_mixed_text_has_the_sentences_of_the_text_elsewhere_and_other_digits():
    made = mixed(TEXT, random.Random(3))
    bare = [re.sub(r"\d", "#", text) for text in (TEXT, made)]
    cut = [sorted(re.findall("[^。\n]+。?", text)) for text in bare]
    assert cut[0] == cut[1] and made.count("\n") == TEXT.count("\n")
    assert made.splitlines()[5] not in TEXT
    assert re.sub("[^0]", "", made) == re.sub("[^0]", "", TEXT)  # no digit becomes 0


def test_texts_go_on_for_ever_and_tell_which_are_made(data):
    drawn = [made for (_, made), _ in zip(endless(data), range(7), strict=False)]
    assert drawn == [False] * 3 + [True] * 4


def test_recall_is_the_mean_share_that_was_found():
    wanted = np.array([[1, 2, 3, 4], [5, 6, 7, 8]])
    assert recall([[4, 3, 9, 1], [5]], wanted) == (3 / 4 + 1 / 4) / 2


def test_questions_are_those_of_the_dev_sets(data):
    assert questions(data) == [f"第{n}项投资多少？" for n in range(11, 16)]


def test_the_exact_search_is_that_of_all_vectors(data, tmp_path):
    written = write(tmp_path / "docs", data, 80)
    assert written.documents > 3 and written.made == pytest.approx(1 - 3 / written.documents)
    settings = Settings(docs=tmp_path / "docs", index=tmp_path / "index")
    assert 60 <= build_index(settings).chunks <= 110
    assistant = open_assistant(settings, update=False)
    vectors = assistant.index.embedder.encode_queries(questions(data))
    nearest = exact(assistant, vectors)
    for query, ids in zip(vectors, nearest, strict=True):
        found = dict(assistant.index.vectors.search(query, 10))
        every = dict(assistant.index.vectors.search(query, 1000))
        assert min(every[i] for i in ids.tolist()) == pytest.approx(min(found.values()), abs=1e-5)


def test_milliseconds_are_median_and_ninety_fifth_percentile(monkeypatch):
    ticks = iter(time for n in range(1, 22) for time in (0.0, n / 1000))
    monkeypatch.setattr("time.perf_counter", lambda: next(ticks))
    assert milliseconds(lambda _: None, [""] * 21) == (11.0, 20.0)


def test_a_size_is_measured_and_not_built_twice(data, tmp_path, monkeypatch):
    monkeypatch.setattr(command, "UPDATED", 2)
    first = command.measured(tmp_path, data, 40)
    monkeypatch.setattr(command, "write", None)
    again = command.measured(tmp_path, data, 40)
    assert again["build_seconds"] == first["build_seconds"]
    assert set(first["parts"]) == {"documents", "vectors", "lexical", "trigrams"}
    assert first["chunks"] == again["chunks"] and first["recall"] == 1.0
    assert not list((tmp_path / "docs").glob("new*.txt"))
    assert "1.0000" in "".join(str(cell) for cell in command.table(first).columns[1].cells)
