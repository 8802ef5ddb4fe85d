"""Files to sources: every encoding by value, what is refused and with which reason, and quotes found again."""

import codecs
import hashlib
import io
import json
import os
import re
import zipfile

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from rag.datatypes import Place, Span
from rag.errors import ReadingError
from rag.reading import MAX_BYTES, decode, extract, read
from rag.verification import verify

TEXT = "第一行：“新质生产力”\r\n第二行 ２０２６年\r第三行\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.encode("gb18030"),
    ],
    ids=[
        "utf-8",
        "utf-8 with mark",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "utf-16-le bare",
        "utf-16-be bare",
        "gb18030",
    ],
)
def test_every_encoding_gives_the_same_text(tmp_path, data):
    (tmp_path / "子").mkdir()
    path = tmp_path / "子" / "甲.TXT"
    path.write_bytes(data)
    (source,) = read(path, tmp_path)
    assert source.text == TEXT
    assert source.file == "子/甲.TXT"
    assert source.sha256 == hashlib.sha256(data).hexdigest()


CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")


@given(st.text(CHARACTERS, min_size=1))
def test_utf8_is_read_as_it_was_written(text):
    assert decode(codecs.BOM_UTF8 + text.encode()) == text
    if not text.startswith("\ufeff"):
        assert decode(text.encode()) == text


@given(st.text(st.sampled_from("科技创新发展，。“”２㎡Ⅳ①—2026\r\n abc"), min_size=8))
@pytest.mark.parametrize("encoding", ["gb18030", "utf-16-le", "utf-16-be"])
def test_other_encodings_are_told_by_their_bytes(encoding, text):
    data = text.encode(encoding)
    assume(sum("一" <= character <= "龥" for character in text) >= 3)
    assert decode(data) == text


def test_big5_is_told_from_gb18030():
    text = "國務院關於印發《示範規劃》的通知，各省、自治區、直轄市人民政府"
    assert decode(text.encode("big5")) == text
    assert decode(text.encode("gb18030")) == text


def test_control_characters_stay_where_they_are():
    text = "第一行\0第二行\x07\x1b\r\n第三行\x0c"
    for encoding in ("utf-8", "gb18030", "utf-16"):
        assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"", "文件是空的"),
        ("a.txt", b" \r\n\t", "文件是空的"),
        ("a.txt", codecs.BOM_UTF8, "文件是空的"),
        ("a.txt", b"\0\1\2\3" * 20, "含有大量空字节或控制字符"),
        ("a.txt", "ユウキヨシとカナ".encode("shift-jis"), "编码无法识别"),
        ("a.txt", b"\xff\xd8\xff\xe0\0\x10JFIF", "后缀是 .txt，内容却是JPEG 图片；请换成可读的文件"),
        ("a.md", b"PK\x03\x04\x00\x00", "内容却是ZIP 压缩包"),
        ("a.txt", b"<!DOCTYPE html><p>x", "请把后缀改成 .html"),
        ("a.txt", b"{\\rtf1 x}", "内容却是RTF 文档；请用 Word 或 WPS 打开，另存为 .docx"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "内容却是旧版 Office 或 WPS 文件；请用 Word"),
        (
            "a.docx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "加了密码的 Office 文件；请去掉密码",
        ),
        ("a.docx", b"%PDF-1.4", "内容却是PDF；请把后缀改成 .pdf"),
        ("a.docx", b"plain", "内容不是 .docx 文件，可能已损坏"),
        ("a.docx", b"", "文件是空的"),
        ("a.pdf", b"", "文件是空的"),
        ("a.pdf", b"PK\x03\x04 word/document.xml", "内容却是Word 文档（.docx）；请把后缀改成 .docx"),
        ("a.pdf", b"<html>", "内容却是网页（HTML）；请把后缀改成 .html"),
        ("a.doc", b"x", "不支持 .doc 文件；请用 Word 或 WPS 打开，另存为 .docx 后重试"),
        ("a.wps", b"x", "另存为 .docx"),
        ("a.xls", b"x", "另存为 .docx、.pdf 或 .txt"),
        ("a.ofd", b"x", "导出为 PDF"),
        ("a.xyz", b"x", "目前可读 .txt、.md、.jsonl、.html、.htm、.docx、.pdf"),
        ("a.txt", b"\xff\xff\xff\xff", "编码无法识别"),
        ("a.txt", codecs.BOM_UTF8 + b"\xff", "编码无法识别"),
        ("a.pdf", b"%PDF-1.4", "文件已损坏"),
        ("README", b"text", "不支持 无后缀 文件"),
        ("a.jsonl", b"\n\n", "文件是空的"),
        ("a.jsonl", b'{"id": 1, "text": "x"}\nnonsense', "第 2 行不是含 id 和 text 的 JSON 对象"),
        ("a.jsonl", b'{"text": "x"}', "第 1 行不是含 id 和 text 的 JSON 对象"),
        ("a.jsonl", b"[1]", "第 1 行不是含 id 和 text 的 JSON 对象"),
        ("a.jsonl", b"[" * 100_000, "第 1 行不是含 id 和 text 的 JSON 对象"),
        ("a.jsonl", b'{"id": 1, "text": "  "}', "第 1 行的 text 是空的"),
        ("a.jsonl", b'{"id": 1, "text": 5}', "第 1 行的 text 是空的"),
        ("a.jsonl", b'{"id": 1, "text": "\\ud83d"}', "第 1 行含有半个代理对"),
        ("a.jsonl", b'{"id": 1, "text": "x", "author": {"name": "y"}}', "第 1 行的 author 不是文字"),
        ("a.jsonl", b'{"id": 1, "text": "x", "author": ["y", 5]}', "第 1 行的 author 不是文字"),
        ("a.jsonl", b'{"id": 1, "text": "x", "title": ["y"]}', "第 1 行的 title 不是文字"),
        ("a.jsonl", b'{"id": 1, "text": "x", "source": true}', "第 1 行的 source 不是文字"),
        ("a.jsonl", b'{"id": ["1"], "text": "x"}', "第 1 行的 id 不是文字或数"),
        ("a.jsonl", b'{"id": 1, "text": "x"}\n{"id": "1", "text": "y"}', "第 2 行的 id“1”前面已经有了"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(tmp_path, name, data, reason):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ReadingError, match=re.escape(reason)) as caught:
        read(path, tmp_path)
    assert "\n" not in str(caught.value)


