"""The tabs 评测 and 设置 in a real Chromium, over the five documents and a few questions of the evaluation."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from browsing import Visit, contrast
from browsing import enter as open_page
from conftest import DOCS, ROOT
from openai_server import Fail, Misbehave, Say, serve
from playwright.sync_api import Browser, Locator, expect
from small_evaluation import small_evaluation
from web_server import served

from rag.assistant import Assistant
from rag.records import answer_json

pytestmark = pytest.mark.browser

KEY = "sk-secret-0123456789abcd"


FROM_OUTSIDE = {"YINJU_LLM_API_KEY": KEY, "YINJU_LLM_MODEL": "m"}


@pytest.fixture(scope="module")
def feedback(assistant: Assistant) -> str:
    """Two rated answers, as the file of feedback has them."""
    rows = []
    for question, rating in (
        ("科技创新和技术改造再贷款规模增加到多少？", "right"),
        ("零碳工厂建设遵循哪四方面原则？", "wrong"),
    ):
        answer = answer_json(assistant.ask(question))
        row = {"time": "2026-03-01T10:00:00+00:00", "question": question, "answer": answer, "rating": rating}
        rows.append(json.dumps(row | {"note": "<img src=x onerror='window.hit=1'>"}, ensure_ascii=False))
    return "\n".join(rows) + "\n"


@contextmanager
def app(folder: Path, **environment: str) -> Iterator[str]:
    """Serve the real app, which works in `folder`; yield its address."""
    small_evaluation(folder)
    (folder / "yinju.toml").write_text(
        f'# 我的设置\ndocs = "{DOCS}"\n\n[web]\nport = 0\ndata = "data"\n', encoding="utf-8"
    )
    script = str(ROOT / "tests" / "serve_tabs.py")
    with served(folder / "stderr", script, str(folder), **environment) as (address, errors):
        yield address
        assert "OUTSIDE" not in errors.read_text()
        assert KEY not in errors.read_text()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """One app for the tests that leave its settings as they are, some of which its environment has made."""
    folder = tmp_path_factory.mktemp("tabs")
    with app(folder, **FROM_OUTSIDE) as address:
        yield address, folder


@pytest.fixture
def address(shared: tuple[str, Path]) -> str:
    """The address of the shared app, as if nobody had run an evaluation or rated an answer."""
    for kept in ("eval/runs", "data"):
        shutil.rmtree(shared[1] / kept, ignore_errors=True)
    return shared[0]


@pytest.fixture
def rated(shared: tuple[str, Path], address: str, feedback: str) -> str:
    """The address of the shared app, with two rated answers."""
    rate(shared[1], feedback)
    return address


def rate(folder: Path, feedback: str) -> None:
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data" / "feedback.jsonl").write_text(feedback, encoding="utf-8")


def enter(
    visits: list[Visit], browser: Browser, address: str, tab: str, width: int = 1280, scheme: str = "light"
) -> Visit:
    visit = open_page(visits, browser, address, width=width, scheme=scheme)
    visit.page.get_by_role("tab", name=tab).click()
    return visit


def button(visit: Visit, name: str) -> Locator:
    return visit.page.get_by_role("button", name=name, exact=True)


def field(visit: Visit, label: str) -> Locator:
    return visit.page.get_by_label(re.compile(rf"^\s*{label}"))


def test_the_evaluation_is_run_and_its_report_read(
    visits: list[Visit], browser: Browser, address: str
) -> None:
    visit = enter(visits, browser, address, "评测")
    expect(visit.page.get_by_text("还没有评测结果。")).to_be_visible()
    visit.page.get_by_label("标签").fill("初次")
    button(visit, "开始评测").click()
    expect(visit.page.locator("progress")).to_be_visible()
    expect(button(visit, "取消")).to_be_visible()
    other = enter(visits, browser, address, "评测")
    expect(other.page.locator("progress")).to_be_visible()
    for one in (visit, other):
        expect(one.page.get_by_text("评测跑完了，报告在下面。")).to_be_visible()
        expect(one.page.locator(".yj-runs tbody tr")).to_have_count(1)
        expect(one.page.locator(".yj-runs tbody")).to_contain_text("初次")
        expect(one.page.get_by_text("还没有基线，不比较")).to_be_visible()
    report = visit.page.frame_locator("iframe.yj-report-page")
    expect(report.get_by_role("heading", name="评测报告")).to_be_visible()
    expect(report.locator("main")).to_contain_text("按问题类型")
    report.get_by_role("link", name="名词与公式").first.click()
    expect(report.get_by_role("heading", name="名词与公式")).to_be_in_viewport()
    visit.page.get_by_label("标签").fill("第二次")
    button(visit, "开始评测").click()
    expect(visit.page.locator(".yj-runs tbody tr")).to_have_count(2)
    expect(visit.page.get_by_text("初次，还没有基线")).to_be_hidden()
    visit.page.locator(".yj-runs tbody tr").last.get_by_role("button").click()
    expect(visit.page.get_by_text("初次，还没有基线")).to_be_visible()
    expect(report.get_by_text("-初次")).to_be_visible()


def test_a_run_is_cancelled_and_a_wrong_tag_refused(
    visits: list[Visit], browser: Browser, address: str
) -> None:
    visit = enter(visits, browser, address, "评测")
    visit.page.get_by_label("标签").fill("a/b")
    button(visit, "开始评测").click()
    expect(visit.page.get_by_role("alert")).to_contain_text("评测没有跑完：标签 a/b 不能用")
    visit.page.get_by_label("标签").fill("")
    button(visit, "开始评测").click()
    button(visit, "取消").click()
    expect(visit.page.get_by_text("评测已取消，没有存结果。")).to_be_visible()
    expect(button(visit, "开始评测")).to_be_visible()
    expect(visit.page.get_by_text("还没有评测结果。")).to_be_visible()


def test_feedback_becomes_cases_to_be_downloaded(visits: list[Visit], browser: Browser, rated: str) -> None:
    visit = enter(visits, browser, rated, "评测")
    rows = visit.page.locator(".yj-feedback tbody tr")
    expect(rows).to_have_count(2)
    rows.last.get_by_role("button").click()
    cases = visit.page.locator(".yj-cases tbody tr")
    expect(cases).to_have_count(1)
    expect(cases).to_contain_text("8000亿元")
    button(visit, "全部拟成题").click()
    expect(cases).to_have_count(2)
    expect(visit.page.get_by_text("其中 1 题要您补上标准答案")).to_be_visible()
    with visit.page.expect_download() as saved:
        visit.page.get_by_role("link", name="下载 CSV").click()
    assert "零碳工厂建设遵循哪四方面原则？" in saved.value.path().read_text(encoding="utf-8-sig")
    assert visit.page.evaluate("window.hit") is None


@pytest.fixture
def own(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an app of the test's own, which works in `tmp_path`; a parameter is its environment."""
    with app(tmp_path, **getattr(request, "param", {})) as address:
        yield address


