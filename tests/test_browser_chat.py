"""What one does with a conversation, in a real Chromium: open its sources, take answers along, come back to it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from browsing import Visit, assert_marked, enter, laptop_and_phone
from fake_assistant import LOAN, LOAN_QUOTE
from playwright.sync_api import Browser, Locator, expect

from rag.records import citations_from_json

pytestmark = pytest.mark.browser

FIRST, SECOND = "再贷款？", "何时实施？"


def asked(visit: Visit, *questions: str) -> None:
    """Ask one question after another."""
    before = visit.page.locator(".yj-summary").count()
    for number, question in enumerate(questions, start=before + 1):
        visit.ask(question)
        expect(visit.page.locator(".yj-summary")).to_have_count(number)


def questions(visit: Visit) -> Locator:
    return visit.page.locator(".yj-question")


def test_stages_are_shown_and_every_sentence_has_its_verdict(visit: Visit) -> None:
    visit.ask("慢慢说")
    expect(visit.page.locator(".yj-stages .yj-now")).to_have_text("正在核对")
    expect(visit.answer.locator(".yj-summary")).to_contain_text("✓ 已核对 6 句、6 处出处 · 摘录原文")
    expect(visit.answer.locator(".yj-items .yj-ok")).to_have_count(6)
    expect(visit.page.locator(".yj-stages")).to_have_count(0)


def test_pointing_at_a_citation_shows_its_words(visit: Visit) -> None:
    asked(visit, FIRST)
    marker = visit.answer.locator("a.yj-cite", has_text="[1]")
    card = visit.page.locator(".yj-card")
    marker.hover()
    expect(card).to_have_text(f"“{LOAN_QUOTE}”再贷款政策加力支持科技创新 · 示例日报 · 2026-01-20 · 第7段")
    visit.box.hover()
    expect(card).to_be_hidden()
    assert LOAN_QUOTE in (marker.get_attribute("title") or "")
    visit.box.focus()
    for _ in range(40):
        visit.page.keyboard.press("Shift+Tab")
        if visit.page.evaluate("document.activeElement.matches('a.yj-cite')"):
            break
    expect(card).to_be_visible()
    visit.page.keyboard.press("Escape")
    expect(card).to_be_hidden()


@laptop_and_phone
def test_from_one_citation_to_the_next_and_into_the_raw_file(visit: Visit) -> None:
    asked(visit, FIRST)
    visit.answer.locator("a.yj-cite", has_text="[1]").click()
    assert_marked(visit, LOAN_QUOTE)
    visit.panel.get_by_text("下一处").click()
    assert_marked(visit, "政策自发布之日起实施。")
    expect(visit.panel.get_by_text("2 / 2")).to_be_visible()
    expect(visit.answer.locator("a.yj-cite.yj-open")).to_have_text("[2]")
    visit.panel.get_by_text("上一处").click()
    assert_marked(visit, LOAN_QUOTE)
    visit.panel.get_by_text("看原始文件").click()
    expect(visit.panel.locator(".yj-raw li")).to_have_count(len(LOAN.source.text.splitlines()))
    marked = visit.panel.locator("mark")
    expect(marked).to_have_count(2)
    assert "".join(marked.all_inner_texts()) == LOAN_QUOTE
    expect(marked.first).to_be_in_viewport()
    visit.panel.get_by_text("看文章").click()
    assert_marked(visit, LOAN_QUOTE)


def test_an_answer_is_copied_with_footnotes(visit: Visit) -> None:
    asked(visit, FIRST)
    visit.press("复制")
    expect(visit.told).to_have_text("已复制，附脚注")
    copied = visit.page.evaluate("navigator.clipboard.readText()")
    assert "增加到1.2万亿元。[1]" in copied and re.search(rf"\[1\] .*\n?.*{LOAN_QUOTE}", copied)


def test_where_the_browser_has_no_clipboard_the_old_way_is_used(
    visits: list[Visit], browser: Browser, server: tuple[str, Path]
) -> None:
    visit = enter(visits, browser, server[0])
    asked(visit, FIRST)
    visit.page.evaluate(
        """() => {
          navigator.clipboard.writeText = () => Promise.reject(new Error("no"));
          document.execCommand = (name) => { window.copied = document.activeElement.value; return name === "copy"; };
        }"""
    )
    visit.press("复制")
    expect(visit.told).to_have_text("已复制，附脚注")
    assert LOAN_QUOTE in visit.page.evaluate("window.copied")


def test_a_link_opens_the_answer_again(
    visit: Visit, visits: list[Visit], browser: Browser, server: tuple[str, Path]
) -> None:
    asked(visit, FIRST, SECOND)
    visit.press("链接")
    expect(visit.told).to_have_text("链接已复制")
    address = visit.page.evaluate("navigator.clipboard.readText()")
    assert address.startswith(f"{server[0]}/?answer=")
    other = enter(visits, browser, address)
    expect(questions(other)).to_have_text(SECOND)
    expect(other.answer).to_contain_text("理解为：科技创新和技术改造再贷款何时实施？")
    expect(other.page.locator(".yj-checked")).to_have_text("再次核对：2 处出处都与源文件一致。")
    other.page.locator("a.yj-cite").first.click()
    assert_marked(other, LOAN_QUOTE)
    lost = enter(visits, browser, f"{server[0]}/?answer={'x' * 22}")
    expect(lost.answer).to_have_text("这个链接所指的回答已不在了，请重新提问。")


@pytest.mark.parametrize(("button", "suffix"), [("Markdown", ".md"), ("Word", ".docx")])
def test_an_answer_and_a_conversation_are_saved(visit: Visit, button: str, suffix: str) -> None:
    asked(visit, FIRST, SECOND)
    with visit.page.expect_download() as saved:
        visit.press(button, turn=0)
    assert saved.value.suggested_filename.endswith(suffix)
    with visit.page.expect_download() as whole:
        visit.press(f"导出 {button}")
    if suffix == ".md":
        one, both = (each.value.path().read_text(encoding="utf-8") for each in (saved, whole))
        assert SECOND not in one and both.index(FIRST) < both.index(SECOND)
    else:
        assert whole.value.path().stat().st_size > saved.value.path().stat().st_size
        assert saved.value.path().read_bytes()[:2] == b"PK"


def test_quotes_are_checked_again_on_demand(visit: Visit) -> None:
    asked(visit, FIRST)
    visit.press("再核对")
    expect(visit.page.locator(".yj-checked")).to_have_text("再次核对：2 处出处都与源文件一致。")


@laptop_and_phone
def test_what_readers_think_is_taken_down(visit: Visit, server: tuple[str, Path]) -> None:
    file = server[1] / "feedback.jsonl"
    before = len(file.read_text(encoding="utf-8").splitlines()) if file.exists() else 0
    asked(visit, FIRST, SECOND)
    visit.press("准确", turn=0)
    expect(visit.page.locator(".yj-rated")).to_have_text("已记下：准确")
    visit.press("有误")
    expect(visit.page.get_by_placeholder("哪里不对")).to_be_focused()
    visit.page.get_by_placeholder("哪里不对").fill("日期没说")
    visit.press("提交")
    expect(visit.page.locator(".yj-rated").last).to_have_text("已记下：有误")
    expect(visit.page.get_by_placeholder("哪里不对")).to_be_hidden()
    right, wrong = map(json.loads, file.read_text(encoding="utf-8").splitlines()[before:])
    assert (right["question"], right["rating"], right["history"]) == (FIRST, "right", [])
    assert (wrong["question"], wrong["rating"], wrong["note"]) == (SECOND, "wrong", "日期没说")
    assert wrong["history"][0] == {"role": "user", "content": FIRST}
    assert citations_from_json(right["answer"])[0].place.quote == LOAN_QUOTE


def test_a_question_is_changed_and_an_answer_given_anew(visit: Visit) -> None:
    asked(visit, FIRST, SECOND)
    visit.press("编辑", turn=0)
    expect(visit.box).to_have_value(FIRST)
    expect(visit.page.locator(".yj-chips")).to_contain_text("正在改第 1 问")
    visit.press("不改了")
    expect(visit.page.locator(".yj-chips")).to_have_count(0)
    visit.press("编辑", turn=1)
    expect(visit.box).to_have_value(SECOND)
    visit.ask("利率多少？")
    expect(questions(visit)).to_have_text([FIRST, "利率多少？"])
    expect(visit.page.locator(".yj-summary")).to_have_count(2)
    expect(visit.page.locator(".yj-chips")).to_have_count(0)
    visit.press("重答", turn=0)
    expect(questions(visit)).to_have_text([FIRST])
    expect(visit.page.locator(".yj-summary")).to_have_count(1)


def test_one_question_at_a_time(visit: Visit) -> None:
    asked(visit, FIRST)
    visit.ask("慢慢说")
    expect(visit.page.locator(".yj-items li").first).to_be_visible()
    visit.press("重答", turn=0)
    expect(visit.told).to_contain_text("上一问还在作答")
    expect(visit.page.locator(".yj-items li")).to_have_count(6)
    expect(questions(visit)).to_have_text([FIRST, "慢慢说"])


@laptop_and_phone
def test_conversations_are_kept_in_the_browser(visit: Visit) -> None:
    asked(visit, FIRST, SECOND)
    visit.press("＋ 新对话")
    expect(visit.page.locator(".yj-answer")).to_have_count(0)
    asked(visit, "慢慢说")
    visit.page.reload()
    expect(questions(visit)).to_have_text(["慢慢说"])
    visit.press("历史")
    entries = visit.page.locator(".yj-history li")
    expect(entries).to_have_count(2)
    entries.nth(1).get_by_role("button", name=FIRST).first.click()
    expect(questions(visit)).to_have_text([FIRST, SECOND])
    expect(visit.page.locator(".yj-history")).to_be_hidden()
    visit.page.locator("a.yj-cite").first.click()
    assert_marked(visit, LOAN_QUOTE)
    visit.back()
    asked(visit, "再问一个")
    visit.press("历史")
    expect(entries.first).to_contain_text(FIRST)
    entries.first.get_by_role("button", name="删去").click()
    expect(entries).to_have_count(1)
    visit.press("全部删去")
    expect(entries).to_have_count(1)
    visit.press("确定全部删去？")
    expect(entries).to_have_count(0)
    expect(visit.page.locator(".yj-history")).to_contain_text("还没有以前的对话")
    visit.page.keyboard.press("Escape")
    expect(visit.page.locator(".yj-history")).to_be_hidden()
    visit.page.reload()
    expect(visit.page.get_by_text("想问文档里的什么？")).to_be_visible()


def test_a_question_under_way_outlives_a_reload(visit: Visit) -> None:
    asked(visit, FIRST)
    visit.ask("慢慢说")
    expect(visit.page.locator(".yj-stages")).to_be_visible()
    visit.page.reload()
    expect(questions(visit)).to_have_text([FIRST, "慢慢说"])
    visit.complaints.clear()  # the answer's stream was cut off
    expect(visit.answer).to_have_text("已停止。")
    visit.press("重答")
    expect(visit.page.locator(".yj-items li")).to_have_count(6)


def test_a_conversation_that_cannot_be_read_is_told(visit: Visit) -> None:
    asked(visit, FIRST)
    visit.page.evaluate(
        """() => {
          for (const key of Object.keys(localStorage)) {
            localStorage.setItem(key, JSON.stringify({ time: 1, conversation: [{ question: "旧" }] }));
          }
        }"""
    )
    visit.page.reload()
    expect(visit.told).to_contain_text("另一个版本存的")
    expect(visit.page.get_by_text("想问文档里的什么？")).to_be_visible()