def test_missing_large_and_misnamed_files_are_refused(tmp_path):
    with pytest.raises(ReadingError, match="文件已不在"):
        read(tmp_path / "none.txt", tmp_path)
    large = tmp_path / "large.txt"
    with large.open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    with pytest.raises(ReadingError, match="超过 50 MB"):
        read(large, tmp_path)
    misnamed = tmp_path / os.fsdecode("政策.txt".encode("gb18030"))
    misnamed.write_text("政策")
    with pytest.raises(ReadingError, match="文件名的编码不是 UTF-8"):
        read(misnamed, tmp_path)


def test_lines_of_a_jsonl_are_sources(tmp_path):
    # A line separator inside a JSON string does not end the line of the file.
    records = [
        {
            "id": "a#1",
            "text": "甲\u2028乙\x85丙\r\n丁",
            "title": "题",
            "date": "2026-01-06",
            "source": "",
            "x": 1,
        },
        {"id": 7, "text": " 戊 ", "author": "王科", "url": None},
    ]
    lines = "\r\n\r\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    (tmp_path / "库.jsonl").write_bytes(codecs.BOM_UTF8 + lines.encode())
    first, second = read(tmp_path / "库.jsonl", tmp_path)
    assert (first.file, first.text) == ("库.jsonl#a#1", "甲\u2028乙\x85丙\r\n丁")
    assert first.declared == {"title": "题", "date": "2026-01-06"}
    assert (second.file, second.text, second.declared) == ("库.jsonl#7", " 戊 ", {"author": "王科"})


def test_what_a_line_of_a_jsonl_declares_is_kept_as_given(tmp_path):
    records = [
        {"id": 1, "text": "甲", "author": ["王科", " 李明 "], "date": "2026年3月", "source": "某报"},
        {"id": 2, "text": "乙", "author": [" "], "title": " 题 ", "date": 2026},
    ]
    (tmp_path / "库.jsonl").write_text("\n".join(json.dumps(record) for record in records))
    first, second = read(tmp_path / "库.jsonl", tmp_path)
    assert first.declared == {"author": "王科、李明", "date": "2026年3月", "source": "某报"}
    assert second.declared == {"title": " 题 ", "date": "2026"}


def place(file, start, end, quote):
    return Place(file=file, article="", paragraph=1, spans=(Span(start=start, end=end),), quote=quote)


