"""The tab 设置: what the form changes, that no secret comes back, that every setting is explained."""

from dataclasses import replace

import pytest

from rag.answering.generative import LLMOptions
from rag.config import Settings
from rag.errors import UsageError
from rag.web.access import check_manager
from rag.web.meanings import GROUPS, MEANINGS, SECRET, fitted, settings_of
from rag.web.model_form import FIELDS, changes, filled_in, shown
from rag.web.options import WebOptions
from rag.web.settings_html import bare, fitted_html, masked, settings_html

KEY = "sk-secret-0123456789abcd"
LLM = LLMOptions(base_url="https://me:word@host:1/v1?key=1", model="m", api_key=KEY)


def test_every_setting_is_explained_in_a_group():
    assert MEANINGS.keys() == settings_of(Settings()).keys()
    assert {key[0] if len(key) > 1 else "" for key in MEANINGS} == GROUPS.keys()
    assert {("llm", name) for name in FIELDS} | SECRET >= {key for key in MEANINGS if key[0] == "llm"}


def test_the_table_shows_every_value_and_no_secret():
    settings = Settings(
        llm=LLM,
        web=WebOptions(user="editor", password="pass-word-1"),
        embedder="<b>x</b>",
        store="postgresql://writer:pass-word-2@host:5432/base",
    )
    origins = dict.fromkeys(settings_of(settings), "file") | {
        ("docs",): "environment",
        ("embedder",): "default",
        ("chunking", "max_tokens"): "default",
    }
    html = settings_html(settings, origins)
    for row in (
        "<td>docs</td><td>docs_src</td><td>文档文件夹</td><td>环境变量</td><td>重启</td>",
        "<td>store</td><td>postgresql://host:5432/base</td>",
        "<td>llm.api_key</td><td>已设置</td>",
        "<td>web.password</td><td>已设置</td>",
        "<td>llm.base_url</td><td>https://host:1/v1</td>",
        "<td>llm.show_unsupported</td><td>否</td>",
        "<td>embedder</td><td>&lt;b&gt;x&lt;/b&gt;</td>",
        "<td>retrieval.expansion.spelling</td><td>0.75</td>",
    ):
        assert row in html
    assert "<td>启动时的选项</td><td>重启，并重建索引</td>" in html
    assert "<td>默认</td><td>重启，并重建索引</td>" in html
    for secret in (KEY, KEY[-4:], "pass-word-1", "pass-word-2", "me:word", "key=1"):
        assert secret not in html


def test_fitted_thresholds_are_those_in_use():
    shown = {one.name: one.value for one in fitted()}
    assert (shown["拒答：把握"], shown["有据：整句"], shown["引文：有改动"]) == (0.1134, 0.6, 0.8)
    assert fitted_html().count("<tr>") == len(shown) + 1


@pytest.mark.parametrize(
    ("key", "told"),
    [("", ""), ("short", "已设置"), ("0123456789abcde", "已设置"), (KEY, "已设置（末四位 …abcd）")],
)
def test_of_a_key_only_the_end_of_a_long_one_is_told(key, told):
    assert masked(key) == told


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("https://me:word@host:1/v1?key=1#x", "https://host:1/v1"),
        ("", ""),
        ("http://[", ""),
        ("host/v1", "host/v1"),
    ],
)
def test_an_address_is_shown_without_what_is_secret_in_it(address, plain):
    assert bare(address) == plain


def test_the_form_changes_what_was_changed():
    assert shown(LLM)["base_url"] == "https://host:1/v1"
    assert "api_key" not in shown(LLM)
    assert changes(LLM, shown(LLM), "") == {}
    filled = shown(LLM) | {"model": " glm ", "timeout": 5, "max_tokens": None, "show_unsupported": True}
    changed = changes(LLM, filled, " sk-new ")
    assert changed == {
        ("llm", "model"): "glm",
        ("llm", "timeout"): 5,
        ("llm", "max_tokens"): None,
        ("llm", "show_unsupported"): True,
        ("llm", "api_key"): "sk-new",
    }
    assert filled_in(LLM, changed) == replace(
        LLM, model="glm", timeout=5, max_tokens=800, show_unsupported=True, api_key="sk-new"
    )
    assert changes(LLM, shown(LLM) | {"model": ""}, "") == {("llm", "model"): None}


@pytest.mark.parametrize("address", ["https://evil.example/v1", "http://host:1/v1", "https://host:2/v1"])
def test_a_key_goes_to_no_other_host(address):
    with pytest.raises(UsageError, match="换了主机，原来的密钥不会发过去"):
        changes(LLM, shown(LLM) | {"base_url": address}, "")
    without = replace(LLM, base_url="")
    with pytest.raises(UsageError, match="换了主机"):
        changes(without, shown(without) | {"base_url": address}, "")
    assert changes(LLM, shown(LLM) | {"base_url": address}, "sk-2")["llm", "api_key"] == "sk-2"


@pytest.mark.parametrize(
    ("before", "address"),
    [
        (LLM, "https://host:1/v2"),
        (LLM, ""),
        (replace(LLM, api_key=""), "https://a/v1"),
    ],
)
def test_an_address_may_change_where_the_key_stays_at_home(before, address):
    assert changes(before, shown(before) | {"base_url": address}, "") == {
        ("llm", "base_url"): address or None
    }


@pytest.mark.parametrize(
    "address", ["http://[", "javascript:alert(1)", "host:1/v1", "ftp://host/v1", "http://"]
)
def test_what_is_no_address_is_not_taken_for_one(address):
    with pytest.raises(UsageError, match="接口地址不对"):
        changes(LLM, shown(LLM) | {"base_url": address}, "sk-2")


@pytest.mark.parametrize("key", ["sk 1", "钥匙", "sk-\u200b1", "sk\n1"])
def test_a_malformed_key_is_refused_without_being_shown(key):
    with pytest.raises(UsageError, match="密钥里有空格、汉字或看不见的字符") as caught:
        changes(LLM, shown(LLM), key)
    assert key not in str(caught.value)


def test_what_does_not_fit_is_refused():
    with pytest.raises(UsageError, match="timeout 应大于 0"):
        filled_in(LLM, {("llm", "timeout"): -1})


def test_whoever_may_not_manage_is_refused():
    class Far:
        client = None
        headers = {}  # noqa: RUF012

    with pytest.raises(UsageError, match="这里只能看"):
        check_manager(Far(), WebOptions())
    check_manager(Far(), WebOptions(manage="yes"))