def test_the_model_is_set_tried_and_asked_at_once(
    visits: list[Visit], browser: Browser, own: str, tmp_path: Path
) -> None:
    address, folder = own, tmp_path
    visit = enter(visits, browser, address, "设置")
    page = visit.page
    told = page.locator(".yj-settings [role=status], .yj-settings [role=alert]")
    button(visit, "测试连接").click()
    expect(told).to_contain_text("没有填接口地址")
    replies = [Say("好"), Fail(401), Misbehave("html"), Misbehave("drop"), Say("一概不知。")]
    with serve(replies) as endpoint:
        field(visit, "接口地址").fill(endpoint.base_url)
        field(visit, "模型").fill("test")
        field(visit, "密钥").fill(KEY)
        for said in ("秒后答：“好”", "不认可密钥（HTTP 401）", "的回答不合 OpenAI 接口的格式"):
            button(visit, "测试连接").click()
            expect(told).to_contain_text(said)
        assert endpoint.headers[0]["authorization"] == f"Bearer {KEY}"
        assert not (folder / "yinju.toml").read_text(encoding="utf-8").count(KEY)
        button(visit, "保存").click()
        expect(told).to_have_text("已保存，下一个问题就用新的设置。")
        expect(field(visit, "密钥")).to_have_value("")
        expect(field(visit, "密钥")).to_have_attribute("placeholder", "已设置（末四位 …abcd）")
        expect(page.locator(".yj-settings table").filter(has_text="llm.model")).to_contain_text("yinju.toml")
        asked = len(endpoint.requests)
        page.get_by_role("tab", name="问答").click()
        visit.ask("科技创新和技术改造再贷款规模增加到多少？")
        expect(visit.answer).to_contain_text("8000亿元")
        assert len(endpoint.requests) > asked
    written = (folder / "yinju.toml").read_text(encoding="utf-8")
    assert written.startswith("# 我的设置\n")
    held = tomllib.loads(written)["llm"]
    assert held == {"base_url": endpoint.base_url, "model": "test", "api_key": KEY}
    assert KEY not in page.content()
    assert all(KEY not in text for text in (read(f"{address}/config"), read(address)))
    page.get_by_role("tab", name="设置").click()
    expect(told).to_have_count(0)
    field(visit, "接口地址").fill("http://127.0.0.1:9/v1")
    for name in ("测试连接", "保存"):
        button(visit, name).click()
        expect(told).to_contain_text("换了主机，原来的密钥不会发过去")
    field(visit, "时限").fill("-1")
    field(visit, "接口地址").fill(endpoint.base_url)
    button(visit, "保存").click()
    expect(told).to_contain_text("timeout 应大于 0")
    assert (folder / "yinju.toml").read_text(encoding="utf-8") == written
    button(visit, "删除密钥").click()
    expect(told).to_have_text("密钥已删除。")
    assert "api_key" not in tomllib.loads((folder / "yinju.toml").read_text(encoding="utf-8"))["llm"]


