"""Kept answers as files over HTTP: the right bytes, names and headers, and nothing else of the machine."""

import io
from dataclasses import replace
from datetime import date
from urllib.parse import unquote

import docx
import pytest
from fake_assistant import FakeAssistant
from fastapi import FastAPI
from fastapi.testclient import TestClient

from rag import __main__ as command_line
from rag.export.answers import answers_sheet
from rag.export.markdown import as_markdown
from rag.kept import Kept
from rag.web.downloads import MOST, TYPES, file_stem, router

FAKE = FakeAssistant(0)


def answer_to(question):
    *_, last = FAKE.stream(question)
    return last.answer


ANSWER = answer_to("再贷款？\r\n多少")


@pytest.fixture
def kept(tmp_path):
    return Kept(tmp_path / "answers")


def visiting(kept, verify=FAKE.verify):
    app = FastAPI(openapi_url=None)
    app.include_router(router(kept, verify))
    return TestClient(app)


@pytest.mark.parametrize("suffix", TYPES)
def test_an_answer_is_given_in_each_format(kept, suffix):
    given = visiting(kept).get(f"/answers/{kept.keep(ANSWER)}{suffix}")
    assert given.status_code == 200
    assert given.headers["content-type"] == TYPES[suffix]
    assert given.headers["cache-control"] == "private"
    assert given.headers["x-content-type-options"] == "nosniff"
    disposition = given.headers["content-disposition"]
    assert disposition.startswith(f"attachment; filename=\"yinju{suffix}\"; filename*=UTF-8''")
    assert unquote(disposition.partition("''")[2]) == f"再贷款 多少{suffix}"
    assert "1.2万亿元" in (
        docx.Document(io.BytesIO(given.content)).paragraphs[1].text if suffix == ".docx" else given.text
    )


def test_markdown_is_the_export_s(kept):
    given = visiting(kept).get(f"/answers/{kept.keep(ANSWER)}.md")
    assert given.text == as_markdown(answers_sheet([ANSWER], FAKE.verify, date.today()))


def test_a_conversation_is_one_file(kept):
    other = answer_to("慢慢说")
    both = "~".join([kept.keep(ANSWER), kept.keep(other)])
    visit = visiting(kept)
    given = visit.get(f"/answers/{both}.md")
    assert given.text == as_markdown(answers_sheet([ANSWER, other], FAKE.verify, date.today()))
    assert unquote(given.headers["content-disposition"]).endswith("再贷款 多少.md")
    for path in (f"{both}.json", f"{both}~.md", f"{both}~{'a' * 22}.md", "~".join([both] * MOST) + ".md"):
        assert visit.get(f"/answers/{path}").status_code == 404


def test_quotes_that_stand_no_longer_are_told_of(kept):
    visit = visiting(kept, lambda places: ["对不上"])
    assert "2 处引文里有 2 处已对不上" in visit.get(f"/answers/{kept.keep(ANSWER)}.txt").text


def test_the_json_passes_verify(kept, assistant, tmp_path, monkeypatch, capsys):
    answer = assistant.ask("零碳工厂建设遵循哪四方面原则？")
    given = visiting(kept, assistant.verify).get(f"/answers/{kept.keep(answer)}.json")
    file = tmp_path / "回答.json"
    file.write_bytes(given.content)
    docs = str(assistant.settings.docs)
    monkeypatch.setattr("sys.argv", ["rag", "verify", str(file), "--docs", docs])
    assert command_line.main() == 0
    file.write_text(given.text.replace("因业施策", "因业施测"), encoding="utf-8")
    assert command_line.main() == 1
    assert "已不是所引的文字" in capsys.readouterr().err


def test_what_there_is_not_is_told_in_chinese(kept, tmp_path):
    visit = visiting(kept)
    identifier = kept.keep(ANSWER)
    (tmp_path / "secret.json").write_text("{}")
    for path in (f"{identifier}.html", f"{'a' * 22}.json", "secret.json", f"{identifier}.json.txt"):
        missing = visit.get(f"/answers/{path}")
        assert missing.status_code == 404 and missing.text.startswith("没有这个文件")
    for path in ("..%2Fsecret.json", f"{identifier}.", identifier):
        assert visit.get(f"/answers/{path}").status_code == 404
    (tmp_path / "answers" / f"{identifier}.json").write_text("{}")
    damaged = visit.get(f"/answers/{identifier}.docx")
    assert (damaged.status_code, damaged.headers["x-content-type-options"]) == (404, "nosniff")
    assert "已损坏或被改动过" in damaged.text


@pytest.mark.parametrize(
    ("question", "stem"),
    [
        ("再贷款规模增加到多少？", "再贷款规模增加到多少"),
        ('../../etc/passwd\0"<a>|b*', "etc passwd a b"),
        ("？。", "引据"),
        ("长" * 90, "长" * 40),
        ("一\r\nSet-Cookie: a=b", "一 Set-Cookie a=b"),
        ("CON", "CON"),
    ],
)
def test_a_file_is_named_after_its_question(question, stem):
    assert file_stem(question) == stem


def test_a_name_that_no_header_holds_is_encoded(kept):
    given = visiting(kept).get(f"/answers/{kept.keep(replace(ANSWER, question='问😀;x=’1'))}.txt")
    assert given.headers["content-disposition"].isascii()
    assert unquote(given.headers["content-disposition"].partition("''")[2]) == "问😀;x= 1.txt"
