"""The command line: what each command prints with --json, and one Chinese line for whatever goes wrong."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import docx
import pytest

from rag import render
from rag.__main__ import main
from rag.indexing import FileReport, IndexReport
from rag.reading import read
from rag.text import squeeze

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs_src"
PLACE = {"file", "article", "paragraph", "start", "end", "spans", "quote", "date", "source", "speaker"}
ANSWER = {
    *("question", "standalone_question", "answer", "refused", "refusal", "sentences", "citations"),
    *("conflicts", "nearest", "answerer", "seconds"),
}
QUESTION = "2020-2024年全国技术合同成交金额从多少增长到多少？"


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    return tmp_path_factory.mktemp("command") / "index"


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Return a function that runs a command in an empty folder: exit status, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("YINJU_"):
            monkeypatch.delenv(name)

    def command(*arguments):
        monkeypatch.setattr(sys, "argv", ["rag", *map(str, arguments)])
        capsys.readouterr()
        status = main()
        out, err = capsys.readouterr()
        return status, out, err

    return command


@pytest.fixture
def ask(run, index):
    """Run a command over the five documents; it must succeed."""

    def command(*arguments):
        status, out, err = run(*arguments, "--docs", DOCS, "--index", index)
        assert status == 0, err
        return out

    return command


@pytest.fixture
def small(tmp_path):
    """Return a docs folder with one small file, and the place of an index."""
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "a.txt").write_text("技术合同成交金额去年达到6.84万亿元，同比增长11.2%。\n", encoding="utf-8")
    return docs, tmp_path / "index"


def raw(file):
    return {s.file: s.text for s in read(DOCS / file, DOCS)}[file]


def check_place(record):
    spans = record["spans"]
    assert record["start"] == spans[0][0] and record["end"] == spans[-1][1]
    assert all(a < b for a, b in spans)
    quote = record.get("quote") or record["text"]
    assert squeeze("".join(raw(record["file"])[a:b] for a, b in spans)) == squeeze(quote)


def check_answer(record):
    assert record.keys() - {"id", "notice", "unanswered"} == ANSWER
    assert isinstance(record["refused"], bool) and record["refused"] == (record["refusal"] is not None)
    numbers = [citation["n"] for citation in record["citations"]]
    assert numbers == list(range(1, len(numbers) + 1))
    assert {int(n) for n in re.findall(r"\[(\d+)\]", record["answer"])} == set(numbers)
    assert {n for sentence in record["sentences"] for n in sentence["citations"]} == set(numbers)
    assert all(s.keys() == {"text", "citations", "verdict"} for s in record["sentences"])
    assert all(c.keys() == {"n", "also", *PLACE} for c in record["citations"])
    assert all(c.keys() == {"n", *PLACE} for c in record["nearest"])
    assert record["seconds"].keys() == {"retrieve", "answer", "total"}
    if record["refused"]:
        assert record["refusal"].keys() == {"reason", "message"}
        assert record["refusal"]["reason"] in {"not_in_documents", "not_stated", "off_topic", "unsafe"}
        assert numbers == [] and len(record["nearest"]) <= 3 and record["answer"]


# --- what is printed


def test_ask(ask):
    record = json.loads(ask("ask", QUESTION, "--json"))
    check_answer(record)
    assert not record["refused"] and "id" not in record
    assert (record["question"], record["answerer"]) == (QUESTION, "extractive")
    assert "2.83万亿元增长到6.84万亿元" in record["answer"]
    (citation,) = record["citations"]
    check_place(citation)
    assert (citation["file"], citation["paragraph"]) == ("004_90f40236bc051bf2.txt", 2)
    assert citation["article"] == "我国科技成果转化实现量质齐升"
    assert (citation["date"], citation["source"]) == ("2025-12-29", "中国高新技术产业导报")


def test_ask_for_a_reader(ask):
    answer, _, sources = ask("ask", QUESTION).partition("\n\n")
    assert "2.83万亿元增长到6.84万亿元" in answer
    assert sources.startswith(
        "[1] 《我国科技成果转化实现量质齐升》第 2 段（中国高新技术产业导报，2025-12-29，"
    )


def test_a_refusal(ask):
    record = json.loads(ask("ask", "红烧肉怎么做才好吃？", "--json"))
    check_answer(record)
    assert record["refused"]


def test_a_batch_keeps_its_order_and_ids(ask, tmp_path):
    lines = [
        {"id": "z", "question": QUESTION},
        {"id": 7, "question": "你好"},
        {"id": "f", "question": "该项工作由谁负责？", "passages": ["该项工作由张辉负责。", "天气很好。"]},
        {"id": "g", "question": "技术转移机构有多少家？", "filters": {"files": ["004_90f40236bc051bf2.txt"]}},
        {"id": "h", "question": "那企业研发经费呢？", "history": [{"role": "user", "content": QUESTION}]},
        {"id": "u", "question": "技术转移机构\u2028有多少家？", "filters": {"date_from": "2030-01-01"}},
    ]
    batch = tmp_path / "批量.jsonl"
    batch.write_text(
        "\r\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n\n", encoding="utf-8-sig"
    )
    records = [json.loads(line) for line in ask("ask", "--batch", batch, "--json").splitlines()]
    assert [record["id"] for record in records] == ["z", 7, "f", "g", "h", "u"]
    for record in records:
        check_answer(record)
    assert [record["question"] for record in records] == [line["question"] for line in lines]
    assert records[0]["answer"] == json.loads(ask("ask", QUESTION, "--json"))["answer"]
    assert records[1]["refused"]
    assert records[2]["answer"] == "该项工作由张辉负责。[1]"
    assert records[2]["citations"][0]["file"] == "passages#0"
    assert {citation["file"] for citation in records[3]["citations"]} == {"004_90f40236bc051bf2.txt"}
    assert "2364家" in records[3]["answer"]
    assert records[5]["refused"] and records[5]["nearest"] == []
    assert records[5]["answer"].startswith("所限定的范围里没有文字")


def test_cite(ask, tmp_path):
    quote = "到2030年累计创建认定示范区不超过600个"
    record = json.loads(ask("cite", quote, "--json"))
    assert record.keys() == {"quote", "verdict", "matches", "places", "nearest"}
    assert (record["quote"], record["verdict"]) == (quote, "altered")
    match = record["matches"][0]
    assert match.keys() == PLACE | {"similarity", "differences", "facts", "marked", "given_at"}
    check_place(match)
    assert [d["kind"] for d in match["differences"]] == ["number"]
    assert match["differences"][0].keys() == {"given", "source", "kind", "given_at", "source_at"}
    assert ("600" in match["differences"][0]["given"]) and ("500" in match["differences"][0]["source"])
    assert "有改动" in ask("cite", quote)

    batch = tmp_path / "c.jsonl"
    batch.write_text(json.dumps({"id": "c1", "quote": quote.replace("600", "500")}))
    (line,) = ask("cite", "--batch", batch, "--json").splitlines()
    assert {key: json.loads(line)[key] for key in ("id", "verdict")} == {"id": "c1", "verdict": "exact"}


def test_cite_a_manuscript(ask, tmp_path, monkeypatch):
    text = "我的看法\n\n零碳工厂是个新词。到2030年累计创建认定示范区不超过600个。\n"
    manuscript = tmp_path / "稿.md"
    manuscript.write_text(text, encoding="utf-8")
    record = json.loads(ask("cite", "--manuscript", manuscript, "--json"))
    assert record.keys() == {"length", "counts", "items"}
    assert [item["outcome"] for item in record["items"]] == ["own", "own", "altered"]
    altered = record["items"][2]
    assert text[altered["start"] : altered["end"]] == altered["text"]
    quote = json.loads(ask("cite", altered["text"], "--json"))
    assert altered["cite"] == quote
    check_place(quote["matches"][0])

    shown = ask("cite", "--manuscript", manuscript)
    assert "有改动 1，自己的话 2" in shown and "第 3 行" in shown
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert ask("cite", "--manuscript", "-") == shown

    for name, mark in (("r.html", "<del"), ("r.md", "<del>")):
        assert ask("cite", "--manuscript", manuscript, "--output", tmp_path / name) == ""
        assert mark in (tmp_path / name).read_text(encoding="utf-8")
    assert ask("cite", "--manuscript", manuscript, "--output", tmp_path / "r.docx") == ""
    (table,) = docx.Document(tmp_path / "r.docx").tables
    assert [cell.text for cell in table.rows[1].cells] == ["600个", "500个", "数字"]


def test_search(ask, tmp_path):
    record = json.loads(ask("search", "零碳工厂", "-k", "3", "--json"))
    assert record.keys() == {"query", "hits"}
    assert len(record["hits"]) == 3
    for hit in record["hits"]:
        assert hit.keys() == {
            *("file", "article", "paragraph", "start", "end", "spans", "text", "score", "ranks", "also")
        }
        assert hit["ranks"].keys() <= {"dense", "lexical"} and all(
            rank >= 1 for rank in hit["ranks"].values()
        )
        check_place(hit)
    assert [hit["score"] for hit in record["hits"]] == sorted(
        (h["score"] for h in record["hits"]), reverse=True
    )
    assert record["hits"][0]["article"] == "五部门联合发文推进零碳工厂建设"
    assert ask("search", "零碳工厂", "-k", "1").startswith("1. ")

    batch = tmp_path / "s.jsonl"
    lines = [
        {"id": 2, "query": "耐心资本"},
        {"id": 1, "query": "零碳工厂"},
        {"id": 3, "query": "零碳工厂", "filters": {"source": "经济日报"}},
    ]
    batch.write_text("\n".join(map(json.dumps, lines)))
    records = [json.loads(line) for line in ask("search", "--batch", batch, "--json", "-k", "3").splitlines()]
    assert [r["id"] for r in records] == [2, 1, 3]
    assert records[1]["hits"] == record["hits"]
    assert {hit["file"] for hit in records[2]["hits"]} == {"002_d80b382c7b586b9d.txt"}


def test_structure(ask):
    name = "000_32955ea674607d7a.txt"
    record = json.loads(ask("structure", DOCS / name, "--json"))
    assert record.keys() == {"file", "articles", "noise", "characters"}
    assert record["file"] == name
    assert (record["characters"]["lost"], record["characters"]["twice"]) == (0, 0)
    assert [article["title"] for article in record["articles"]] == [
        "坚持创新驱动 引领发展新质生产力",
        "两部门推出城市更新行动“新政”",
        "三部门部署创建农业现代化示范区",
        "五部门联合发文推进零碳工厂建设",
        "科技型中小企业纳入梯度培育范围",
        None,
    ]
    article = record["articles"][0]
    assert article.keys() >= {
        *("title", "kicker", "subtitle", "source", "authors", "date", "speakers", "start", "end", "fragment"),
        *("headings", "paragraphs"),
    }
    assert article["headings"][0].keys() == {"text", "level", "start", "end"}
    assert article["paragraphs"][3].keys() >= {"number", "text", "heading", "spans"}
    text = raw(name)
    for article in record["articles"]:
        for paragraph in article["paragraphs"]:
            assert paragraph["text"] == "".join(text[a:b] for a, b in paragraph["spans"])
    assert "遗漏 0，重复 0" in ask("structure", DOCS / name)


def test_index(run, small):
    docs, index = small
    (docs / "空.txt").write_text("")
    status, out, err = run("index", "--docs", docs, "--index", index, "--json")
    assert status == 1 and "正在读 a.txt" in err
    record = json.loads(out)
    assert record.keys() == {"files", "chunks", "seconds"}
    columns = {
        *("file", "status", "reason", "articles", "paragraphs", "chunks", "characters", "noise_characters")
    }
    assert all(row.keys() == columns for row in record["files"])
    assert [(r["file"], r["status"], r["reason"]) for r in record["files"]] == [
        ("a.txt", "added", None),
        ("空.txt", "failed", "文件是空的"),
    ]
    assert record["chunks"] == record["files"][0]["chunks"] == 1
    (docs / "空.txt").unlink()
    status, out, err = run("index", "--docs", docs, "--index", index)
    assert status == 0
    assert out.splitlines()[:2] == ["未变  a.txt（1 篇，1 段，1 个片段）", "已移除  空.txt"]


def test_doctor(run, small, ask):
    record = json.loads(ask("doctor", "--json"))
    assert record["ok"] and all(f.keys() == {"name", "ok", "message"} for f in record["findings"])
    docs, index = small
    status, out, err = run("doctor", "--docs", docs, "--index", index, "--json")
    assert status == 1 and not json.loads(out)["ok"] and err == ""
    assert "python -m rag index" in out


# --- verify


def test_verify(ask, run, index, tmp_path):
    exported = tmp_path / "answer.json"
    exported.write_text(ask("ask", QUESTION, "--json"), encoding="utf-8")
    assert run("verify", exported, "--docs", DOCS) == (0, "1 处引文都与源文件一致\n", "")

    record = json.loads(exported.read_text())
    quote, spans = record["citations"][0]["quote"], record["citations"][0]["spans"]
    for change in (
        {"quote": quote.replace("6.84", "8.64")},
        {"spans": [[a + 1, b + 1] for a, b in spans]},
        {"file": "003_1cd45f47ce8bf859.txt"},
        {"file": "../docs_src/004_90f40236bc051bf2.txt"},
    ):
        record["citations"][0] |= (before := dict(record["citations"][0])) and change
        exported.write_text(json.dumps(record))
        status, out, err = run("verify", exported, "--docs", DOCS)
        assert (status, out) == (1, "")
        assert err.startswith("[1] ") and err.count("\n") == 1
        record["citations"][0] = before


def test_verify_sees_a_changed_source(run, small, tmp_path):
    docs, index = small
    places = "--docs", docs, "--index", index
    _, out, _ = run("ask", "技术合同成交金额去年达到多少？", "--json", *places)
    assert json.loads(out)["citations"]
    (tmp_path / "answer.json").write_text(out)
    assert run("verify", tmp_path / "answer.json", *places)[0] == 0
    (docs / "a.txt").write_text("技术合同成交金额去年达到8.64万亿元，同比增长11.2%。\n")
    assert run("verify", tmp_path / "answer.json", *places)[0] == 1


# --- updating


def test_the_index_follows_the_folder_unless_told_not_to(run, small):
    docs, index = small
    places = "--docs", docs, "--index", index, "--json"
    status, out, err = run("search", "西延高铁", "--no-update", *places)
    assert (status, out) == (2, "") and "还没有建" in err

    status, out, err = run("search", "西延高铁", *places)
    assert status == 0 and "索引已更新" in err
    assert run("search", "西延高铁", *places)[2] == ""

    (docs / "b.txt").write_text("西延高铁去年开通运营，延安迈入高铁时代。")
    status, out, err = run("search", "西延高铁", "--no-update", *places)
    assert (status, err) == (0, "") and "b.txt" not in out
    status, out, err = run("search", "西延高铁", *places)
    assert json.loads(out)["hits"][0]["file"] == "b.txt" and "正在读 b.txt" in err


# --- what goes wrong


def check_refused(result, *words, status=2):
    got, out, err = result
    assert (got, out) == (status, "")
    lines = err.splitlines()
    assert lines[-1].startswith("错误：") and all(
        not line.startswith(("Traceback", "错误：")) for line in lines[:-1]
    )
    assert re.search(r"[一-鿿]", lines[-1])
    for word in words:
        assert str(word) in lines[-1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "是空的"),
        (" \u3000\n", "是空的"),
        ("科" * 10_000, "10000 个字，超过 2000 字的上限"),
        ("科技\udce4\udcb8", "不是有效的 UTF-8"),
    ],
)
@pytest.mark.parametrize("command", ["ask", "search"])
def test_questions_that_are_none(run, index, command, text, words):
    check_refused(run(command, text, "--docs", DOCS, "--index", index, "--json"), words)


def test_marks_alone_are_nothing_to_search_for(run, index):
    check_refused(run("search", "，。？！……", "--docs", DOCS, "--index", index, "--json"), "只有标点符号")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "用 --help 看用法"),
        (("frobnicate",), "frobnicate"),
        (("ask", "问", "--frobnicate"), "--frobnicate"),
        (("ask",), "二者取一"),
        (("ask", "问", "--batch", "b.jsonl", "--json"), "二者取一"),
        (("ask", "--batch", "b.jsonl"), "须与 --json 同用"),
        (("ask", "--batch", "none.jsonl", "--json"), "none.jsonl"),
        (("cite", "一句", "--manuscript", "m.txt"), "请只给一样"),
        (("cite", "--manuscript", "m.txt", "--batch", "b.jsonl"), "请只给一样"),
        (("cite", "--manuscript", "none.txt"), "找不到稿件 none.txt"),
        (("cite", "--manuscript", "."), "稿件 . 是文件夹"),
        (("cite", "--manuscript", "m.txt", "--output", "r.pdf"), "r.pdf"),
        (("cite", "一句", "--output", "r.md"), "须与 --manuscript 同用"),
        (("search", "科技", "-k", "0"), "用 --help 看用法"),
        (("search", "科技", "-k", "多"), "用 --help 看用法"),
        (("structure",), "用 --help 看用法"),
        (("structure", "none.txt"), "none.txt"),
        (("structure", "."), "找不到文件"),
        (("verify", "none.json"), "none.json"),
        (("index", "--docs", "none"), "none"),
        (("ask", "科技部", "--docs", "none"), "none"),
        (("search", "科技部", "--docs", "none", "--json"), "--docs"),
    ],
)
def test_bad_usage(run, arguments, words):
    check_refused(run(*arguments), words)


def test_bad_folders_and_settings(run, small, tmp_path):
    docs, index = small
    (tmp_path / "empty").mkdir()
    check_refused(run("ask", "科技部", "--docs", tmp_path / "empty", "--index", index), "是空的")
    check_refused(run("index", "--docs", docs / "a.txt", "--index", index), "找不到文档文件夹")
    check_refused(run("index", "--docs", docs, "--index", docs / "a.txt" / "x"), "在文档文件夹")
    (tmp_path / "file").touch()
    check_refused(run("index", "--docs", docs, "--index", tmp_path / "file"), "--index")
    (tmp_path / "p.pdf").write_bytes(b"%PDF")
    check_refused(run("structure", tmp_path / "p.pdf"), "p.pdf", ".pdf")
    Path("yinju.toml").write_text("colour = 'red'")
    check_refused(run("ask", "科技部"), "yinju.toml", "colour")


def test_a_damaged_index(run, small):
    docs, index = small
    places = "--docs", docs, "--index", index
    assert run("index", *places)[0] == 0
    next(index.glob("g*/vectors.faiss")).write_bytes(b"x")
    check_refused(run("ask", "技术合同", *places), f"python -m rag index --docs {docs} --index {index}")
    assert run("index", *places)[0] == 0
    assert run("ask", "技术合同成交金额去年达到多少？", *places)[0] == 0


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("nonsense", "第 2 行不是 JSON"),
        ("[" * 100_000, "第 2 行不是 JSON"),
        ('{"id": 1, "question": "\\ud800科技"}', "第 2 行"),
        ("[1]", "第 2 行不是 JSON 对象"),
    ],
)
def test_a_batch_that_is_none_is_refused_before_anything_is_answered(run, index, tmp_path, line, words):
    (tmp_path / "b.jsonl").write_text('{"id": 0, "question": "科技部的重点工作"}\n' + line)
    check_refused(
        run("ask", "--batch", "b.jsonl", "--json", "--docs", DOCS, "--index", index), "b.jsonl", words
    )


def test_a_batch_in_another_encoding_is_refused(run, tmp_path):
    (tmp_path / "b.jsonl").write_bytes('{"id": 0, "question": "科技部"}'.encode("gb18030"))
    check_refused(run("ask", "--batch", "b.jsonl", "--json"), "b.jsonl", "UTF-8")


def test_lines_that_cannot_be_answered_do_not_stop_the_others(run, index, tmp_path):
    good = {"question": QUESTION}
    bad = [
        {"question": " "},
        {},
        {"question": 5},
        {**good, "filters": 5},
        {**good, "filters": {"place": "x"}},
        {**good, "filters": []},
        {**good, "filters": {"files": "004_90f40236bc051bf2.txt"}},
        {**good, "filters": {"files": ""}},
        {**good, "filters": {"date_from": "去年"}},
        {**good, "filters": {"date_from": 20260106}},
        {**good, "filters": {"date_from": "2026-02-01", "date_to": "2026-01-01"}},
        {**good, "filters": {"date_to": "2026-02-30"}},
        {**good, "filters": {"speaker": ["a"]}},
        {**good, "history": 5},
        {**good, "history": [{"role": "system", "content": "x"}]},
        {**good, "history": ["x"]},
        {**good, "passages": "一段"},
        {**good, "passages": [1]},
    ]
    lines = [{"id": n, **line} for n, line in enumerate([*bad, good])]
    (tmp_path / "b.jsonl").write_text("\n".join(map(json.dumps, lines)))
    status, out, err = run("ask", "--batch", "b.jsonl", "--json", "--docs", DOCS, "--index", index)
    records = [json.loads(line) for line in out.splitlines()]
    assert [record["id"] for record in records] == list(range(len(lines)))
    assert [("error" in record) for record in records] == [True] * len(bad) + [False]
    assert all(re.search(r"[一-鿿]", r["error"]) and "\n" not in r["error"] for r in records[:-1])
    assert status == 2
    assert err.splitlines()[-1].startswith("错误：b.jsonl 里有不能处理的行")


@pytest.mark.parametrize("content", ["nonsense", "[]", "{}", '{"citations": [{"n": 1}]}', "[" * 100_000])
def test_verify_refuses_what_is_no_answer(run, tmp_path, content):
    (tmp_path / "a.json").write_text(content)
    check_refused(run("verify", "a.json", "--docs", DOCS), "ask --json")


def test_an_error_of_ours_is_one_line_too(run, index, monkeypatch):
    def broken(*_args, **_kwargs):
        raise ZeroDivisionError("division\nby zero")

    monkeypatch.setattr("rag.assistant.Assistant.search", broken)
    result = run("search", "科技", "--docs", DOCS, "--index", index)
    check_refused(result, "ZeroDivisionError：division by zero", status=1)


def test_an_interruption_is_one_line_too(run, index, monkeypatch):
    def interrupted(*_args, **_kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("rag.assistant.Assistant.search", interrupted)
    assert run("search", "科技", "--docs", DOCS, "--index", index) == (1, "", "已中断\n")


def test_the_program_as_it_is_started(tmp_path):
    shutil.copytree(ROOT / "docs_src", tmp_path / "docs_src")

    def start(*arguments):
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "rag", *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, timeout=60)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    status, out, _ = start("search", "零碳工厂", "-k", "1", "--json")
    assert status == 0 and json.loads(out)["hits"][0]["article"] == "五部门联合发文推进零碳工厂建设"
    assert (tmp_path / "index" / "manifest.json").is_file()
    check_refused(start("ask", b"\xff\xfe".decode("utf-8", "surrogateescape")), "不是有效的 UTF-8")


def test_verify_finds_a_marker_without_a_citation(run, tmp_path):
    file = tmp_path / "answer.json"
    file.write_text(
        json.dumps({"answer": "胡说。[9]", "citations": []}, ensure_ascii=False), encoding="utf-8"
    )
    status, out, err = run("verify", file, "--docs", DOCS)
    assert (status, out) == (1, "")
    assert err == "[9] 在回答里出现，却没有这一处引文\n"


def test_many_unchanged_files_are_only_counted():
    rows = [FileReport(file=f"{n}.txt", status="unchanged", chunks=1) for n in range(21)]
    new = FileReport(file="新.txt", status="added", articles=1, paragraphs=2, chunks=3)
    told = render.index_text(IndexReport(files=(*rows, new), chunks=24, seconds=0.5)).splitlines()
    assert told == [
        "新读入  新.txt（1 篇，2 段，3 个片段）",
        "未变  21 个文件",
        "共 24 个片段，用时 0.5 秒",
    ]
    few = render.index_text(IndexReport(files=tuple(rows[1:]), chunks=20, seconds=0.5)).splitlines()
    assert few[0] == "未变  1.txt（0 篇，0 段，1 个片段）" and len(few) == 21
