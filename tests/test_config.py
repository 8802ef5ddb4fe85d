"""Settings: the file, the variables before it, and errors that name the key and never a value."""

from pathlib import Path

import pytest

from rag.config import Settings, load_settings
from rag.errors import UsageError

SECRET = "sk-没有人该看到它"


def load(tmp_path, toml="", **environment):
    (tmp_path / "yinju.toml").write_text(toml, encoding="utf-8")
    return load_settings(tmp_path / "yinju.toml", environment)


def test_defaults_without_a_file(tmp_path):
    assert load_settings(tmp_path / "none.toml", {"PATH": "/bin", "YINJU_DOCS": ""}) == Settings()
    assert (Settings().docs, Settings().index, Settings().embedder) == (
        Path("docs_src"),
        Path("index"),
        "builtin",
    )


def test_the_file_sets_and_the_variables_go_before_it(tmp_path):
    toml = """
docs = "政策"
index = "idx"
[llm]
base_url = "http://127.0.0.1:8000/v1"
model = "qwen3"
timeout = 5
[chunking]
max_tokens = 120
[web]
port = 8000
"""
    settings = load(
        tmp_path,
        toml,
        YINJU_INDEX="elsewhere",
        YINJU_LLM_MODEL="glm",
        YINJU_LLM_API_KEY=SECRET,
        YINJU_LLM_SHOW_UNSUPPORTED="TRUE",
        YINJU_RETRIEVAL_DENSE_WEIGHT="0.5",
        YINJU_WEB_PORT="9000",
    )
    assert (settings.docs, settings.index) == (Path("政策"), Path("elsewhere"))
    assert (settings.llm.base_url, settings.llm.model) == ("http://127.0.0.1:8000/v1", "glm")
    assert (settings.llm.timeout, settings.llm.api_key, settings.llm.show_unsupported) == (5.0, SECRET, True)
    assert isinstance(settings.llm.timeout, float)
    assert settings.chunking.max_tokens == 120
    assert settings.chunking.join_tokens == Settings().chunking.join_tokens
    assert (settings.retrieval.dense_weight, settings.web.port) == (0.5, 9000)
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    ("toml", "environment", "message"),
    [
        ("doc = 'x'", {}, "设置 doc 不认识；可用的有 chunking、docs、"),
        ("[llm]\nkey = 'x'", {}, "设置 key 不认识；可用的有 api_key、"),
        ("", {"YINJU_DOC": "x"}, "环境变量里的设置 doc 不认识"),
        ("", {"YINJU_LLM_URL": "x"}, "环境变量里的设置 url 不认识"),
        ("llm = 'x'", {}, "设置 llm 应是一组键值"),
        ("", {"YINJU_LLM": "x", "YINJU_LLM_MODEL": "y"}, "环境变量 YINJU_LLM 是一组设置"),
        ("docs = 5", {}, "设置 docs 应是路径"),
        ("embedder = ['a']", {}, "设置 embedder 应是文字"),
        ("[llm]\nmodel = 3", {}, "设置 model 应是文字"),
        ("[chunking]\nmax_tokens = 1.5", {}, "设置 max_tokens 应是整数"),
        ("[chunking]\nmax_tokens = true", {}, "设置 max_tokens 应是整数"),
        ("", {"YINJU_WEB_PORT": "八千"}, "环境变量里的设置 port 应是整数"),
        (
            "",
            {"YINJU_RETRIEVAL_RANKED": "-1"},
            "环境变量里的设置 depth 应是 1 以上的整数，ranked 应是 0 以上的整数",
        ),
        ("[retrieval]\ndepth = 0", {}, "depth 应是 1 以上的整数"),
        ("[retrieval]\ndense_weight = nan", {}, "dense_weight 应在 0 到 1 之间"),
        ("[retrieval.expansion]\npair = 0", {}, "pair、function 应大于 0、不超过 1"),
        ("[retrieval.expansion]\nname = inf", {}, "name、numeral、spelling 应在 0 到 1 之间"),
        ("[llm]\nevidence_tokens = 0", {}, "timeout 应大于 0，max_tokens、evidence_tokens 应是 1 以上的整数"),
        ("[llm]\ntimeout = [1]", {}, "设置 timeout 应是数"),
        ("[llm]\nshow_unsupported = 2", {}, "设置 show_unsupported 应是 true 或 false"),
        ("", {"YINJU_LLM_SHOW_UNSUPPORTED": "maybe"}, "设置 show_unsupported 应是 true 或 false"),
        ("docs = ", {}, "不是有效的 TOML"),
    ],
)
def test_errors_name_the_key(tmp_path, toml, environment, message):
    with pytest.raises(UsageError, match=message) as caught:
        load(tmp_path, toml, **environment)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("toml", "environment"),
    [
        (f"[llm]\napi_key = ['{SECRET}']", {}),
        (f"[llm]\napi_keys = '{SECRET}'", {}),
        (f"api_key = '{SECRET}'", {}),
        (f"[llm]\napi_key = {SECRET}", {}),
        (f"[llm]\ntimeout = '{SECRET}'", {}),
        ("", {"YINJU_API_KEY": SECRET}),
        ("", {"YINJU_LLM_TIMEOUT": SECRET}),
        ("", {"YINJU_LLM": SECRET}),
        ("[web]\nport = 'x'", {"YINJU_LLM_API_KEY": SECRET}),
    ],
)
def test_no_message_shows_a_key(tmp_path, toml, environment):
    with pytest.raises(UsageError) as caught:
        load(tmp_path, toml, **environment)
    error = caught.value
    while error is not None:
        assert SECRET not in str(error)
        error = error.__cause__


def test_a_file_that_is_no_text_is_an_error(tmp_path):
    (tmp_path / "yinju.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="不是有效的 TOML"):
        load_settings(tmp_path / "yinju.toml", {})
