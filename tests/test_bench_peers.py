"""The peers bench: its figures by hand, a peer that goes wrong, and a small run over the program and a tiny peer."""

import json
import lzma
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from bench.__main__ import main
from bench.peers import command
from bench.peers.corpus import lay_out
from bench.peers.material import ALONE, PASSAGES, TOGETHER, Passage, Query, passages, queries, write
from bench.peers.measuring import Contender, measure
from bench.peers.scoring import nearness, recall
from bench.peers.timing import ask, times
from rag.assistant import build_index
from rag.config import Settings

TOWNS = ("临安", "北川", "南浔", "东阳", "西和", "武夷", "石泉", "长兴", "清河", "白城", "永康", "平湖")
NEWS = [
    f"{town}市今年新建公园{n}座。市长表示,{town}的绿地面积明年将增加{n * 10}公顷。" * 8
    for n, town in enumerate(TOWNS, start=1)
]
FAKE = "tests.fake_peer"


def passage(number, file):
    return Passage(id=number, file=file, text="")


def query(identifier, *wanted, text=""):
    return Query(id=identifier, text=text, wanted=wanted)


class TestScores:
    def test_recall_by_hand(self):
        rows = [passage(0, "a"), passage(1, "a"), passage(2, "b"), passage(3, "c")]
        asked = [query("q", "a"), query("r", "b", "c"), query("s", "c"), query("not asked", "a")]
        found = {"q": [1, 0], "r": [0, 2, 3], "s": [0, 1, 3]}
        # Of the first two: q finds a; r finds b of b and c; s finds nothing.
        assert recall(found, asked, rows, 2) == pytest.approx((1 + 1 / 2 + 0) / 3)
        assert recall(found, asked, rows, 3) == 1
        assert recall({"r": [3, 3, 3]}, asked, rows, 3) == 1 / 2

    def test_nearness_by_hand(self):
        vectors = np.array([(1, 0), (0.8, 0.6), (0.6, 0.8), (0, 1)], dtype=np.float32)
        east = {"q": np.array((1, 0), dtype=np.float32)}
        assert nearness({"q": [1, 0]}, east, vectors, 2) == 1
        assert nearness({"q": [0, 2]}, east, vectors, 2) == 1 / 2
        assert nearness({"q": [0, 0]}, east, vectors, 2) == 1 / 2
        assert nearness({"q": [0]}, east, vectors, 2) == 1 / 2
        assert nearness({"q": [3, 2, 1, 0]}, east, vectors, 10) == 1
        both = east | {"r": np.array((0, 1), dtype=np.float32)}
        assert nearness({"q": [0, 1], "r": [0, 1]}, both, vectors, 2) == 1 / 2

    def test_equal_passages_may_stand_for_each_other(self):
        vectors = np.array([(0.6, 0.8), (1, 0), (0.6, 0.8)], dtype=np.float32)
        asked = {"q": np.array((1, 0), dtype=np.float32)}
        assert nearness({"q": [1, 2]}, asked, vectors, 2) == nearness({"q": [1, 0]}, asked, vectors, 2) == 1


