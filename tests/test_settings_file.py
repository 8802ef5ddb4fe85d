"""Changes to the settings file: what else stands there stays, and nothing is written that could not be read."""

import stat
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.config import load_settings
from rag.errors import UsageError
from rag.settings_file import origin, save_settings, variable

FILE = """# 引据的设置
docs = "政策"   # 文档在这里

[llm]           # 语言模型
model = "qwen3" # 用它
# timeout = 5
api_key = 'sk-old'

[web]
port = 8000
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "yinju.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_comments_and_the_rest_stay_as_they_are(file):
    settings = save_settings({("llm", "model"): "glm", ("llm", "temperature"): 0.5}, file, {})
    text = file.read_text(encoding="utf-8")
    assert text == FILE.replace('model = "qwen3" # 用它', 'model = "glm" # 用它').replace(
        "api_key = 'sk-old'\n", "api_key = 'sk-old'\ntemperature = 0.5\n"
    )
    assert settings == load_settings(file, {})
    assert (settings.llm.model, settings.llm.temperature, settings.web.port) == ("glm", 0.5, 8000)


def test_line_ends_stay_as_they_are(file):
    file.write_bytes(FILE.replace("\n", "\r\n").encode())
    save_settings({("docs",): "新"}, file, {})
    assert file.read_bytes() == FILE.replace('"政策"', '"新"').replace("\n", "\r\n").encode()


def test_none_takes_a_setting_out(file):
    settings = save_settings({("llm", "api_key"): None, ("retrieval", "depth"): None}, file, {})
    assert file.read_text(encoding="utf-8") == FILE.replace("api_key = 'sk-old'\n", "")
    assert settings.llm.api_key == ""


def test_only_the_owner_reads_the_file_and_nothing_lies_beside_it(tmp_path):
    path = tmp_path / "yinju.toml"
    save_settings({("llm", "api_key"): "sk-1"}, path, {})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    save_settings({("llm", "api_key"): "sk-2"}, path, {})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [found.name for found in tmp_path.iterdir()] == ["yinju.toml"]
    assert tomllib.loads(path.read_text(encoding="utf-8")) == {"llm": {"api_key": "sk-2"}}


def test_a_link_stays_a_link(file, tmp_path):
    link = tmp_path / "link.toml"
    link.symlink_to(file)
    save_settings({("docs",): "新"}, link, {})
    assert link.is_symlink()
    assert load_settings(file, {}).docs.name == "新"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({("llm", "timeout"): -1.0}, "timeout 应大于 0"),
        ({("llm", "max_tokens"): "many"}, "设置 max_tokens 应是整数"),
        ({("llm", "modell"): "x"}, "设置 modell 不认识"),
        ({("llm", "model"): "glm", ("chunks",): 3}, "设置 chunks 不认识"),
    ],
)
def test_nothing_is_written_that_cannot_be_read(file, changes, message):
    with pytest.raises(UsageError, match=message):
        save_settings(changes, file, {})
    assert file.read_text(encoding="utf-8") == FILE
    assert [found.name for found in file.parent.iterdir()] == ["yinju.toml"]


@pytest.mark.parametrize("broken", ["llm = 'x'", "docs = ", "a = 1\na = 2", "[llm]\n[llm]"])
def test_a_broken_file_is_told_and_left_alone(file, broken):
    file.write_text(broken, encoding="utf-8")
    with pytest.raises(UsageError, match=r"yinju\.toml"):
        save_settings({("llm", "model"): "glm"}, file, {})
    assert file.read_text(encoding="utf-8") == broken


def test_what_the_environment_sets_is_not_changed_here(file):
    environment = {"YINJU_LLM_MODEL": "glm"}
    with pytest.raises(UsageError, match=r"llm\.model 由环境变量 YINJU_LLM_MODEL 设定，不能在这里改"):
        save_settings({("llm", "model"): "x"}, file, environment)
    settings = save_settings({("llm", "timeout"): 5.0}, file, environment)
    assert (settings.llm.model, settings.llm.timeout) == ("glm", 5.0)
    assert [origin(("llm", name), file, environment) for name in ("model", "timeout", "max_tokens")] == [
        "environment",
        "file",
        "default",
    ]
    assert variable(("retrieval", "expansion", "pair")) == "YINJU_RETRIEVAL_EXPANSION_PAIR"


@pytest.mark.parametrize(
    "written", ['llm = {model = "a", timeout = 9}\n', 'llm.model = "a"\nllm.timeout = 9\n']
)
def test_other_ways_to_write_a_table(file, written):
    file.write_text(written, encoding="utf-8")
    settings = save_settings({("llm", "model"): "b"}, file, {})
    assert (settings.llm.model, settings.llm.timeout) == ("b", 9.0)
    assert load_settings(file, {}) == settings


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path):
    with pytest.raises(UsageError, match="写不了"):
        save_settings({("docs",): "x"}, tmp_path / "none" / "yinju.toml", {})


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_read_back(tmp_path_factory, model, key):
    path = tmp_path_factory.mktemp("settings") / "yinju.toml"
    path.write_text(FILE, encoding="utf-8")
    save_settings({("llm", "model"): model, ("llm", "api_key"): key}, path, {})
    held = tomllib.loads(path.read_bytes().decode())
    assert held == {"docs": "政策", "llm": {"model": model, "api_key": key}, "web": {"port": 8000}}
