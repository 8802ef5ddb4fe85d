"""The quotes bench over a few documents: what it fills, what it asks, what it prints."""

import json
import lzma
import random

import pytest

from bench.__main__ import main
from bench.quotes.asking import FORMULA, KINDS
from bench.quotes.corpus import endless, fill, texts

SENTENCES = [
    f"第{n}号文件提出,到20{n}年底前完成{n * 3}个项目,资金由{n}个部门统筹安排。" for n in range(10, 90)
]


@pytest.fixture
def data(tmp_path):
    for name, lines in (("a", SENTENCES[:40]), ("b", SENTENCES[40:])):
        (tmp_path / name).mkdir()
        with lzma.open(tmp_path / name / "docs.jsonl.xz", "wt", encoding="utf-8") as stream:
            for number in range(0, len(lines), 8):
                stream.write(json.dumps({"id": number, "text": "".join(lines[number : number + 8])}) + "\n")
    return tmp_path


def test_files_are_read_in_turn(data):
    found = list(texts(data))
    starts = (SENTENCES[0], SENTENCES[40], SENTENCES[8])
    assert all(text.startswith(start) for text, start in zip(found, starts, strict=False))
    assert "".join(sorted("".join(found))) == "".join(sorted("".join(SENTENCES)))


def test_made_texts_have_other_digits_and_the_same_words(data):
    plain = list(texts(data))
    stream = endless(data)
    assert [next(stream) for _ in plain] == [(text, False) for text in plain]
    text, made = next(stream)
    assert made and text != plain[0]
    words = [[c for c in one if not c.isdigit()] for one in (text, plain[0])]
    assert sorted(words[0]) == sorted(words[1])


def test_as_many_windows_are_filled_as_asked_for(data, tmp_path):
    folder = tmp_path / "index"
    folder.mkdir()
    filled = fill(folder, endless(data), 30)
    counts = filled.index.documents.count_windows(), filled.index.trigrams.count()
    assert counts == (filled.windows, filled.windows) and 30 <= filled.windows < 36
    assert 0 < filled.made < 1


def test_quotes_of_each_kind_are_what_they_are_called():
    draw = random.Random(0)
    made = {name: make(SENTENCES[5], SENTENCES, draw) for name, make in KINDS.items()}
    assert made["原句"] == SENTENCES[5]
    differing = [a for a, b in zip(made["改一个数字"], SENTENCES[5], strict=True) if a != b]
    assert len(differing) == 1 and differing[0].isdigit()
    assert len(made["一成错字"]) == len(SENTENCES[5]) != made["一成错字"]
    assert made["两处拼接"].startswith(SENTENCES[5]) and made["两处拼接"][len(SENTENCES[5]) :] in SENTENCES


def test_the_command_prints_a_line_a_size(data, capsys):
    arguments = ["quotes", "--data", str(data), "--size", "10", "--size", "20", "--each", "3", "--json"]
    assert main(arguments) == 0
    small, large = map(json.loads, capsys.readouterr().out.splitlines())
    assert 10 <= small["windows"] < 20 <= large["windows"]
    assert set(small["kinds"]) == {*KINDS, FORMULA}
    assert small["kinds"]["原句"]["verdicts"] == {"exact": 3}
    assert main(["quotes", "--data", str(data), "--size", "10", "--each", "2"]) == 0
    assert "各类中位数的中位数" in capsys.readouterr().out


def test_a_folder_without_documents_is_told_of(tmp_path, capsys):
    assert main(["quotes", "--data", str(tmp_path), "--size", "10"]) == 2
    assert "没有 docs.jsonl.xz" in capsys.readouterr().err
