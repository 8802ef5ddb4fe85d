"""The page of results: its tables by hand, what was not measured, and the plots."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench.__main__ import main
from bench.reporting.command import plots
from bench.reporting.curves import svg, written
from bench.reporting.page import page

MB = 2**20
MACHINE = {
    "date": "2026-12-01",
    "cpu": "某处理器",
    "cores": 2,
    "memory_bytes": 24 * 2**30,
    "system": "Linux",
    "commit": "0123456789ab",
}


def row(system, chunks, **changes):
    return {
        "system": system,
        "chunks": chunks,
        "load": 0.25,
        "status": "measured",
        "build_s": 4.0,
        "build_peak_bytes": 300 * MB,
        "index_bytes": 6.25 * MB,
        "python": "3.11.7",
        "libraries": {"numpy": "2.4.6", "faiss-cpu": "1.15.1"},
        "opening_s": 1.26,
        "serve_peak_bytes": 1234 * MB,
        "alone": {"asked": 200, "median_ms": 5.04, "p95_ms": 12.0, "per_second": 180.0},
        "together": {"asked": 200, "median_ms": 33.3, "p95_ms": 1200.0, "per_second": 201.26},
        "asked": 400,
        "recall": 0.8537,
        "dense_recall": 0.98,
    } | changes


def missing(system, chunks, **changes):
    return {"system": system, "chunks": chunks, "load": 1.5, "seconds": 600.2, **changes}


RECORD = {
    "machine": MACHINE,
    "k": 10,
    "depth": 50,
    "threads": 8,
    "questions": 200,
    "limit_s": 600.0,
    "asking_s": 60.0,
    "rows": [
        row("引据", 1001),
        row("甲", 1001, asked=280),
        row("引据", 10_078),
        missing("甲", 10_078, status="too_long", stage="serve", reason="超过 600 秒"),
        missing("乙", 10_078, status="failed", stage="build", reason="Error: a|b"),
    ],
}
SCALE = [
    {
        "chunks": chunks,
        "build_seconds": chunks / 500,
        "build_peak_bytes": 2000 * MB,
        "parts": {"documents": chunks * 3072, "vectors": chunks * 1024},
        "memory": {"anonymous": 100 * MB, "mapped": 400 * MB},
        "search_ms": 20.0,
        "search_p95_ms": 41.0,
        "search_8_ms": 55.5,
        "search_8_p95_ms": 99.0,
        "recall": 0.9912,
        "add_seconds": 3.04,
        "remove_seconds": 2.5,
    }
    for chunks in (1_000, 1_000_000)
]


def cells(text, first):
    """Return the cells of the table rows that begin with `first`."""
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith(f"| {first} |")]
    return [[cell.strip() for cell in cells] for cells in rows]


class TestPage:
    def test_a_row_by_hand(self):
        text = page(RECORD, None, [])
        assert cells(text, "引据")[0] == [
            "引据",
            "250",  # 1001 passages in 4 seconds
            "300",
            "6.2",
            "1.3",
            "1,234",
            "5.0 / 12.0",
            "33.3 / 1,200.0",
            "201.3",
            "0.854",
            "0.980",
        ]
        assert cells(text, "甲")[0][-2:] == ["0.854（280 题）", "0.980"]
        assert "8 线程，问/秒 | 召回@10 | 向量召回@10 |" in text
        assert "### 1,001 段" in text and "### 10,078 段" in text

    def test_what_was_not_measured_says_why(self):
        text = page(RECORD, None, [])
        assert "| 甲 | 过久，未量（打开和查询，600 秒） |" in text
        assert "| 乙 | 没有量成：Error: a｜b（建索引，600 秒） |" in text
        rows = [line for line in text.splitlines() if line.startswith("| ")]
        assert {line.count("|") for line in rows} == {12}

    def test_the_machine_and_the_versions_are_told(self):
        text = page(RECORD, None, [])
        assert "2026-12-01，某处理器，2 核，内存 24 GiB，Linux，程序版本 0123456789ab" in text
        assert "平均负载是 0.2 到 1.5" in text
        assert text.count("- 甲：Python 3.11.7、numpy 2.4.6、faiss-cpu 1.15.1") == 1
        assert "一步超过 600 秒就停" in text and "txtai 按它自己的规矩取 100 段" in text

    def test_the_scale_by_hand(self):
        text = page(None, SCALE, [])
        assert "与别的做法并列" not in text
        assert cells(text, "1,000,000")[0] == [
            "1,000,000",
            "2,000",
            "500",
            "2,000",
            "3,906",
            "100 / 400",
            "20.0 / 41.0",
            "55.5 / 99.0",
            "0.991",
            "3.0",
            "2.5",
        ]


class TestPlots:
    def test_the_curves_are_what_was_measured(self):
        drawn = {plot.name: plot for plot in plots(RECORD["rows"], [])}
        assert drawn["query"].curves == {"引据": [(1001, 5.04), (10_078, 5.04)], "甲": [(1001, 5.04)]}
        assert drawn["memory"].curves["甲"] == [(1001, 1234)]
        assert list(drawn) == ["build", "memory", "disk", "query"]

    def test_ours_goes_as_far_as_the_scale(self):
        drawn = {plot.name: plot for plot in plots(RECORD["rows"], SCALE)}
        assert drawn["build"].curves == {"引据": [(1_000, 2.0), (1_000_000, 2000.0)], "甲": [(1001, 4.0)]}
        assert drawn["memory"].curves["引据"] == [(1_000, 500), (1_000_000, 500)]
        assert drawn["query"].curves["引据"] == [(1_000, 20), (1_000_000, 20)]
        assert drawn["disk"].curves["引据"] == [(1_000, 3.90625), (1_000_000, 3906.25)]
        assert [list(plot.curves) for plot in plots([], SCALE)] == [["引据"]] * 4

    def test_a_drawing_names_what_it_shows_and_is_always_the_same(self):
        plot = next(iter(plots(RECORD["rows"], [])))
        drawing = svg(plot)
        texts = [
            "".join(one.itertext()).strip()
            for one in ElementTree.fromstring(drawing).iter()
            if "text" in one.tag
        ]
        assert {"建索引用时（含嵌入）", "引据", "甲", "段落数", "秒", "1万"} <= set(texts)
        assert drawing == svg(plot)

    @pytest.mark.parametrize(
        ("value", "text"), [(0.1, "0.1"), (1, "1"), (1000, "1000"), (10_000, "1万"), (1_000_000, "100万")]
    )
    def test_numbers_are_written_in_chinese(self, value, text):
        assert written(value) == text


class TestCommand:
    def test_whichever_records_are_there_are_told(self, tmp_path, capsys):
        folder = tmp_path / "results"
        folder.mkdir()
        assert main(["results", "--results", str(folder)]) == 2
        assert "还没有 peers.json 或 scale.json" in capsys.readouterr().err
        (folder / "scale.json").write_text(json.dumps(SCALE), encoding="utf-8")
        assert main(["results", "--results", str(folder)]) == 0
        assert "1,000,000" in (tmp_path / "results.md").read_text(encoding="utf-8")
        (folder / "peers.json").write_text(json.dumps(RECORD), encoding="utf-8")
        assert main(["results", "--results", str(folder)]) == 0
        text = (tmp_path / "results.md").read_text(encoding="utf-8")
        assert "1,000,000" in text and "### 10,078 段" in text
        linked = [part.partition(")")[0] for part in text.split("](")[1:]]
        assert [path for path in linked if not (tmp_path / path).is_file()] == []
        assert len(linked) == 4

    def test_a_record_that_is_damaged_is_told_of(self, tmp_path, capsys):
        (tmp_path / "peers.json").write_text("{", encoding="utf-8")
        assert main(["results", "--results", str(tmp_path)]) == 2
        assert "不是 JSON" in capsys.readouterr().err


def test_the_page_in_the_repository_is_drawn_from_its_records(tmp_path):
    bench = Path(__file__).parent.parent / "bench"
    folder = tmp_path / "results"
    folder.mkdir()
    for path in (bench / "results").glob("*.json"):
        (folder / path.name).write_bytes(path.read_bytes())
    assert main(["results", "--results", str(folder)]) == 0
    written_now = (tmp_path / "results.md").read_text(encoding="utf-8")
    assert (bench / "results.md").read_text(encoding="utf-8") == written_now
