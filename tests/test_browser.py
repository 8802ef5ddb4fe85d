"""The page in a real Chromium, over the hand-made documents of `fake_assistant`: chat, sources, quotations."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import docx
import pytest
from browsing import PAUSE, WIDTHS, Visit, assert_marked, contrast, enter, laptop_and_phone
from fake_assistant import HOSTILE, LOAN, LOAN_QUOTE
from playwright.sync_api import Browser, expect
from web_server import ROOT, fake_page, served

from rag.text import squeeze

pytestmark = pytest.mark.browser


def test_an_answer_streams(visit: Visit) -> None:
    visit.ask("慢慢说")
    visit.page.wait_for_function("[1, 2, 3, 4, 5].includes(document.querySelectorAll('.yj-items li').length)")
    expect(visit.page.get_by_role("button", name="停止")).to_be_visible()
    expect(visit.page.locator(".yj-items li")).to_have_count(6)
    expect(visit.page.get_by_role("button", name="提问")).to_be_visible()


@laptop_and_phone
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
    visit.back()
    visit.answer.locator("a.yj-cite", has_text="[2]").click()
    assert_marked(visit, "政策自发布之日起实施。")
    assert "#" not in visit.page.url


def test_an_example_is_asked_and_refused_with_the_nearest_passages(visit: Visit) -> None:
    visit.page.get_by_role("button", name="2026年国内生产总值增长目标是多少？").click()
    expect(visit.answer).to_contain_text("文档里没有2026年国内生产总值增长目标")
    visit.answer.locator("a.yj-row").nth(1).click()
    assert_marked(visit, "会议强调,要坚持稳中求进工作总基调")


@laptop_and_phone
def test_scripts_in_documents_and_questions_show_as_text(visit: Visit) -> None:
    question = "脚本 <img src=x onerror='window.hit=3'> **粗**"
    visit.ask(question)
    expect(visit.answer.locator(".yj-text")).to_have_text(HOSTILE + "[1]✓已核对")
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


def test_stop_keeps_what_is_there(visit: Visit) -> None:
    visit.ask("慢慢说")
    expect(visit.page.locator(".yj-items li").first).to_be_visible()
    visit.press("停止")
    expect(visit.answer).to_have_text("已停止。")
    said = visit.page.locator(".yj-items li").count()
    assert 1 <= said < 6
    visit.page.wait_for_timeout(3000 * PAUSE)
    assert visit.page.locator(".yj-items li").count() == said
    visit.page.locator("a.yj-cite").first.click()
    assert_marked(visit, "第一节。")
    visit.back()
    visit.ask("再贷款？")
    expect(visit.answer).to_contain_text("政策自发布之日起实施")


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


@laptop_and_phone
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
    visit.back()
    with visit.page.expect_download() as saved:
        visit.page.get_by_text("存成 .docx").click()
    (differences,) = docx.Document(str(saved.value.path())).tables
    assert [cell.text for cell in differences.rows[1].cells] == ["1.5万亿元", "1.2万亿元", "数字"]
    box.fill("凭空一句")
    check.click()
    expect(report.locator(".yj-verdict strong")).to_have_text("文中没有")
    box.fill(" ")
    check.click()
    expect(visit.page.locator(".yj-result .yj-error")).to_have_text("引文是空的，请粘贴要核查的句子")


@laptop_and_phone
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
    visit.back()
    with visit.page.expect_download() as saved:
        visit.page.get_by_text("存成 .md").click()
    assert "<del>1.5万亿元</del>" in saved.value.path().read_text(encoding="utf-8")
    manuscript = tmp_path / "稿.txt"
    manuscript.write_text(f"前言。\n{LOAN_QUOTE}\n", encoding="utf-8")
    visit.page.locator("input[type=file]").set_input_files(manuscript)
    expect(report.locator(".yj-overview")).to_contain_text("原文如此 1，自己的话 1")
    picture = {"name": "图.xyz", "mimeType": "", "buffer": b"x"}
    visit.page.locator("input[type=file]").set_input_files(picture)  # type: ignore[arg-type]
    expect(visit.page.locator(".yj-result .yj-error")).to_contain_text("读不了稿件 图.xyz：不支持 .xyz 文件")


def test_kept_answers_are_served_beside_the_page(server: tuple[str, Path]) -> None:
    with pytest.raises(HTTPError) as missing:
        urlopen(f"{server[0]}/answers/{'a' * 22}.docx")
    assert missing.value.code == 404
    assert missing.value.read().decode().startswith("没有这个文件")


def test_on_a_phone_the_source_comes_over_the_page_and_goes_again(
    visits: list[Visit], browser: Browser, server: tuple[str, Path]
) -> None:
    visit = enter(visits, browser, server[0], width=390)
    visit.ask("再贷款？")
    expect(visit.answer).to_contain_text("政策自发布之日起实施")
    expect(visit.panel).to_have_count(0)
    marker = visit.answer.locator("a.yj-cite", has_text="[1]")
    marker.click()
    assert_marked(visit, LOAN_QUOTE)
    assert visit.panel.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 800}
    visit.back()
    expect(visit.panel).to_have_count(0)
    expect(marker).to_be_focused()
    marker.press("Enter")
    assert_marked(visit, LOAN_QUOTE)
    visit.page.keyboard.press("Escape")
    expect(visit.panel).to_have_count(0)
    expect(marker).to_be_focused()
    marker.press("Enter")
    assert_marked(visit, LOAN_QUOTE)
    visit.page.go_back()
    expect(visit.panel).to_have_count(0)
    expect(visit.answer).to_contain_text("政策自发布之日起实施")


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
    visit = enter(visits, browser, server[0], scheme=scheme)
    visit.ask("再贷款？")
    visit.answer.locator("a.yj-cite", has_text="[1]").click()
    assert_marked(visit, LOAN_QUOTE)
    mark = visit.panel.locator("mark")
    assert contrast(mark, "color", mark, "background-color") >= 7
    assert contrast(mark, "background-color", visit.panel, "background-color") >= 1.2


@pytest.mark.parametrize("width", WIDTHS)
def test_the_five_documents_are_asked_through_the_app(
    visits: list[Visit], browser: Browser, tmp_path: Path, width: int
) -> None:
    places = {"YINJU_INDEX": str(tmp_path / "index"), "YINJU_WEB_DATA": str(tmp_path / "data")}
    with served(tmp_path / "stderr", "app.py", **places) as (address, _):
        visit = enter(visits, browser, address, width=width)
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
