"""What other programs are offered over HTTP: the objects of the command line, and one line for what is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fake_assistant import LOAN, LOAN_QUOTE, FakeAssistant
from gradio_client import Client
from web_server import fake_page

from rag import calls, records
from rag.datatypes import Filters, Turn
from rag.errors import UsageError

FILTERS = {"files": ["a.txt"], "date_from": "2026-01-06", "source": "日报"}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with (
        fake_page(tmp_path_factory.mktemp("page"), rate=0) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield client


def run(page: httpx.Client, name: str, *data: object) -> Any:
    answer = page.post(f"/gradio_api/run/{name}", json={"data": data})
    assert answer.status_code == 200, answer.text
    (value,) = answer.json()["data"]
    return value


def test_a_question_is_answered_as_the_command_line_does(page: httpx.Client) -> None:
    record = run(page, "ask", "增加到多少？")
    assert record == json.loads(json.dumps(records.answer_json(FakeAssistant(0).ask("增加到多少？"))))
    history = [{"role": "user", "content": "再贷款？"}, {"role": "assistant", "content": "是。"}]
    followed = run(page, "ask", "增加到多少？", history, FILTERS, None)
    assert followed["standalone_question"] == "科技创新和技术改造再贷款增加到多少？"


def test_all_that_is_handed_in_reaches_the_assistant() -> None:
    assistant = FakeAssistant(0)
    history = [{"role": "user", "content": "甲"}, {"role": "assistant", "content": "乙"}]
    calls.ask(assistant, "丙", history, FILTERS, ["一段"])
    assert assistant.asked == [
        ("丙", [Turn(role="user", content="甲"), Turn(role="assistant", content="乙")])
    ]
    filters = Filters(files=("a.txt",), date_from="2026-01-06", outlet="日报")
    assert assistant.narrowed == [(filters, ["一段"])]


def test_passages_are_found_quotes_and_manuscripts_checked(page: httpx.Client) -> None:
    hits = run(page, "search", "再贷款", 2)["hits"]
    first = LOAN.articles[0].paragraphs[0]
    assert [hit["paragraph"] for hit in hits] == [1, 2]
    assert (hits[0]["article"], hits[0]["text"]) == ("再贷款政策加力支持科技创新", first.text)
    assert len(run(page, "search", "再贷款")["hits"]) == 10
    assert run(page, "cite", LOAN_QUOTE)["verdict"] == "exact"
    assert run(page, "check", f"前言。{LOAN_QUOTE}")["counts"]["exact"] == 1


@pytest.mark.parametrize(
    ("name", "data", "line"),
    [
        ("ask", [], "question 应是一段文字"),
        ("ask", [None], "question 应是一段文字"),
        ("ask", [5], "question 应是一段文字"),
        ("ask", [" "], "问题是空的，请输入问题"),
        ("ask", ["\ud800"], "给出的文字里含有不成字的编码"),
        ("ask", ["问", [{"role": "user", "content": "\udfff"}]], "给出的文字里含有不成字的编码"),
        ("ask", ["问", "甲"], "history 应是一列 {role, content}，content 是文字"),
        ("ask", ["问", [{"role": "user"}]], "history 应是一列 {role, content}，content 是文字"),
        ("ask", ["问", [{"role": "x", "content": "甲"}]], "history 里的 role 只能是 user 或 assistant"),
        ("ask", ["问", None, 5], "filters 应是一组键值"),
        ("ask", ["问", None, {"x": 1}], "filters 里的 x 不认识"),
        ("ask", ["问", None, None, "甲"], "passages 应是一列文字"),
        (
            "ask",
            ["问", None, None, None, 1],
            "ask 最多 4 项（question、history、filters、passages），这里有 5 项",
        ),
        ("cite", [5], "quote 应是一段文字"),
        ("cite", [" "], "引文是空的，请粘贴要核查的句子"),
        ("check", [None], "text 应是一段文字"),
        ("search", ["问", 0], "k 应是 1 到 1000 的整数"),
        ("search", ["问", True], "k 应是 1 到 1000 的整数"),
        ("search", ["问", 2.5], "k 应是 1 到 1000 的整数"),
        ("search", ["问", None], "k 应是 1 到 1000 的整数"),
    ],
)
def test_what_cannot_be_worked_with_is_told_in_a_line(
    page: httpx.Client, name: str, data: list[object], line: str
) -> None:
    body = json.dumps({"data": data})
    refused = page.post(f"/gradio_api/run/{name}", content=body)
    assert (refused.status_code, refused.json()) == (400, {"error": line})


@pytest.mark.parametrize("body", [b"", b"x", b"\xff", b"[" * 100000, b"5", b"[]", b"{}", b'{"data": "x"}'])
def test_what_is_not_of_the_form_is_told_in_a_line(page: httpx.Client, body: bytes) -> None:
    refused = page.post("/gradio_api/run/ask", content=body)
    assert refused.status_code == 400
    assert refused.json()["error"].startswith("请求的内容应是 JSON，例如 ")


def test_gradios_own_routes_tell_it_in_a_line_too(page: httpx.Client) -> None:
    refused = page.post("/gradio_api/queue/join", json={"data": 1})
    assert (refused.status_code, refused.json()) == (422, {"error": "请求的内容不合格式"})


def test_a_failure_of_the_program_is_told_without_its_inside(page: httpx.Client) -> None:
    failed = page.post("/gradio_api/run/ask", json={"data": ["崩溃"]})
    assert failed.status_code == 500
    assert failed.json() == {"error": "程序出错，这次没有答成；详情已记入日志，请再试一次"}


def test_unknown_arguments_are_refused() -> None:
    with pytest.raises(UsageError, match=r"^cite 不认识 page；可用的有 quote$"):
        calls.call(FakeAssistant(), "cite", {"quote": "甲", "page": 1})
    with pytest.raises(UsageError, match=r"^没有 index；可用的有 ask、cite、check、search$"):
        calls.call(FakeAssistant(), "index", {})


def test_the_calls_are_open_to_gradio_client_and_nothing_else_is(page: httpx.Client) -> None:
    client = Client(str(page.base_url), verbose=False, analytics_enabled=False)
    try:
        assert client.predict("再贷款？", api_name="/ask")["citations"][0]["quote"] == LOAN_QUOTE
        assert client.predict("再贷款", k=1, api_name="/search")["hits"][0]["paragraph"] == 1
    finally:
        client.close()
    named = page.get("/gradio_api/info").json()["named_endpoints"]
    assert named.keys() == {"/ask", "/cite", "/check", "/search"}
    assert [each["parameter_name"] for each in named["/ask"]["parameters"]] == list(calls.NAMES["ask"])
