"""The page in a real Chromium, over the hand-made documents of `fake_assistant`.

Every test ends by checking that nothing was asked of another machine, by the browser or by the server, and
that the console shows no error.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fake_assistant import HOSTILE, LOAN, LOAN_QUOTE
from playwright.sync_api import Browser, BrowserContext, Locator, expect, sync_playwright
from web_server import ROOT, fake_page, served

from rag.text import squeeze

pytestmark = pytest.mark.browser

PAUSE = 0.4
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = [
        path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))
    ]
    if not found:
        pytest.fail(
            "the browser tests need Chromium and a Chinese font: apt-get install chromium fonts-noto-cjk"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found[0], args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    errors = tmp_path_factory.mktemp("server") / "stderr"
    with served(errors, str(ROOT / "tests" / "fake_assistant.py"), str(PAUSE)) as found:
        yield found


class Visit:
    """One user's page, with all it asked for and all its console said."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.hosts: set[str | None] = set()
        self.complaints: list[str] = []
        self.page = context.new_page()
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname))
        self.page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type == "error" else None
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(address)
        expect(self.box).to_be_visible()

    @property
    def box(self) -> Locator:
        return self.page.get_by_placeholder("输入问题")

    @property
    def answer(self) -> Locator:
        return self.page.locator(".yj-answer").last

    @property
    def panel(self) -> Locator:
        return self.page.locator(".block.yj-panel:visible")

    def ask(self, question: str) -> None:
        self.box.fill(question)
        self.box.press("Enter")

    def check(self) -> None:
        assert self.hosts == {"127.0.0.1"}
        assert self.complaints == []


@pytest.fixture
def visits(browser: Browser, server: tuple[str, Path]) -> Iterator[list[Visit]]:
    """Collect the visits of a test; `visit` adds to them."""
    made: list[Visit] = []
    yield made
    for visit in made:
        visit.check()
        visit.page.context.close()
    assert "OUTSIDE" not in server[1].read_text()


@pytest.fixture
def visit(visits: list[Visit], browser: Browser, server: tuple[str, Path]) -> Visit:
    return enter(visits, browser, server[0])


def enter(visits: list[Visit], browser: Browser, address: str, width: int = 1280) -> Visit:
    context = browser.new_context(viewport={"width": width, "height": 800}, locale="zh-CN")
    visits.append(Visit(context, address))
    return visits[-1]


def assert_marked(visit: Visit, quote: str) -> None:
    """The panel shows exactly the quote marked, where the reader sees it and nothing covers it."""
    mark = visit.panel.locator("mark")
    expect(mark).to_have_text(quote)
    expect(mark).to_be_in_viewport(ratio=1)
    expect(visit.panel.locator(".yj-header")).to_be_in_viewport()
    visit.page.wait_for_function(
        """() => {
          const mark = [...document.querySelectorAll("mark")].find((mark) => mark.offsetParent);
          const box = mark.getClientRects()[0];
          return mark.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
        }"""
    )


def test_an_answer_streams(visit: Visit) -> None:
    visit.ask("慢慢说")
    visit.page.wait_for_function("[1, 2, 3, 4, 5].includes(document.querySelectorAll('.yj-items li').length)")
    expect(visit.page.get_by_role("button", name="停止")).to_be_visible()
    expect(visit.page.locator(".yj-items li")).to_have_count(6)
    expect(visit.page.get_by_role("button", name="提问")).to_be_visible()


def test_a_marker_opens_its_source(visit: Visit) -> None:
    visit.ask("科技创新和技术改造再贷款规模增加到多少？")
    expect(visit.answer).to_contain_text("政策自发布之日起实施")
    marker = visit.answer.locator("a.yj-cite", has_text="[1]")
    assert LOAN_QUOTE in (marker.get_attribute("title") or "")
    marker.click()
    expect(visit.panel.get_by_role("heading")).to_have_text("再贷款政策加力支持科技创新")
    expect(visit.panel.locator(".yj-paragraph")).to_have_count(len(LOAN.articles[0].paragraphs))
    for fact in ("示例日报", "2026-01-20", "甲乙", "第7段", "loan.txt"):
        expect(visit.panel.locator(".yj-header")).to_contain_text(fact)
    assert_marked(visit, LOAN_QUOTE)
    visit.answer.locator("a.yj-cite", has_text="[2]").click()
    assert_marked(visit, "政策自发布之日起实施。")
    assert "#" not in visit.page.url