class TestTimes:
    def test_percentiles_are_in_milliseconds(self):
        found = times([n / 1000 for n in range(21, 0, -1)], 0.5)
        assert (found.asked, found.median_ms, found.p95_ms, found.per_second) == (
            21,
            pytest.approx(11),
            pytest.approx(20),
            pytest.approx(42),
        )

    def test_queries_are_asked_at_once_and_their_answers_kept_apart(self):
        together = threading.Barrier(4, timeout=10)

        def search(text):
            together.wait()
            return [int(text), np.int64(7)]

        done = ask(search, [query(f"q{n}", text=str(n)) for n in range(8)], 4, 60)
        assert done.found == {f"q{n}": [n, 7] for n in range(8)}
        assert json.dumps(done.found)
        assert done.times.asked == 8

    def test_none_is_begun_after_the_time_is_over(self):
        def search(text):
            time.sleep(0.05)
            return []

        asked = [query(f"q{n}") for n in range(5)]
        assert list(ask(search, asked, 1, 0).found) == ["q0"]
        assert len(ask(search, asked, 1, 60).found) == 5


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A data folder: a pool of two articles and a copy, with a question each, and texts to fill up with."""
    folder = tmp_path_factory.mktemp("data")
    sets = {
        "crud_questions/docs": [
            {"id": "spare", "date": None, "text": NEWS[9]},
            {"id": "copy", "date": None, "text": NEWS[1]},
            *({"id": f"d{n}", "date": None, "text": NEWS[n]} for n in range(3)),
        ],
        "crud_questions/questions": [
            {"id": f"q{n}", "question": f"{TOWNS[n]}新建多少公园？", "answer_in": [f"d{n}"], "set": "q_1doc"}
            for n in range(3)
        ],
        "more/docs": [{"id": str(n), "text": NEWS[n]} for n in (0, 5, 6, 7, 8)] + [{"id": "x", "text": " "}],
    }
    for name, rows in sets.items():
        path = folder / "dev" / f"{name}.jsonl.xz"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        path.write_bytes(lzma.compress(text.encode()))
    return folder


@pytest.fixture
def folder(data, tmp_path):
    lay_out(data, tmp_path / "corpus", 12, 2)
    return tmp_path / "corpus"


def documents(folder):
    lines = "".join(path.read_text(encoding="utf-8") for path in sorted((folder / "docs").iterdir()))
    return [json.loads(line) for line in lines.splitlines()]


class TestCorpus:
    def test_what_answers_comes_first_and_each_text_once(self, folder):
        rows = documents(folder)
        # d1 has the text of `copy`, which comes before it in the pool and stands for it.
        assert [row["id"] for row in rows[:4]] == ["copy", "d0", "d2", "spare"]
        texts = [row["text"] for row in rows]
        assert len(set(texts)) == len(texts)
        assert NEWS[5] in texts

    def test_the_passages_are_the_programs_own_chunks(self, folder, tmp_path):
        rows = passages(folder)
        assert [row.id for row in rows] == list(range(len(rows)))
        last = [row for row in rows if row.file == rows[-1].file]
        assert len(rows) - len(last) < 12 <= len(rows)
        report = build_index(Settings(docs=folder / "docs", index=tmp_path / "index"))
        assert report.chunks == len(rows)

    def test_the_questions_are_parted_and_name_files_that_are_there(self, folder):
        alone, together = (queries(folder, name) for name in (ALONE, TOGETHER))
        assert sorted(one.id for one in [*alone, *together]) == ["q0", "q1", "q2"]
        files = {row.file for row in passages(folder)}
        wanted = {one.id: one.wanted for one in [*alone, *together]}
        assert wanted["q1"] == ["000000.jsonl#copy"]
        assert all(set(names) <= files for names in wanted.values())

    def test_what_is_laid_out_stays(self, folder, data):
        write(folder / PASSAGES, [passage(0, "kept")])
        lay_out(data, folder, 12, 2)
        assert passages(folder) == [passage(0, "kept")]


def fake():
    return Contender(name="假", module=FAKE, python=Path(sys.executable))


class TestMeasuring:
    def test_a_tiny_peer(self, folder):
        row = measure(fake(), folder)
        chunks = len(passages(folder))
        assert (row["status"], row["system"], row["chunks"]) == ("measured", "假", chunks)
        # Three questions: two one after the other, one by itself; each names a town that one document has.
        assert (row["asked"], row["alone"]["asked"], row["together"]["asked"]) == (3, 2, 1)
        assert row["recall"] == 1
        assert row["dense_recall"] == 1
        vectors = np.load(folder / "vectors.npy")
        assert row["index_bytes"] > vectors.nbytes
        # numpy and the embedder alone are more than 30 MB.
        assert min(row["build_peak_bytes"], row["serve_peak_bytes"]) > 30 * 2**20
        assert row["libraries"] == {"numpy": np.__version__}
        assert 0 < row["alone"]["median_ms"] <= row["alone"]["p95_ms"]
        assert not [path for path in folder.parent.iterdir() if path != folder]

    def test_the_program_finds_its_own_passages(self, folder):
        row = measure(
            Contender(name="引据", module="bench.peers.systems.yinju", python=Path(sys.executable)), folder
        )
        assert row["status"] == "measured", row
        assert (row["recall"], row["dense_recall"]) == (1, 1)

    @pytest.mark.parametrize(
        ("lapse", "reason"),
        [
            ("dies", "out of luck"),
            ("raves", "输出的不是记录：at all"),
            ("forgets", "记录里没有 seconds、python、libraries"),
            ("loses", "应有 {chunks} 段，建成的有 {one_less} 段"),
        ],
    )
    def test_a_peer_that_goes_wrong_is_a_row(self, folder, monkeypatch, lapse, reason):
        monkeypatch.setenv("FAKE_PEER", lapse)
        row = measure(fake(), folder)
        chunks = len(passages(folder))
        assert (row["status"], row["stage"]) == ("failed", "build")
        assert row["reason"] == reason.format(chunks=chunks, one_less=chunks - 1)
        assert row["seconds"] > 0

    def test_a_peer_that_takes_too_long_is_stopped(self, folder, monkeypatch):
        monkeypatch.setenv("FAKE_PEER", "sleeps")
        row = measure(fake(), folder, limit=1)
        assert (row["status"], row["stage"], row["reason"]) == ("too_long", "build", "超过 1 秒")
        assert 1 <= row["seconds"] < 30

    def test_a_python_that_lacks_the_peer_is_told_by_its_last_words(self, folder):
        row = measure(Contender(name="无", module="no_such_peer", python=Path(sys.executable)), folder)
        assert row["reason"] == "ModuleNotFoundError: No module named 'no_such_peer'"


@pytest.fixture
def small(monkeypatch):
    """The command with the tiny peer alone, and two questions a pass."""
    monkeypatch.setattr(command, "contenders", lambda python: [fake()])
    monkeypatch.setattr(command, "QUESTIONS", 2)


class TestCommand:
    def arguments(self, data, tmp_path):
        places = {"--data": data, "--work": tmp_path / "work", "--results": tmp_path / "out/results"}
        given = [word for pair in places.items() for word in map(str, pair)]
        return ["peers", *given, "--python", sys.executable, "--size", "4", "--size", "8"]

    def test_a_run_is_recorded_and_goes_on_where_it_was_broken_off(self, small, data, tmp_path, monkeypatch):
        monkeypatch.setenv("FAKE_PEER", "dies")
        assert main(self.arguments(data, tmp_path)) == 0
        path = tmp_path / "out/results/peers.json"
        assert [row["status"] for row in json.loads(path.read_text())["rows"]] == ["failed", "failed"]
        monkeypatch.delenv("FAKE_PEER")
        assert main(self.arguments(data, tmp_path)) == 0
        first = json.loads(path.read_text())["rows"]
        assert [row["status"] for row in first] == ["measured", "measured"]
        assert 4 <= first[0]["chunks"] < 8 <= first[1]["chunks"]
        monkeypatch.setenv("FAKE_PEER", "dies")  # what was measured is not measured again
        assert main(self.arguments(data, tmp_path)) == 0
        assert json.loads(path.read_text())["rows"] == first

    def test_the_systems_run_where_they_are_installed(self, tmp_path):
        ours, *others = command.contenders(tmp_path / "bin/python")
        assert (ours.name, ours.python) == ("引据", Path(sys.executable))
        assert {one.python for one in others} == {tmp_path / "bin/python"}
        assert [one.name for one in others] == ["LangChain", "LlamaIndex", "txtai", "Haystack"]

    def test_a_python_that_is_not_there_is_told_of(self, data, tmp_path, capsys):
        arguments = self.arguments(data, tmp_path)
        arguments[arguments.index(sys.executable)] = str(tmp_path / "none")
        assert main(arguments) == 2
        assert "--python" in capsys.readouterr().err