def test_verification_finds_every_kind_of_name(tmp_path):
    docs = tmp_path / "docs"
    docs.mkdir()
    (tmp_path / "outside.txt").write_text("在外面的秘密")
    (docs / "甲#1.txt").write_text("科技创新")
    (docs / "库#.jsonl").write_text('{"id": "a#b", "text": "绿色\\n发展"}')
    (docs / "link.txt").symlink_to(tmp_path / "outside.txt")
    good = [
        place("甲#1.txt", 0, 4, "科技创新"),
        place("库#.jsonl#a#b", 0, 5, "绿色发展"),
        place("link.txt", 0, 3, "在外面"),
    ]
    assert verify(docs, list(enumerate(good, start=1))) == []
    bad = [
        (4, place("甲#1.txt", 0, 4, "科技创造")),
        (5, place("甲#1.txt", 90, 94, "科技创新")),
        (6, place("none.txt", 0, 4, "科技创新")),
        (7, place("../outside.txt", 0, 3, "在外面")),
        (8, place(str(tmp_path / "outside.txt"), 0, 3, "在外面")),
    ]
    assert verify(docs, bad) == [
        "[4] 甲#1.txt 的相应位置已不是所引的文字",
        "[5] 甲#1.txt 的相应位置已不是所引的文字",
        "[6] 源文件 none.txt 读不到了",
        "[7] 源文件 ../outside.txt 读不到了",
        f"[8] 源文件 {tmp_path / 'outside.txt'} 读不到了",
    ]


def test_a_file_is_parsed_once_and_read_each_time(tmp_path, monkeypatch):
    calls = []

    def counting(data, name):
        calls.append(data)
        return extract(data, name)

    monkeypatch.setattr("rag.verification.extract", counting)
    path = tmp_path / "甲.html"
    path.write_text("<p>科技创新的一句话。</p>", encoding="utf-8")
    good = [(1, place("甲.html", 0, 4, "科技创新"))]
    assert verify(tmp_path, good) == verify(tmp_path, good) == []
    assert len(calls) == 1
    path.write_text("<p>科技创造的一句话。</p>", encoding="utf-8")
    assert verify(tmp_path, good) == ["[1] 甲.html 的相应位置已不是所引的文字"]
    assert len(calls) == 2


def test_every_bad_file_is_a_row_and_the_rest_goes_on(tmp_path, capsys):
    from rag.__main__ import main

    docs = tmp_path / "docs"
    docs.mkdir()
    good = "🙂 【附件】 " + "长" * 77 + "ab.txt"
    assert len(good.encode()) == 255
    (docs / good).write_text("科技创新和产业创新深度融合。", encoding="utf-8")
    (docs / "页 面.html").write_text("<h1>示范区</h1><p>到2030年建成示范区500个。</p>", encoding="utf-8")
    with (docs / "一行.txt").open("wb") as stream:
        stream.truncate(200 * 2**20)
    (docs / "炸弹.docx").write_bytes(bomb())
    (docs / "脚本.html").write_text("<script>f()</script><div id=app></div>", encoding="utf-8")
    (docs / "照片.txt").write_bytes(b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(range(256)))
    (docs / "空.pdf").write_bytes(b"")
    (docs / "旧.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    (docs / "扫描.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (docs / "图.pdf").write_bytes(pdf_without_text())
    sys_argv = ["rag", "index", "--docs", str(docs), "--index", str(tmp_path / "index"), "--json"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", sys_argv)
        assert main() == 1
    rows = {row["file"]: row for row in json.loads(capsys.readouterr().out)["files"]}
    assert {name: row["status"] for name, row in rows.items() if not row["reason"]} == {
        good: "added",
        "页 面.html": "added",
    }
    reasons = {name: row["reason"] for name, row in rows.items() if row["reason"]}
    assert reasons.pop("扫描.png")  # what it says depends on whether OCR is installed
    assert reasons.pop("图.pdf")
    assert reasons == {
        "一行.txt": "文件超过 50 MB；请拆分后重试",
        "炸弹.docx": "解压后过大，疑似压缩炸弹；请确认文件来源，或拆分后重试",
        "脚本.html": "网页里没有正文，内容由脚本生成；请在浏览器里打开，把正文复制成 .txt 或打印成 PDF 后重试",
        "照片.txt": "后缀是 .txt，内容却是JPEG 图片；请换成可读的文件",
        "空.pdf": "文件是空的",
        "旧.doc": "不支持 .doc 文件；请用 Word 或 WPS 打开，另存为 .docx 后重试",
    }


def bomb():
    """A .docx of a few kilobytes that unpacks to 64 MB of blanks."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<w>" + b" " * (64 * 2**20))
    assert len(packed.getvalue()) < 2**17
    return packed.getvalue()


def pdf_without_text():
    """A PDF of one page with a rectangle on it."""
    packed = io.BytesIO()
    canvas = Canvas(packed)
    canvas.rect(100, 100, 50, 50, fill=1)
    canvas.showPage()
    canvas.save()
    return packed.getvalue()