def test_an_example_is_asked_and_refused_with_the_nearest_passages(visit: Visit) -> None:
    visit.page.get_by_role("button", name="2026年国内生产总值增长目标是多少？").click()
    expect(visit.answer).to_contain_text("文档里没有2026年国内生产总值增长目标")
    visit.answer.locator("a.yj-row").nth(1).click()
    assert_marked(visit, "会议强调,要坚持稳中求进工作总基调")


def test_scripts_in_documents_and_questions_show_as_text(visit: Visit) -> None:
    question = "脚本 <img src=x onerror='window.hit=3'> **粗**"
    visit.ask(question)
    expect(visit.answer.locator(".yj-text")).to_have_text(HOSTILE + "[1]")
    expect(visit.page.locator(".yj-question")).to_have_text(question)
    visit.answer.locator("a.yj-cite").click()
    assert_marked(visit, HOSTILE)
    assert visit.page.evaluate("window.hit") is None


def test_errors_are_one_line_and_nothing_is_lost(visit: Visit) -> None:
    visit.ask("再贷款？")
    expect(visit.answer).to_contain_text("政策自发布之日起实施")
    visit.ask("   ")
    expect(visit.answer).to_have_text("问题是空的，请输入问题")
    visit.ask("崩溃")
    expect(visit.answer).to_have_text("程序出错，这次没有答成；详情已记入日志，请再试一次。")
    expect(visit.box).to_have_value("崩溃")
    expect(visit.page.locator(".yj-answer").first).to_contain_text("政策自发布之日起实施")
    visit.ask("增加到多少？")
    expect(visit.answer).to_contain_text("理解为：科技创新和技术改造再贷款增加到多少？")


def test_stop_keeps_what_is_there_and_clear_begins_anew(visit: Visit) -> None:
    visit.ask("慢慢说")
    expect(visit.page.locator(".yj-items li").first).to_be_visible()
    visit.page.get_by_role("button", name="停止").click()
    expect(visit.answer).to_have_text("已停止。")
    said = visit.page.locator(".yj-items li").count()
    assert 1 <= said < 6
    visit.page.wait_for_timeout(3000 * PAUSE)
    assert visit.page.locator(".yj-items li").count() == said
    visit.page.locator("a.yj-cite").first.click()
    assert_marked(visit, "第一节。")
    visit.ask("再贷款？")
    expect(visit.answer).to_contain_text("政策自发布之日起实施")
    visit.page.get_by_role("button", name="清空").click()
    expect(visit.page.locator(".yj-answer")).to_have_count(0)
    expect(visit.panel).to_contain_text("点一下回答里的编号")


def test_two_users_do_not_mix(visits: list[Visit], browser: Browser, server: tuple[str, Path]) -> None:
    first, second = enter(visits, browser, server[0]), enter(visits, browser, server[0])
    first.ask("慢慢说")
    second.ask("再贷款？")
    expect(second.answer).to_contain_text("政策自发布之日起实施")
    expect(first.answer).to_contain_text("第六节")
    assert second.page.locator(".yj-answer").count() == first.page.locator(".yj-answer").count() == 1
    first.answer.locator("a.yj-cite", has_text="[1]").click()
    second.answer.locator("a.yj-cite", has_text="[1]").click()
    assert_marked(first, "第一节。")
    assert_marked(second, LOAN_QUOTE)


def test_a_quotation_is_checked(visit: Visit) -> None:
    visit.page.get_by_role("tab", name="引文核查").click()
    box = visit.page.get_by_placeholder(re.compile("粘贴一句引文"))
    check = visit.page.get_by_role("button", name="核查", exact=True)
    report = visit.page.locator(".yj-report")
    box.fill("科技创新再贷款增加到1.5万亿元")
    check.click()
    expect(report.locator(".yj-verdict strong")).to_have_text("有改动")
    expect(report.locator("tbody tr").first).to_have_text("1.5万亿元1.2万亿元数字")
    report.locator("a.yj-quote").click()
    assert_marked(visit, LOAN_QUOTE)
    box.fill("凭空一句")
    check.click()
    expect(report.locator(".yj-verdict strong")).to_have_text("文中没有")
    box.fill(" ")
    check.click()
    expect(visit.page.locator(".yj-result .yj-error")).to_have_text("引文是空的，请粘贴要核查的句子")


