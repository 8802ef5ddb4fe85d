"""The tab 文档库 in a real Chromium, over the real app and a folder of small documents."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from browsing import Visit, contrast, enter
from playwright.sync_api import Browser, Locator, expect
from web_server import served

pytestmark = pytest.mark.browser

HYDROGEN = "氢能试点名单公布\n来源：示例日报 2026-03-01\n\n国家能源局公布氢能试点名单，共有四十一个城市入选。\n\n专家认为，试点将带动产业链发展。\n"
SOLAR = "光伏装机再创新高\n\n今年前两个月全国新增光伏装机三千九百四十七万千瓦。\n"
EVIL = "<img src=x onerror=alert(1)>.txt"
GRAIN = "秋粮收购近尾声\n来源：农村报 2025-12-20\n\n全国累计收购秋粮二点三亿吨。\n"
OLD = {
    "粮食.txt": GRAIN.encode(),
    EVIL: "<script>alert(2)</script>\n\n铁路发送旅客八百万人次。\n".encode(),
    "旧坏.pdf": b"no",
}


class Library:
    """An app over a folder of its own. Its tests keep to files of their own names."""

    def __init__(self, folder: Path, browser: Browser) -> None:
        self.docs = folder / "docs"
        self.uploads = folder / "uploads"
        self.removed = folder / "data" / "removed"
        self.address = ""
        self.browser = browser
        self.visits: list[Visit] = []

    def enter(self, width: int = 1280, scheme: Literal["light", "dark"] = "light") -> Visit:
        visit = enter(self.visits, self.browser, self.address, width=width, scheme=scheme)
        visit.page.get_by_role("tab", name="文档库").click()
        expect(row(visit, "粮食.txt")).to_be_visible()
        return visit

    def temporary(self) -> list[Path]:
        return [path for path in self.uploads.rglob("*") if path.is_file()]


@contextmanager
def library(folder: Path, browser: Browser, **settings: str) -> Iterator[Library]:
    made = Library(folder, browser)
    made.docs.mkdir()
    for name, text in OLD.items():
        (made.docs / name).write_bytes(text)
    settings |= {
        "YINJU_DOCS": str(made.docs),
        "YINJU_INDEX": str(folder / "index"),
        "YINJU_WEB_DATA": str(made.removed.parent),
        "YINJU_WEB_PORT": "0",
        "GRADIO_TEMP_DIR": str(made.uploads),
    }
    with served(folder / "stderr", "app.py", **settings) as (made.address, _):
        yield made


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Library]:
    with library(tmp_path_factory.mktemp("library"), browser) as made:
        yield made


@pytest.fixture
def shelf(opened: Library) -> Iterator[Library]:
    yield opened
    leave(opened)


@pytest.fixture
def guarded(tmp_path: Path, browser: Browser) -> Iterator[Library]:
    with library(tmp_path, browser, YINJU_WEB_MANAGE="no") as made:
        yield made
        leave(made)


def leave(made: Library) -> None:
    for visit in made.visits:
        visit.check()
        visit.page.context.close()
    made.visits.clear()
    assert made.temporary() == []


def row(visit: Visit, name: str) -> Locator:
    return visit.page.locator(".yj-file").filter(has=visit.page.get_by_text(name, exact=True))


def upload(visit: Visit, **files: str) -> None:
    sent = [{"name": name, "mimeType": "", "buffer": text.encode()} for name, text in files.items()]
    visit.page.locator(".yj-drop input").set_input_files(sent)  # type: ignore[arg-type]


def remove(visit: Visit, name: str) -> None:
    row(visit, name).get_by_text("移出", exact=True).click()
    row(visit, name).get_by_role("button", name="确认移出").click()


def ask(visit: Visit, question: str) -> None:
    visit.page.get_by_role("tab", name="问答").click()
    visit.ask(question)


def test_three_files_are_added_at_once_and_one_of_them_is_broken(shelf: Library) -> None:
    visit = shelf.enter()
    visit.page.evaluate(
        """() => {
          window.said = [];
          new MutationObserver(() => {
            for (const step of document.querySelectorAll(".yj-step")) window.said.push(step.innerText);
          }).observe(document.querySelector(".yj-shelf"), { subtree: true, childList: true, characterData: true });
        }"""
    )
    upload(visit, **{"氢能《试点》.txt": HYDROGEN, "光伏.md": SOLAR, "坏.pdf": "not a pdf"})
    steps = visit.page.locator(".yj-step")
    expect(steps).to_have_count(3)
    expect(steps.nth(0)).to_contain_text("可以问了")
    expect(steps.nth(0)).to_contain_text("1 篇，2 段，1 个片段")
    expect(steps.nth(1)).to_contain_text("可以问了")
    expect(steps.nth(2)).to_contain_text("没能读")
    expect(steps.nth(2)).to_contain_text("内容不是 .pdf 文件，可能已损坏或改过后缀；请重新下载或导出")
    said = [re.sub(r"\s+", " ", line) for line in visit.page.evaluate("window.said")]
    for name in ("氢能《试点》.txt", "光伏.md", "坏.pdf"):
        assert any(line.startswith(f"{name} 已收到，等待读取") for line in said)
    expect(row(visit, "氢能《试点》.txt")).to_contain_text(
        "《氢能试点名单公布》 · 示例日报 · 2026-03-01 · 2 段"
    )
    expect(row(visit, "坏.pdf")).to_contain_text("没能读内容不是 .pdf 文件")
    assert (shelf.docs / "氢能《试点》.txt").read_text(encoding="utf-8") == HYDROGEN
    assert shelf.temporary() == []
    ask(visit, "氢能试点共有多少个城市入选？")
    expect(visit.answer).to_contain_text("四十一个城市入选")


def test_a_dropped_file_of_a_name_that_is_taken_replaces_only_on_request(shelf: Library) -> None:
    visit = shelf.enter()
    upload(visit, **{"换.txt": SOLAR})
    step = visit.page.locator(".yj-step")
    expect(step).to_contain_text("可以问了")
    transfer = visit.page.evaluate_handle(
        """(text) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([text], "换.txt"));
          return transfer;
        }""",
        HYDROGEN,
    )
    visit.page.dispatch_event(".yj-drop", "drop", {"dataTransfer": transfer})
    expect(step).to_contain_text("已有同名而内容不同的 换.txt")
    assert (shelf.docs / "换.txt").read_text(encoding="utf-8") == SOLAR
    step.get_by_role("button", name="换成这一份").click()
    expect(row(visit, "换.txt")).to_contain_text("氢能试点名单公布")
    assert (shelf.docs / "换.txt").read_text(encoding="utf-8") == HYDROGEN
    assert (shelf.removed / "换.txt").read_text(encoding="utf-8") == SOLAR


def test_a_file_is_removed_once_that_is_confirmed(shelf: Library) -> None:
    visit = shelf.enter()
    upload(visit, **{"港口.txt": "港口吞吐量\n\n宁波舟山港货物吞吐量十三亿吨。\n"})
    port = row(visit, "港口.txt")
    port.get_by_text("移出", exact=True).click()
    port.get_by_role("button", name="取消").click()
    expect(port.get_by_role("button", name="确认移出")).to_be_hidden()
    assert (shelf.docs / "港口.txt").exists()
    remove(visit, "港口.txt")
    place = shelf.removed / "港口.txt"
    expect(visit.page.locator(".yj-became")).to_contain_text(f"“港口.txt”已移出文档库，现在放在 {place}")
    expect(port).to_have_count(0)
    assert "宁波舟山港" in place.read_text(encoding="utf-8")
    assert not (shelf.docs / "港口.txt").exists()
    ask(visit, "宁波舟山港货物吞吐量是多少？")
    expect(visit.page.locator(".yj-refusal")).to_be_visible()


def test_the_chat_is_restricted_to_chosen_files_and_set_free(shelf: Library) -> None:
    visit = shelf.enter()
    scope, find = visit.page.locator(".yj-scope"), visit.page.get_by_label("查找文件")
    upload(visit, **{"水利.txt": "水利投资\n来源：水利報\n\n全年完成水利投资一万三千亿元。\n"})
    expect(row(visit, "水利.txt")).to_be_visible()
    expect(scope).to_contain_text("问答范围：全部文件")
    expect(scope.get_by_role("button")).to_be_disabled()
    row(visit, "水利.txt").get_by_role("checkbox").check()
    scope.get_by_role("button", name="只问选中的 1 个文件").click()
    expect(scope).to_contain_text("问答范围：只问 1 个文件（水利.txt）")
    visit.page.get_by_role("tab", name="问答").click()
    visit.page.get_by_role("tab", name="文档库").click()
    find.fill("铁路 没有这样的文件")
    expect(visit.page.locator(".yj-file")).to_have_count(0)
    expect(scope).to_contain_text("只问 1 个文件")
    find.fill("水利报")
    expect(visit.page.locator(".yj-file")).to_have_count(1)
    expect(row(visit, "水利.txt").get_by_role("checkbox")).to_be_checked()
    remove(visit, "水利.txt")
    expect(visit.page.locator(".yj-became")).to_contain_text("所限定的文件都不在文档库里了")
    expect(scope).to_contain_text("问答范围：只问 1 个文件（水利.txt）")
    ask(visit, "全年完成水利投资多少？")
    expect(visit.page.locator(".yj-refusal")).to_contain_text("所限定的范围里没有文字")
    visit.page.get_by_role("tab", name="文档库").click()
    scope.get_by_role("button", name="问全部文件").click()
    expect(scope).to_contain_text("问答范围：全部文件")
    find.fill("")
    row(visit, EVIL).get_by_role("checkbox").check()
    scope.get_by_role("button", name="只问选中的 1 个文件").click()
    scope.get_by_role("button", name="问全部文件").click()
    expect(scope).to_contain_text("问答范围：全部文件")
    expect(row(visit, EVIL).get_by_role("checkbox")).not_to_be_checked()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_document_opens_by_its_outline(shelf: Library, width: int) -> None:
    visit = shelf.enter(width)
    assert visit.page.evaluate("document.documentElement.scrollWidth") == width
    visit.page.get_by_role("link", name="粮食.txt").click()
    expect(visit.panel.get_by_role("heading", name="秋粮收购近尾声")).to_be_in_viewport()
    paragraph = visit.panel.locator("details.yj-part p", has_text="二点三亿吨")
    expect(paragraph).to_be_hidden()
    visit.panel.locator("details.yj-part summary", has_text="全国累计收购").click()
    expect(paragraph).to_be_in_viewport()
    visit.back()
    visit.page.get_by_role("link", name=EVIL).click()
    expect(visit.panel.get_by_role("heading").first).to_have_text(EVIL)
    visit.panel.get_by_role("button", name="展开各段").click()
    expect(visit.panel.get_by_text("铁路发送旅客八百万人次。").last).to_be_visible()
    visit.panel.get_by_role("button", name="收起各段").click()
    expect(visit.panel.locator("details[open]")).to_have_count(0)
    assert visit.page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_and_signs_stand_out_in_both_themes(shelf: Library, scheme: Literal["light", "dark"]) -> None:
    visit = shelf.enter(scheme=scheme)
    page = visit.page
    box = page.locator(".yj-scope")
    for text in ("a.yj-name", ".yj-counts", ".yj-total", ".yj-works li", ".yj-problem"):
        assert contrast(page.locator(f".yj-library {text}").first, "color", box, "background-color") >= 4.5
    strong = page.locator(".yj-problem strong").first
    assert contrast(strong, "color", strong, "background-color") >= 4.5
    row(visit, "粮食.txt").get_by_role("checkbox").check()
    page.get_by_role("button", name="只问选中的 1 个文件").click()
    expect(box).to_have_class(re.compile("yj-limited"))
    assert contrast(box, "color", box, "background-color") >= 4.5


def test_the_drop_zone_is_reached_and_seen_by_keyboard(shelf: Library) -> None:
    visit = shelf.enter()
    visit.page.get_by_role("tab").last.press("Tab")
    assert visit.page.evaluate("document.activeElement.type") == "file"
    outline = visit.page.locator(".yj-drop").evaluate("element => getComputedStyle(element).outlineStyle")
    assert outline == "solid"


def test_who_may_not_manage_sees_no_controls_and_is_refused(guarded: Library) -> None:
    visit = guarded.enter()
    expect(visit.page.locator(".yj-drop")).to_have_count(0)
    expect(visit.page.locator(".yj-removal")).to_have_count(0)
    row(visit, "粮食.txt").get_by_role("checkbox").check()
    visit.page.get_by_role("button", name="只问选中的 1 个文件").click()
    expect(visit.page.locator(".yj-scope")).to_contain_text("只问 1 个文件")
    lying = guarded.uploads / "hash" / "新.txt"
    lying.parent.mkdir(parents=True)
    lying.write_text(HYDROGEN, encoding="utf-8")
    said = call(
        guarded.address, "added", {"files": [{"name": "新.txt", "path": str(lying)}], "replace": True}
    )
    assert "在这里不能添加或移出文档" in said
    assert "在这里不能添加或移出文档" in call(guarded.address, "removed", {"file": "粮食.txt"})
    assert {path.name for path in guarded.docs.iterdir()} == set(OLD)
    lying.unlink()  # which is here still: who may not manage has nothing deleted either


def test_a_path_that_is_no_upload_is_neither_added_nor_deleted(shelf: Library) -> None:
    secret = shelf.docs.parent / "secret.txt"
    secret.write_text("不给看的字。", encoding="utf-8")
    for path in (str(secret), str(shelf.uploads / ".." / "secret.txt"), "", None):
        said = call(shelf.address, "added", {"files": [{"name": "密.txt", "path": path}], "replace": False})
        assert "没有传上来" in said or "not in the cache folder" in said  # Gradio's word for it
    assert "没有传上来" in said
    assert secret.exists() and not (shelf.docs / "密.txt").exists()


def call(address: str, event: str, detail: dict[str, Any]) -> str:
    """Send an event to the handler that listens to it, as a program could; return all that it answers."""
    with urlopen(f"{address}/config") as answer:
        dependencies = json.load(answer)["dependencies"]
    (handler,) = [each for each in dependencies if event in (name for _, name in each["targets"])]
    body = {
        "data": [None if each is None else "" for each in handler["inputs"]],
        "event_data": detail,
        "fn_index": handler["id"],
        "session_hash": event,
    }
    request = Request(
        f"{address}/gradio_api/queue/join", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    urlopen(request).close()
    said = ""
    with urlopen(f"{address}/gradio_api/queue/data?{urlencode({'session_hash': event})}") as stream:
        for line in stream:
            said += line.decode()
            if b'"process_completed"' in line:
                break
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), said)
