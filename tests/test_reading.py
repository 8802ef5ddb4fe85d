"""Files to sources: every encoding by value, what is refused and with which reason, and quotes found again."""

import codecs
import hashlib
import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.datatypes import Place, Span
from rag.errors import ReadingError
from rag.reading import MAX_BYTES, decode, read
from rag.verification import verify

TEXT = "第一行：“新质生产力”\r\n第二行 ２０２６年\r第三行\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("gb18030"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16-le", "utf-16-be", "gb18030"],
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


@given(st.text(st.sampled_from("科技创新发展，。“”2026\r\n龘㎡"), min_size=4))
def test_gb18030_is_read_as_it_was_written(text):
    data = text.encode("gb18030")
    try:
        data.decode()
    except UnicodeDecodeError:
        assert decode(data) == text


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"", "文件是空的"),
        ("a.txt", b" \r\n\t", "文件是空的"),
        ("a.txt", codecs.BOM_UTF8, "文件是空的"),
        ("a.txt", b"PK\x03\x04\x00\x00", "含有空字节"),
        ("a.txt", "新质".encode("utf-16-le"), "编码无法识别"),
        ("a.txt", b"\xff\xff\xff\xff", "编码无法识别"),
        ("a.txt", codecs.BOM_UTF8 + b"\xff", "编码无法识别"),
        ("a.pdf", b"%PDF-1.4", "不支持 .pdf 文件"),
        ("README", b"text", "不支持 无后缀 文件"),
        ("a.jsonl", b"\n\n", "文件是空的"),
        ("a.jsonl", b'{"id": 1, "text": "x"}\nnonsense', "第 2 行不是含 id 和 text 的 JSON 对象"),
        ("a.jsonl", b'{"text": "x"}', "第 1 行不是含 id 和 text 的 JSON 对象"),
        ("a.jsonl", b"[1]", "第 1 行不是含 id 和 text 的 JSON 对象"),
        ("a.jsonl", b"[" * 100_000, "第 1 行不是含 id 和 text 的 JSON 对象"),
        ("a.jsonl", b'{"id": 1, "text": "  "}', "第 1 行的 text 是空的"),
        ("a.jsonl", b'{"id": 1, "text": 5}', "第 1 行的 text 是空的"),
        ("a.jsonl", b'{"id": 1, "text": "a\\u0000b"}', "第 1 行的 text 含有空字节"),
        ("a.jsonl", b'{"id": 1, "text": "\\ud83d"}', "第 1 行含有半个代理对"),
        ("a.jsonl", b'{"id": 1, "text": "x"}\n{"id": "1", "text": "y"}', "第 2 行的 id“1”前面已经有了"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(tmp_path, name, data, reason):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ReadingError, match=reason) as caught:
        read(path, tmp_path)
    assert "\n" not in str(caught.value)


def test_missing_large_and_misnamed_files_are_refused(tmp_path):
    with pytest.raises(ReadingError, match="读不了"):
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