def test_a_manuscript_is_checked(visit: Visit, tmp_path: Path) -> None:
    visit.page.get_by_role("tab", name="引文核查").click()
    visit.page.get_by_placeholder(re.compile("粘贴一句引文")).fill(
        "我的看法。\n科技创新再贷款增加到1.5万亿元。"
    )
    visit.page.get_by_role("button", name="核查", exact=True).click()
    report = visit.page.locator(".yj-report")
    expect(report.locator(".yj-overview")).to_contain_text("有改动 1，自己的话 1")
    expect(report.locator(".yj-item.yj-altered")).to_have_text("科技创新再贷款增加到1.5万亿元。1")
    expect(report.locator(".yj-given del").last).to_have_text("1.5万亿元")
    report.locator("a.yj-quote").click()
    assert_marked(visit, LOAN_QUOTE)
    with visit.page.expect_download() as saved:
        visit.page.get_by_text("存成 .md").click()
    assert "~~1.5万亿元~~" in saved.value.path().read_text(encoding="utf-8")
    manuscript = tmp_path / "稿.txt"
    manuscript.write_text(f"前言。\n{LOAN_QUOTE}\n", encoding="utf-8")
    visit.page.locator("input[type=file]").set_input_files(manuscript)
    expect(report.locator(".yj-overview")).to_contain_text("原文如此 1，自己的话 1")


def test_a_narrow_screen_has_the_panel_below_the_chat(
    visits: list[Visit], browser: Browser, server: tuple[str, Path]
) -> None:
    visit = enter(visits, browser, server[0], width=390)
    visit.ask("再贷款？")
    expect(visit.answer).to_contain_text("政策自发布之日起实施")
    box = visit.box.bounding_box()
    panel = visit.panel.bounding_box()
    assert box and panel and panel["y"] > box["y"] + box["height"]
    assert visit.page.evaluate("document.documentElement.scrollWidth") == 390
    visit.answer.locator("a.yj-cite", has_text="[1]").click()
    assert_marked(visit, LOAN_QUOTE)
    visit.panel.get_by_text("返回").click()
    expect(visit.answer).to_be_in_viewport()


def test_the_page_works_behind_a_password(visits: list[Visit], browser: Browser, tmp_path: Path) -> None:
    with fake_page(tmp_path, user="甲", password="密 码") as address:
        context = browser.new_context(http_credentials={"username": "甲", "password": "密 码"})
        visit = Visit(context, address)
        visits.append(visit)
        visit.ask("慢慢说")
        expect(visit.answer).to_contain_text("第六节")
        visit.answer.locator("a.yj-cite", has_text="[1]").click()
        assert_marked(visit, "第一节。")
        visit.page.get_by_role("tab", name="引文核查").click()
        upload = {"name": "稿.txt", "mimeType": "text/plain", "buffer": f"前言。\n{LOAN_QUOTE}\n".encode()}
        visit.page.locator("input[type=file]").set_input_files(upload)
        expect(visit.page.locator(".yj-overview")).to_contain_text("原文如此 1，自己的话 1")
        visit.page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_stand_out_in_both_themes(
    visits: list[Visit], browser: Browser, server: tuple[str, Path], scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, locale="zh-CN", color_scheme=scheme
    )
    visit = Visit(context, server[0])
    visits.append(visit)
    visit.ask("再贷款？")
    visit.answer.locator("a.yj-cite", has_text="[1]").click()
    assert_marked(visit, LOAN_QUOTE)
    mark = visit.panel.locator("mark")
    assert contrast(mark, "color", mark, "background-color") >= 7
    assert contrast(mark, "background-color", visit.panel, "background-color") >= 1.2


def test_the_five_documents_are_asked_through_the_app(
    visits: list[Visit], browser: Browser, tmp_path: Path
) -> None:
    with served(tmp_path / "stderr", "app.py", YINJU_INDEX=str(tmp_path / "index")) as (address, _):
        visit = enter(visits, browser, address)
        visit.page.get_by_role("button", name="零碳工厂建设遵循哪四方面原则？").click()
        principles = "因业施策、系统推进,创新驱动、技术赋能,应减尽减、持续提升,统一规范、公开透明等四方面原则"
        expect(visit.answer).to_contain_text(principles)
        visit.answer.locator("a.yj-cite", has_text="[1]").click()
        mark = visit.panel.locator("mark")
        expect(mark).to_contain_text(principles)
        assert_marked(visit, mark.inner_text())
        file = visit.panel.locator("dd").last.inner_text()
        assert squeeze(mark.inner_text()) in squeeze((ROOT / "docs_src" / file).read_text(encoding="utf-8"))
        visit.page.close()


def contrast(one: Locator, its: str, other: Locator, others: str) -> float:
    """The contrast of two colours as WCAG defines it: (L1 + 0.05) / (L2 + 0.05), the lighter above."""
    first, second = luminance(one, its), luminance(other, others)
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)


def luminance(locator: Locator, property_name: str) -> float:
    colour = locator.evaluate("(element, name) => getComputedStyle(element)[name]", property_name)
    channels = [int(value) / 255 for value in re.findall(r"\d+", colour)[:3]]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