def read(address: str) -> str:
    with urlopen(address) as answer:
        found: bytes = answer.read()
    return found.decode()


@pytest.mark.parametrize("own", [FROM_OUTSIDE | {"YINJU_WEB_MANAGE": "no"}], indirect=True)
def test_others_only_read(
    visits: list[Visit], browser: Browser, own: str, tmp_path: Path, feedback: str
) -> None:
    address, folder = own, tmp_path
    rate(folder, feedback)
    visit = enter(visits, browser, address, "设置")
    expect(visit.page.get_by_text("这里只能看。")).to_be_visible()
    settings = visit.page.locator(".yj-settings")
    expect(settings).to_contain_text("llm.api_key")
    for name in ("保存", "测试连接", "删除密钥"):
        expect(button(visit, name)).to_have_count(0)
    visit.page.get_by_role("tab", name="评测").click()
    expect(visit.page.get_by_text("还没有评测结果。")).to_be_visible()
    for name in ("开始评测", "取消", "全部拟成题"):
        expect(button(visit, name)).to_have_count(0)
    expect(visit.page.locator(".yj-feedback")).to_have_count(0)
    assert KEY not in visit.page.content() and KEY[-4:] not in settings.inner_text()
    # Whoever calls what the buttons call is refused as well.
    before = (folder / "yinju.toml").read_bytes()
    config = json.loads(read(f"{address}/config"))
    labels = {part["id"]: str(part["props"].get("value")) for part in config["components"]}
    managing = {"开始评测", "全部拟成题", "保存", "测试连接", "删除密钥"}
    called = [
        one
        for one in config["dependencies"]
        if one["targets"] and labels.get(one["targets"][0][0]) in managing
    ]
    assert len(called) == len(managing)
    for one in called:
        assert "这里只能看" in call(address, one["id"], len(one["inputs"]))
    assert (folder / "yinju.toml").read_bytes() == before
    assert not (folder / "eval" / "runs").exists() and not (folder / "data" / "drafts").exists()


def call(address: str, function: int, inputs: int) -> str:
    """Call a handler as the page does, and return what it answers."""
    session = f"forged{function}"
    body = {"data": [None] * inputs, "fn_index": function, "session_hash": session}
    request = Request(
        f"{address}/gradio_api/queue/join", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urlopen(request):
        pass
    with urlopen(f"{address}/gradio_api/queue/data?session_hash={session}") as answer:
        for line in answer:
            told = json.loads(line.decode().removeprefix("data: ")) if line.strip() else {}
            if told.get("msg") == "process_completed":
                return str(told["output"])
    raise AssertionError("no answer")


def test_what_the_environment_sets_cannot_be_edited(
    visits: list[Visit], browser: Browser, address: str
) -> None:
    visit = enter(visits, browser, address, "设置")
    page = visit.page
    expect(page.get_by_text("由环境变量 YINJU_LLM_MODEL 设定，不能在这里改")).to_be_visible()
    expect(field(visit, "模型")).to_be_disabled()
    expect(field(visit, "密钥")).to_be_disabled()
    button(visit, "删除密钥").click()
    expect(page.get_by_role("alert")).to_contain_text("llm.api_key 由环境变量 YINJU_LLM_API_KEY 设定")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_tabs_fit_a_narrow_screen_and_are_legible(
    visits: list[Visit], browser: Browser, rated: str, scheme: str
) -> None:
    visit = enter(visits, browser, rated, "评测", width=390, scheme=scheme)
    expect(visit.page.locator(".yj-feedback tbody tr")).to_have_count(2)
    paper = visit.page.locator(".yj-feedback")
    assert visit.page.evaluate("document.documentElement.scrollWidth") == 390
    assert contrast(visit.page.locator(".yj-feedback th").first, "color", paper, "background-color") >= 4.5
    assert (
        contrast(visit.page.locator(".yj-feedback button").first, "color", paper, "background-color") >= 4.5
    )
    visit.page.get_by_role("tab", name="设置").click()
    expect(button(visit, "保存")).to_be_visible()
    assert visit.page.evaluate("document.documentElement.scrollWidth") == 390
    table = visit.page.locator(".yj-settings .yj-table").first
    assert contrast(table.locator("td").last, "color", table, "background-color") >= 4.5
    for info in visit.page.locator(".yj-settings .info-text:visible").all():
        assert contrast(info, "color", visit.page.locator("body"), "background-color") >= 4.5
