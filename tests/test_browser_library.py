"""The tab 文档库 in a real Chromium, over the real app and a folder of small documents."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
import test_browser
from playwright.sync_api import Browser, Locator, expect
from test_browser import Visit, contrast, served

pytestmark = pytest.mark.browser
browser = test_browser.browser

HYDROGEN = "氢能试点名单公布\n来源：示例日报 2026-03-01\n\n国家能源局公布氢能试点名单，共有四十一个城市入选。\n\n专家认为，试点将带动产业链发展。\n"
SOLAR = "光伏装机再创新高\n\n今年前两个月全国新增光伏装机三千九百四十七万千瓦。\n"
EVIL = "<img src=x onerror=alert(1)>.txt"
OLD = {
    "粮食.txt": "秋粮收购近尾声\n来源：农村报 2025-12-20\n\n全国累计收购秋粮二点三亿吨。\n",
    EVIL: "<script>alert(2)</script>\n\n铁路发送旅客八百万人次。\n",
}


class Library:
    """An app of its own over a folder of its own."""

    def __init__(self, folder: Path, browser: Browser) -> None:
        self.folder = folder
        self.docs = folder / "docs"
        self.uploads = folder / "uploads"
        self.browser = browser
        self.visits: list[Visit] = []
        self.address = ""

    def enter(self, width: int = 1280, scheme: str = "light") -> Visit:
        context = self.browser.new_context(
            viewport={"width": width, "height": 800},
            locale="zh-CN",
            color_scheme=scheme,  # type: ignore[arg-type]
        )
        visit = Visit(context, self.address)
        self.visits.append(visit)
        visit.page.get_by_role("tab", name="文档库").click()
        expect(visit.page.locator(".yj-file")).to_have_count(len(list(self.docs.iterdir())))
        return visit

    def temporary(self) -> list[Path]:
        return [path for path in self.uploads.rglob("*") if path.is_file()]


@pytest.fixture
def serve(tmp_path: Path, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Library]:
    library = Library(tmp_path, browser)
    library.docs.mkdir()
    for name, text in OLD.items():
        (library.docs / name).write_text(text, encoding="utf-8")
    settings = {
        "YINJU_DOCS": str(library.docs),
        "YINJU_INDEX": str(tmp_path / "index"),
        "YINJU_WEB_DATA": str(tmp_path / "data"),
        "YINJU_WEB_PORT": "0",
        "YINJU_WEB_MANAGE": getattr(request, "param", "auto"),
        "GRADIO_TEMP_DIR": str(library.uploads),
    }
    with served(tmp_path / "stderr", "app.py", **settings) as (library.address, _):
        yield library
        for visit in library.visits:
            visit.check()
            visit.page.context.close()


def row(visit: Visit, name: str) -> Locator:
    return visit.page.locator(".yj-file").filter(has=visit.page.get_by_text(name, exact=True))


def upload(visit: Visit, folder: Path, **files: bytes) -> None:
    folder.mkdir(exist_ok=True)
    paths = []
    for name, data in files.items():
        paths.append(folder / name)
        paths[-1].write_bytes(data)
    visit.page.locator(".yj-drop input").set_input_files(paths)


def ask(visit: Visit, question: str) -> None:
    visit.page.get_by_role("tab", name="问答").click()
    visit.ask(question)


def test_three_files_are_added_at_once_and_one_of_them_is_broken(serve: Library, tmp_path: Path) -> None:
    visit = serve.enter()
    visit.page.evaluate(
        """() => {
          window.said = [];
          new MutationObserver(() => {
            for (const step of document.querySelectorAll(".yj-step")) window.said.push(step.innerText);
          }).observe(document.querySelector(".yj-shelf"), { subtree: true, childList: true, characterData: true });
        }"""
    )
    upload(
        visit,
        tmp_path / "mine",
        **{"氢能《试点》.txt": HYDROGEN.encode(), "光伏.md": SOLAR.encode(), "坏.pdf": b"not a pdf"},
    )
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
    expect(visit.page.locator(".yj-total")).to_contain_text("5 个文件")
    assert (serve.docs / "氢能《试点》.txt").read_text(encoding="utf-8") == HYDROGEN
    assert serve.temporary() == []
    ask(visit, "氢能试点共有多少个城市入选？")
    expect(visit.answer).to_contain_text("四十一个城市入选")


def test_a_dropped_file_of_a_name_that_is_taken_replaces_only_on_request(
    serve: Library, tmp_path: Path
) -> None:
    visit = serve.enter()
    transfer = visit.page.evaluate_handle(
        """(text) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([text], "粮食.txt"));
          return transfer;
        }""",
        HYDROGEN,
    )
    visit.page.dispatch_event(".yj-drop", "drop", {"dataTransfer": transfer})
    step = visit.page.locator(".yj-step")
    expect(step).to_contain_text("已有同名而内容不同的 粮食.txt")
    assert (serve.docs / "粮食.txt").read_text(encoding="utf-8") == OLD["粮食.txt"]
    step.get_by_role("button", name="换成这一份").click()
    expect(step).to_contain_text("可以问了")
    expect(row(visit, "粮食.txt")).to_contain_text("氢能试点名单公布")
    assert (serve.docs / "粮食.txt").read_text(encoding="utf-8") == HYDROGEN
    assert (tmp_path / "data" / "removed" / "粮食.txt").read_text(encoding="utf-8") == OLD["粮食.txt"]
    assert serve.temporary() == []


def test_a_file_is_removed_once_that_is_confirmed(serve: Library, tmp_path: Path) -> None:
    visit = serve.enter()
    grain = row(visit, "粮食.txt")
    grain.get_by_text("移出", exact=True).click()
    grain.get_by_role("button", name="取消").click()
    expect(grain.get_by_role("button", name="确认移出")).to_be_hidden()
    grain.get_by_text("移出", exact=True).click()
    grain.get_by_role("button", name="确认移出").click()
    place = tmp_path / "data" / "removed" / "粮食.txt"
    expect(visit.page.locator(".yj-note")).to_contain_text(f"“粮食.txt”已移出文档库，现在放在 {place}")
    expect(visit.page.locator(".yj-file")).to_have_count(1)
    assert place.read_text(encoding="utf-8") == OLD["粮食.txt"]
    assert [path.name for path in serve.docs.iterdir()] == [EVIL]
    visit.page.locator(".yj-removal summary").click()
    visit.page.get_by_role("button", name="确认移出").click()
    expect(visit.page.locator(".yj-note .yj-error")).to_contain_text("是最后一个文件")
    ask(visit, "全国累计收购秋粮多少？")
    expect(visit.page.locator(".yj-refusal")).to_be_visible()


def test_the_chat_is_restricted_to_chosen_files_and_set_free(serve: Library) -> None:
    visit = serve.enter()
    scope = visit.page.locator(".yj-scope")
    expect(scope).to_contain_text("问答范围：全部文件")
    expect(scope.get_by_role("button")).to_be_disabled()
    row(visit, "粮食.txt").get_by_role("checkbox").check()
    scope.get_by_role("button", name="只问选中的 1 个文件").click()
    expect(scope).to_contain_text("问答范围：只问 1 个文件（粮食.txt）")
    visit.page.get_by_role("tab", name="问答").click()
    visit.page.get_by_role("tab", name="文档库").click()
    expect(scope).to_contain_text("只问 1 个文件")
    visit.page.get_by_label("查找文件").fill("铁路 没有这样的文件")
    expect(visit.page.locator(".yj-file")).to_have_count(0)
    expect(scope).to_contain_text("只问 1 个文件")
    visit.page.get_by_label("查找文件").fill("農村報")
    expect(row(visit, "粮食.txt").get_by_role("checkbox")).to_be_checked()
    row(visit, "粮食.txt").get_by_text("移出", exact=True).click()
    visit.page.get_by_role("button", name="确认移出").click()
    expect(visit.page.locator(".yj-note")).to_contain_text("所限定的文件已不在文档库里；现在问的是全部文件。")
    expect(scope).to_contain_text("问答范围：全部文件")
    visit.page.get_by_label("查找文件").fill("")
    row(visit, EVIL).get_by_role("checkbox").check()
    scope.get_by_role("button", name="只问选中的 1 个文件").click()
    scope.get_by_role("button", name="问全部文件").click()
    expect(scope).to_contain_text("问答范围：全部文件")
    expect(row(visit, EVIL).get_by_role("checkbox")).not_to_be_checked()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_document_opens_by_its_outline(serve: Library, width: int) -> None:
    visit = serve.enter(width)
    assert visit.page.evaluate("document.documentElement.scrollWidth") == width
    visit.page.get_by_role("link", name="粮食.txt").click()
    expect(visit.panel.get_by_role("heading", name="秋粮收购近尾声")).to_be_in_viewport()
    paragraph = visit.panel.locator("details.yj-part p", has_text="二点三亿吨")
    expect(paragraph).to_be_hidden()
    visit.panel.locator("details.yj-part summary", has_text="全国累计收购").click()
    expect(paragraph).to_be_in_viewport()
    visit.page.get_by_role("link", name=EVIL).click()
    expect(visit.panel.get_by_role("heading").first).to_have_text(EVIL)
    visit.panel.get_by_role("button", name="展开各段").click()
    expect(visit.panel.get_by_text("铁路发送旅客八百万人次。").last).to_be_visible()
    visit.panel.get_by_role("button", name="收起各段").click()
    expect(visit.panel.locator("details[open]")).to_have_count(0)
    assert visit.page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_and_signs_stand_out_in_both_themes(serve: Library, scheme: str) -> None:
    (serve.docs / "坏.pdf").write_bytes(b"no")
    visit = serve.enter(scheme=scheme)
    page = visit.page
    box = page.locator(".yj-scope")
    for text in ("a.yj-name", ".yj-counts", ".yj-total", ".yj-works li", ".yj-problem"):
        assert contrast(page.locator(f".yj-library {text}").first, "color", box, "background-color") >= 4.5
    strong = page.locator(".yj-problem strong")
    assert contrast(strong, "color", strong, "background-color") >= 4.5
    row(visit, "粮食.txt").get_by_role("checkbox").check()
    page.get_by_role("button", name="只问选中的 1 个文件").click()
    expect(box).to_have_class(re.compile("yj-limited"))
    assert contrast(box, "color", box, "background-color") >= 4.5


def test_the_drop_zone_is_reached_and_seen_by_keyboard(serve: Library) -> None:
    visit = serve.enter()
    visit.page.get_by_role("tab", name="文档库").press("Tab")
    assert visit.page.evaluate("document.activeElement.type") == "file"
    outline = visit.page.locator(".yj-drop").evaluate("element => getComputedStyle(element).outlineStyle")
    assert outline == "solid"


@pytest.mark.parametrize("serve", ["no"], indirect=True)
def test_who_may_not_manage_sees_no_controls_and_is_refused(serve: Library) -> None:
    visit = serve.enter()
    expect(visit.page.locator(".yj-drop")).to_have_count(0)
    expect(visit.page.locator(".yj-removal")).to_have_count(0)
    row(visit, "粮食.txt").get_by_role("checkbox").check()
    visit.page.get_by_role("button", name="只问选中的 1 个文件").click()
    expect(visit.page.locator(".yj-scope")).to_contain_text("只问 1 个文件")
    lying = serve.uploads / "hash" / "新.txt"
    lying.parent.mkdir(parents=True)
    lying.write_text(HYDROGEN, encoding="utf-8")
    before = sorted(path.name for path in serve.docs.iterdir())
    added = call(serve.address, "added", {"files": [{"name": "新.txt", "path": str(lying)}], "replace": True})
    removed = call(serve.address, "removed", {"file": "粮食.txt"})
    assert all("在这里不能添加或移出文档" in said for said in (added, removed))
    assert sorted(path.name for path in serve.docs.iterdir()) == before
    assert lying.exists()


def test_a_path_that_is_no_upload_is_neither_added_nor_deleted(serve: Library, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("不给看的字。", encoding="utf-8")
    sideways = str(serve.uploads / ".." / "secret.txt")
    for path in (str(secret), sideways, ""):
        said = call(serve.address, "added", {"files": [{"name": "新.txt", "path": path}], "replace": False})
        assert "没有传上来" in said
    assert secret.exists() and not (serve.docs / "新.txt").exists()


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
