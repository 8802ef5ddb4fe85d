"""The docs folder as a library: what is listed, what may be put in, and that nothing taken out is lost."""

import json
import os
import threading

import pytest

from rag import library
from rag.assistant import Assistant, open_assistant
from rag.config import Settings
from rag.errors import UsageError
from rag.indexing import FileReport, Reading
from rag.library import NameTakenError, Work, add, remove

NEWS = "氢能试点名单公布\n来源：示例日报 2026-03-01\n\n国家能源局公布氢能试点名单，共有四十一个城市入选。\n"


@pytest.fixture
def docs(tmp_path):
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "甲.txt").write_text(NEWS, encoding="utf-8")
    (folder / "乙.txt").write_text("粮食收购\n\n秋粮收购已近尾声。\n", encoding="utf-8")
    return folder


@pytest.fixture
def aside(tmp_path):
    return tmp_path / "removed"


@pytest.fixture
def sent(tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(NEWS.encode() + b"!")
    return path


@pytest.fixture
def opened(docs, tmp_path) -> Assistant:
    return open_assistant(Settings(docs=docs, index=tmp_path / "index"))


def files(folder):
    """Every file below a folder and its bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_the_catalogue_says_what_is_in_each_file(docs, tmp_path):
    (docs / "坏.pdf").write_bytes(b"not a pdf")
    lines = [{"id": n, "text": f"第{n}篇\n\n内容{n}。\n\n又一段。", "title": f"题{n}"} for n in range(30)]
    (docs / "多.jsonl").write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines))
    entries = {
        entry.file: entry
        for entry in open_assistant(Settings(docs=docs, index=tmp_path / "index")).catalogue()
    }
    assert list(entries) == sorted(["甲.txt", "乙.txt", "坏.pdf", "多.jsonl"])
    news = entries["甲.txt"]
    assert news.works == (
        Work(source="甲.txt", name="氢能试点名单公布", date="2026-03-01", outlet="示例日报", paragraphs=1),
    )
    assert (news.size, news.chunks) == (len(NEWS.encode()), 1)
    assert news.characters == len("".join(NEWS.split()))
    assert news.reason is None
    bad = entries["坏.pdf"]
    assert bad.works == () and bad.characters == 0
    assert bad.reason.startswith("内容不是 .pdf 文件")
    many = entries["多.jsonl"]
    assert [work.source for work in many.works] == [f"多.jsonl#{n}" for n in range(30)]
    assert many.paragraphs == sum(work.paragraphs for work in many.works) >= 30


def test_a_catalogue_agrees_with_the_report_of_the_run(assistant):
    done = assistant.update(lambda _: None)
    rows = {row.file: (row.articles, row.paragraphs, row.chunks, row.characters) for row in done.files}
    assert rows == {
        entry.file: (len(entry.works), entry.paragraphs, entry.chunks, entry.characters)
        for entry in assistant.catalogue()
    }
    for entry in assistant.catalogue():
        articles = assistant.document(entry.file).articles
        assert [(work.name, work.date, work.outlet) for work in entry.works] == [
            (article.name, article.date, article.outlet) for article in articles
        ]


def test_a_file_is_added_whole_and_no_other_appears(docs, sent):
    before = files(docs)
    assert add(docs, "丙《新》.txt", sent) == "added"
    assert files(docs) == before | {"丙《新》.txt": sent.read_bytes()}
    assert add(docs, "丙《新》.txt", sent) == "same"
    assert sent.exists()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        ".txt",
        ".隐.txt",
        "../外.txt",
        "/etc/外.txt",
        "子/内.txt",
        "子\\内.txt",
        "换\n行.txt",
        "空\x00字.txt",
        "倒\u202etxt.exe.txt",
        "半\ud800.txt",
        "长" * 84 + ".txt",
        "程序.exe",
        "没有后缀",
        "旧.doc",
    ],
)
def test_a_name_that_will_not_do_is_refused(docs, sent, tmp_path, name):
    before = files(tmp_path)
    with pytest.raises(UsageError) as refused:
        add(docs, name, sent)
    assert files(tmp_path) == before
    message = str(refused.value)
    message.encode()
    assert len(message.splitlines()) == 1 and "\u202e" not in message and "\x00" not in message


def test_the_longest_name_and_a_name_of_markup_are_taken(docs, sent):
    for name in ("长" * 83 + "ab.txt", "<img src=x onerror=alert(1)>.txt", "Ａ B　C.TXT"):
        assert add(docs, name, sent) == "added"
        assert (docs / name).read_bytes() == sent.read_bytes()


def test_a_file_too_large_is_refused(docs, sent, monkeypatch):
    monkeypatch.setattr(library, "MAX_BYTES", len(sent.read_bytes()))
    assert add(docs, "丙.txt", sent) == "added"
    monkeypatch.setattr(library, "MAX_BYTES", len(sent.read_bytes()) - 1)
    with pytest.raises(UsageError, match=r"^丁\.txt 超过 0 MB；请拆分后重试$"):
        add(docs, "丁.txt", sent)
    assert not (docs / "丁.txt").exists()


def test_another_file_of_the_name_is_replaced_only_when_told_to_and_kept(docs, sent, aside):
    old = (docs / "甲.txt").read_bytes()
    with pytest.raises(NameTakenError, match=r"^已有同名而内容不同的 甲\.txt；"):
        add(docs, "甲.txt", sent)
    assert (docs / "甲.txt").read_bytes() == old
    assert add(docs, "甲.txt", sent, aside) == "replaced"
    assert (docs / "甲.txt").read_bytes() == sent.read_bytes()
    assert files(aside) == {"甲.txt": old}


def test_a_copy_that_fails_leaves_nothing_behind(docs, sent, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    before = files(docs)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match=r"^丙\.txt 没能放进 .+（No space left on device）；请检查"):
        add(docs, "丙.txt", sent)
    assert files(docs) == before


def test_a_link_is_replaced_itself_and_not_what_it_leads_to(docs, sent, aside, tmp_path):
    outside = tmp_path / "外.txt"
    outside.write_text("外面的字。")
    (docs / "链.txt").symlink_to(outside)
    assert add(docs, "链.txt", sent, aside) == "replaced"
    assert outside.read_text() == "外面的字。"
    assert not (docs / "链.txt").is_symlink() and (docs / "链.txt").read_bytes() == sent.read_bytes()


def test_a_removed_file_lies_aside_under_a_name_of_its_own(docs, aside):
    (docs / "子").mkdir()
    for text in ("一", "二", "三"):
        (docs / "子" / "丙.txt").write_text(text)
        place = remove(docs, "子/丙.txt", aside)
        assert place.read_text() == text and not (docs / "子" / "丙.txt").exists()
    assert files(aside) == {
        "子/丙.txt": "一".encode(),
        "子/丙 (2).txt": "二".encode(),
        "子/丙 (3).txt": "三".encode(),
    }


@pytest.mark.parametrize("name", ["没有.txt", "../外.txt", "子/../甲.txt", "", ".", ".隐.txt", "/etc/hosts"])
def test_only_what_is_listed_can_be_removed(docs, aside, tmp_path, name):
    (tmp_path / "外.txt").write_text("外")
    (docs / ".隐.txt").write_text("隐")
    (docs / "子").mkdir()
    before = files(tmp_path)
    with pytest.raises(UsageError, match="可能已被移走"):
        remove(docs, name, aside)
    assert files(tmp_path) == before


def test_a_link_that_leads_out_is_not_moved(docs, aside, tmp_path):
    outside = tmp_path / "外.txt"
    outside.write_text("外")
    (docs / "链.txt").symlink_to(outside)
    with pytest.raises(UsageError, match=r"^链\.txt 是通向 .+ 以外的链接"):
        remove(docs, "链.txt", aside)
    assert outside.exists() and (docs / "链.txt").is_symlink()


def test_the_last_file_stays(docs, aside):
    remove(docs, "甲.txt", aside)
    with pytest.raises(UsageError, match=r"^乙\.txt 是最后一个文件"):
        remove(docs, "乙.txt", aside)
    assert list(files(docs)) == ["乙.txt"]


def test_what_is_removed_is_not_put_where_it_would_be_indexed(docs):
    with pytest.raises(UsageError, match=r"在文档文件夹 .+ 里面"):
        remove(docs, "甲.txt", docs / "removed")
    assert set(files(docs)) == {"甲.txt", "乙.txt"}
    assert remove(docs, "甲.txt", docs / ".yinju" / "removed").is_file()


def test_an_update_tells_what_it_reads_and_the_new_file_answers(opened, docs, sent, aside):
    sent.write_text("海上光伏\n\n海上光伏装机容量达到五百二十万千瓦。\n", encoding="utf-8")
    bad = sent.with_name("bad")
    bad.write_bytes(b"no")
    assert opened.ask("海上光伏装机容量是多少？").refused
    assert opened.add("丙.txt", sent) == opened.add("坏.pdf", bad) == "added"
    told: list[Reading | FileReport] = []
    done = opened.update(told.append)
    size = sent.stat().st_size
    assert told[::2] == [
        Reading(file="丙.txt", share=0.0),
        Reading(file="坏.pdf", share=size / (size + bad.stat().st_size)),
    ]
    assert [(row.file, row.status) for row in told[1::2]] == [("丙.txt", "added"), ("坏.pdf", "failed")]
    assert told[1].paragraphs == 1 and told[3].reason.startswith("内容不是 .pdf")
    assert {row.file: row.status for row in done.files}["甲.txt"] == "unchanged"
    assert "五百二十万千瓦" in opened.ask("海上光伏装机容量是多少？").text
    opened.remove("丙.txt", aside)
    opened.update(told.append)
    assert opened.ask("海上光伏装机容量是多少？").refused
    with pytest.raises(KeyError):
        opened.document("丙.txt")


def test_many_add_at_once_and_one_of_a_name_wins(opened, docs, tmp_path):
    uploads = []
    for n in range(8):
        uploads.append(tmp_path / f"u{n}")
        uploads[-1].write_text(f"第{n}份。" * 1000)
    outcomes = []

    def put(path):
        try:
            outcomes.append((opened.add("同名.txt", path), path))
        except NameTakenError:
            outcomes.append(("taken", path))

    threads = [threading.Thread(target=put, args=[path]) for path in uploads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [path for outcome, path in outcomes if outcome == "added"]
    assert [outcome for outcome, _ in outcomes].count("taken") == 7
    assert (docs / "同名.txt").read_bytes() == winner.read_bytes()
    assert set(files(docs)) == {"甲.txt", "乙.txt", "同名.txt"}
